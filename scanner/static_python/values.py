"""The values that a script is followed over: text, lists, tables, contents of files, and what is not known."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

MAX_STEPS = 20_000
MAX_DEPTH = 60
MAX_CALLS = 8
MAX_TEXT = 20_000
MAX_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class Text:
    """A known string; paths are text too, relative to the script's folder. ``spans``: on several lines."""

    value: str
    line: int = field(default=0, compare=False)
    spans: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Plain:
    """``None``, a number, a truth value."""

    value: object
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set; an item may stand for many (a file's lines) or for no one knows what."""

    items: tuple[Value, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary in order of insertion; ``unknown`` says why there may be entries that are not known."""

    entries: tuple[tuple[str, Value], ...]
    line: int = field(default=0, compare=False)
    unknown: Unknown | None = None

    def get(self, key: str) -> Value | None:
        """The value at ``key``."""
        return next((value for name, value in reversed(self.entries) if name == key), None)


@dataclass(frozen=True, slots=True)
class File:
    """The content of the file at ``path`` (relative to the script): the whole, its lines, or any one of them."""

    path: str
    part: Literal["whole", "lines", "line"]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """An item that is there only where ``marker`` holds."""

    item: Value
    marker: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value that a marker states."""

    marker: str
    negated: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something imported or built in, by its dotted name."""

    name: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the script itself."""

    node: ast.FunctionDef | ast.Lambda = field(compare=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only running the script would tell, and why; ``prefix`` is the text that it starts with for certain.

    Where it is set by the Python ``file`` (relative to the script) that the script runs, ``name`` is what it is there.
    """

    reason: str
    line: int = field(default=0, compare=False)
    prefix: str = ""
    file: str = ""
    name: str = ""

    def of(self, name: str) -> Unknown:
        """The same for one name of the file, or one key of what it fills."""
        return replace(self, name=name) if self.file else self


Value: TypeAlias = Text | Plain | Items | Table | File | When | Condition | Symbol | Function | Unknown


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function of interest, its keyword arguments evaluated."""

    name: str
    arguments: Table
    line: int
