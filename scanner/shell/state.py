"""What a shell would know at one point of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

MAX_TEXT = 4_000
_VARIABLE = re.compile(r"\$(?:(\w{1,100})|\{(\w{1,100})\})")


@dataclass(slots=True)
class State:
    """The shell's state at one point: ``None`` marks a variable whose value only running would tell.

    ``positional`` are the arguments of the function that is walked, ``called_at`` the row of its call; ``unset`` names
    variables that are empty unless whoever runs the text sets them. ``handed``: the arguments are those of the script.
    ``asked`` is the folder as written where it is one of them; ``mounts`` are folders of the repository by the place
    at which a container has them. ``ended``: nothing that follows in the function, or in the text, is run; ``only``:
    it is run in CI alone, or never there. ``stack`` are the folders that ``pushd`` left. ``texts`` is what variables
    of unknown value were given, for what runs them as text (``eval``). ``cloned``: the repository that was cloned into
    the folder, where that is not known.
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
    texts: dict[str, str] = field(default_factory=dict)
    cloned: str | None = None

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
            dict(self.texts),
            self.cloned,
        )

    def text(self, name: str) -> str | None:
        """What the variable was given, with what is not known in it as written."""
        value = self.variables.get(name)
        return value if value is not None else self.texts.get(name)

    def filled(self, text: str) -> str:
        """``text`` with the variables of unknown value as they were given."""
        found = _VARIABLE.sub(lambda m: self.texts.get(m[1] or m[2], m[0]), text) if self.texts else text
        return found if len(found) <= MAX_TEXT else text

    def join(self, branches: Iterable[State]) -> None:
        """Continue after one of ``branches`` has run: keep only what is the same in all of them."""
        first, *others = branches
        for other in others:
            first.texts = self._longer(first, other)
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
            if first.positional != other.positional:
                first.positional = self.positional
        self.variables, self.arrays, self.exported = first.variables, first.arrays, first.exported
        self.directory, self.asked, self.texts = first.directory, first.asked, first.texts
        self.ended, self.only, self.positional = first.ended, first.only, first.positional

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
        self.previous, self.directory, self.asked, self.cloned = self.directory, target, asked, None

    def _longer(self, one: State, other: State) -> dict[str, str]:
        """What variables have after one of two branches, where both have what was there before, or more: the longer."""
        found: dict[str, str] = {}
        for name in self.texts.keys() | {n for n, value in self.variables.items() if value}:
            before, *texts = self.text(name), one.text(name), other.text(name)
            if before and all(text is not None and text.startswith(before) for text in texts):
                longest = max((text for text in texts if text is not None), key=len)
                if name in one.texts or name in other.texts or texts[0] != texts[1]:
                    found[name] = longest
        return found
