"""From requirements files that no locker made: names into ``pyproject.toml``, a lock from what is pinned today."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import (
    add_commands,
    check_lock,
    has_project_table,
    index_tables,
    is_built_by_setuptools,
    manifest_path,
    relative,
    restore,
    start_project,
    unsayable,
)
from scanner.inventory import Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that pip installs from requirements files or from its ``[project]`` table."""
    for project in site.projects:
        if project.primary_manager != "pip" or is_built_by_setuptools(project):
            continue
        files = _files(project)
        if not files and has_project_table(project):
            yield _lock_only(project)
        else:
            yield _import(site, project, files)


def _files(project: Project) -> dict[str, str]:
    """Requirements files of the project with the option of ``uv add`` for what they hold."""
    found: dict[str, str] = {}
    for item in project.dependencies:
        if item.path.endswith((".txt", ".in", ".pip")):
            runtime = item.scope == "runtime"
            found.setdefault(item.path, "" if runtime else f" --group {shlex.quote(item.group or 'dev')}")
    return found


def _import(site: Site, project: Project, files: dict[str, str]) -> Step:
    commands = [] if has_project_table(project) else [start_project(site, project)]
    if (indexes := index_tables(project)) is not None:
        commands.append(indexes)
    add = "uv add --raw --no-sync"
    commands += [
        inside(project.path, f"{add}{option} -r {relative(project, path)}")
        for path, option in sorted(files.items(), key=lambda f: (f[1], f[0]))
    ]
    if not files:
        commands += add_commands(site, project, project.dependencies, pins=False)
    left = [] if files else unsayable(project.dependencies)
    by_hand = f" By hand: {', '.join(left)}." if left else ""
    return Step(
        title=f"Move {', '.join(sorted(files)) or 'the dependencies'} into {manifest_path(project)} and lock",
        why="The files name what is wanted; uv.lock will hold what is installed. Pins stay pins (--raw keeps the "
        "text), "
        f"-r lines are followed; -c files and pip options are not: carry them over.{by_hand}",
        commands=tuple(commands),
        verify=(check_lock(project),),
        rollback=restore(project, [m for m in project.manifests if m == manifest_path(project)]),
    )


def _lock_only(project: Project) -> Step:
    return Step(
        title=f"Lock {manifest_path(project)}",
        why="The [project] table already holds the dependencies; only the lock is missing.",
        commands=(inside(project.path, "uv lock"),),
        verify=(check_lock(project),),
        rollback=restore(project, ()),
    )


STEPS = StepWriter(name="from-requirements", track="uv", write=write)
