"""Requirements files kept by hand beside the declarations of another tool: two sources of truth, one to remove."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from rules.reading import inside, label
from rules.step import Site, Step, StepWriter
from rules.uv import check_lock, lock_path, manifest_path, requirement, restore, unused
from scanner.inventory import Dependency, Project
from scanner.words import listed

_DECLARING = frozenset({"poetry", "pdm", "pipenv", "rye", "hatch", "flit", "uv"})
_SHARE = 0.5
_FEW = 6


def carry(site: Site) -> Iterator[Step]:
    """Before the images and pipelines change: what only such a file names, for each of them."""
    for project, path, alone in _copies(site):
        if alone:
            yield _carry(project, path, alone)


def write(site: Site) -> Iterator[Step]:
    """When nothing installs from it any more: the removal of each such file."""
    for project, path, _ in _copies(site):
        yield _remove(site, project, path)


def _copies(site: Site) -> Iterator[tuple[Project, str, list[Dependency]]]:
    """Requirements files that repeat what the project's own manifest declares, and what only they name."""
    for project in site.projects:
        if project.primary_manager in _DECLARING:
            for path, copied in sorted(_files(project).items()):
                declared = _names(d for d in project.dependencies if not _is_requirements(d.path))
                if len(_names(copied) & declared) > len(declared) * _SHARE:
                    yield project, path, [d for d in copied if _name(d) not in declared]


def _files(project: Project) -> dict[str, list[Dependency]]:
    """The requirements files that no locker made, with what they hold for running."""
    made = {lock.path for lock in project.lockfiles}
    found: defaultdict[str, list[Dependency]] = defaultdict(list)
    for item in project.dependencies:
        if _is_requirements(item.path) and item.path not in made and item.scope == "runtime" and item.name:
            found[item.path].append(item)
    return dict(found)


def _is_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in", ".pip"))


def _name(item: Dependency) -> str:
    return str(canonicalize_name(item.name))


def _names(items: Iterator[Dependency] | list[Dependency]) -> set[str]:
    return {_name(d) for d in items if d.name and d.scope == "runtime"} - {"python"}


def _carry(project: Project, path: str, alone: list[Dependency]) -> Step:
    names = sorted({d.name for d in alone})
    texts = sorted({shlex.quote(t) for d in alone if (t := requirement(d)) is not None})
    few = len(names) <= _FEW and bool(texts)
    add = inside(project.path, f"uv add --raw --no-sync {' '.join(texts)}")
    return Step(
        title=f"Carry over what only {path} names",
        why=f"Not declared in {manifest_path(project)}: {listed(names, _FEW)}. What installs from the lock would lack "
        "it, unless something else needs it.",
        commands=(add if few else _missing(project, path),),
        verify=(check_lock(project),),
        rollback=restore(project, [manifest_path(project), lock_path(project)]),
    )


def _remove(site: Site, project: Project, path: str) -> Step:
    quoted = shlex.quote(path)
    return Step(
        title=f"Remove {path}, a copy by hand of what {manifest_path(project)} declares",
        why=f"{label(site.repository, project)} is declared twice, and {path} stays behind when uv.lock moves on: what "
        "still installs from it gets other versions.",
        commands=(f"git rm -q {quoted}",),
        verify=(f"test ! -e {quoted}", unused([path], project.path)),
        rollback=(f"git restore --staged --worktree -- {quoted}",),
    )


def _missing(project: Project, path: str) -> str:
    """Names of the file that the new lock does not hold."""
    normal = "tr 'A-Z' 'a-z' | tr -s '_.' '-' | sort -u"
    old = f"sed -nE 's/^([A-Za-z0-9][A-Za-z0-9._-]*).*/\\1/p' {shlex.quote(path)} | {normal}"
    return f"comm -23 <({old}) <(sed -nE 's/^name = \"(.*)\"/\\1/p' {shlex.quote(lock_path(project))} | sort -u)"


CARRY = StepWriter(name="carry-over", track="uv", write=carry)
STEPS = StepWriter(name="copies", track="uv", write=write)
