"""``.gitmodules``: repositories that lie inside this one. Git's own configuration syntax, sections and keys only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.facts import Extract, Location, Reference
from scanner.format import Format
from scanner.redact import redact

_SECTION = re.compile(r"\s{0,8}\[\s{0,4}submodule\s{1,4}\"(?P<name>(?:[^\"\\]|\\.){0,500})\"\s{0,4}\]")
_KEY = re.compile(r"\s{0,16}(?P<key>path|url|branch)\s{0,8}=\s{0,8}(?P<value>.{1,2000})", re.IGNORECASE)


def read(path: str, text: str) -> Extract:
    """Read ``.gitmodules``; addresses stay as written (``../lib.git`` is relative to the repository's own)."""
    references = tuple(_reference(path, line, values) for line, values in _modules(text) if values.get("url"))
    return Extract(path=path, format="gitmodules", references=references)


def _modules(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    line: int | None = None
    values: dict[str, str] = {}
    for number, row in enumerate(text.splitlines(), start=1):
        if _SECTION.match(row):
            if line is not None:
                yield line, values
            line, values = number, {}
        elif match := _KEY.fullmatch(row.rstrip()):
            values[match["key"].lower()] = match["value"].strip().strip('"')
    if line is not None:
        yield line, values


def _reference(path: str, line: int, values: dict[str, str]) -> Reference:
    return Reference(
        kind="submodule",
        target=redact(values["url"]),
        at=Location(path=path, line=line),
        ref=values.get("branch"),
        path=values.get("path"),
    )


FORMAT = Format(name="gitmodules", matches=lambda path: path == ".gitmodules", read=read)
