"""From Hatch environments or flit: ``[project]`` and the build backend stay; environments become groups."""

from __future__ import annotations

from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import add_commands, check_lock, manifest_path, restore
from scanner.inventory import Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that Hatch or flit owns."""
    for project in site.projects:
        if project.primary_manager in ("hatch", "flit"):
            yield _convert(site, project)


def _convert(site: Site, project: Project) -> Step:
    groups = [d for d in project.dependencies if d.scope == "group"]
    names = sorted({d.group or "dev" for d in groups})
    tool = project.primary_manager
    what = (
        f"The environments {', '.join(names)} become groups of the same names"
        if names
        else "There are no groups to move"
    )
    return Step(
        title=f"Lock {manifest_path(project)} with uv and turn {tool}'s environments into groups",
        why=f"{what}; the backend ({project.build_backend or 'none'}) goes on building. Scripts and matrices of "
        "environments have no counterpart in uv: keep them in the task runner, tox or nox.",
        commands=(*add_commands(site, project, groups, pins=False), inside(project.path, "uv lock")),
        verify=(check_lock(project), inside(project.path, "uv sync --locked --all-groups")),
        rollback=restore(project, [manifest_path(project)]),
    )


STEPS = StepWriter(name="from-hatch", track="uv", write=write)
