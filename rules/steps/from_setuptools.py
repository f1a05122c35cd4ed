"""From ``setup.py`` or ``setup.cfg``: uv manages the project while setuptools goes on building it, unchanged."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import add_commands, check_lock, has_project_table, has_pyproject, manifest_path, restore, safe_name
from scanner.inventory import Project

_DYNAMIC = (
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "authors",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
)


def write(site: Site) -> Iterator[Step]:
    """The steps for each project whose dependencies setuptools declares."""
    for project in site.projects:
        if project.primary_manager == "setuptools":
            yield _adopt(site, project)
            if project.publishes:
                yield _same_wheel(project)


def _adopt(site: Site, project: Project) -> Step:
    commands = [] if has_project_table(project) else [_table(site, project)]
    extra = [d for d in project.dependencies if d.path.endswith((".txt", ".in")) and d.scope == "group"]
    commands += [inside(project.path, "uv lock"), *add_commands(project, extra, pins=False)]
    sources = ", ".join(
        sorted({posixpath.basename(d.path) for d in project.dependencies if "setup." in d.path}) or ["setup.py"]
    )
    return Step(
        title=f"Let uv manage the project that {sources} declares",
        why="A [project] table whose fields are all `dynamic` leaves the declarations where they are: setuptools "
        "still reads "
        "them, the wheel stays the same, and uv builds the metadata to lock (it runs setup.py to do so). Moving "
        "the fields "
        "one by one into [project] can follow.",
        commands=tuple(commands),
        verify=(check_lock(project), inside(project.path, "uv sync --locked")),
        rollback=restore(project, [m for m in project.manifests if m == manifest_path(project)]),
    )


def _table(site: Site, project: Project) -> str:
    name = safe_name(project, site.repository.name)
    fields = ", ".join(f'"{f}"' for f in _DYNAMIC)
    backend = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
    start = "" if project.build_backend and "(setup.py)" not in project.build_backend else backend
    body = f'{start}[project]\nname = "{name}"\ndynamic = [{fields}]'
    operator = ">>" if has_pyproject(project) else ">"
    return f"cat {operator} {shlex.quote(manifest_path(project))} <<'TOML'\n{body}\nTOML"


def _same_wheel(project: Project) -> Step:
    return Step(
        title="Show that the wheel holds the same files",
        why="A published distribution must not change by the move.",
        commands=(
            "git worktree add -q /tmp/before HEAD && uv build -q --wheel --out-dir /tmp/before-wheel /tmp/before/"
            + ("" if project.path == "." else shlex.quote(project.path)),
            inside(project.path, "uv build -q --wheel --out-dir /tmp/after-wheel"),
        ),
        verify=("diff <(unzip -Z1 /tmp/before-wheel/*.whl | sort) <(unzip -Z1 /tmp/after-wheel/*.whl | sort)",),
        rollback=("git worktree remove --force /tmp/before; rm -rf /tmp/before-wheel /tmp/after-wheel",),
    )


STEPS = StepWriter(name="from-setuptools", track="uv", write=write)
