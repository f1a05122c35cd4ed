"""From Rye, which is no longer developed: ``[tool.rye]`` becomes groups and ``[tool.uv]``; the locked versions are
kept."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import add_commands, check_lock, compare_pins, index_tables, manifest_path, restore, save_pins
from scanner.inventory import Lockfile, Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that Rye owns."""
    for project in site.projects:
        if project.primary_manager == "rye":
            locks = [k for k in project.lockfiles if k.tool == "rye"]
            yield _convert(site, project, locks)
            if locks:
                yield _clean_up(project, locks)


def _convert(site: Site, project: Project, locks: list[Lockfile]) -> Step:
    commands = [save_pins(site, project, locks)] if locks else []
    if (indexes := index_tables(project)) is not None:
        commands.append(indexes)
    commands += list(add_commands(site, project, project.dependencies, pins=bool(locks)))
    if not project.dependencies:
        commands.append(inside(project.path, "uv lock"))
    return Step(
        title=f"Move [tool.rye] of {manifest_path(project)} to uv and lock with the versions of today",
        why="[project] stays (adding a dependency again with --raw keeps its text and locks it at the old version); "
        "[tool.rye] dev-dependencies become the group dev; by hand: `virtual = true` becomes `package = false` "
        "under [tool.uv], "
        "[tool.rye.workspace] members become [tool.uv.workspace], [tool.rye.scripts] go to the task runner.",
        commands=tuple(commands),
        verify=(check_lock(project), *((compare_pins(site, project),) if locks else ())),
        rollback=restore(project, [manifest_path(project)]),
    )


def _clean_up(project: Project, locks: list[Lockfile]) -> Step:
    files = " ".join(shlex.quote(k.path) for k in locks)
    manifest = shlex.quote(manifest_path(project))
    return Step(
        title="Remove Rye's locks and [tool.rye]",
        why="uv.lock now holds the same versions.",
        commands=(f"git rm -q {files}", f"grep -n '^\\[tool[.]rye' {manifest} || true"),
        verify=(f"! grep -nE '^\\[tool[.]rye' {manifest}",),
        rollback=(f"git restore --staged --worktree -- {files} {manifest}",),
    )


STEPS = StepWriter(name="from-rye", track="uv", write=write)
