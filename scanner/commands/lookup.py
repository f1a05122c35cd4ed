"""What is known of the repository that a command runs in: files, locks, requirements files and what they hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from scanner.commands.container import Container, image_bases
from scanner.commands.file_tree import FileTree, file_tree
from scanner.commands.image_builds import ImageBuild, builds_of
from scanner.conda_names import pypi_names
from scanner.facts import Extract, Invocation, Manifest, Requirement, normal_name
from scanner.folder import owner_of
from scanner.image_paths import begins_unknown, image_path
from scanner.toml_reader import table

MAX_INCLUDES = 12
MAX_DEPTH = 8
_NAMED_IN = ("pyproject.toml", "setup.cfg", "setup.py")
_TOOL_FILES = (".tool-versions", "mise.toml", ".mise.toml", ".mise/config.toml", ".config/mise.toml")
_MANIFESTS = {"pipenv": "Pipfile", "pixi": "pixi.toml"}  # by tool, where it is not pyproject.toml
_NEEDS = frozenset({"dependencies", "install_requires"})
Held = Mapping[str, frozenset[str]]  # names with the versions at which they are locked, "" where none is told
ListingKind = Literal["compiled", "pinned", "open", "local", "empty", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What installing from a requirements file takes.

    ``compiled``: a locker wrote it (or it is constrained by such a file); ``pinned``: every entry is exact, by hand;
    ``open``: something is resolved at install time; ``local``: only paths of the repository; ``empty``: nothing.
    ``hashed``: every entry that comes from an index carries a hash. ``line`` shows the first open entry. ``beside``
    are the compiled files that are taken in where something else is not from a locker, ``open`` what is open then.
    """

    path: str
    kind: ListingKind
    hashed: bool = False
    line: int | None = None
    beside: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A search for a file near a command: its path, or why there is none (``unknown``: the folder is not known)."""

    path: str | None = None
    state: Literal["found", "missing", "unknown"] = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Everything that judging a command may ask of its repository. Made by :func:`build_lookup`."""

    extracts: Mapping[str, Extract]
    tree: FileTree
    projects: tuple[str, ...] = ()
    mains: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    _listings: dict[str, Listing] = field(default_factory=dict, repr=False, compare=False)
    _containers: dict[str, Container] = field(default_factory=dict, repr=False, compare=False)
    _builds: dict[str, list[ImageBuild]] = field(default_factory=dict, repr=False, compare=False)
    _owners: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    _followed: dict[object, tuple[Invocation, ...]] = field(default_factory=dict, repr=False, compare=False)
    _settable: list[frozenset[str]] = field(default_factory=list, repr=False, compare=False)
    _functions: dict[str, Mapping[str, tuple[Extract, str | None]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def files(self) -> frozenset[str]:
        """All files of the repository."""
        return self.tree.files

    def container(self, path: str) -> Container | None:
        """The image that the Dockerfile at ``path`` builds, as a map into the repository."""
        extract = self.extracts.get(path)
        if extract is None or extract.dockerfile is None:
            return None
        if path not in self._containers:
            contexts = dict.fromkeys(build.context for build in self.builds(path) if build.context is not None)
            ignores = {p: e.settings["patterns"] for p, e in self.extracts.items() if e.format == "dockerignore"}
            self._containers[path] = Container(extract.dockerfile, self.tree, tuple(contexts), ignores, self.is_own)
        return self._containers[path]

    def image_of(self, invocation: Invocation) -> tuple[Container, int | None] | None:
        """The image that a command runs in, and the line of its Dockerfile until which that is made."""
        where = invocation.at if invocation.inside is None else invocation.inside.image
        container = self.container(where.path) if where is not None else None
        return (container, where.line) if container is not None and where is not None else None

    def places(self, invocation: Invocation, path: str) -> Iterator[str]:
        """Where stages may have written the file that a command of an image sees at the absolute ``path``."""
        image = self.image_of(invocation) if path.startswith("/") else None
        if image is not None:
            yield from image[0].places(image[1], path)

    def builds(self, dockerfile: str) -> tuple[ImageBuild, ...]:
        """The commands of the repository's own automation that build this Dockerfile."""
        if not self._builds:
            self._builds[""] = []
            for extract in self.extracts.values():
                for build in builds_of(extract) if not extract.template else ():
                    self._builds.setdefault(build.dockerfile, []).append(build)
        return tuple(self._builds.get(dockerfile, ()))

    def build_args(self, dockerfile: str) -> dict[str, str]:
        """What this Dockerfile's builds give its arguments: CI's before others', where they agree."""
        builds = self.builds(dockerfile)
        told: dict[str, str] = {}
        for ours in ([b for b in builds if b.by != "ci"], [b for b in builds if b.by == "ci"]):
            values: dict[str, set[str]] = {}
            for name, value in {pair for build in ours for pair in build.args}:
                values.setdefault(name, set()).add(value)
            told.update({name: next(iter(found)) for name, found in values.items() if len(found) == 1})
        return told

    def build_of(self, image: str) -> ImageBuild | None:
        """The command of the repository's own automation that builds the image of this name."""
        self.builds("")
        return next((b for found in self._builds.values() for b in found if image in b.names), None)

    def find(self, invocation: Invocation, word: str) -> str | None:
        """The file or folder of the repository that ``word`` names for this command; ``None`` if none is known."""
        word = word.removeprefix("file://").removeprefix("file:").replace("\\", "/") if "$" not in word else word
        directory = invocation.directory
        if (directory or "").startswith("/") and begins_unknown(word) and "\0" not in word:
            return self._in_container(invocation, image_path("/", word))
        if "$" in word or "\0" in word or "://" in word or word.startswith("~"):
            return None
        if invocation.context != "image" and (opened := _WORKSPACE.match(word)):
            directory, word = ".", word[opened.end() :].lstrip("/") or "."
        if (directory or "").startswith("/") or word.startswith("/"):
            if directory is None and not word.startswith("/"):
                return None
            return self._in_container(invocation, posixpath.join(directory or "/", word))
        path = posixpath.normpath(posixpath.join(directory or ".", word))
        if self.tree.exists(path):
            return path
        beside = posixpath.normpath(posixpath.join(_own_folder(invocation), word))
        return beside if beside in self.files else None

    def _in_container(self, invocation: Invocation, path: str) -> str | None:
        """The repository's file or folder behind an absolute path in the container that a command runs in."""
        path = posixpath.normpath(path)
        for target, source in sorted(invocation.inside.mounts if invocation.inside is not None else (), reverse=True):
            if f"{path}/".startswith(f"{target.rstrip('/')}/"):
                found = posixpath.normpath(posixpath.join(source, posixpath.relpath(path, target)))
                return found if self.tree.exists(found) else None
        image = self.image_of(invocation)
        return image[0].source(image[1], path) if image is not None else None

    def matching(self, invocation: Invocation, word: str) -> list[str]:
        """The files that ``word`` may name when its variables or wildcards are anything."""
        pattern = re.sub(r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\w{1,100}|\{\{[^}]{0,200}\}\}", "*", word)
        if "*" not in pattern or not pattern.strip("*./") or (invocation.directory or "").startswith("/"):
            return []
        pattern = posixpath.normpath(posixpath.join(invocation.directory or ".", pattern))
        return [path for path in self.tree.glob(pattern) if path in self.files]

    def wherever(self, word: str) -> str | None:
        """The one file of the repository that lies so below a folder that a variable names: ``$ROOT/requirements.txt``.

        ``None`` where there are several, or where ``word`` does not begin with a variable alone.
        """
        folder, slash, rest = word.partition("/")
        if not slash or not _VARIABLE.fullmatch(folder) or {"$", "*"} & set(rest) or ".." in rest.split("/"):
            return None
        found = [path for path in self.files if f"/{path}".endswith(f"/{rest.removeprefix('./')}")]
        return found[0] if len(found) == 1 else None

    def nearest(self, invocation: Invocation, names: Iterable[str], start: str | None = None) -> Found:
        """The first of ``names`` in the command's folder (or ``start``, seen from there) or a folder above it."""
        wanted = tuple(names)
        if invocation.directory is None and start is None:
            for name in wanted:  # the only one of that name, where the folder is not known
                known = [path for path in self.files if posixpath.basename(path) == name]
                if len(known) == 1:
                    return Found(path=known[0], state="found")
            return Found(state="unknown")
        for folder in _upwards(posixpath.normpath(posixpath.join(invocation.directory or ".", start or "."))):
            for name in wanted:
                if (path := self.find(_at(invocation, folder), name)) is not None:
                    return Found(path=path, state="found")
        return Found()

    def locked_folders(self, tool: str, lock: str) -> bool | None:
        """Whether every project that the ``tool`` manages has its ``lock``; ``None`` where only some have."""
        manifest = _MANIFESTS.get(tool, "pyproject.toml")
        keys = ("project",) if tool == "uv" else ("tool", tool) if manifest == "pyproject.toml" else ()
        told: set[bool] = set()
        for path, extract in self.extracts.items():
            if posixpath.basename(path) != manifest or extract.manifest is None or extract.template:
                continue
            if not keys or table(extract.manifest.data, *keys):
                folders = _upwards(posixpath.dirname(path) or ".")
                told.add(any(self._has(f, lock) and (n == 0 or self._is_workspace(f)) for n, f in enumerate(folders)))
        return told.pop() if len(told) == 1 else None

    def _is_workspace(self, folder: str) -> bool:
        extract = self.extracts.get(posixpath.normpath(posixpath.join(folder, "pyproject.toml")))
        return extract is not None and extract.manifest is not None and extract.manifest.workspace is not None

    def _has(self, folder: str, name: str) -> bool:
        return posixpath.normpath(posixpath.join(folder, name)) in self.files

    def project_of(self, path: str) -> str | None:
        """The project that a file or folder belongs to; the only main one where it lies outside of all."""
        if path not in self._owners:
            only = self.mains[0] if len(self.mains) == 1 else None
            owner = owner_of(path, self.projects)
            self._owners[path] = only if owner is None else owner
        return self._owners[path]

    def manifest_of(self, name: str) -> str | None:
        """A manifest of the project called ``name``, if there is exactly one such project."""
        wanted = canonicalize_name(name)
        found = {
            posixpath.dirname(path): path
            for path, extract in sorted(self.extracts.items(), reverse=True)
            if extract.manifest is not None
            and extract.manifest.name is not None
            and posixpath.basename(path) in _NAMED_IN
            and canonicalize_name(extract.manifest.name) == wanted
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def distributions(self) -> frozenset[str] | None:
        """The normal names that builds of this repository can bear; ``None`` where a setup script hides one."""
        named: dict[str, set[str]] = {}
        for path, extract in self.extracts.items():
            if extract.manifest is not None and posixpath.basename(path) in _NAMED_IN:
                told = named.setdefault(posixpath.dirname(path), set())
                told.update({canonicalize_name(extract.manifest.name)} if extract.manifest.name else ())
        if any(not told and posixpath.join(folder, "setup.py") in self.files for folder, told in named.items()):
            return None
        return frozenset(map(canonicalize_name, self.names)).union(*named.values())

    def is_own(self, name: str) -> bool:
        """Whether a clone of this name is one of this repository: by its own name, a project's, or a home page's."""
        manifests = (e.manifest for e in self.extracts.values() if e.manifest is not None)
        pages = (posixpath.basename(page.rstrip("/")) for m in manifests if (page := m.homepage or "").count("/") > 3)
        known = {n.lower().removesuffix(".git") for n in (*self.names, *pages)}
        return name.lower() in known or self.manifest_of(name) is not None

    def images(self, path: str, job: str | None) -> tuple[str, ...]:
        """The images that a job of the CI file ``path`` runs in, as written; for a Dockerfile those it starts from."""
        extract = self.extracts.get(path)
        if extract is None:
            return ()
        if extract.dockerfile is not None:
            return tuple(image_bases(extract.dockerfile))
        known = extract.settings.get("images")
        return tuple(known.get(job or "") or known.get("") or ()) if isinstance(known, Mapping) else ()

    def tool_file(self, invocation: Invocation, tool: str) -> str | None:
        """The version of ``tool`` that asdf's or mise's file near the command names."""
        for folder in _upwards(invocation.directory or "."):
            for name in _TOOL_FILES:
                extract = self.extracts.get(posixpath.normpath(posixpath.join(folder, name)))
                tools = extract.settings.get("tools") if extract is not None else None
                if isinstance(tools, Mapping) and tool in tools:
                    return str(tools[tool])
        return None

    def required_uv(self) -> tuple[str, str] | None:
        """``required-version`` of uv with the file at the root that states it, by which setup actions go."""
        for path in ("uv.toml", "pyproject.toml"):
            extract = self.extracts.get(path)
            data = extract.manifest.data if extract is not None and extract.manifest is not None else {}
            settings = table(data, "tool", "uv") or (extract.settings if extract is not None else {})
            if isinstance(version := settings.get("required-version"), str):
                return version.replace(" ", ""), path
        return None

    def settable(self) -> frozenset[str]:
        """The variables that makefiles take from the environment where that has them."""
        if not self._settable:
            told = (e.settings.get("defaults", {}) for e in self.extracts.values() if e.format == "makefile")
            self._settable.append(frozenset(n for names in told for n, (_, soft) in names.items() if soft))
        return self._settable[0]

    def followed(self, key: object, follow: Callable[[], Iterable[Invocation]]) -> tuple[Invocation, ...]:
        """What ``follow`` gives, asked once for each ``key``: many jobs start the same tasks."""
        if key not in self._followed:
            self._followed[key] = tuple(follow())
        return self._followed[key]

    def functions(
        self, path: str, find: Callable[[str, Lookup], Mapping[str, tuple[Extract, str | None]]]
    ) -> Mapping[str, tuple[Extract, str | None]]:
        """The shell functions that the file ``path`` can call, as ``find`` gives them; asked once for each file."""
        if path not in self._functions:
            self._functions[path] = find(path, self)
        return self._functions[path]

    def listing(self, path: str) -> Listing:
        """What installing from the requirements file ``path`` takes, includes and all."""
        if path not in self._listings:
            self._listings[path] = Listing(path=path, kind="unknown")  # for files that include each other
            self._listings[path] = self._read(path)
        return self._listings[path]

    def _read(self, path: str) -> Listing:
        extract = self.extracts.get(path)
        if extract is None or extract.unreadable:
            return Listing(path=path, kind="unknown")
        if extract.lock is not None:
            packages = [p for p in extract.lock.packages if p.source == "index"]
            hashed = bool(packages) and all(p.hashes for p in packages)
            return Listing(path=path, kind="compiled", hashed=hashed, line=extract.lock.header_line)
        manifest = extract.manifest
        if manifest is None:
            return Listing(path=path, kind="unknown")
        includes = {i.path: i.kind for i in (*manifest.includes, *extract.includes) if i.path is not None}
        parts = [self.listing(p) for p, kind in list(includes.items())[:MAX_INCLUDES] if kind == "requirements"]
        own = _own_listing(path, manifest.requirements)
        constrained = any(kind == "constraints" and self.listing(p).kind == "compiled" for p, kind in includes.items())
        return _combined(path, [own, *parts], constrained=constrained)

    def held(self, path: str, depth: int = 0) -> Held | None:
        """What the lock or the requirements file ``path`` lists, includes and all; ``None`` where it is more."""
        extract = self.extracts.get(path)
        if extract is None or extract.unreadable or depth > MAX_DEPTH:
            return None
        if extract.lock is None and extract.manifest is None:
            return None
        found: dict[str, frozenset[str]] = {}
        for package in extract.lock.packages if extract.lock is not None else ():
            for name in (package.key, *(pypi_names(package.key) if package.ecosystem == "conda" else ())):
                found[name] = found.get(name, frozenset()) | {package.version or ""}
        for made in extract.manifest.requirements if extract.manifest is not None else ():
            found.setdefault(made.key, frozenset({""}))
        included = extract.manifest.includes if extract.manifest is not None else ()
        for include in {i.path: i for i in (*included, *extract.includes) if i.kind != "constraints"}.values():
            inner = self.held(include.path, depth + 1) if include.path and include.kind == "requirements" else None
            if inner is None:
                return None
            found = both(found, inner)
        return found

    def declared(self, folder: str, extras: frozenset[str] = frozenset()) -> tuple[Requirement, ...]:
        """What the project at ``folder`` needs wherever it runs, and for ``extras``, as far as its files list it."""
        found: list[Requirement] = []
        for manifest in self._manifests(folder):
            found += [
                made
                for made in manifest.requirements
                if made.scope == "runtime" or (made.scope == "optional" and normal_name(made.group or "") in extras)
            ]
            for include in (*manifest.includes, *self.extracts[manifest.path].includes):
                listed = self.extracts.get(include.path or "") if include.scope == "runtime" else None
                if listed is not None and listed.manifest is not None and include.kind != "constraints":
                    found += listed.manifest.requirements
        return tuple(r for r in found if _is_plain(r))

    def is_computed(self, folder: str) -> bool:
        """Whether only running code would tell what the project at ``folder`` needs."""
        manifests = list(self._manifests(folder))
        gap = any(gap.field in _NEEDS for manifest in manifests for gap in manifest.gaps)
        return gap and not any(include.path for manifest in manifests for include in manifest.includes)

    def _manifests(self, folder: str) -> Iterator[Manifest]:
        for name in _NAMED_IN:
            extract = self.extracts.get(posixpath.normpath(posixpath.join(folder, name)))
            if extract is not None and extract.manifest is not None:
                yield extract.manifest

    def dynamic(self, folder: str) -> Listing | None:
        """The compiled file from which the project at ``folder`` reads its dependencies when built, if it does."""
        for name in ("pyproject.toml", "setup.cfg", "setup.py"):
            extract = self.extracts.get(posixpath.normpath(posixpath.join(folder, name)))
            if extract is None or extract.manifest is None:
                continue
            for include in (*extract.manifest.includes, *extract.includes):
                if include.kind in ("dynamic", "requirements") and include.scope == "runtime" and include.path:
                    return self.listing(include.path)
        return None


def build_lookup(
    extracts: Mapping[str, Extract],
    files: frozenset[str],
    projects: tuple[str, ...] = (),
    mains: tuple[str, ...] = (),
    names: frozenset[str] = frozenset(),
) -> Lookup:
    """The lookup of one repository; ``projects`` are the folders of all projects, ``mains`` those of role main.

    ``names`` are those of the repository itself.
    """
    return Lookup(extracts=extracts, tree=file_tree(files), projects=projects, mains=mains, names=names)


def both(one: Held, other: Held) -> dict[str, frozenset[str]]:
    """What two files hold together."""
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}


def _is_plain(requirement: Requirement) -> bool:
    """Whether it is a distribution by name that is needed without a condition."""
    return bool(requirement.name) and requirement.marker is None and requirement.ecosystem == "pypi"


def _upwards(folder: str) -> Iterator[str]:
    """``folder`` and all above it, to the root."""
    seen = 0
    while seen < 64:
        yield folder
        if folder in (".", "/", ""):
            return
        folder = posixpath.dirname(folder) or "."
        seen += 1


def _own_folder(invocation: Invocation) -> str:
    """The folder of a script by itself, in which it may be meant to be started; else the command's own."""
    included = invocation.context == "script" or invocation.at.path.endswith(".mk")
    by_itself = included and invocation.directory == "."
    return posixpath.dirname(invocation.at.path) if by_itself else invocation.directory or "."


def _at(invocation: Invocation, folder: str) -> Invocation:
    return replace(invocation, argv=(), directory=folder)


def _own_listing(path: str, requirements: tuple[Requirement, ...]) -> Listing:
    if not requirements:
        return Listing(path=path, kind="empty", hashed=True)
    remote = [r for r in requirements if r.source != "path"]
    if not remote:
        return Listing(path=path, kind="local", line=requirements[0].at.line)
    loose = next((r for r in remote if not is_exact(r)), None)
    hashed = all(r.hashes or r.source == "git" for r in remote)
    if loose is not None:
        names = tuple(r.name for r in remote if r.name and not is_exact(r))
        return Listing(path=path, kind="open", line=loose.at.line, open=names)
    return Listing(path=path, kind="pinned", hashed=hashed, line=remote[0].at.line)


_ORDER: tuple[ListingKind, ...] = ("open", "unknown", "pinned", "local", "compiled", "empty")


def _combined(path: str, parts: list[Listing], *, constrained: bool) -> Listing:
    """Several listings installed together: the least disciplined one counts."""
    lowest = min(parts, key=lambda part: _ORDER.index(part.kind))
    if lowest.kind == "local" and any(part.kind == "compiled" for part in parts):
        lowest = next(part for part in parts if part.kind == "compiled")
    kind: ListingKind = "compiled" if constrained and lowest.kind in ("open", "pinned", "local") else lowest.kind
    hashed = all(part.hashed for part in parts)
    if kind not in ("open", "pinned"):
        return Listing(path=path, kind=kind, hashed=hashed, line=lowest.line)
    locked = (one for part in parts for one in ((part.path,) if part.kind == "compiled" else part.beside))
    names = dict.fromkeys(name for part in parts for name in part.open)
    return Listing(
        path=path, kind=kind, hashed=hashed, line=lowest.line, beside=tuple(dict.fromkeys(locked)), open=tuple(names)
    )


_WORKSPACE = re.compile(r"/workspaces/[\w.-]{1,100}(?=/|$)")  # where development containers open the repository
_VARIABLE = re.compile(r"\$\w{1,100}|\$\{\w{1,100}\}|\$\{\{[^}]{1,200}\}\}|\$\([\w.]{1,100}\)")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")


def is_exact(requirement: Requirement) -> bool:
    """Whether only one version can be installed: ``==`` without a wildcard, ``===``, or a full commit."""
    if requirement.source == "git":
        return bool(_COMMIT.fullmatch(requirement.ref or ""))
    if requirement.source != "index":
        return True
    try:
        clauses = list(SpecifierSet(requirement.specifier or ""))
    except InvalidSpecifier:
        return False
    return any(c.operator in ("==", "===") and not c.version.endswith(".*") for c in clauses)
