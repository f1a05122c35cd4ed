"""TOML text for what a conversion writes: strings, inline tables, arrays with their comments, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_CONTROL = re.compile(r'["\\\x00-\x1f\x7f]')
_WIDTH = 100

Value = str | bool | int | float | date | time | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of an array, with the comment behind it and those above; ``raw`` for what is no string."""

    text: str
    comment: str | None = None
    above: tuple[str, ...] = ()
    raw: str | None = None

    @property
    def text_in_toml(self) -> str:
        """The entry as it is written."""
        return self.raw if self.raw is not None else string(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """One ``key = value`` of a table; ``raw`` is the value's TOML text, ``outer`` what stands before a dotted key."""

    key: str
    raw: str
    comment: str | None = None
    above: tuple[str, ...] = ()
    outer: str | None = None


Rows = Sequence[Row]


def remark(text: str) -> str:
    """A comment with its sign; one that began with several goes on to."""
    return f"#{text}" if text.startswith("#") else f"# {text}"


def string(text: str) -> str:
    """``text`` as a TOML string."""
    return '"' + _CONTROL.sub(lambda m: _ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04x}", text) + '"'


def key_text(key: str) -> str:
    """A key, quoted where it has to be."""
    return key if _BARE.fullmatch(key) else string(key)


def value_text(value: Value) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(value_text(v) for v in value) + "]"


def listed(entries: Sequence[Entry], *, leading: Sequence[str] = (), trailing: Sequence[str] = ()) -> str:
    """An array: on one line where one short entry stands alone, else an entry a line; comments kept."""
    bare = not leading and not trailing and not any(e.comment or e.above for e in entries)
    if bare and len(entries) < 2:
        line = "[" + ", ".join(e.text_in_toml for e in entries) + "]"
        if len(line) <= _WIDTH:
            return line
    lines = [f"  {remark(text)}".rstrip() for text in leading]
    for entry in entries:
        lines += [f"  {remark(text)}".rstrip() for text in entry.above]
        lines.append(f"  {entry.text_in_toml}," + (f"  {remark(entry.comment)}" if entry.comment else ""))
    lines += [f"  {remark(text)}".rstrip() for text in trailing]
    return "[\n" + "\n".join(lines) + "\n]"


def rows_text(rows: Rows) -> str:
    """Entries of a table, a line each."""
    parts: list[str] = []
    for row in rows:
        parts += [f"{remark(text)}".rstrip() for text in row.above]
        name = f"{key_text(row.outer)}.{key_text(row.key)}" if row.outer else key_text(row.key)
        parts.append(f"{name} = {row.raw}" + (f"  {remark(row.comment)}" if row.comment else ""))
    return "\n".join(parts) + "\n" if parts else ""


def table_text(
    keys: Iterable[str], rows: Rows, *, array: bool = False, lead: str = "", trailing: Sequence[str] = ()
) -> str:
    """A whole table with its header; ``trailing`` are comments at its end."""
    name = ".".join(key_text(key) for key in keys)
    header = f"[[{name}]]" if array else f"[{name}]"
    return lead + header + "\n" + rows_text(rows) + "".join(f"{remark(text)}\n" for text in trailing)
