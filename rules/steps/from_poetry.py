"""From Poetry: ``[tool.poetry]`` becomes ``[project]``, groups and sources; the locked versions are kept."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from rules.reading import inside, package_indexes
from rules.step import Site, Step, StepWriter
from rules.uv import check_lock, compare_pins, manifest_path, old_lock, restore, save_pins, version
from scanner.inventory import Lockfile, Project


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that Poetry owns."""
    for project in site.projects:
        if project.primary_manager == "poetry":
            lock = old_lock(project, "poetry")
            yield _convert(site, project, lock)
            if lock is not None:
                yield _clean_up(project, lock)


def _convert(site: Site, project: Project, lock: Lockfile | None) -> Step:
    tool = f"uvx migrate-to-uv@{version('migrate_to_uv')} --package-manager poetry"
    return Step(
        title=f"Convert [tool.poetry] in {manifest_path(project)} and lock with the versions of today",
        why="The converter writes [project], [dependency-groups] and [tool.uv] and locks with the old versions as "
        f"constraints. Check in the result: {_to_check(project)}.",
        commands=(*((save_pins(site, project, [lock]),) if lock else ()), inside(project.path, tool)),
        verify=(check_lock(project), *((compare_pins(site, project),) if lock else ())),
        rollback=restore(project, [manifest_path(project), *([lock.path] if lock else [])]),
    )


def _to_check(project: Project) -> str:
    """What a converter is known to get wrong, as far as this project has it."""
    own = [d for d in project.dependencies if d.path == manifest_path(project)]
    groups = sorted({d.group or "dev" for d in own if d.scope == "group"})
    extras = sorted({d.group or "extra" for d in own if d.scope == "optional"})
    counts = Counter((canonicalize_name(d.name), d.scope, d.group) for d in own if d.name)
    several = sorted({key[0] for key, n in counts.items() if n > 1})
    sources = sorted({i.name or i.url for i in package_indexes(project)})
    direct = sorted({d.name for d in own if d.source in ("git", "path", "url") and d.name})
    checks = [
        f"groups {', '.join(groups)}" if groups else "",
        f"extras {', '.join(extras)} (still optional)" if extras else "",
        f"all constraints of {', '.join(several)}" if several else "",
        f"the order of the sources {', '.join(sources)} (Poetry's supplemental ones come after the default)"
        if sources
        else "",
        f"[tool.uv.sources] of {', '.join(direct)}" if direct else "",
        "the build backend, and that the wheel holds the same files (`uv build --wheel`)" if project.publishes else "",
    ]
    return "; ".join(filter(None, checks)) or "requires-python and every specifier"


def _clean_up(project: Project, lock: Lockfile) -> Step:
    path = shlex.quote(lock.path)
    return Step(
        title=f"Remove {lock.path}",
        why="uv.lock now holds the same versions; a second lock would drift.",
        commands=(f"git rm -q --ignore-unmatch {path}",),
        verify=(f"! grep -nE '^\\[tool[.]poetry' {shlex.quote(manifest_path(project))}", f"test ! -e {path}"),
        rollback=(f"git restore --staged --worktree -- {path}",),
    )


STEPS = StepWriter(name="from-poetry", track="uv", write=write)
