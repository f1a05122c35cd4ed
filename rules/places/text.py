"""Small edits of a text: spans replaced by new text, all at once, everything around them byte for byte as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """The characters ``[start, end)`` of a text, and what stands there from now on."""

    start: int
    end: int
    new: str


def applied(text: str, splices: Iterable[Splice]) -> str:
    """``text`` with ``splices`` made; of two that overlap the one that begins first (then the longer) counts.

    What is inserted at one place stands there in the order of ``splices``.
    """
    parts: list[str] = []
    at = 0
    for splice in sorted(dict.fromkeys(splices), key=lambda s: (s.start, s.end > s.start, -s.end)):
        if splice.start < at:
            continue
        parts += [text[at : splice.start], splice.new]
        at = splice.end
    return "".join((*parts, text[at:]))


def line_of(text: str, offset: int) -> int:
    """The number of the line, from 1, on which the character at ``offset`` stands."""
    return text.count("\n", 0, offset) + 1


def line_start(text: str, offset: int) -> int:
    """Where the line of ``offset`` begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Behind the line feed that ends the line of ``offset``."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def newline(text: str) -> str:
    """The line ending that ``text`` uses."""
    return "\r\n" if "\r\n" in text else "\n"
