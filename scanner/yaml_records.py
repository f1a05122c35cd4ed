"""Long lists of records in YAML that a tool wrote (``pixi.lock``, ``conda-lock.yml``), read line by line.

Such locks run to megabytes, where a tree of nodes costs too much. They are block style with one key a line; what is not
of that shape is left out. Everything but the long list is parsed by :mod:`scanner.yaml_reader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ITEM = "- "
_QUOTED = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"\\]|\\.)*)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry: the line of its dash, its scalars, its lists of scalars and its tables of scalars."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)


def split(text: str, key: str) -> tuple[str, list[str], int]:
    """The text without the top-level list ``key``, that list's lines, and the line number of the first of them."""
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.rstrip() == f"{key}:"), None)
    if start is None:
        return text, [], 0
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "-", "#"))):
        end += 1
    return "\n".join((*lines[:start], *lines[end:])), lines[start + 1 : end], start + 2


def records(lines: Sequence[str], first: int) -> Iterator[Record]:
    """The entries of a list in block style whose dashes stand at the margin (or all at one depth)."""
    margin = next((len(line) - len(line.lstrip()) for line in lines if line.lstrip().startswith(_ITEM)), 0)
    current: Record | None = None
    key = ""
    for number, raw in enumerate(lines, start=first):
        line = raw[margin:]
        if line.startswith(_ITEM):
            if current is not None:
                yield current
            current = Record(line=number)
            line = f"  {line[2:]}"
        if current is None or not line.startswith("  "):
            continue
        body = line[2:]
        if body.startswith("#"):
            continue
        if body.startswith(_ITEM):
            current.lists.setdefault(key, []).append(unquote(body[2:]))
        elif body.startswith("  "):
            _nested(current, key, body[2:])
        else:
            name, colon, value = body.partition(": ")
            key = name.rstrip(":") if not colon else name
            if colon and value.strip():
                current.texts[key] = unquote(value)
    if current is not None:
        yield current


def _nested(record: Record, key: str, body: str) -> None:
    if body.startswith(_ITEM):
        record.lists.setdefault(key, []).append(unquote(body[2:]))
        return
    name, colon, value = body.partition(": ")
    if colon and not body.startswith(" "):
        record.tables.setdefault(key, {})[unquote(name)] = unquote(value)


def unquote(text: str) -> str:
    """A scalar's text without its quotes."""
    text = text.strip()
    if text[:1] not in ("'", '"') or (found := _QUOTED.fullmatch(text)) is None:
        return text
    if found[1] is not None:
        return found[1].replace("''", "'")
    return re.sub(r"\\(.)", r"\1", found[2])
