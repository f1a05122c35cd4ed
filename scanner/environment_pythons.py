"""Which Pythons each of the three environments has, with the lines that name them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from scanner.commands.words import program
from scanner.inventory import Command, DeclaredPython
from scanner.python_minors import overlap
from scanner.uv_python import takes_version_file

Job: TypeAlias = tuple[str, str | None]  # a file of CI and a job in it
_RANGES = ("requires-python", "pipfile", "conda")
_CI_KINDS = ("ci-matrix", "ci-setup")


def local_pythons(pythons: Sequence[DeclaredPython]) -> tuple[DeclaredPython, ...]:
    """What version files name, else the range of the manifest; a file that the range excludes is left over."""
    ranges = tuple(p for p in pythons if p.kind in _RANGES)
    admitted = [p.version for p in ranges if p.kind == "requires-python"]
    files = (p for p in pythons if p.kind == "version-file")
    return tuple(p for p in files if all(overlap([p.version], [range_]) for range_ in admitted)) or ranges


def ci_pythons(
    pythons: Sequence[DeclaredPython],
    jobs: Mapping[DeclaredPython, Collection[Job]],
    chosen: Sequence[Command],
    ci: Sequence[Command],
    uv_file: DeclaredPython | None,
) -> tuple[DeclaredPython, ...]:
    """The Pythons of the jobs in which the ``chosen`` commands stand: each job's matrix, else its set-up steps.

    Where a job names none, what a called action or workflow names may be its own; else the version file counts.
    ``uv_file`` is what uv takes whatever a job sets up.
    """
    own = {(c.path, c.job) for c in chosen}
    tests = [c for c in ci if c.kind == "test" and (c.path, c.job) in own]
    by_uv = tests if tests and all(program(c.argv).name == "uv" for c in tests) else chosen
    if uv_file is not None and takes_version_file(by_uv, ci):
        return (uv_file,)
    named = [p for p in pythons if p.kind in _CI_KINDS]
    of_job = {job: _first_kind(p for p in named if job in jobs.get(p, ())) for job in own}
    found = {p for group in of_job.values() for p in group}
    if not all(of_job.values()) or not own:
        apart = {c.path for c in ci if (c.path, None) not in own}  # files whose commands stand in jobs
        found.update(_first_kind(p for p in named if _may_be_of(jobs.get(p, ()), own, apart)))
    return tuple(p for p in pythons if p in found) or tuple(p for p in pythons if p.kind == "version-file")


def image_pythons(pythons: Sequence[DeclaredPython], path: str) -> tuple[DeclaredPython, ...]:
    """What the shipped stages of an image are based on."""
    return tuple(p for p in pythons if p.kind == "image" and p.path == path)


def _first_kind(pythons: Iterable[DeclaredPython]) -> list[DeclaredPython]:
    found = list(pythons)
    return next((of for kind in _CI_KINDS if (of := [p for p in found if p.kind == kind])), [])


def _may_be_of(named: Collection[Job], own: Collection[Job], apart: Collection[str]) -> bool:
    """Whether a Python that is ``named`` for some jobs may be that of ``own``: it is none of a job beside them.

    What is named elsewhere, in an action or a workflow that is called, may be theirs.
    """
    elsewhere = any(job[1] is None or job[0] not in apart for job in named)
    return not own or not named or (elsewhere and not any(job in own for job in named))
