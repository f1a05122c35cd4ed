"""Already on uv: what is left, such as a missing or stale lock, and files of the tool that was left."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.reading import inside, needs_lock
from rules.step import Site, Step, StepWriter
from rules.uv import check_lock, compare_pins, restore, save_pins
from scanner.inventory import Lockfile, Project

_OLD = ("poetry", "pdm", "pipenv", "rye")


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that uv owns already."""
    for project in site.projects:
        if project.primary_manager != "uv" or project.workspace_root not in (None, project.path):
            continue
        if (step := _lock(project)) is not None:
            yield step
        rivals = [k for k in project.lockfiles if k.tool in _OLD and k.export_of is None]
        if rivals:
            yield _drop(site, project, rivals)


def _lock(project: Project) -> Step | None:
    own = next((k for k in project.lockfiles if k.path.endswith("uv.lock")), None)
    if own is None and (project.lockfiles or not needs_lock(project)):
        return None
    if own is not None and own.status not in ("stale", "broken"):
        return None
    state = "There is no uv.lock" if own is None else f"{own.path} is {own.status}"
    first = (
        f"git rm -q --cached {shlex.quote(own.path)} && rm {shlex.quote(own.path)}"
        if own and own.status == "broken"
        else None
    )
    return Step(
        title="Write uv.lock" if own is None else f"Renew {own.path}",
        why=f"{state}: what is installed is decided at install time.",
        commands=(*((first,) if first else ()), inside(project.path, "uv lock")),
        verify=(check_lock(project),),
        rollback=restore(project, [own.path] if own else ()),
    )


def _drop(site: Site, project: Project, rivals: list[Lockfile]) -> Step:
    files = " ".join(shlex.quote(k.path) for k in rivals)
    return Step(
        title=f"Remove {', '.join(k.path for k in rivals)}",
        why="uv owns the project, but the old lock is still there and drifts. The comparison shows which "
        "versions differ: "
        "decide for each which one production should have.",
        commands=(save_pins(site, project, rivals), compare_pins(site, project), f"git rm -q {files}"),
        verify=(check_lock(project),),
        rollback=(f"git restore --staged --worktree -- {files}",),
    )


STEPS = StepWriter(name="on-uv", track="uv", write=write)
