"""What a compiled requirements file was asked for: its source files, followed as the tool that compiled it does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from scanner.compiled_header import Command, command, root_file
from scanner.facts import Gap, Location, Lock, LockedPackage, Manifest, Requirement
from scanner.format import resolve_inside
from scanner.freshness.verdict import Scene
from scanner.inventory import Reason

_DEFAULTS = ("requirements.in", "setup.py", "pyproject.toml", "setup.cfg")
_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_GAPS = {
    "dependencies": "runtime",
    "install_requires": "runtime",
    "optional-dependencies": "optional",
    "extras_require": "optional",
}
_LIMIT = 500
_REQUIREMENTS, _CONSTRAINTS, _OVERRIDES = "requirements", "constraints", "overrides"


@dataclass(slots=True)
class Asked:
    """Everything the sources ask for; ``gaps`` say what of it could not be known, ``own`` are the projects' names.

    ``names`` are those that an annotation may rightly call asked for, ``read`` the base names of the files that were
    read. ``projects`` says that a project's declaration is among the sources, ``requires_python`` what the nearest one
    admits. ``beside`` are the pins of other compiled files that this one takes in by ``-r``.
    """

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    overrides: list[Requirement] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    projects: bool = False
    requires_python: str | None = None
    beside: list[LockedPackage] = field(default_factory=list)
    gaps: list[Reason] = field(default_factory=list)


def asked_for(scene: Scene) -> Asked:
    """Read the sources of ``scene.lock``."""
    walk = _Walk(scene)
    if scene.lock.tool == "rye":
        walk.rye()
    elif scene.lock.format == "hatch-pip-compile" and posixpath.basename(scene.lock.path) == "requirements.txt":
        walk.default_environment()
    else:
        walk.command(command(scene.lock.command))
    walk.nearest_project()
    walk.beside()
    return walk.asked


def folders_above(lock: Lock) -> Iterator[str]:
    """The folders from which the names in a header may count: the likeliest first, then up to the root."""
    if lock.command_dir is not None:
        yield lock.command_dir
    folder = posixpath.dirname(lock.path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield "."


def _folder_left(path: str, output: str | None) -> str | None:
    """The folder that a header says its file lies in, where the file was moved out of it since, or copied."""
    written = posixpath.normpath((output or "").replace("\\", "/"))
    is_there = path == written or path.endswith("/" + written)
    if is_there or posixpath.basename(written) != posixpath.basename(path):
        return None
    return posixpath.dirname(written) or None


class _Walk:
    def __init__(self, scene: Scene) -> None:
        self.asked = Asked()
        self._scene = scene
        self._seen: set[tuple[str, str | _Wanted]] = set()
        self._left: str | None = None

    def command(self, given: Command | None) -> None:
        """The sources of a pip-compile or ``uv pip compile`` command, or those that the file itself shows."""
        lock = self._scene.lock
        names = list(given.inputs) if given is not None else []
        groups = list(given.groups) if given is not None else []
        if given is not None and not names and not groups:
            names = self._default()
        elif given is None:
            names = self._shown()
        if not names and not groups:
            self._gap("neither its header nor a file beside it shows what it was compiled from", lock.path)
            return
        wanted = _Wanted.of(given)
        self._left = _folder_left(self._scene.lock.path, given.output) if given is not None else None
        folder = self._folder([*names, *(given.constraints if given is not None else ())])
        for name in names:
            self._source(folder, name, wanted)
        for group in groups:
            path, _, label = group.rpartition(":")
            self._source(folder, path or "pyproject.toml", _Wanted(groups=frozenset({label}), runtime=False))
        for name in given.constraints if given is not None else ():
            self._file(self._inside(folder, name), _CONSTRAINTS)
        for name in given.overrides if given is not None else ():
            self._file(self._inside(folder, name), _OVERRIDES)

    def default_environment(self) -> None:
        """The project whose default environment of Hatch is locked: its runtime dependencies are in it."""
        folder = posixpath.dirname(self._scene.lock.path)
        self._project(posixpath.join(folder, "pyproject.toml"), _Wanted())

    def rye(self) -> None:
        """The projects that a Rye lock stands for: its own folder's, and the editable ones in it."""
        lock = self._scene.lock
        flags = lock.data.get("flags", {})
        features = flags.get("features") if isinstance(flags, dict) else None
        wanted = _Wanted(
            extras=frozenset(_feature(f) for f in features if isinstance(f, str))
            if isinstance(features, list)
            else frozenset(),
            all_extras=isinstance(flags, dict) and flags.get("all-features") is True,
            groups=frozenset({"dev"}) if posixpath.basename(lock.path).startswith("requirements-dev") else frozenset(),
        )
        own = posixpath.join(posixpath.dirname(lock.path), "pyproject.toml")
        paths = [own]
        for package in lock.packages:
            if package.editable and package.origin:
                found = resolve_inside(own, posixpath.join(package.origin, "pyproject.toml"))
                if found is not None and found in self._scene.files:
                    paths.append(found)
        for path in dict.fromkeys(paths):
            self._project(path, wanted)

    def nearest_project(self) -> None:
        """The Pythons of the nearest project file, and what uv takes from its ``[tool.uv]`` for every compile."""
        for folder in folders_above(self._scene.lock):
            extract = self._scene.extracts.get(_join(folder, "pyproject.toml") or "")
            if extract is None or extract.manifest is None:
                continue
            self.asked.requires_python = extract.manifest.requires_python
            if self._scene.lock.tool == "uv":
                self.asked.constraints.extend(extract.manifest.constraints)
                self.asked.overrides.extend(extract.manifest.overrides)
            return

    def beside(self) -> None:
        """Pins that stand in files which the compiled one includes, as pip-compile-multi writes them."""
        waiting = [self._scene.lock.path]
        seen = set(waiting)
        while waiting:
            extract = self._scene.extracts.get(waiting.pop())
            for include in extract.manifest.includes if extract is not None and extract.manifest is not None else ():
                other = self._scene.extracts.get(include.path or "")
                if include.kind == "requirements" and other is not None and other.path not in seen:
                    seen.add(other.path)
                    waiting.append(other.path)
                    self.asked.beside.extend(other.lock.packages if other.lock is not None else ())

    def _default(self) -> list[str]:
        folder = next(folders_above(self._scene.lock))
        return [name for name in _DEFAULTS if _join(folder, name) in self._scene.files][:1]

    def _shown(self) -> list[str]:
        """The files that annotations name, and the ``.in`` beside the file."""
        lock = self._scene.lock
        names = {root for package in lock.packages for via in package.via if (root := root_file(via)) is not None}
        beside = posixpath.splitext(lock.path)[0] + ".in"
        if beside in self._scene.files and not any(
            posixpath.basename(name) == posixpath.basename(beside) for name in names
        ):
            names.add(posixpath.basename(beside))
        return sorted(names)

    def _folder(self, names: Iterable[str]) -> str:
        """The folder from which all of ``names`` can be found, else the likeliest one."""
        wanted = [name for name in names if resolve_inside("x", name) is not None or name.startswith("..")]
        folders = list(dict.fromkeys(folders_above(self._scene.lock)))
        below = [posixpath.join(folders[0], name) for name in ("requirements", "reqs", "deps")]
        for folder in (*folders, *map(posixpath.normpath, below)):
            if all(_join(folder, name) in self._scene.files for name in wanted):
                return folder
        return folders[0]

    def _source(self, folder: str, name: str, wanted: _Wanted) -> None:
        path = self._inside(folder, name)
        if path is not None and posixpath.basename(path) in _PROJECT_FILES:
            self._project(path, wanted)
        else:
            self._file(path, _REQUIREMENTS)

    def _inside(self, folder: str, name: str) -> str | None:
        if self._left is not None and posixpath.dirname(posixpath.normpath(name)) == self._left:
            moved = posixpath.join(posixpath.dirname(self._scene.lock.path), posixpath.basename(name))
            if moved in self._scene.files:
                return moved
        path = _join(folder, name) or self._beside(name)
        if path is not None and path not in self._scene.files and "/" not in name:
            beside = _join(posixpath.dirname(self._scene.lock.path), name)
            path = beside if beside in self._scene.files else path
        if path is None:
            what = "standard input" if name == "-" else f"{name!r}, which lies outside the repository"
            self._gap(f"it was compiled with {what}", self._scene.lock.path, self._scene.lock.header_line)
        return path

    def _beside(self, name: str) -> str | None:
        """The file next to the compiled one that a container saw at the absolute path ``name``."""
        path = posixpath.join(posixpath.dirname(self._scene.lock.path), posixpath.basename(name))
        return path if name.startswith("/") and path in self._scene.files else None

    def _file(self, path: str | None, kind: str, by: Location | None = None) -> None:
        if path is None or (path, kind) in self._seen or len(self._seen) > _LIMIT:
            return
        self._seen.add((path, kind))
        manifest = self._manifest(path, by)
        if manifest is None:
            return
        found = (*manifest.requirements, *manifest.constraints)
        if kind == _CONSTRAINTS:
            self.asked.constraints.extend(found)
        elif kind == _OVERRIDES:
            self.asked.overrides.extend(found)
        else:
            self.asked.requirements.extend(found)
            self.asked.names.update(made.key for made in found)
        for include in manifest.includes:
            if include.path is None:
                self._gap(f"{include.raw} lies outside the repository", include.at.path, include.at.line)
            else:
                self._file(include.path, _CONSTRAINTS if include.kind == "constraints" else kind, include.at)

    def _manifest(self, path: str, by: Location | None = None) -> Manifest | None:
        extract = self._scene.extracts.get(path)
        if extract is None or extract.manifest is None:
            state = "cannot be read" if path in self._scene.files else "is missing"
            self._gap(
                f"{path}, from which it was compiled, {state}", *((by.path, by.line) if by is not None else (path,))
            )
            return None
        self.asked.read.add(posixpath.basename(path))
        for problem in extract.problems[:1]:
            self._gap(f"an entry of {path} cannot be read", problem.at.path, problem.at.line)
        return extract.manifest

    def _project(self, path: str, wanted: _Wanted) -> None:
        """A project's own declaration; setuptools spreads it over up to three files of one folder."""
        if (path, wanted) in self._seen:
            return
        self._seen.add((path, wanted))
        manifest = self._manifest(path)
        if manifest is None:
            return
        parts = [manifest, *self._siblings(path, manifest)]
        own = {str(canonicalize_name(part.name)) for part in parts if part.name}
        declared = [made for part in parts for made in part.requirements if made.ecosystem == "pypi"]
        wanted = wanted.with_own(own, declared)
        taken = [made for made in declared if made.key not in own and wanted.takes(made.scope, made.group)]
        self.asked.projects = True
        self.asked.own |= own
        self.asked.requirements.extend(taken)
        self.asked.names.update(made.key for made in (declared if wanted.unknown else taken))
        self._dynamic(parts, wanted)

    def _dynamic(self, parts: list[Manifest], wanted: _Wanted) -> None:
        """Fields that are read from files are followed; those that only a build tells are gaps."""
        included = [include for part in parts for include in part.includes if include.kind == "dynamic"]
        for include in included:
            if wanted.takes(include.scope, include.group):
                self._file(include.path, _REQUIREMENTS, include.at)
        for gap in (gap for part in parts for gap in part.gaps):
            scope = _GAPS.get(gap.field)
            if scope is None or not wanted.needs(scope) or any(include.scope == scope for include in included):
                continue
            if not _told(gap, scope, parts):
                self._gap(gap.reason, gap.at.path, gap.at.line)

    def _siblings(self, path: str, manifest: Manifest) -> list[Manifest]:
        if manifest.table("project") is not None and _GAPS.keys().isdisjoint(manifest.dynamic):
            return []
        found = []
        for name in _PROJECT_FILES:
            other = posixpath.join(posixpath.dirname(path), name)
            extract = self._scene.extracts.get(other)
            if other != path and extract is not None and extract.manifest is not None:
                found.append(extract.manifest)
        return found

    def _gap(self, message: str, path: str | None, line: int | None = None) -> None:
        self.asked.gaps.append(Reason(message=message, path=path, line=line))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which parts of a project's declaration a command takes."""

    runtime: bool = True
    extras: frozenset[str] = frozenset()
    all_extras: bool = False
    groups: frozenset[str] = frozenset()
    unknown: bool = False
    build: bool = False

    @classmethod
    def of(cls, given: Command | None) -> _Wanted:
        if given is None:
            return cls(unknown=True)
        flags = given.flags
        return cls(
            runtime="--only-build-deps" not in flags,
            extras=frozenset(str(canonicalize_name(extra)) for extra in given.extras),
            all_extras="--all-extras" in flags,
            build=not flags.isdisjoint({"--all-build-deps", "--only-build-deps"}),
        )

    def takes(self, scope: str, group: str | None) -> bool:
        """Whether requirements of this scope and extra (or group) are taken."""
        if scope == "runtime":
            return self.runtime
        if scope == "optional":
            return self.all_extras or (group is not None and str(canonicalize_name(group)) in self.extras)
        if scope == "group":
            return group is not None and str(canonicalize_name(group)) in self.groups
        return self.build

    def needs(self, scope: str) -> bool:
        """Whether something of ``scope`` is taken at all."""
        return self.runtime if scope == "runtime" else bool(self.extras or self.all_extras)

    def with_own(self, own: set[str], declared: list[Requirement]) -> _Wanted:
        """Follow ``demo[more]``, by which a project asks for its own extras."""
        wanted = self
        for _ in range(len(declared) + 1):
            extras = {
                str(canonicalize_name(extra))
                for made in declared
                if made.key in own and wanted.takes(made.scope, made.group)
                for extra in made.extras
            }
            if extras <= wanted.extras:
                break
            wanted = replace(wanted, extras=wanted.extras | extras)
        return wanted


def _told(gap: Gap, scope: str, parts: list[Manifest]) -> bool:
    """Whether a field that one file calls dynamic is written in another one of the three."""
    others = [part for part in parts if part.path != gap.at.path]
    written = any(made.scope == scope for part in others for made in part.requirements)
    return written and not any(_GAPS.get(one.field) == scope for part in others for one in part.gaps)


def _feature(text: str) -> str:
    return str(canonicalize_name(text.rpartition("/")[2]))


def _join(folder: str, name: str) -> str | None:
    return resolve_inside(posixpath.join(folder, "x"), name) if name != "-" else None
