"""From conda or Pixi: what comes from a Python index moves; what only conda has must be decided package by package."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.step import Site, Step, StepWriter
from rules.uv import add_commands, check_lock, has_project_table, manifest_path, restore, start_project
from scanner.inventory import Project
from scanner.words import counted


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that conda or Pixi owns."""
    for project in site.projects:
        if project.primary_manager in ("conda", "pixi"):
            yield _decide(project)
            yield _move(site, project)


def _conda_names(project: Project) -> list[str]:
    return sorted({d.name for d in project.dependencies if d.ecosystem == "conda" and d.name not in ("python", "pip")})


def _decide(project: Project) -> Step:
    names = _conda_names(project)
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return Step(
        title="Decide for each conda package: wheel, system package, or stay",
        why=f"{counted(len(names), 'package')} from conda channels{': ' + shown if names else ''}. Many have wheels "
        "under another name; compilers, CUDA, GDAL, R and the like may not. If one must stay on conda, the project "
        "stays there.",
        commands=(_ask(names),) if names else (),
    )


def _ask(names: list[str]) -> str:
    """Say for each name whether the index has it; the same name may be another package there."""
    words = " ".join(shlex.quote(n) for n in names)
    found = 'echo "$n" | uv pip compile --quiet --no-deps - > /dev/null 2>&1'
    return f'for n in {words}; do {found} && echo "index has $n" || echo "index lacks $n"; done'


def _move(site: Site, project: Project) -> Step:
    commands = [] if has_project_table(project) else [start_project(site, project)]
    commands += list(add_commands(site, project, project.dependencies, pins=False))
    return Step(
        title=f"Move the packages of the Python index into {manifest_path(project)}",
        why="The pip section of the environment file names distributions; the conda packages that were decided "
        "to be wheels "
        "are added with the names that the index knows them by.",
        commands=tuple(commands),
        verify=(check_lock(project),),
        rollback=restore(project, [m for m in project.manifests if m == manifest_path(project)]),
    )


STEPS = StepWriter(name="from-conda", track="uv", write=write)
