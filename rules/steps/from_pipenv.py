"""From Pipenv: the Pipfile's packages become dependencies and groups; the versions of ``Pipfile.lock`` are kept."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.step import Site, Step, StepWriter
from rules.uv import (
    add_commands,
    check_lock,
    compare_pins,
    folder_path,
    has_project_table,
    index_tables,
    manifest_path,
    old_lock,
    restore,
    save_pins,
    start_project,
    unsayable,
)
from scanner.inventory import Dependency, Lockfile, Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that Pipenv owns."""
    for project in site.projects:
        if project.primary_manager == "pipenv":
            lock = old_lock(project, "pipenv")
            yield _convert(site, project, lock)
            yield _clean_up(project, lock)


def _declared(project: Project) -> list[Dependency]:
    return [d for d in project.dependencies if d.path.rpartition("/")[2] == "Pipfile"]


def _convert(site: Site, project: Project, lock: Lockfile | None) -> Step:
    commands = [save_pins(site, project, [lock])] if lock else []
    if not has_project_table(project):
        commands.append(start_project(site, project))
    if (indexes := index_tables(project)) is not None:
        commands.append(indexes)
    declared = _declared(project)
    commands += list(add_commands(site, project, declared, pins=lock is not None))
    left = unsayable(declared)
    by_hand = f" By hand: {', '.join(left)}." if left else ""
    return Step(
        title=f"Move the Pipfile's packages into {manifest_path(project)} and lock with the versions of today",
        why="[packages] become dependencies, [dev-packages] the group dev, other categories groups of their "
        "names; a package "
        "with `index = …` needs that index in [tool.uv.sources], [scripts] go to the task runner." + by_hand,
        commands=tuple(commands),
        verify=(check_lock(project), *((compare_pins(site, project),) if lock else ())),
        rollback=restore(project, [m for m in project.manifests if m == manifest_path(project)]),
    )


def _clean_up(project: Project, lock: Lockfile | None) -> Step:
    files = f"{folder_path(project, 'Pipfile')}{' ' + shlex.quote(lock.path) if lock else ''}"
    return Step(
        title="Remove the Pipfile and its lock",
        why="pyproject.toml and uv.lock now hold the same; Pipenv would go on using the old ones.",
        commands=(f"git rm -q {files}",),
        verify=("! git grep -nw pipenv -- ':!*.md' ':!uv.lock'",),
        rollback=(f"git restore --staged --worktree -- {files}",),
    )


STEPS = StepWriter(name="from-pipenv", track="uv", write=write)
