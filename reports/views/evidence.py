"""All evidence on one repository: each conclusion, and the places that it was drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reports.table import Cell, Page, Table
from reports.writer import View
from scanner.inventory import Command, Environment, Evidence, Lockfile, Project, Reason, Repository
from scanner.words import counted

_Spot: TypeAlias = tuple[str, int | None]


def evidence_view(repository: Repository) -> View:
    """The view of one repository; its document is its entry in the inventory."""
    return View(name="evidence", page=lambda: evidence_page(repository), document=lambda: repository)


def evidence_page(repository: Repository) -> Page:
    """One repository for people."""
    commit = f"commit {repository.commit[:12]} of {repository.committed_at}" if repository.commit else "no commit"
    placed = _by_place(repository)
    return Page(
        title=repository.name,
        opening=(
            f"{repository.id}: {repository.state}",
            f"{commit}, {repository.files} files; at {repository.location}",
            f"owners: {', '.join(repository.owners) or 'unknown'}; criticality: {repository.criticality or 'not set'}; "
            f"CI: {', '.join(repository.ci) or 'none'}",
            *(() if repository.is_python else ("Python is not the product of this repository",)),
            *(f"to decide: {_reason(r)}" for r in repository.decisions),
        ),
        tables=(
            *(table for project in repository.projects for table in _project(project, placed)),
            _tools(repository),
            _images(repository),
            _commands(repository),
            _references(repository),
            _errors(repository),
            _aside(repository),
        ),
    )


def _by_place(repository: Repository) -> dict[_Spot, list[Command]]:
    found: dict[_Spot, list[Command]] = {}
    for command in repository.commands:
        found.setdefault((command.path, command.line), []).append(command)
    return found


def _shown(commands: list[Command], manager: str) -> str | None:
    """The command that is a sign of ``manager``, for reading: of several in one place its own that installs."""
    if not commands:
        return None
    of_it = max(commands, key=lambda c: (c.tool == manager or manager in c.argv, c.kind == "install"))
    return " ".join(of_it.argv)[:60]


def _reason(reason: Reason) -> str:
    return f"{reason.message} ({_place(reason.path, reason.line)})" if reason.path else reason.message


def _place(path: str | None, line: int | None) -> str:
    return f"{path}:{line}" if path and line else (path or "")


def _project(project: Project, placed: dict[_Spot, list[Command]]) -> tuple[Table, ...]:
    rows: list[tuple[Cell, ...]] = []
    for what, value, reasons in (
        ("role", project.role, project.role_reasons),
        ("kind", project.kind, project.kind_reasons),
        ("primary manager", project.primary_manager, project.primary_reasons),
    ):
        rows.append((what, value, *_first(reasons)))
        rows += [("", None, r.message, _place(r.path, r.line)) for r in reasons[1:]]
    for name, places in project.manager_evidence.items():
        for e in places[:12]:
            shown = _shown(placed.get((e.path, e.line), []), name) if e.kind == "command" else None
            rows.append((f"manager {name}", "command" if shown else e.kind, shown or "sign", _place(e.path, e.line)))
        if len(places) > 12:
            rows.append((f"manager {name}", f"and {counted(len(places) - 12, 'sign')} more", None, None))
    rows.append(("lock discipline", project.lock_discipline, *_first(project.discipline_reasons)))
    rows += [("", None, r.message, _place(r.path, r.line)) for r in project.discipline_reasons[1:]]
    for lock in project.lockfiles:
        covers = {True: "covers", False: "does not cover", None: "coverage unknown"}[lock.covers]
        detail = f"{lock.format}, {lock.packages} packages, {lock.hashed_packages} with hashes; {covers}"
        rows.append((f"lock {lock.path}", lock.status, detail, _place(lock.path, None)))
        rows += [("", None, text, None) for text in _of_lock(lock)]
        rows += [("", None, r.message, _place(r.path, r.line)) for r in lock.reasons]
        rows += [("", "fault", f.message, _place(f.path, f.line)) for f in lock.faults]
        rows += [("", f"by {version}", verdict, None) for version, verdict in sorted(lock.other_versions.items())]
    for place in ("local", "ci", "image"):
        rows += _environment(place, getattr(project.environments, place))
    rows += [
        (f"{d.between[0]} ≠ {d.between[1]}", d.what, d.message, " ".join(_place(e.path, e.line) for e in d.evidence))
        for d in project.disagreements
    ]
    rows += _pythons(project)
    rows += [("index", i.url, i.kind, _place(i.path, i.line)) for i in project.indexes]
    rows += [("in the way", b.code, b.message, _place(b.path, b.line)) for b in project.blockers]
    rows += [("unknown", None, u.message, _place(u.path, u.line)) for u in project.unknowns]
    title = f"Project {project.path}" + (f" ({project.name})" if project.name else "") + f": {project.signature.text}"
    conclusions = Table(
        name=f"project-{project.path}",
        title=title,
        columns=("conclusion", "value", "because", "place"),
        rows=tuple(rows),
        main=project.path == ".",
        wrap=60,
    )
    return (conclusions, _dependencies(project))


def _of_lock(lock: Lockfile) -> Iterator[str]:
    """By whom and when a lock was written, from what, and from where its packages are."""
    if lock.written_by or lock.written_at:
        by = f" by {lock.written_by}" if lock.written_by else ""
        yield f"written{by}" + (f", last on {lock.written_at[:10]}" if lock.written_at else "")
    if lock.export_of:
        yield f"exported from the lock of {lock.export_of}"
    if len(lock.indexes) > 1 or any(lock.indexes):
        named = [f"{count} from {index or 'an index that is not recorded'}" for index, count in lock.indexes.items()]
        yield f"packages: {', '.join(named)}"


def _pythons(project: Project) -> list[tuple[Cell, ...]]:
    """Declared versions, those of one line together."""
    found: dict[tuple[str, str, int | None], dict[str, None]] = {}
    for python in project.python_versions:
        found.setdefault((python.kind, python.path, python.line), {})[python.version] = None
    return [("python", ", ".join(versions), kind, _place(path, line)) for (kind, path, line), versions in found.items()]


def _first(reasons: tuple[Reason, ...]) -> tuple[str | None, str | None]:
    return (reasons[0].message, _place(reasons[0].path, reasons[0].line)) if reasons else (None, None)


def _environment(name: str, env: Environment | None) -> list[tuple[Cell, ...]]:
    if env is None:
        return [(name, "not shown by the files", None, None)]
    lock = {True: "from the lock", False: "not from a lock", None: "lock unknown"}[env.uses_lock]
    detail = f"{lock}, enforced: {env.enforced or 'unknown'}, Python {', '.join(env.python) or 'unknown'}"
    shown: tuple[Evidence, ...] = env.evidence[:4]
    return [(name, env.tool or "unknown", detail, " ".join(_place(e.path, e.line) for e in shown))]


def _dependencies(project: Project) -> Table:
    rows = [(d.name, d.raw, d.scope, d.group, d.source, _place(d.path, d.line)) for d in project.dependencies]
    return Table(
        name=f"dependencies-{project.path}",
        title=f"Dependencies of {project.path}",
        columns=("name", "as written", "scope", "group", "from", "place"),
        rows=tuple(rows),
    )


def _tools(repository: Repository) -> Table:
    rows = [
        (
            t.name,
            t.category,
            t.use,
            ", ".join(sorted({v.version for v in t.versions})),
            " ".join(_place(e.path, e.line) for e in t.evidence[:4]),
            "unknown" if t.gates is None else " ".join(_place(e.path, e.line) for e in t.gates[:3]) or "no",
        )
        for t in repository.tools
    ]
    columns = ("tool", "category", "use", "versions", "places", "CI can fail by it")
    return Table(name="tools", title="Linters, formatters, type checkers", columns=columns, rows=tuple(rows))


def _images(repository: Repository) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for image in repository.images:
        rows.append((image.path, image.grade or "–", image.base, image.tool, image.enforced, None))
        rows += [("", None, None, None, None, _reason(r)) for r in image.reasons]
    columns = ("image", "grade", "base", "tool", "enforced", "because")
    return Table(name="images", title="Images", columns=columns, rows=tuple(rows), wrap=60)


def _commands(repository: Repository) -> Table:
    rows = [
        (
            _place(c.path, c.line),
            c.context,
            c.job,
            c.kind,
            c.tool,
            c.uses_lock,
            c.enforced,
            " ".join(c.argv)[:100],
            c.because,
        )
        for c in repository.commands
        if c.kind in ("install", "bootstrap", "adhoc", "lock")
    ]
    columns = ("place", "context", "job", "kind", "tool", "lock", "enforced", "command", "because")
    return Table(name="commands", title="What automation installs", columns=columns, rows=tuple(rows))


def _references(repository: Repository) -> Table:
    rows = [(r.kind, r.target, r.ref, _place(r.path, r.line)) for r in repository.references]
    columns = ("kind", "target", "ref", "place")
    return Table(name="references", title="Builds on", columns=columns, rows=tuple(rows))


def _errors(repository: Repository) -> Table:
    rows = [(_place(e.path, e.line) or "the repository", e.code, e.message) for e in repository.errors]
    return Table(name="errors", title="Not read, or only in part", columns=("place", "code", "why"), rows=tuple(rows))


def _aside(repository: Repository) -> Table:
    rows = [(r.path, r.message) for r in repository.aside]
    return Table(name="aside", title="Looked at, and left aside", columns=("file", "why"), rows=tuple(rows))
