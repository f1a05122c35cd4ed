"""From pip-compile or ``uv pip compile`` pairs: inputs become dependencies, the compiled versions become the lock."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import (
    check_lock,
    compare_pins,
    has_project_table,
    index_tables,
    is_built_by_setuptools,
    manifest_path,
    pins_file,
    relative,
    restore,
    save_pins,
    start_project,
    unused,
)
from scanner.inventory import Lockfile, Project
from scanner.requirement_files import group_of_file


def write(site: Site) -> Iterator[Step]:
    """The steps for each project whose compiled files are its lock, whichever compiler wrote them."""
    for project in site.projects:
        compiled = [k for k in project.lockfiles if k.tool == "pip-tools" and k.export_of is None]
        if compiled and project.primary_manager in ("pip-tools", "pip", "uv") and not _has_uv_lock(project):
            yield _import(site, project, compiled)
            yield _clean_up(project, compiled)


def _has_uv_lock(project: Project) -> bool:
    return any(k.path.endswith("uv.lock") for k in project.lockfiles)


def _import(site: Site, project: Project, compiled: list[Lockfile]) -> Step:
    built = is_built_by_setuptools(project)
    commands = [save_pins(site, project, compiled)]
    if not (built or has_project_table(project)):
        commands.append(start_project(site, project))
    if (indexes := index_tables(project)) is not None:
        commands.append(indexes)
    for lock in sorted(compiled, key=lambda k: (group_of_file(k.path) or "", k.path)):
        source = _source(project, lock)
        name = group_of_file(lock.path)
        if source is not None and (name or not built):  # what setup.py reads stays its own
            group = f" --group {shlex.quote(name)}" if name else ""
            add = f"uv add --raw --no-sync -c {pins_file(site, project)}{group} -r {relative(project, source)}"
            commands.append(inside(project.path, add))
    if not any("uv add" in c for c in commands):
        commands.append(inside(project.path, "uv lock"))
    return Step(
        title=f"Move the inputs of {', '.join(k.path for k in compiled)} into {manifest_path(project)}",
        why="Each .in file becomes dependencies or a group; -c keeps the compiled versions, so that nothing is "
        "upgraded. "
        "Take `-r other.in` lines out of an input first when the other file is imported too. Files that pin one "
        "package "
        "differently cannot share a lock: the comparison shows it, and [tool.uv] conflicts can keep them apart.",
        commands=tuple(commands),
        verify=(check_lock(project), compare_pins(site, project)),
        rollback=restore(project, [m for m in project.manifests if m == manifest_path(project)]),
    )


def _source(project: Project, lock: Lockfile) -> str | None:
    stem = posixpath.splitext(lock.path)[0]
    return next((m for m in project.manifests if m == f"{stem}.in"), None)


def _clean_up(project: Project, compiled: list[Lockfile]) -> Step:
    built = is_built_by_setuptools(project)
    moved = [k for k in compiled if not built or group_of_file(k.path)]
    files = sorted({k.path for k in compiled} | {s for k in moved if (s := _source(project, k))})
    listed = " ".join(shlex.quote(f) for f in files)
    return Step(
        title="Remove the compiled files and their inputs",
        why="Two sources of truth drift apart. If something outside needs a requirements file, export it from "
        "uv.lock in CI.",
        commands=(f"git rm -q {listed}",),
        verify=(unused(files, project.path),),
        rollback=(f"git restore --staged --worktree -- {listed}",),
    )


STEPS = StepWriter(name="from-pip-tools", track="uv", write=write)
