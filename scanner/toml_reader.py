"""The one door to TOML: tomli, with its failures as :class:`~scanner.format.Unreadable`, and lines for keys.

tomli is used on every Python version: it reads TOML 1.1, which real files already use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomli

from scanner.format import Unreadable, conflict_line
from scanner.redact import redact_line

_LINE = re.compile(r"at line (\d+)")
_MANY_DIGITS = re.compile(r"\d{4300}")


def loads(text: str) -> dict[str, Any]:
    """Parse TOML; raise :class:`Unreadable` with the line for anything that is not, whatever is wrong with it."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found is not None else len(text.splitlines()) or 1  # "at end of document"
        raise Unreadable(f"not valid TOML: {redact_line(str(error))}", line=line) from None
    except RecursionError:
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError as error:  # a number with more digits than Python takes
        digits = _MANY_DIGITS.search(text)
        line = text.count("\n", 0, digits.start()) + 1 if digits is not None else None
        raise Unreadable(f"not valid TOML: {redact_line(str(error))[:200]}", line=line) from None


_KEY = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')"
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\n]*)
  | (?P<table>^[ \t]*\[\[?[ \t]*(?P<tname>{_DOTTED})[ \t]*\]\]?)
  | (?P<mstring>\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''.*?''')
  | (?P<assign>(?:^|(?<=[{{,\n]))[ \t]*(?P<kname>{_DOTTED})[ \t]*=)
  | (?P<string>\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')
  | (?P<open>[\[{{]) | (?P<close>[\]}}])
  | (?P<newline>\n)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_PART = re.compile(_KEY)


class Lines:
    """Where things stand in a TOML text: lines of tables, keys and the strings inside arrays.

    ``lines.of("tool", "poetry", "dependencies", "requests")`` is the line of that key (or table), the nearest
    enclosing one's where the key itself is not found; ``lines.item(("project", "dependencies"), 2)`` the line of the
    third string of that array. Found by scanning the text, as tomli keeps no positions.
    """

    def __init__(self, text: str) -> None:
        self._keys: dict[tuple[str, ...], int] = {}
        self._implied: dict[tuple[str, ...], int] = {}
        self._items: dict[tuple[str, ...], list[int]] = {}
        self._text = text.split("\n")
        self._scan(text)

    def of(self, *path: str) -> int | None:
        """The line of the table or key at ``path``, or of the nearest one around it; ``None`` if there is none.

        A table without a header of its own stands where the first one below it does.
        """
        if path not in self._keys and (implied := self._implied.get(path)) is not None:
            return implied
        for end in range(len(path), 0, -1):
            if (line := self._keys.get(path[:end])) is not None:
                return line
        return None

    def is_spread(self, *path: str) -> bool:
        """Whether the text at ``path`` is written over several lines, so that its lines are the file's."""
        line = self.of(*path)
        written = self._text[line - 1] if line is not None and line <= len(self._text) else ""
        return '"""' in written or "'''" in written

    def has(self, *path: str) -> bool:
        """Whether exactly this table or key was seen."""
        return path in self._keys

    def item(self, path: tuple[str, ...], number: int) -> int | None:
        """The line of the ``number``-th (from 0) string in the array at ``path``; else the array's own line."""
        lines = self._items.get(path, ())
        return lines[number] if number < len(lines) else self.of(*path)

    def _scan(self, text: str) -> None:
        line = 1
        position = 0
        table: tuple[str, ...] = ()
        counts: dict[tuple[str, ...], int] = {}
        stack: list[tuple[str, tuple[str, ...]]] = []
        pending: tuple[str, ...] | None = None
        for token in _TOKEN.finditer(text):
            line += text.count("\n", position, token.start())
            position = token.start()
            kind = token.lastgroup
            if token["table"] is not None and not stack:
                table = _parts(token["tname"])
                if token["table"].lstrip().startswith("[["):
                    number = counts.get(table, 0)
                    counts[table] = number + 1
                    self._keys.setdefault(table, line)
                    table = (*table, str(number))
                self._keys.setdefault(table, line)
                for end in range(1, len(table)):
                    self._implied.setdefault(table[:end], line)
                pending = None
            elif token["assign"] is not None and (not stack or stack[-1][0] == "{"):
                start = stack[-1][1] if stack else table
                pending = (*start, *_parts(token["kname"]))
                line += text.count("\n", position, token.start("kname"))
                position = token.start("kname")
                for end in range(len(start) + 1, len(pending) + 1):
                    self._keys.setdefault(pending[:end], line)
            elif token["assign"] is not None or kind in {"string", "mstring"}:
                if stack and stack[-1][0] == "[":
                    self._items.setdefault(stack[-1][1], []).append(line)
                pending = None
            elif kind == "open":
                path = pending if pending is not None else (*(stack[-1][1] if stack else table), "[]")
                if pending is None and stack and stack[-1][0] == "[":
                    self._items.setdefault(stack[-1][1], []).append(line)
                    path = (*stack[-1][1], str(len(self._items[stack[-1][1]]) - 1))
                stack.append((token["open"], path))
                pending = None
            elif kind == "close" and stack:
                stack.pop()
                pending = None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(dotted))


def table(data: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The table at ``path``, or an empty one where there is none or something else stands there."""
    value: Any = data
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The strings of an array; anything else counts as no string."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
