"""Settings with the lines that they stand on, from INI text and from TOML."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as its lines, each with its number in the file."""

    lines: tuple[tuple[int, str], ...]
    line: int


Section = dict[str, Setting]
_SECTION = re.compile(r"\[(?P<name>[^\]\n]{1,300})\]\s*(?:[#;].*)?")
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w.\- ]{0,80}?)\s{0,20}[=:]\s{0,20}(?P<value>.*)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


def toml_section(value: object, line_of: Callable[..., int | None], *keys: str) -> Section:
    """A table as settings; what is no table has none."""
    if not isinstance(value, dict):
        return {}
    return {key: toml_setting(item, line_of(*keys, key)) for key, item in value.items()}


def toml_setting(value: object, line: int | None) -> Setting:
    """A value as the lines that it would have in INI text."""
    at = line or 1
    items = value if isinstance(value, list) else [value]
    if isinstance(value, dict) and "replace" not in value:
        return Setting(tuple((at, f"{k}={v}") for k, v in value.items() if isinstance(v, str | int)), at)
    return Setting(tuple((at, _toml_line(item)) for item in items), at)


def _toml_line(item: object) -> str:
    if isinstance(item, list):
        return " ".join(toml_word(word) for word in item)
    return toml_word(item, quote=False)


def toml_word(word: object, *, quote: bool = True) -> str:
    """One word of a command; a replacement is its default."""
    if isinstance(word, dict):
        default = word.get("default", ())
        return " ".join(str(part) for part in default) if isinstance(default, list) else str(default)
    if isinstance(word, bool):
        return str(word).lower()
    return shlex.quote(str(word)) if quote and "{" not in str(word) else str(word)


def sections_of(text: str, first_line: int, step: int = 1) -> dict[str, Section]:
    """The sections of INI text, whose first line is ``first_line`` and whose lines are ``step`` lines apart.

    The whole text may be indented, as it is in a manifest that holds it.
    """
    sections: dict[str, dict[str, tuple[list[tuple[int, str]], int]]] = {}
    section: dict[str, tuple[list[tuple[int, str]], int]] = {}
    key: str | None = None
    for row, line in enumerate(textwrap.dedent(text.replace("\r\n", "\n")).split("\n")):
        number = first_line + row * step
        stripped = _COMMENT.sub("", line).rstrip()
        if not stripped.strip() or line.lstrip().startswith(("#", ";")):
            continue
        if match := _SECTION.match(line):
            section = sections.setdefault(match["name"].strip(), {})
            key = None
        elif line[0] in " \t" and key is not None:
            section[key][0].append((number, stripped.strip()))
        elif match := _KEY.match(stripped):
            key = match["key"].strip().lower()
            value = match["value"].strip()
            section[key] = ([(number, value)] if value else [], number)
    return {
        name: {key: Setting(tuple(lines), line) for key, (lines, line) in found.items()}
        for name, found in sections.items()
    }


def value_of(section: Mapping[str, Setting], *names: str) -> tuple[tuple[int, str], ...]:
    """The lines of the first of these settings that is there."""
    return next((section[name].lines for name in names if name in section), ())


def joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines with continuations joined, before anything else is read in them, as tox does it."""
    pending: tuple[int, str] | None = None
    for number, line in lines:
        at, before = pending or (number, "")
        text = f"{before} {line.strip()}" if before else line
        pending = (at, text.rstrip("\\").rstrip()) if line.endswith("\\") else None
        if pending is None:
            yield at, text
    if pending is not None:
        yield pending
