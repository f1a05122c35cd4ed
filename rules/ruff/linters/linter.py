"""The seam of the smaller linters and fixers: how one of them is set up, and what it becomes in Ruff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.ruff.runs import Run
from rules.ruff.translate import RuffLint

Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tool as a repository has it.

    ``options`` are those of its file at ``path``, by their own names; ``gates`` the runs that can fail, ``runs`` all.
    ``python``: the lowest Python that the project names (``(3, 9)``). ``decided``: it is to go, whatever is
    lost. ``sources``: the files of Python that the repository has.
    """

    tool: str
    options: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = None
    gates: tuple[Run, ...] = ()
    runs: tuple[Run, ...] = ()
    python: tuple[int, int] | None = None
    decided: bool = False
    sources: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """The words of the run that the options are taken from: the first gate's, else the first run's."""
        return next((run.argv for run in (*self.gates, *self.runs)), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a tool becomes: rules with their settings, and which of them stand for what it reports.

    ``pairs``: code of the tool and rule of Ruff. ``fixes``: rules that it mends by itself, for a fixer. ``target``: the
    Python to aim at, where nothing else says so. ``stays``: why the tool cannot go.
    """

    tool: str
    lint: RuffLint
    pairs: tuple[tuple[str, str], ...] = ()
    fixes: tuple[str, ...] = ()
    target: str | None = None
    stays: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linter:
    """``files``: where it is configured, in the order in which it looks, with the sections or tables that are its own.

    ``option`` names its file on the command line. A file with the section ``""`` is its own from top to bottom.
    """

    name: str
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    option: tuple[str, ...] = ()
    translate: Callable[[Asked], Part]
