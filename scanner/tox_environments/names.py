"""Generative names: what a list of environments, or a condition, expands to."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_NAMES = 2_000
MAX_SUBSTITUTIONS = 8
_BRACES = re.compile(r"\{([^{}]{0,500})\}")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")


def expand_names(text: str) -> list[str]:
    """The names that a generative list stands for: ``py{310,311}-dj{4,5}, lint`` are five."""
    found: list[str] = []
    depth = 0
    current = ""
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and character in ", \t\n":
            found.extend(_products(current.strip()))
            current = ""
        else:
            current += character
    found.extend(_products(current.strip()))
    return [name for name in dict.fromkeys(found) if name][:MAX_NAMES]


def _products(pattern: str) -> list[str]:
    names = [pattern]
    for _ in range(MAX_SUBSTITUTIONS):
        grown: list[str] = []
        for name in names:
            match = _BRACES.search(name)
            if match is None:
                grown.append(name)
                continue
            head, tail = name[: match.start()], name[match.end() :]
            grown.extend(head + part + tail for part in _alternatives(match[1]))
        if grown == names or len(grown) > MAX_NAMES:
            break
        names = grown
    return [re.sub(r"-{2,}", "-", name).strip("-") for name in names if "{" not in name]


def _alternatives(text: str) -> Iterator[str]:
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match and 0 <= int(match[2]) - int(match[1]) <= 30:
            yield from (str(n) for n in range(int(match[1]), int(match[2]) + 1))
        else:
            yield part.strip()
