"""The inventory: the accounting sentence first, then what the fleet uses, then every project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from reports.datasets.supply import index_host
from reports.datasets.tool_versions import skew
from reports.documents import inventory_document, totals
from reports.installers import differs
from reports.table import Cell, Page, Table, counted_noun
from reports.telling import MOST, in_short, telling_table
from reports.writer import View
from rules.telling import one_a_repository, telling
from scanner.inventory import Fleet, Project, Repository

DISCIPLINES = ("locked", "stale", "conflicting", "pinned-hashes", "pinned", "partial", "unlocked", "none", "unknown")


def inventory_view(fleet: Fleet, *, next_steps: tuple[str, ...] = ()) -> View:
    """The view of a run's inventory."""
    return View(
        name="inventory",
        page=lambda: inventory_page(fleet, next_steps),
        document=lambda: inventory_document(fleet),
        rows=lambda: fleet.repositories,
    )


def inventory_page(fleet: Fleet, next_steps: tuple[str, ...] = ()) -> Page:
    """The inventory for people."""
    mains = [(r, p) for r in fleet.repositories for p in r.projects if p.role == "main"]
    found = telling(fleet.repositories)
    return Page(
        title="Python fleet inventory",
        opening=(accounting(fleet), *in_short(found), *_coverage(fleet, mains)),
        tables=(
            _managers(mains),
            _heat(mains),
            telling_table(one_a_repository(found)[:MOST], found),
            _projects(mains),
            skew(fleet.repositories),
            _indexes(mains),
            _undecided(fleet.repositories),
            _causes(fleet.repositories),
            _unread(fleet.repositories),
            _every_project(fleet.repositories),
        ),
        closing=next_steps,
    )


def accounting(fleet: Fleet) -> str:
    """``104 repositories: 92 classified, 4 need a decision, 6 not Python, 2 failed, 0 lost; 131 projects``."""
    t = totals(fleet.repositories)
    lost = t.repositories - t.classified - t.needs_decision - t.not_python - t.failed
    return (
        f"{counted_noun(t.repositories, 'repository')}: {t.classified} classified, {t.needs_decision} "
        f"{'needs' if t.needs_decision == 1 else 'need'} a decision, {t.not_python} not Python, {t.failed} failed, "
        f"{lost} lost; {counted_noun(t.main_projects, 'main project')} ({t.projects} in all)"
    )


def _coverage(fleet: Fleet, mains: list[tuple[Repository, Project]]) -> tuple[str, ...]:
    unread = totals(fleet.repositories).unread_files
    unknown = sum(1 for _, p in mains if p.lock_discipline == "unknown")
    lines = [f"{counted_noun(unread, 'file')} could not be read (listed below, each with its reason)"] if unread else []
    if unknown:
        lines.append(f"{counted_noun(unknown, 'main project')} whose lock discipline cannot be told: unknown, not bad")
    return tuple(lines)


def _managers(mains: list[tuple[Repository, Project]]) -> Table:
    counts: dict[str, Counter[str]] = {}
    for _, project in mains:
        counts.setdefault(project.primary_manager or "none", Counter())[project.lock_discipline] += 1
    seen = [d for d in DISCIPLINES if any(c[d] for c in counts.values())]
    rows = [
        (name, sum(c.values()), *(c[d] or None for d in seen))
        for name, c in sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    ]
    return Table(
        name="managers",
        title="Who manages dependencies, and how exactly (main projects)",
        columns=("manager", "projects", *seen),
        rows=tuple(rows),
    )


