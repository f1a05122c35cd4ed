"""Words of a command that are variables of Make or of a shell, read where the same file sets them.

A variable that holds paths stays as it is written. One that holds options of the old tool has none of Ruff's: its words
take its place, and are translated as the others are. What nobody can tell from the file is ``None``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

_NAME = r"\$\$?(?:\{(?P<braced>\w{1,80})\}|\((?P<round>\w{1,80})\)|(?P<plain>[A-Za-z_]\w{0,79}))"
_INSIDE = re.compile(_NAME)
_VARIABLE = re.compile(rf"[\"']?{_NAME}[\"']?")
_EXPRESSION = re.compile(r"[\"']?\$\{\{(?P<text>[^{}\n]{0,200})\}\}[\"']?")
_LIKE_OPTIONS = re.compile(r"(?i)opt(?:ion)?s?(?![a-z])|flags?|ignore|select|config")
_ARGUMENTS = re.compile(r"(?i)args?(?![a-z])|arguments|params")
_SHOWN = re.compile(r"-j|-W|--(?:jobs|workers|format|output-file|color|tee|report|msg-template)(?:=|$)")
_CALL = re.compile(r"\$\([^)]*\s|`")
_MAX_DEPTH = 4


def read(words: Sequence[str], text: str) -> list[str] | None:
    """``words`` with the options that variables hold in their place; ``None`` where they may hold what is not known."""
    found: list[str] = []
    for word in words:
        inner = _words(word, text)
        if inner is None:
            return None
        found += inner
    return found


def _words(word: str, text: str) -> list[str] | None:
    if (whole := _VARIABLE.fullmatch(word)) is not None:
        held = _held(_name(whole), text, 0)
        if held is None:
            return None if _may_be_options(whole) else [word]
        return held if any(w.startswith("-") for w in held) else [word]
    if (expression := _EXPRESSION.fullmatch(word)) is not None:
        name = expression["text"].rpartition(".")[2]
        return None if _LIKE_OPTIONS.search(name) or _ARGUMENTS.search(name) else [word]
    if word.startswith("-") and _SHOWN.match(word) is None:
        known = _INSIDE.sub(lambda found: _joined(found, text), word)
        return None if _INSIDE.search(known) or "$(" in known or "${" in known else [known]
    return [word]


def _may_be_options(found: re.Match[str]) -> bool:
    """By its name. ``$(ARGS)`` that a Makefile does not set is what its caller gives, nothing by itself."""
    name = _name(found)
    return _LIKE_OPTIONS.search(name) is not None or (found["round"] is None and _ARGUMENTS.search(name) is not None)


def _joined(found: re.Match[str], text: str) -> str:
    held = _held(_name(found), text, 0)
    return found[0] if held is None else " ".join(held)


def _name(found: re.Match[str]) -> str:
    return found["braced"] or found["round"] or found["plain"]


def _held(name: str, text: str, depth: int) -> list[str] | None:
    """The words that the file sets a variable to; ``None`` where it does not, or not to the same each time."""
    values = set(_values(name, text))
    if len(values) != 1 or depth > _MAX_DEPTH or _CALL.search(next(iter(values))):
        return None
    try:
        words = shlex.split(values.pop(), comments=True)
    except ValueError:
        return None
    found: list[str] = []
    for word in words:
        inner = _VARIABLE.fullmatch(word)
        held = _held(_name(inner), text, depth + 1) if inner is not None else None
        found += [word] if held is None else held
    return found


def value_of(word: str, text: str) -> tuple[int, int] | None:
    """Where the file says what the variable holds that ``word`` is; ``None`` where it does not, or twice."""
    whole = _VARIABLE.fullmatch(word)
    spans = [m.span("value") for m in _settings(_name(whole), text)] if whole is not None else []
    return spans[0] if len(spans) == 1 else None


_LEAD = r"^[ \t]*(?:(?:export|override|local|readonly)[ \t]+)?"


def _values(name: str, text: str) -> Iterator[str]:
    """What stands behind ``NAME =``, ``NAME :=`` and ``NAME=`` in Makefiles and scripts, ``NAME:`` in YAML."""
    for match in _settings(name, text):
        value = match["value"].replace("\\\n", " ").strip()
        quoted = re.fullmatch(r"([\"'])(?P<inner>[^\"']*)\1(?:[ \t]*(?:;|#).*)?", value)
        yield quoted["inner"] if quoted is not None else value


def _settings(name: str, text: str) -> Iterator[re.Match[str]]:
    for sign in (r"[ \t]*[?:+]{0,2}=", ":(?=[ ])"):
        pattern = rf"{_LEAD}{re.escape(name)}{sign}[ \t]*(?P<value>(?:\\\n|[^\n])*)"
        yield from re.finditer(pattern, text, re.MULTILINE)
