"""JSON with comments and trailing commas, as editors write it: read as the YAML that it then is, with lines."""

from __future__ import annotations

import re

from scanner.yaml_reader import Mapping, load_mapping

_PART = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|//[^\n]*|/\*.*?\*/|\t|,(?=[ \t\r\n]*[}\]])", re.DOTALL)


def loads(text: str) -> Mapping:
    """The mapping at the top of ``text``; raises :class:`~scanner.format.Unreadable` with the line."""
    return load_mapping(_PART.sub(_blank, text.removeprefix("\ufeff")))


def _blank(match: re.Match[str]) -> str:
    found = match[0]
    if found.startswith('"'):
        return found.replace("\\/", "/")
    return "\n" * found.count("\n") or " "
