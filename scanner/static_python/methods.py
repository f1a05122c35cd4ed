"""Attributes, methods and functions of the standard library whose results can be told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from scanner.static_python.combining import (
    added,
    filled,
    first_unknown,
    joined,
    put,
    sized,
    spread,
    updated,
)
from scanner.static_python.values import (
    File,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
)

MUTATORS = frozenset({"append", "extend", "insert", "add", "update", "remove", "pop", "clear", "sort", "reverse"})


def attribute(base: Value, name: str, line: int) -> Value:
    """``base.name``."""
    if isinstance(base, Symbol):
        return Symbol(f"{base.name}.{name}", line)
    if isinstance(base, Text) and name == "parent":
        return Text(posixpath.dirname(base.value), line)
    if isinstance(base, Text) and name in ("name", "stem"):
        return Text(posixpath.basename(base.value), line)
    if isinstance(base, File):
        return base
    return first_unknown(base) or Unknown(f"the attribute {name}", line)


def mutated(how: str, old: Value, positional: Sequence[Value], named: Table, line: int) -> Value:
    """What ``old`` is after a method that changes it was called."""
    if isinstance(old, Table) and how == "update":
        for other in positional:
            old = updated(old, other, line)
        return updated(old, named, line)
    if isinstance(old, Items) and how in ("sort", "reverse"):
        return old
    if isinstance(old, Items) and how == "clear":
        return Items((), line)
    if isinstance(old, Items) and positional:
        if how in ("append", "add", "insert"):
            return sized((*old.items, positional[-1]), line)
        if how in ("extend", "update"):
            return added(old, positional[0], line)
        if how == "remove" and positional[0] in old.items:
            return Items(tuple(item for item in old.items if item != positional[0]), line)
    if isinstance(old, Table) and how == "pop" and positional and isinstance(positional[0], Text):
        key = positional[0].value
        return replace(old, entries=tuple(entry for entry in old.entries if entry[0] != key))
    return first_unknown(old) or Unknown(f"it is changed by {how}()", line)


def method(base: Value, name: str, positional: Sequence[Value], line: int) -> Value:
    """What ``base.name(…)`` gives."""
    match base:
        case File():
            if base.part == "whole" and name in ("splitlines", "split", "readlines"):
                return replace(base, part="lines", line=line)
            return base
        case Text():
            return _text_method(base, name, positional, line)
        case Table():
            return _table_method(base, name, positional, line)
        case Items() if name in ("copy", "union"):
            return added(base, positional[0], line) if positional else base
        case _:
            return first_unknown(base) or Unknown(f"what {name}() gives only running tells", line)


def _text_method(base: Text, name: str, positional: Sequence[Value], line: int) -> Value:
    text = base.value
    if name in ("read_text", "open", "read_bytes"):
        return File(text, "whole", line)
    if name in ("resolve", "absolute", "encode", "decode", "expanduser", "as_posix"):
        return base
    if name in ("joinpath", "with_name") and all(isinstance(part, Text) for part in positional):
        start = text if name == "joinpath" else posixpath.dirname(text)
        return Text(join_path([start, *(part.value for part in positional if isinstance(part, Text))]), line)
    if name in ("exists", "is_file"):
        return Plain(True, line)
    if name in ("strip", "lstrip", "rstrip", "lower", "upper") and not positional:
        return Text(getattr(text, name)(), base.line)
    if name == "splitlines" or (name == "split" and all(isinstance(value, Text) for value in positional)):
        return _split(base, positional[0] if positional and name == "split" else None, name == "splitlines")
    if name in ("partition", "rpartition") and positional and isinstance(positional[0], Text) and positional[0].value:
        return Items(tuple(Text(part, line) for part in getattr(text, name)(positional[0].value)), line)
    if name == "join" and positional:
        return _join_method(base, positional[0], line)
    if name == "format":
        return filled(re.split(r"\{\d?\}", text), positional, line)
    if name in ("startswith", "endswith") and positional and isinstance(positional[0], Text):
        return Plain(getattr(text, name)(positional[0].value), line)
    if name == "replace" and len(positional) == 2 and len(text) <= 1000:
        old, new = positional
        if isinstance(old, Text) and isinstance(new, Text) and old.value and len(new.value) <= 100:
            return Text(text.replace(old.value, new.value), line)
    return Unknown(f"what {name}() gives only running tells", line)


def _split(base: Text, separator: Value | None, by_lines: bool) -> Value:
    mark = separator.value if isinstance(separator, Text) else None
    if mark == "":
        return Unknown("a split without a separator", base.line)
    parts = base.value.splitlines() if by_lines else base.value.split(mark)
    return sized(tuple(Text(part, base.line) for part in parts), base.line)


def _join_method(base: Text, several: Value, line: int) -> Value:
    if isinstance(several, File):
        return replace(several, part="whole")
    items = spread(several)
    if any(isinstance(item, File) for item in items) and len(items) == 1:
        return next(replace(item, part="whole") for item in items if isinstance(item, File))
    parts: list[Value] = []
    for number, item in enumerate(items):
        parts += [base, item] if number else [item]
    return joined(parts, line)


def _table_method(base: Table, name: str, positional: Sequence[Value], line: int) -> Value:
    unknown = [base.unknown] if base.unknown is not None else []
    match name:
        case "copy":
            return base
        case "keys":
            return Items((*(Text(key, line) for key, _ in base.entries), *unknown), line)
        case "values":
            return Items((*(value for _, value in base.entries), *unknown), line)
        case "items":
            pairs = (Items((Text(key, line), value), line) for key, value in base.entries)
            return Items((*pairs, *unknown), line)
        case "get" | "pop" | "setdefault" if positional and isinstance(positional[0], Text):
            default = positional[1] if len(positional) > 1 else Plain(None, line)
            known = base.get(positional[0].value)
            return known or (base.unknown.of(positional[0].value) if base.unknown is not None else default)
    return Unknown(f"what {name}() gives only running tells", line)


def join_path(parts: Sequence[str]) -> str:
    """Parts of a path as one, relative to the script's folder."""
    return posixpath.normpath(posixpath.join(".", *(part for part in parts if part)))


