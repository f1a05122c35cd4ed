"""The seam of migration steps: what a writer of steps is given, and what a step is (``muster.plan/1``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanner.inventory import Project, Repository

Track = Literal["uv", "ruff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. Commands are typed at the repository's root with bash; ``verify`` must succeed afterwards."""

    title: str
    why: str
    commands: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The repository to move, and the main projects that have something to move."""

    repository: Repository
    projects: tuple[Project, ...]
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWriter:
    """Writes the steps of one origin or one kind of file; yields nothing where it has nothing to do."""

    name: str
    track: Track
    write: Callable[[Site], Iterator[Step]]
