"""What tells of one project's kind: what is started where, what it says of itself, what it depends on and exports."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.facts import EntryPoint, Hint, Manifest
from scanner.folder import Folder, is_inside
from scanner.inventory import Kind, Reason
from scanner.purpose import Said, first_said, said_by_name
from scanner.roles import is_side_file
from scanner.toml_reader import table

MANAGE = "manage.py"
COMMANDS = frozenset({"console_scripts", "gui_scripts", "scripts"})
_DAEMON = "Environment :: No Input/Output (Daemon)"
_INFRASTRUCTURE = re.compile(
    r"'(?:.*[-_])?(?:db|database|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|cache|elastic(?:search)?|opensearch|kafka"
    r"|rabbit(?:mq)?|minio|nginx|proxy|traefik|caddy|frontend|ui|client|adminer|pgadmin|mailhog|selenium)(?:[-_]?\d)?'"
)
_FREEZE = 45
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile"})
Places = Mapping[str, tuple[str, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """The kind and why."""

    kind: Kind
    reasons: tuple[Reason, ...]


def _bare(name: str) -> str:
    return re.sub(r"[-_. ]+", "", name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """All that tells of one project: ``said`` is what its description, or else its README, calls it."""

    folder: Folder
    python: tuple[str, ...]
    hints: tuple[Hint, ...]
    dependencies: Places
    packaged: Manifest | None
    published: bool
    scripts: tuple[EntryPoint, ...]
    said: Said | None
    said_at: Reason
    has_image: bool

    def says(self, kind: str) -> bool:
        """Whether it calls itself ``kind``."""
        return self.said is not None and self.said.kind == kind

    def depends(self, wanted: frozenset[str]) -> str | None:
        """The first of its runtime requirements that is among ``wanted``."""
        return next((name for name in sorted(self.dependencies) if name in wanted), None)

    def hint(self, kind: str) -> Hint | None:
        """The strongest hint of ``kind``."""
        return next((h for h in self.hints if h.kind == kind), None)

    def exports(self) -> Hint | None:
        """What shows that the package is made to be imported; of several, only the one of the project's name."""
        packages = [p for p in self.python if p.endswith("/__init__.py") and not is_side_file(p)]
        tops = {_bare(p.split("/")[-2]) for p in packages if depth(p, self.folder) <= 1 + ("/src/" in f"/{p}")}
        named = {_bare(m.name) for m in self.folder.manifests if m.name}
        found = [h for h in self.hints if h.kind == "library"]
        return next((h for h in found if len(tops) < 2 or _bare(h.at.path.split("/")[-2]) in named), None)

    def is_frozen(self) -> bool:
        """Whether the dependencies are all that an environment happened to hold: one of them says nothing.

        What a manifest declares somebody chose, however much it is.
        """
        listed = sum(1 for path, _ in self.dependencies.values() if posixpath.basename(path) not in _MANIFESTS)
        return listed > _FREEZE and not self.says("service")

    def is_started_by_hand(self) -> bool:
        """Whether a module asks a person for arguments or input."""
        return any(h.kind == "cli" and "person" in h.what for h in self.hints)


def answer(kind: Kind, message: str, path: str | None, line: int | None = None) -> KindOf:
    """A kind for one reason."""
    return KindOf(kind=kind, reasons=(Reason(message=message, path=path, line=line),))


def reasons_of(hint: Hint) -> tuple[Reason, ...]:
    """Why a start that nothing schedules makes a service."""
    by_image = f"its image starts it ({hint.what}), no schedule does"
    what = hint.what if hint.at.path.endswith(".py") else by_image
    return (Reason(message=what, path=hint.at.path, line=hint.at.line),)


def by_hint(kind: Kind, hint: Hint) -> KindOf:
    """A kind for what a file shows."""
    return answer(kind, hint.what, hint.at.path, hint.at.line)


def signs_of(
    folder: Folder, own: Sequence[str], hints: Sequence[Hint], dependencies: Places, readme: Sequence[Hint]
) -> Signs:
    """All signs of one project; the arguments are those of :func:`scanner.kind.order.kind_of`."""
    packaged = packaging_manifest(folder)
    said, said_at = _said(folder, readme)
    return Signs(
        folder=folder,
        python=tuple(p for p in own if p.endswith(".py")),
        hints=_weighed(hints, folder),
        dependencies=dependencies,
        packaged=packaged,
        published=packaged is not None and _is_published(folder),
        scripts=tuple(e for m in folder.manifests for e in m.entry_points if e.group in COMMANDS and e.name != MANAGE),
        said=said,
        said_at=said_at,
        has_image=any(IMAGE.search(path) for path in own),
    )


SIDE = re.compile(
    r"(?:^|/)(?:(?:[^/]{1,80}[-_])?(?:examples?|samples?|demos?|tests?|fixtures?)(?:[-_][^/]{1,80})?"
    r"|docs?|templates?|utils?|tools|ci|benchmarks?|\.devcontainer)/",
    re.IGNORECASE,
)