class _Builtins:
    """Functions of the standard library whose results can be told; each takes positional arguments and a line."""

    SAME: ClassVar[frozenset[str]] = frozenset(
        {
            *(
                "str",
                "sorted",
                "list",
                "tuple",
                "set",
                "frozenset",
                "reversed",
                "iter",
                "unique",
                "collections.OrderedDict",
            ),
            *("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.fspath"),
            *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "path.Path"),
            *("textwrap.dedent", "pkg_resources.parse_requirements", "dict.fromkeys", "copy.copy", "copy.deepcopy"),
        }
    )
    LISTS: ClassVar[frozenset[str]] = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter"})
    OPENING: ClassVar[frozenset[str]] = frozenset({"open", "io.open", "codecs.open", "builtins.open", "file"})
    CWD: ClassVar[frozenset[str]] = frozenset({"os.getcwd", "pathlib.Path.cwd", "os.curdir"})
    EXISTS: ClassVar[frozenset[str]] = frozenset({"os.path.exists", "os.path.isfile", "os.path.isdir"})


def builtin(name: str, positional: Sequence[Value], named: Table, line: int) -> Value:
    """What a function of the language or the standard library gives."""
    first = positional[0] if positional else None
    if name in _Builtins.CWD:
        return Text("", line)
    if name in _Builtins.EXISTS:
        return Plain(True, line) if isinstance(first, Text) else Unknown("a condition", line)
    if name == "platform.system":
        return Symbol("platform.system()", line)
    if name in ("dict", "collections.OrderedDict"):
        return updated(_dict(first, line), named, line)
    if name in ("os.path.join", "pathlib.Path", "pathlib.PurePath") and len(positional) > 1:
        texts = [value.value for value in positional if isinstance(value, Text)]
        known = len(texts) == len(positional)
        return Text(join_path(texts), line) if known else first_unknown(*positional) or Unknown("a path", line)
    if name == "os.path.dirname" and isinstance(first, Text):
        return Text(posixpath.dirname(first.value), line)
    if name in _Builtins.OPENING or name.endswith(("parse_requirements", "yield_lines")):
        return _opened(name, first, line)
    if name in _Builtins.LISTS:
        return Items(tuple(spread(first)), line) if first is not None else Items((), line)
    if name == "compile" and isinstance(first, File):
        return first
    if name in _Builtins.SAME and first is not None:
        return first_unknown(first) or first
    if name in ("sum", "itertools.chain", "itertools.chain.from_iterable"):
        several = list(positional) if name == "itertools.chain" else spread(first) if first is not None else []
        return sized(tuple(item for value in several for item in spread(value)), line)
    read = next((value for value in positional if isinstance(value, File)), None)
    if read is not None and read.part == "line":
        return read
    return Unknown(f"it is computed from {read.path}" if read else f"what {name}() gives only running tells", line)


def _dict(first: Value | None, line: int) -> Table:
    table = Table((), line)
    if isinstance(first, Items):
        for pair in first.items:
            if not isinstance(pair, Items) or len(pair.items) != 2:
                return replace(table, unknown=first_unknown(pair) or Unknown("pairs that only running tells", line))
            table = put(table, pair.items[0], pair.items[1], line)
        return table
    return table if first is None else updated(table, first, line)


def _opened(name: str, target: Value | None, line: int) -> Value:
    if isinstance(target, Text) and target.value:
        return File(target.value, "whole" if name in _Builtins.OPENING else "lines", line)
    if isinstance(target, File):
        return replace(target, part="lines")
    return (first_unknown(target) if target is not None else None) or Unknown("a file that is not named", line)
