"""The manifests' half of a migration: for every project its new ``pyproject.toml`` and the versions to keep. Pure.

One file per origin; :func:`migrate` finds the origin of each project and puts the answers together. A project either
moves as a whole or is refused with the decision that a person has to take.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from rules.blockers import PlanBlocker, too_old
from rules.migration import Ground, Migration, Refusal
from rules.migrations import conda, hatch, pdm, pipenv, poetry, requirements, rye
from rules.migrations.above import after_all, apart
from rules.migrations.beside import edges, folder_taken, reach
from rules.migrations.ground import Moved, Origin, Site, Stop, parsed, refusal
from rules.migrations.narrow import narrowed
from rules.migrations.pythons import note_version_file
from rules.migrations.sheet import Sheet
from rules.pythons import admitted, dotted, oldest_for_uv
from rules.reading import main_projects
from scanner.format import Unreadable
from scanner.inventory import Project, Repository
from scanner.toml_reader import loads, table
from scanner.words import listed

__all__ = ["migrate", "narrowed"]

_ORIGINS: Mapping[str, Origin] = {
    "conda": conda.move,
    "flit": hatch.move,
    "hatch": hatch.move,
    "pdm": pdm.move,
    "pip": requirements.move,
    "pip-tools": requirements.move,
    "pipenv": pipenv.move,
    "poetry": poetry.move,
    "rye": rye.move,
    "setuptools": requirements.move,
}


def migrate(ground: Ground, stopped: Mapping[str, PlanBlocker] | None = None) -> Migration:
    """The edits of the repository's manifests and locks, the moves with the old pins, and what is refused and why.

    ``stopped``: projects, by folder, that are known not to move for a reason outside of their manifests.
    """
    found: dict[str, tuple[Site, Moved]] = {}
    refusals: list[Refusal] = []
    for project in _projects(ground.repository):
        origin = _origin(project)
        if origin is None:
            continue
        if stopped is not None and project.path in stopped:
            refusals.append(Refusal(project=project.path, blocker=stopped[project.path]))
            continue
        site = Site(ground, project)
        try:
            _refuse_rivals(project)
            if (old := too_old(project)) is not None:
                raise Stop(old.code, old.message, old.path, old.line)
            moved = origin(site)
            _refuse_broken(moved)
            _refuse_old_python(moved)
            note_version_file(site)
        except Stop as stop:
            refusals.append(refusal(site, stop))
            continue
        found[project.path] = (site, moved)
    refusals += _refuse_dependents(ground, found, refusals)
    after = after_all((e for _, moved in found.values() for e in moved.edits), ground.read)
    found = {path: (site, apart(site, moved, after)) for path, (site, moved) in found.items()}
    edits = {e.path: e for _, moved in found.values() for e in moved.edits if e.before != e.after}
    return Migration(
        repository=ground.repository.id,
        edits=tuple(sorted(edits.values(), key=lambda e: e.path)),
        moves=tuple(moved.move for _, moved in found.values()),
        refusals=tuple(refusals),
        notes=tuple(note for site, _ in found.values() for note in site.notes),
    )


def _refuse_dependents(
    ground: Ground, found: dict[str, tuple[Site, Moved]], refusals: Sequence[Refusal]
) -> list[Refusal]:
    """Take out what takes a refused project by path: uv would have to run that one's code to lock."""
    links = edges(ground.repository)
    why = {r.project: r.blocker for r in refusals if not _has_metadata(ground, r.project)}
    made = []
    for path in list(found):
        target = next((t for t in sorted(reach(path, links) - {path}) if t in why), None)
        if target is None:
            continue
        site, _ = found.pop(path)
        blocker = why[target]
        message = f"it takes {target} by path, which does not move ({blocker.code}: {blocker.message})"
        item = next((d for d in site.project.dependencies if d.source == "path" and d.url), None)
        at = (item.path, item.line) if item is not None else (site.manifest, None)
        made.append(refusal(site, Stop(blocker.code, message, *at, decision=blocker.decision)))
    return made


def _has_metadata(ground: Ground, folder: str) -> bool:
    """Whether a project that stays as it is says statically what it needs."""
    text = ground.read(posixpath.normpath(posixpath.join(folder, "pyproject.toml")))
    try:
        return "dependencies" in table(loads(text or ""), "project")
    except Unreadable:
        return False


def _refuse_broken(moved: Moved) -> None:
    """A manifest written in a way that the new tables do not fit into (tables by dotted keys at the top)."""
    for edit in moved.edits:
        if edit.after is not None and edit.path.endswith(".toml"):
            try:
                parsed(edit.path, edit.after)
            except Stop as stop:
                message = f"the new tables do not fit into {edit.path}: {stop.blocker.message}"
                raise Stop("manifest-by-hand", message, edit.path) from None


def _refuse_old_python(moved: Moved) -> None:
    """uv works with no Python that is older than those it supports."""
    text = next((e.after for e in moved.edits if e.path == moved.move.manifest), None)
    found = Sheet.of(text.replace("\r\n", "\n")).find("project") if text else None
    stated = next((i for i in found.items() if i.keys == ("requires-python",)), None) if found else None
    versions = admitted(stated.value if stated is not None and isinstance(stated.value, str) else None)
    if versions and max(versions) < oldest_for_uv():
        oldest = dotted(oldest_for_uv())
        message = f"Python {stated.value if stated else ''} ends below {oldest}, the oldest that uv works with"
        raise Stop("python-too-old", message, moved.move.manifest)


def _projects(repository: Repository) -> list[Project]:
    """The main projects, and those of any role that these take from a path: uv could not read their metadata."""
    by_path = {project.path: project for project in repository.projects}
    found = {project.path: project for project in main_projects(repository)}
    waiting = list(found.values())
    while waiting:
        for item in waiting.pop().dependencies:
            path = folder_taken(item)
            if path in by_path and path not in found:
                found[path] = by_path[path]
                waiting.append(by_path[path])
    return list(found.values())


def _refuse_rivals(project: Project) -> None:
    """Locks of several tools, none an export of another: only a person knows which one counts."""
    if project.lock_discipline == "conflicting":
        rivals = [lock for lock in project.lockfiles if lock.export_of is None]
        names = listed([f"{lock.path} ({lock.tool})" for lock in rivals])
        raise Stop("conflicting-locks", f"{names} lock the same project", rivals[0].path if rivals else None)


def _origin(project: Project) -> Origin | None:
    """Who converts a project; nobody where uv locks it already, or where it moves with its workspace."""
    if project.workspace_root not in (None, project.path):
        return None
    if project.primary_manager == "uv":
        compiled = any(lock.tool in ("uv", "pip-tools") and lock.path.endswith(".txt") for lock in project.lockfiles)
        locked = any(lock.path.endswith("uv.lock") for lock in project.lockfiles)
        return requirements.move if compiled and not locked else None
    return _ORIGINS.get(project.primary_manager or "")
