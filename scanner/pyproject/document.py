"""A TOML file with typed access: each value comes with its line, each value of a wrong type leaves a problem.

Keys are given from the top; an entry of an array of tables is addressed by its number as text (``"0"``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scanner.facts import Location, Problem, Requirement, Scope
from scanner.pep508 import InvalidRequirement, requirement
from scanner.redact import redact_line
from scanner.toml_reader import Lines, loads

MAX_REQUIREMENTS = 20_000

_KINDS = {bool: "a boolean", str: "a string", int: "a number", float: "a number", dict: "a table", list: "an array"}


class Document:
    """The parsed file at ``path``; ``problems`` grows while it is read. Raises ``Unreadable`` when it is no TOML."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.data = loads(text)
        self.lines = Lines(text)
        self._problems: dict[Problem, None] = {}
        self._requirements = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was found wrong so far, each once."""
        return tuple(self._problems)

    def at(self, *keys: str) -> Location:
        """The place of a key or table, or of the nearest one around it."""
        return Location(path=self.path, line=self.lines.of(*keys))

    def item_at(self, keys: tuple[str, ...], number: int) -> Location:
        """The place of the ``number``-th entry of an array."""
        return Location(path=self.path, line=self.lines.item(keys, number))

    def invalid(self, message: str, at: Location) -> None:
        """Note an entry that cannot be what it should be; it is left out."""
        self._problems[Problem(code="invalid-entry", message=redact_line(message), at=at)] = None

    def get(self, *keys: str) -> Any:
        """The raw value at ``keys``, ``None`` when there is none."""
        value: Any = self.data
        for key in keys:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return value

    def table(self, *keys: str) -> dict[str, Any]:
        """The table at ``keys``; an empty one where there is none, or where something else stands (a problem)."""
        for end in range(1, len(keys) + 1):
            value = self.get(*keys[:end])
            if value is None:
                return {}
            if not isinstance(value, dict) and not (isinstance(value, list) and end < len(keys)):
                self._wrong(keys[:end], "a table", value)
                return {}
        value = self.get(*keys)
        return value if isinstance(value, dict) else {}

    def tables(self, *keys: str) -> Iterator[tuple[str, ...]]:
        """The keys of each table in the array of tables at ``keys``."""
        for number, value in enumerate(self._array(*keys)):
            if isinstance(value, dict):
                yield (*keys, str(number))
            else:
                self._wrong(keys, "tables", value, self.item_at(keys, number))

    def subtables(self, *keys: str) -> Iterator[tuple[str, ...]]:
        """The keys of each table directly in the table at ``keys``; other entries are problems."""
        for name, value in self.table(*keys).items():
            if isinstance(value, dict):
                yield (*keys, name)
            else:
                self._wrong((*keys, name), "a table", value)

    def text(self, *keys: str) -> str | None:
        """The string at ``keys``."""
        value = self.table(*keys[:-1]).get(keys[-1])
        if value is None or isinstance(value, str):
            return value
        self._wrong(keys, "a string", value)
        return None

    def flag(self, *keys: str) -> bool:
        """The boolean at ``keys``; false where there is none."""
        value = self.table(*keys[:-1]).get(keys[-1], False)
        if not isinstance(value, bool):
            self._wrong(keys, "a boolean", value)
        return value is True

    def strings(self, *keys: str) -> list[tuple[str, Location]]:
        """The strings of the array at ``keys`` with their places; other entries are problems."""
        found = []
        for number, value in enumerate(self._array(*keys)):
            at = self.item_at(keys, number)
            if isinstance(value, str):
                found.append((value, at))
            else:
                self._wrong(keys, "strings", value, at)
        return found

    def words(self, *keys: str) -> list[tuple[str, Location]]:
        """As :meth:`strings`, where a lone string counts as an array of one."""
        value = self.table(*keys[:-1]).get(keys[-1])
        return [(value, self.at(*keys))] if isinstance(value, str) else self.strings(*keys)

    def requirements(self, *keys: str, scope: Scope = "runtime", group: str | None = None) -> Iterator[Requirement]:
        """The requirements in the array of strings at ``keys``; what is none is a problem."""
        for text, at in self.strings(*keys):
            if (found := self.requirement(text, at=at, scope=scope, group=group)) is not None:
                yield found

    def requirement(self, text: str, *, at: Location, scope: Scope, group: str | None) -> Requirement | None:
        """One requirement, ``-e`` before it allowed; ``None`` and a problem when it is none, or one too many."""
        self._requirements += 1
        if self._requirements > MAX_REQUIREMENTS:
            message = f"more than {MAX_REQUIREMENTS} requirements; the rest is left out"
            self._problems[Problem(code="too-large", message=message, at=Location(path=self.path))] = None
            return None
        editable, _, target = text.partition(" ")
        try:
            if editable in ("-e", "--editable"):
                return replace(requirement(target, at=at, scope=scope, group=group), editable=True)
            return requirement(text, at=at, scope=scope, group=group)
        except InvalidRequirement as error:
            self.invalid(str(error), at)
            return None

    def _array(self, *keys: str) -> list[Any]:
        value = self.table(*keys[:-1]).get(keys[-1])
        if value is None or isinstance(value, list):
            return value or []
        self._wrong(keys, "an array", value)
        return []

    def _wrong(self, keys: tuple[str, ...], wanted: str, value: object, at: Location | None = None) -> None:
        kind = _KINDS.get(type(value), "a date")
        self.invalid(f"{'.'.join(keys)}: {wanted} expected, {kind} found", at or self.at(*keys))
