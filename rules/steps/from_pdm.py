"""From PDM: ``[project]`` stays; development groups, sources and overrides move; the locked versions are kept."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import (
    add_commands,
    check_lock,
    compare_pins,
    index_tables,
    manifest_path,
    old_lock,
    pins_file,
    requirement,
    restore,
    save_pins,
)
from scanner.inventory import Lockfile, Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that PDM owns."""
    for project in site.projects:
        if project.primary_manager == "pdm":
            lock = old_lock(project, "pdm")
            yield _convert(site, project, lock)
            if lock is not None:
                yield _clean_up(project, lock)


def _convert(site: Site, project: Project, lock: Lockfile | None) -> Step:
    commands = [save_pins(site, project, [lock])] if lock else []
    if (indexes := index_tables(project)) is not None:
        commands.append(indexes)
    groups = [d for d in project.dependencies if d.scope == "group"]
    commands += list(add_commands(site, project, groups, pins=lock is not None))
    if lock is not None and not groups:
        commands.append(_seed(site, project))
    if lock is None:
        commands.append(inside(project.path, "uv lock"))
    return Step(
        title=f"Move [tool.pdm] settings of {manifest_path(project)} to uv and lock with the versions of today",
        why="[project] stays as it is, and so does the build backend. [tool.pdm.dev-dependencies] becomes "
        "[dependency-groups]; by hand: [tool.pdm.resolution] overrides become override-dependencies under [tool.uv], "
        "[tool.pdm.scripts] become `uv run` lines in the task runner.",
        commands=tuple(commands),
        verify=(check_lock(project), *((compare_pins(site, project),) if lock else ())),
        rollback=restore(project, [manifest_path(project)]),
    )


def _seed(site: Site, project: Project) -> str:
    """Lock with the old pins: adding a dependency again resolves everything under the constraints."""
    runtime = [t for d in project.dependencies if d.scope == "runtime" and (t := requirement(d))]
    if not runtime:
        return inside(project.path, "uv lock")
    return inside(project.path, f"uv add --raw --no-sync -c {pins_file(site, project)} {shlex.quote(runtime[0])}")


def _clean_up(project: Project, lock: Lockfile) -> Step:
    path = shlex.quote(lock.path)
    return Step(
        title=f"Remove {lock.path} and the rest of [tool.pdm]",
        why="uv.lock now holds the same versions; keep [tool.pdm.build] and [tool.pdm.version], the backend "
        "reads them.",
        commands=(f"git rm -q {path}",),
        verify=(
            f"! grep -nE '^\\[tool[.]pdm(\\]|[.](dev-dep|resol|scri|sour))' {shlex.quote(manifest_path(project))}",
        ),
        rollback=(f"git restore --staged --worktree -- {path}",),
    )


STEPS = StepWriter(name="from-pdm", track="uv", write=write)