def _heat(mains: list[tuple[Repository, Project]]) -> Table:
    """Manifest tool against install tool: where they differ, what runs is not what is locked."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for _, project in mains:
        for place, env in (("ci", project.environments.ci), ("image", project.environments.image)):
            if env is not None and env.tool is not None and project.primary_manager is not None:
                counts[(project.primary_manager, place, env.tool)] += 1
    rows = [
        (manager, place, tool, count, "yes" if differs(manager, tool) else None)
        for (manager, place, tool), count in sorted(counts.items(), key=lambda i: (-i[1], i[0]))
    ]
    return Table(
        name="install-tools",
        title="What they declare with, and what CI and images install with",
        columns=("declared with", "place", "installed with", "projects", "differs"),
        rows=tuple(rows),
    )


def _indexes(mains: list[tuple[Repository, Project]]) -> Table:
    """The hosts that files name packages to be taken from."""
    named = [(index_host(i.url), r, p, i) for r, p in mains for i in p.indexes]
    rows: list[tuple[Cell, ...]] = []
    for host in {host for host, *_ in named}:
        own = [(r, p, i) for at, r, p, i in named if at == host]
        first = own[0][2]
        rows.append(
            (
                host,
                len({(r.id, p.path) for r, p, _ in own}),
                tuple(sorted({i.kind for *_, i in own})),
                any(i.url.lower().startswith("http://") for *_, i in own),
                any(i.credentials for *_, i in own),
                f"{own[0][0].name}: {first.path}:{first.line or 1}",
            )
        )
    return Table(
        name="indexes",
        title="Indexes and channels that files name, by host",
        columns=("host", "projects", "kinds", "plain http", "credentials in file", "for example"),
        rows=tuple(sorted(rows, key=lambda row: (-int(str(row[1])), str(row[0])))),
        note="A project that names no index gets its tool's default; that is not counted here.",
        detail=True,
    )


def _projects(mains: list[tuple[Repository, Project]]) -> Table:
    rows = [
        (
            repository.name if project.path == "." else f"{repository.name}/{project.path}",
            project.kind,
            project.signature.text,
            project.lock_discipline,
            next((r.message for r in project.discipline_reasons), None),
            next((d.message for d in project.disagreements if d.what in ("tool", "lock")), None),
        )
        for repository, project in mains
    ]
    return Table(
        name="projects",
        title="Projects",
        columns=("project", "kind", "toolchain", "lock", "because", "environments"),
        rows=tuple((a, b, c, d, _short(e), _short(f)) for a, b, c, d, e, f in rows),
        wrap=38,
    )


def _every_project(repositories: Iterable[Repository]) -> Table:
    """Every project with everything that fits a spreadsheet's row; repositories without one have a row, too."""
    rows: list[tuple[Cell, ...]] = []
    for r in repositories:
        about = (r.id, r.name, r.state, r.commit, r.last_activity, " ".join(r.owners), r.criticality, " ".join(r.ci))
        rows += [(*about, *_project_cells(p)) for p in r.projects] or [(*about, *[None] * len(_PROJECT_COLUMNS))]
    columns = ("repository", "name", "state", "commit", "last_activity", "owners", "criticality", "ci_systems")
    return Table(
        name="every-project",
        title="Every project",
        columns=(*columns, *_PROJECT_COLUMNS),
        rows=tuple(rows),
        main=True,
        csv_only=True,
    )


_PROJECT_COLUMNS = (
    "project",
    "role",
    "distribution",
    "kind",
    "primary_manager",
    "package_managers",
    "lock_discipline",
    "because",
    "requires_python",
    "build_backend",
    "local",
    "ci",
    "image",
    "disagreements",
    "toolchain",
)


def _project_cells(p: Project) -> tuple[Cell, ...]:
    envs = (p.environments.local, p.environments.ci, p.environments.image)
    return (
        p.path,
        p.role,
        p.name,
        p.kind,
        p.primary_manager,
        " ".join(p.package_managers),
        p.lock_discipline,
        next((r.message for r in p.discipline_reasons), None),
        p.requires_python,
        p.build_backend,
        *(env.tool if env is not None else None for env in envs),
        "; ".join(d.message for d in p.disagreements),
        p.signature.text,
    )


def _short(text: str | None, width: int = 72) -> str | None:
    return text if text is None or len(text) <= width else text[: width - 1] + "…"


def _undecided(repositories: Iterable[Repository]) -> Table:
    rows = [
        (r.name, reason.message, reason.path, reason.line)
        for r in repositories
        if r.state == "needs-decision"
        for reason in r.decisions
    ]
    return Table(
        name="decisions", title="Needs a decision", columns=("repository", "why", "file", "line"), rows=tuple(rows)
    )


def _causes(repositories: Iterable[Repository]) -> Table:
    """Why files, or parts of them, could not be read, most frequent first, each with a place to look at."""
    found: dict[tuple[str, str], list[str]] = {}
    for r in repositories:
        for e in r.errors:
            cause = (e.code, _QUOTED.sub("…", e.message)[:90])
            found.setdefault(cause, []).append(f"{r.name}: {e.path}:{e.line or 1}" if e.path else r.name)
    rows = [
        (code, len(places), message, places[0])
        for (code, message), places in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return Table(
        name="causes",
        title="What could not be read, by cause",
        columns=("code", "places", "reason", "for example"),
        rows=tuple(rows),
        detail=True,
    )


_QUOTED = re.compile(r"'[^']{0,200}'|\"[^\"]{0,200}\"|\b[0-9a-f]{12,64}\b|\d{1,12}")


def _unread(repositories: Iterable[Repository]) -> Table:
    rows = [
        (r.name, e.path, e.line, e.code, _short(e.message, 90))
        for r in repositories
        for e in r.errors
        if e.path is None or e.code != "invalid-entry"
    ]
    return Table(
        name="unread",
        title="Not read",
        columns=("repository", "file", "line", "code", "reason"),
        rows=tuple(rows),
        note="A file that cannot be read makes what depends on it unknown; the rest of the repository still counts.",
    )
