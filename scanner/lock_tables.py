"""What TOML locks have in common: arrays of package tables, and the lines on which these begin."""

from __future__ import annotations

from typing import Any


def package_tables(value: object) -> list[dict[str, Any]]:
    """The tables of an array of tables; anything else counts as none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def header_lines(text: str, name: str, count: int) -> list[int | None]:
    """The lines of the ``[[name]]`` headers, found by a cheap search; all unknown when there are not ``count``."""
    found: list[int | None] = []
    header, line, position = f"[[{name}]]", 1, 0
    while (start := text.find(header, position)) >= 0:
        line += text.count("\n", position, start)
        position = start + len(header)
        if start == 0 or text[start - 1] == "\n":
            found.append(line)
    return found if len(found) == count else [None] * count
