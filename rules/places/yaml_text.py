"""YAML as text: where scalars, items and entries stand, so that they are changed in place, never written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.places.script import Window, yaml_quoted
from rules.places.text import Splice, line_end, line_start
from scanner.format import Unreadable
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_all

MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A scalar with the keys above it (a number for an item of a list)."""

    keys: tuple[str | int, ...]
    scalar: Scalar

    @property
    def key(self) -> str:
        """The nearest key that is a name."""
        return next((k for k in reversed(self.keys) if isinstance(k, str)), "")


def documents(text: str) -> list[Node]:
    """The documents of ``text``; empty where it is no YAML."""
    try:
        return load_all(text)
    except Unreadable:
        return []


def places(node: Node | None, keys: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """All scalars below ``node``, each once for every way that leads to it."""
    if len(keys) > MAX_DEPTH:
        return
    if isinstance(node, Scalar):
        yield Place(keys, node)
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from places(item, (*keys, number))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from places(value, (*keys, key))


def body(text: str, scalar: Scalar) -> tuple[int, int]:
    """Where the scalar begins without tag and anchor, and where it ends."""
    start = scalar.start
    while match := _PROPERTY.match(text, start):
        start = match.end()
    return start, scalar.end


_PROPERTY = re.compile(r"[&!]\S*[ \t\r\n]+")


def window(text: str, scalar: Scalar) -> Window | None:
    """The script in a scalar; ``None`` where its text is not as written (escapes)."""
    start, end = body(text, scalar)
    first = text[start : start + 1]
    if scalar.block:
        return Window(start=line_end(text, start), end=end, folded=first == ">")
    if first in ("'", '"') and end - start >= 2:
        inside = text[start + 1 : end - 1]
        if first == '"' and re.search(r"\\[^\"\\/\n\r]", inside):
            return None
        return Window(start=start + 1, end=end - 1, folded="\n" in inside, encode=yaml_quoted(first))
    return Window(start=start, end=end, folded="\n" in text[start:end])


def item_span(text: str, offset: int) -> tuple[int, int]:
    """The whole lines of the list item in which ``offset`` stands: from its dash to the line before what follows."""
    start = line_start(text, offset)
    while start > 0 and not _DASH.match(text, start):
        start = line_start(text, start - 1)
    indent = len(text[start:]) - len(text[start:].lstrip(" "))
    end = after = line_end(text, start)
    while after < len(text):
        line = text[after : line_end(text, after)]
        if line.strip() and (not line.lstrip().startswith("#") or _is_entry(line, indent)):
            if _indent(line) <= indent:
                break
            end = line_end(text, after)
        after = line_end(text, after)
    return start, end


def _is_entry(comment: str, indent: int) -> bool:
    """Whether a comment is an entry of the item that somebody put aside: ``# cache: true``."""
    return _indent(comment) > indent and re.match(r"\s*#+\s*(?:-\s+)?[\w-]+:(?:\s|$)", comment) is not None


_DASH = re.compile(r" *-(?:\s|$)")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def entry_span(text: str, line: int) -> tuple[int, int]:
    """The whole lines of the mapping entry whose key stands on ``line`` (from 1), without a dash before it."""
    start = 0
    for _ in range(line - 1):
        start = line_end(text, start)
    first = text[start : line_end(text, start)]
    indent = len(first) - len(first.lstrip(" -"))
    end = after = line_end(text, start)
    while after < len(text):
        row = text[after : line_end(text, after)]
        deeper = _indent(row) > indent or (_indent(row) == indent and _DASH.match(row) and not _DASH.match(first))
        if row.strip() and not deeper:
            break
        if row.strip():
            end = line_end(text, after)
        after = line_end(text, after)
    return start, end


def without_entry(text: str, line: int) -> Splice | None:
    """Takes out the entry whose key is on ``line``; where a dash stands before it, it moves to the next entry."""
    start, end = entry_span(text, line)
    row = text[start : line_end(text, start)]
    if not _DASH.match(row):
        return Splice(start, end, "")
    following = text[end : line_end(text, end)]
    indent = len(row) - len(row.lstrip(" -"))
    if _indent(following) != indent or not following.strip():
        return None
    dash = row[:indent]
    return Splice(start, end + indent, dash)
