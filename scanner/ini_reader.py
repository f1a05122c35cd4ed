"""INI text as configparser reads it without interpolation: sections, keys and the lines of each value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.format import Unreadable

_SECTION = re.compile(r"\[(?P<name>[^\]]{1,2000})\]")
_KEY = re.compile(r"(?P<key>[^\s=:][^=:]{0,300}?)\s{0,20}[=:](?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a value, with its number in the file."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its line, and the lines of each key's value."""

    line: int
    values: dict[str, list[Line]]

    def lines(self, key: str) -> list[Line]:
        """The lines of a value; the key may be written with dashes, as setuptools allows."""
        return self.values.get(key) or self.values.get(key.replace("_", "-")) or []

    def text(self, key: str) -> str | None:
        """A value on one line (its lines joined), ``None`` where the key is missing or empty."""
        return " ".join(line.text for line in self.lines(key)).strip() or None

    def line_of(self, key: str) -> int:
        """The line on which a value begins."""
        return next((line.number for line in self.lines(key)), self.line)


def scan(text: str) -> dict[str, Section]:
    """The sections of an INI text with their lines, as configparser would read them (comments, continuations)."""
    sections: dict[str, Section] = {}
    current: Section | None = None
    value: list[Line] | None = None
    indent = 0
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        depth = len(raw) - len(raw.lstrip())
        if value is not None and depth > indent:
            value.append(Line(stripped, number))
            continue
        if (section := _SECTION.match(stripped)) is not None:
            current = sections.setdefault(section["name"], Section(number, {}))
            value, indent = None, depth
            continue
        found = _KEY.fullmatch(stripped)
        if current is None:
            raise Unreadable("a section was expected first", line=number)
        if found is None:
            raise Unreadable("not a section, a key or a continuation", line=number)
        first = found["value"].strip()
        value, indent = [Line(first, number)] if first else [], depth
        current.values[found["key"].strip()] = value
    return sections
