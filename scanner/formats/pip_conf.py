"""``pip.conf`` and ``pip.ini``: where pip takes packages from, when a repository carries such a file.

An INI file (https://pip.pypa.io/en/stable/topics/configuration/): ``[global]`` counts for all commands, a command's
section (``[install]``, ``[download]``, …) for that one. Only what names an index is read, and that without credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.facts import Extract, Index, IndexKind, Location, ManagerSignal, Problem
from scanner.format import Format, conflict_line, named
from scanner.redact import has_credentials, redact

_KINDS: dict[str, IndexKind] = {
    "index-url": "index",
    "index": "index",
    "extra-index-url": "extra-index",
    "find-links": "find-links",
    "trusted-host": "trusted-host",
}
_SECTION = re.compile(r"\[(?P<name>[^\]]*)\]")
_OPTION = re.compile(r"(?P<key>[A-Za-z0-9_.-]+)[ \t]*[=:][ \t]*(?P<value>.*)")


def read(path: str, text: str) -> Extract:
    """Read the indexes of all sections; a line that is neither section, option nor continuation is a problem."""
    indexes: list[Index] = []
    problems: list[Problem] = []
    if (line := conflict_line(text)) is not None:
        at = Location(path=path, line=line)
        return Extract(
            path=path,
            format=FORMAT.name,
            problems=(Problem(code="conflict-markers", message="merge conflict markers", at=at),),
        )
    for key, value, number in _options(text):
        at = Location(path=path, line=number)
        if key is None:
            problems.append(Problem(code="invalid-entry", message="neither a section nor an option", at=at))
        elif (kind := _KINDS.get(key)) is not None:
            indexes.extend(_index(kind, address, at) for address in value.split() if address)
    return Extract(
        path=path,
        format=FORMAT.name,
        indexes=tuple(indexes),
        signals=(ManagerSignal(tool="pip", what="pip.conf", at=Location(path=path)),),
        problems=tuple(problems),
    )


def _index(kind: IndexKind, address: str, at: Location) -> Index:
    return Index(url=redact(address), kind=kind, at=at, credentials=has_credentials(address))


def _options(text: str) -> Iterator[tuple[str | None, str, int]]:
    """Options with their lines, one for each line of a value; the key is ``None`` for a line that cannot be read."""
    key: str | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith(("#", ";")):
            continue
        if line[0] in " \t" and key is not None:
            yield key, content, number
        elif _SECTION.fullmatch(content):
            key = None
        elif (option := _OPTION.fullmatch(content)) is not None:
            key = option["key"].lower().replace("_", "-")
            yield key, option["value"], number
        else:
            yield None, "", number


FORMAT = Format(name="pip.conf", matches=named("pip.conf", "pip.ini"), read=read)
