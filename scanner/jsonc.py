"""JSON with comments and trailing commas, as editors write it: read as the YAML that it then is, with lines."""

from __future__ import annotations

import re

from scanner.yaml_reader import Mapping, load_mapping

# What is left open ends with the line (strings) or the text (comments): nothing is tried twice.
_PART = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"?|//[^\n]*|/\*.*?(?:\*/|\Z)|\t|,(?=[ \t\r\n]{0,2000}[}\]])", re.DOTALL)

_ESCAPE = re.compile(r"\\u(?P<high>[dD][89abAB]\w\w)\\u(?P<low>[dD][c-fC-F]\w\w)|\\.")


def loads(text: str) -> Mapping:
    """The mapping at the top of ``text``; raises :class:`~scanner.format.Unreadable` with the line."""
    return load_mapping(_PART.sub(_blank, text.removeprefix("\ufeff")))


def _blank(match: re.Match[str]) -> str:
    found = match[0]
    if found.startswith('"'):
        return _ESCAPE.sub(_as_yaml, found) if "\\" in found else found
    return "\n" * found.count("\n") or " "


def _as_yaml(match: re.Match[str]) -> str:
    """The two escapes of JSON that YAML has not: ``\\/``, and a character as a pair of surrogates."""
    if match["high"] is None:
        return "/" if match[0] == "\\/" else match[0]
    try:
        code = 0x10000 + ((int(match["high"], 16) - 0xD800) << 10) + int(match["low"], 16) - 0xDC00
    except ValueError:
        return match[0]
    return f"\\U{code:08x}"