def _weighed(hints: Sequence[Hint], folder: Folder) -> tuple[Hint, ...]:
    """The hints that count, the strongest first: what is deployed before what a module shows, the nearest first.

    Of a catalogue the first entry is the repository's own.
    """
    kept = [h for h in hints if not _is_aside(h, folder)]
    catalogued = min((h for h in kept if h.what.startswith("catalogue")), key=lambda h: h.at, default=None)
    kept = [h for h in kept if h is catalogued or not h.what.startswith("catalogue")]
    return tuple(sorted(kept, key=lambda h: (not is_inside(h.at.path, folder.path), *_strength(h))))


def _is_aside(hint: Hint, folder: Folder) -> bool:
    inner = hint.at.path.removeprefix(folder.path + "/")
    module = inner.endswith(".py")
    return (
        SIDE.search(inner) is not None
        or _INFRASTRUCTURE.search(hint.what) is not None
        or (module and (is_side_file(inner) or inner.count("/") > 3))
    )


def _strength(hint: Hint) -> tuple[bool, bool, int, str, int]:
    path = hint.at.path
    return path.endswith(".py"), "compose" in path, path.count("/"), path, hint.at.line or 0


def packaging_manifest(folder: Folder) -> Manifest | None:
    """The manifest that builds a distribution, if there is one."""
    pyproject = folder.manifest("pyproject.toml")
    if pyproject is not None:
        if table(pyproject.data, "tool", "poetry").get("package-mode") is False:
            return None
        as_package = table(pyproject.data, "tool", "uv").get("package")
        if as_package is False:
            return None
        if as_package is True:
            return pyproject
        if table(pyproject.data, "tool", "rye").get("virtual") is True:
            return None
        if pyproject.has_build_system and (pyproject.name or pyproject.table("project")):
            return pyproject
    named = (folder.manifest(form) for form in ("setup.cfg", "setup.py", "flit.ini"))
    return next((m for m in named if m is not None and m.name), folder.manifest("setup.py"))


def _is_published(folder: Folder) -> bool:
    """Whether a manifest looks made for publishing: it has classifiers, keywords or addresses."""
    for manifest in folder.manifests:
        if manifest.classifiers or manifest.homepage:
            return True
        for declared in (table(manifest.data, "project"), table(manifest.data, "tool", "poetry")):
            if any(declared.get(k) for k in ("classifiers", "keywords", "urls", "homepage", "repository")):
                return True
    return False


def _said(folder: Folder, readme: Sequence[Hint]) -> tuple[Said | None, Reason]:
    """What the description calls the project, else its README, else its classifiers; with the place."""
    for manifest in folder.manifests:
        if manifest.description and (said := first_said(manifest.description)) is not None:
            return said, Reason(message=f"its description says {said.word!r}", path=manifest.path)
    named = next((m for m in folder.manifests if m.name and (said_by_name(m.name) or _NOTHING).kind == "library"), None)
    if named is not None and named.name and (said := said_by_name(named.name)) is not None and said.word in _PARTS:
        return said, Reason(message=f"its name is {named.name}", path=named.path)
    for hint in readme:
        if hint.kind != "template":
            said = Said(kind=hint.kind, word=hint.what, source="readme")
            return said, Reason(message=hint.what, path=hint.at.path, line=hint.at.line)
    for manifest in folder.manifests:
        for classifier in _classifiers(manifest):
            if classifier == _DAEMON:
                message = f"its classifier says {classifier.rpartition(':: ')[2]!r}"
                return Said(kind="service", word=classifier), Reason(message=message, path=manifest.path)
    for manifest in folder.manifests:
        if manifest.name and (said := said_by_name(manifest.name)) is not None:
            return said, Reason(message=f"its name is {manifest.name}", path=manifest.path)
    if (word := _folder_word(folder)) is not None:
        return Said(kind="service", word=word, source="name"), Reason(message=f"its folder is {word}", path=folder.path)
    return None, Reason(message="")


_NOTHING = Said(kind="", word="")
_PARTS = frozenset({"adapter", "plugin", "provider", "sdk"})  # of something else, whatever the README tells of that


def _folder_word(folder: Folder) -> str | None:
    """The part of the folder's path that calls it a service (``services/prices``, ``price-service``, ``service-a``)."""
    if any(m.name for m in folder.manifests) or folder.path == ".":
        return None
    *above, last = folder.path.lower().split("/")
    if "service" in re.split(r"[-_.]", last):
        return last
    return next((part for part in above if part in ("services", "microservices")), None)


def _classifiers(manifest: Manifest) -> list[str]:
    found = list(manifest.classifiers)
    for declared in (table(manifest.data, "project"), table(manifest.data, "tool", "poetry")):
        listed = declared.get("classifiers")
        found += [c for c in listed if isinstance(c, str)] if isinstance(listed, list | tuple) else []
    return found


IMAGE = re.compile(r"(?:^|/)(?:[\w.-]*(?:dockerfile|containerfile)[\w.-]*|procfile[\w.]*)$", re.IGNORECASE)


def depth(path: str, folder: Folder) -> int:
    """How many folders below the project's own a file lies."""
    return path.count("/") - (0 if folder.path == "." else folder.path.count("/") + 1)
