"""What a shell would know at one point of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class State:
    """The shell's state at one point: ``None`` marks a variable whose value only running would tell.

    ``positional`` are the arguments of the function that is walked, ``called_at`` the row of its call; ``unset`` names
    variables that are empty unless whoever runs the text sets them. ``handed``: the arguments are those of the script.
    ``asked`` is the folder as written where it is one of them; ``mounts`` are folders of the repository by the place
    at which a container has them. ``ended``: nothing that follows in the function, or in the text, is run; ``only``:
    it is run in CI alone, or never there. ``stack`` are the folders that ``pushd`` left.
    """

    variables: dict[str, str | None]
    exported: set[str]
    directory: str | None
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    positional: tuple[str, ...] | None = None
    previous: str | None = None
    called_at: int | None = None
    unset: frozenset[str] = frozenset()
    handed: bool = False
    asked: str | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
    ended: Literal["return", "exit"] | None = None
    only: Literal["ci", "local"] | None = None
    stack: tuple[str | None, ...] = ()

    def fork(self) -> State:
        """A copy for a part that may not run, or runs in a process of its own."""
        return State(
            dict(self.variables),
            set(self.exported),
            self.directory,
            dict(self.arrays),
            self.positional,
            self.previous,
            self.called_at,
            self.unset,
            self.handed,
            self.asked,
            self.mounts,
            self.ended,
            self.only,
            self.stack,
        )

    def join(self, branches: Iterable[State]) -> None:
        """Continue after one of ``branches`` has run: keep only what is the same in all of them."""
        first, *others = branches
        for other in others:
            for name in first.variables.keys() | other.variables.keys():
                if first.variables.get(name, name) != other.variables.get(name, name):
                    first.variables[name] = None
            first.arrays = {k: v for k, v in first.arrays.items() if other.arrays.get(k) == v}
            first.exported |= other.exported
            if first.directory != other.directory or first.asked != other.asked:
                first.directory = first.asked = None
            if other.ended is None or first.ended is None:
                first.ended = None
            if first.only != other.only:
                first.only = None
        self.variables, self.arrays, self.exported = first.variables, first.arrays, first.exported
        self.directory, self.asked = first.directory, first.asked
        self.ended, self.only = first.ended, first.only

    def come_back(self) -> None:
        """Continue after a function, unless it ended the whole text."""
        self.ended = None if self.ended == "return" else self.ended

    def push(self) -> None:
        """``pushd``: keep the folder to come back to."""
        self.stack = (*self.stack, self.directory)

    def pop(self) -> str | None:
        """``popd``: the folder that was left last; the one before where none was."""
        *rest, last = self.stack or (self.previous,)
        self.stack = tuple(rest)
        return last

    def go(self, target: str | None, asked: str | None = None) -> None:
        """Change the folder."""
        self.previous, self.directory, self.asked = self.directory, target, asked
