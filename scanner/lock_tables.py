"""What TOML locks have in common: arrays of package tables, and the lines on which these begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def package_tables(value: object) -> list[dict[str, Any]]:
    """The tables of an array of tables; anything else counts as none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def file_hashes(entries: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The digests of tables of files (``hash``), and the files' names: ``file``, or the end of their address."""
    found = [(digest, file_name(entry)) for entry in entries if isinstance(digest := entry.get("hash"), str)]
    return tuple(digest for digest, _ in found), tuple(name for _, name in found)


def file_name(entry: Mapping[str, Any]) -> str:
    """What a table of a file calls it, without folders and the address's fragment; ``""`` where it does not say."""
    named = (entry.get(key) for key in ("file", "filename", "name", "url", "path"))
    text = next((text for text in named if isinstance(text, str)), "")
    return text.partition("#")[0].partition("?")[0].rpartition("/")[2].replace("%2B", "+")


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
