"""What operations make of values: sums, joined texts, tables put together, branches that come to one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scanner.static_python.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Condition,
    File,
    Function,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
    When,
)


def spread(value: Value) -> list[Value]:
    """The items that iterating over a value gives."""
    if isinstance(value, Items):
        return list(value.items)
    if isinstance(value, Table):
        return [Text(key, value.line) for key, _ in value.entries]
    if isinstance(value, File):
        return [replace(value, part="lines")]
    return [value]


def element_of(value: Value) -> Value:
    """What a loop's variable holds for an item: of a file's lines, any one."""
    if isinstance(value, Symbol):
        return Unknown(f"the elements of {value.name} are not known", value.line)
    return replace(value, part="line") if isinstance(value, File) else value


def part_of(value: Value, line: int) -> Value:
    """What is taken out of a value by an index: a file stays that file."""
    return value if isinstance(value, File | Unknown) else Unknown("a part of a value", line)


def first_unknown(*values: Value) -> Unknown | None:
    """The first of the values that is not known, with why; ``None`` where all are."""
    for value in values:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Symbol):
            return unknown_symbol(value)
    return None


def unknown_symbol(symbol: Symbol) -> Unknown:
    """A name that was used, as what is not known: it comes from elsewhere, or is set nowhere here."""
    module, _, name = symbol.name.rpartition(".")
    reason = f"{name} comes from {module}" if module else f"{name} is not set in this file"
    return Unknown(reason, symbol.line)


def with_entry(table: Table, key: str, value: Value) -> Table:
    """The table with one entry set, in its old place where it has one."""
    if any(name == key for name, _ in table.entries):
        entries = tuple((name, value if name == key else old) for name, old in table.entries)
        return replace(table, entries=entries)
    if len(table.entries) >= MAX_ITEMS:
        return replace(table, unknown=Unknown("a very large table", table.line))
    return replace(table, entries=(*table.entries, (key, value)))


def put(table: Table, key: Value, value: Value, line: int) -> Table:
    """``table[key] = value``; a key that is not known may hide any entry."""
    if isinstance(key, Text):
        return with_entry(table, key.value, value)
    if isinstance(key, Plain):
        return table
    return replace(table, unknown=first_unknown(key) or Unknown("a key that only running tells", line))


def updated(table: Table, other: Value, line: int) -> Table:
    """The table with the entries of another one."""
    if not isinstance(other, Table):
        return replace(table, unknown=first_unknown(other) or Unknown("entries that only running tells", line))
    for key, value in other.entries:
        table = with_entry(table, key, value)
    return replace(table, unknown=other.unknown) if other.unknown is not None else table


def added(left: Value, right: Value, line: int) -> Value:
    """``left + right``: lists, tables, files' lines and texts."""
    if isinstance(left, Table) and isinstance(right, Table):
        return updated(left, right, line)
    for part in (left, right):
        if isinstance(part, File) and part.part == "line":
            return part
    if isinstance(left, File) and left.part == "whole":
        return Unknown(f"it is computed from {left.path}", line)
    if isinstance(left, Items | File) and isinstance(right, Items | File | Unknown | Symbol | Table):
        tail: list[Value] = [first_unknown(right) or right] if isinstance(right, Unknown | Symbol) else spread(right)
        return sized((*spread(left), *tail), line)
    if isinstance(right, Items) and isinstance(left, Unknown | Symbol):
        return sized((first_unknown(left) or left, *right.items), line)
    return first_unknown(left, right) or Unknown("a sum", line)


def sized(items: tuple[Value, ...], line: int) -> Value:
    """A list of these items, unless it is very long."""
    return Items(items, line) if len(items) <= MAX_ITEMS else Unknown("a very long list", line)


def joined(parts: Iterable[Value], line: int) -> Value:
    """One text of the parts; what is known before the first unknown part is its prefix."""
    text = ""
    for part in parts:
        if isinstance(part, Plain):
            part = Text(str(part.value)[:100], line)
        if not isinstance(part, Text):
            reason = first_unknown(part) or Unknown("a text that only running tells", line)
            return replace(reason, prefix=text + reason.prefix)
        text += part.value
        if len(text) > MAX_TEXT:
            return Unknown("a very long text", line)
    return Text(text, line)


def filled(pieces: Sequence[str], values: Sequence[Value], line: int) -> Value:
    """A format's pieces with the values between them."""
    if len(pieces) != len(values) + 1 or any("%" in piece for piece in pieces):
        prefix = pieces[0] if len(pieces) > 1 else ""
        unknown = first_unknown(*values) or Unknown("a formatted text", line)
        return replace(unknown, prefix=prefix if "%" not in prefix else "")
    parts: list[Value] = [Text(pieces[0], line)]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, Text(piece, line)]
    return joined(parts, line)


def merged(test: Value, then: Value | None, otherwise: Value | None, line: int) -> Value:
    """One value for two branches: what both have, and the rest under the condition's marker if it has one."""
    if then is None or otherwise is None:
        return then or otherwise or Unknown("a condition", line)
    if then == otherwise:
        return then
    if isinstance(then, Symbol | Function) and isinstance(otherwise, Symbol | Function):
        return otherwise  # an import with its fallback: either serves
    if isinstance(then, Items) and isinstance(otherwise, Items):
        return _merged_items(test, then, otherwise, line)
    if isinstance(then, Table) and isinstance(otherwise, Table):
        first, second, none = dict(then.entries), dict(otherwise.entries), Items((), line)
        keys = dict.fromkeys((*first, *second))
        entries = ((key, merged(test, first.get(key, none), second.get(key, none), line)) for key in keys)
        return Table(tuple(entries), then.line, then.unknown or otherwise.unknown)
    return Unknown("it depends on a condition", line)


def _merged_items(test: Value, then: Items, otherwise: Items, line: int) -> Value:
    common = 0
    while common < min(len(then.items), len(otherwise.items)) and then.items[common] == otherwise.items[common]:
        common += 1
    opposite: Value = test
    if isinstance(test, Condition):
        opposite = Condition(test.negated, test.marker, test.line)
    tail = [under(test, item, line) for item in then.items[common:]]
    tail += [under(opposite, item, line) for item in otherwise.items[common:]]
    return Items((*then.items[:common], *dict.fromkeys(tail)), then.line or otherwise.line)


def under(test: Value, item: Value, line: int) -> Value:
    """An item that is there only where ``test`` holds."""
    if isinstance(test, Condition):
        return When(item, test.marker, line)
    if isinstance(item, Text):
        return Unknown(f"{item.value[:60]!r} only under a condition", line)
    return Unknown("it depends on a condition", line)


def placed(value: Value, line: int) -> Value:
    """Files that a function reads are shown where it is called."""
    if isinstance(value, File):
        return replace(value, line=line)
    if isinstance(value, Items):
        return replace(value, items=tuple(placed(v, line) if isinstance(v, File) else v for v in value.items))
    return value


def only(values: Sequence[Value], name: str, line: int) -> Value:
    """The one value that a function returns, whichever way it ends."""
    distinct = [v for n, v in enumerate(values) if v not in values[:n] and v not in (Plain(None), Items(()), Text(""))]
    files = [value for value in distinct if any(isinstance(part, File) for part in spread(value))]
    if len(distinct) == 1 or len(files) == 1:
        return (files or distinct)[0]
    if values and not distinct:
        return values[-1]
    return Unknown(f"what {name}() returns only running tells" if distinct else f"{name}() returns nothing", line)
