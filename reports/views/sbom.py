"""Bills of materials: what the locks of the main projects hold, and what can only be named where there is no lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from reports.documents import RunHeader, header
from reports.table import Page, Table
from reports.writer import View
from rules.reading import locks, main_projects
from scanner.inventory import Fleet, Repository

Locked = Mapping[tuple[str, str], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Part:
    """A package; ``version`` is ``None`` where nothing says which one is installed, ``path`` the file that names it."""

    name: str
    version: str | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One repository: its packages, and what is known to be missing from the list."""

    repository: Repository
    parts: tuple[Part, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """The bills of one document; ``whole`` when it is that of the fleet."""

    run: RunHeader
    bills: tuple[Bill, ...]
    whole: bool


def sbom_view(fleet: Fleet, locked: Locked, one: Repository | None = None) -> View:
    """The view of the fleet, or of one repository; ``locked`` are the packages of each lock (repository, path)."""
    asked = fleet.repositories if one is None else (one,)

    def document() -> Bills:
        made = tuple(bill(r, locked) for r in asked if main_projects(r))
        return Bills(run=header(fleet.run), bills=made, whole=one is None)

    return View(name="sbom", page=lambda: _page(document()), document=document)


def bill(repository: Repository, locked: Locked) -> Bill:
    """What is known of one repository's packages."""
    parts: set[Part] = set()
    gaps: list[str] = []
    held: set[str] = set()
    for project, lock in locks(repository):
        packages = locked.get((repository.id, lock.path), ())
        parts |= {Part(name=name, version=version, path=lock.path) for name, version in packages}
        held.add(project.path)
        if lock.packages > len(packages):
            gaps.append(
                f"{lock.path}: {lock.packages - len(packages)} of {lock.packages} packages have no digest, or no index"
            )
    for project in main_projects(repository):
        if not project.lockfiles and project.path not in held:
            named = list(_declared(repository, project.path))
            parts |= set(named)
            if project.dependencies:
                gaps.append(f"{project.path}: no lock; what these packages need is not known")
    return Bill(repository=repository, parts=tuple(sorted(parts, key=_order)), gaps=tuple(sorted(set(gaps))))


def _order(part: Part) -> tuple[str, str, str]:
    return part.name, part.version or "", part.path


def _declared(repository: Repository, path: str) -> Iterator[Part]:
    for project in repository.projects:
        if project.path == path:
            for d in project.dependencies:
                if d.source == "index" and d.ecosystem == "pypi" and d.scope == "runtime" and d.name:
                    yield Part(name=canonicalize_name(d.name), version=_exact(d.specifier), path=d.path)


def _exact(specifier: str | None) -> str | None:
    """The one version that a specifier admits."""
    try:
        found = list(SpecifierSet(specifier or ""))
    except InvalidSpecifier:
        return None
    exact = len(found) == 1 and found[0].operator in ("==", "===") and not found[0].version.endswith(".*")
    return found[0].version if exact else None


def _page(bills: Bills) -> Page:
    rows = tuple((b.repository.name, p.name, p.version, p.path) for b in bills.bills for p in b.parts)
    table = Table(
        name="sbom", title="Packages", columns=("repository", "package", "version", "file"), rows=rows, main=True
    )
    return Page(title="Bill of materials", tables=(table,))
