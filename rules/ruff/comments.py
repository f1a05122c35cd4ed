"""Comments that silence an old tool, in Ruff's words: ``# nosec B602``, ``# noqa: B950``, ``# pylint: disable=…``.

Ruff itself honours ``# noqa`` with its own codes, ``# flake8: noqa``, isort's ``skip``, ``skip_file``, ``off``, ``on``
and ``split``, ``# fmt: off|on|skip`` and ``# yapf: disable|enable``. What is not certain stays as it is: a ``# nosec``
without a number says nothing of which rules are meant, unless a measuring has shown them.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

MAX_SIZE = 1024 * 1024
_CODES = r"[A-Z]{1,8}[0-9]{1,5}(?:[ \t]*,[ \t]*|[ \t]+(?=[A-Z]{1,8}[0-9]))?"
_NOQA = re.compile(rf"#[ \t]*noqa(?P<list>[ \t]*:[ \t]*(?P<codes>(?:{_CODES}){{1,40}}))?", re.IGNORECASE)
_NOSEC = re.compile(r"#[ \t]*nosec\b:?(?P<codes>(?:(?:[ \t,]+|(?<=:))B\d{3}\b){1,20})?(?P<gap>[ \t]*)")
_PYLINT = re.compile(r"#[ \t]*pylint:[ \t]*disable[ \t]*=[ \t]*(?P<names>[\w-]+(?:[ \t]*,[ \t]*[\w-]+){0,40})")
_ANY = re.compile(r"#[ \t]*(?:noqa|nosec|pylint:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What old codes are called now. ``noqa`` by code of flake8, ``nosec`` by test of bandit, ``pylint`` by message.

    ``shown``: rules that a measuring found at a place with a bare ``# nosec``, by line.
    """

    noqa: Mapping[str, Collection[str]] = field(default_factory=dict)
    nosec: Mapping[str, Collection[str]] = field(default_factory=dict)
    pylint: Callable[[str], Collection[str]] | None = None
    shown: Mapping[int, Collection[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be translated."""
        return not (self.noqa or self.nosec or self.pylint or self.shown)


@dataclass(frozen=True, slots=True)
class Silenced:
    """``text`` as it is to be; the lines of comments that stay and that Ruff does not honour."""

    text: str
    left: tuple[int, ...] = ()


def translated(text: str, silence: Silence) -> Silenced:
    """The source with its comments in Ruff's words; as it is where Python cannot tell its comments from strings."""
    if silence.is_empty or len(text) > MAX_SIZE or _ANY.search(text) is None:
        return Silenced(text)
    rows = list(io.StringIO(text))
    left = []
    for line, column, comment, trails in _comments(text):
        after = _translated(comment, line, silence, trails)
        if after is not None and line <= len(rows) and rows[line - 1].startswith(comment, column):
            row = rows[line - 1]
            rows[line - 1] = row[:column] + after + row[column + len(comment) :]
        left += [line] if _stays(after if after is not None else comment, silence) else []
    return Silenced("".join(rows), tuple(left))


def _comments(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Line, column, comment, and whether code stands before it on its line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return
    for token in tokens:
        if token.type == tokenize.COMMENT:
            yield *token.start, token.string, bool(token.line[: token.start[1]].strip())


def _translated(comment: str, line: int, silence: Silence, trails: bool) -> str | None:
    """The comment as it is to be, ``None`` where nothing changes."""
    after = _renamed(comment, silence.noqa)
    for pattern, rules in ((_NOSEC, _of_nosec), (_PYLINT, _of_pylint)):
        match = pattern.search(after)
        if match is not None and trails and (new := rules(match, line, silence)):
            after = _joined(after, match, new)
    return after if after != comment else None


def _renamed(comment: str, names: Mapping[str, Collection[str]]) -> str:
    match = _NOQA.search(comment)
    if match is None or not match["codes"]:
        return comment
    codes = re.findall(r"[A-Z]+[0-9]+", match["codes"].upper())
    new = list(dict.fromkeys(rule for code in codes for rule in sorted(names.get(code, (code,)))))
    if new == codes:
        return comment
    tail = " " if match["codes"].endswith((" ", "\t")) else ""
    start, end = match.span("codes")
    return f"{comment[:start]}{', '.join(new)}{tail}{comment[end:]}"


def _of_nosec(match: re.Match[str], line: int, silence: Silence) -> list[str]:
    tests = re.findall(r"B\d{3}", match["codes"] or "")
    named = [rule for test in tests for rule in sorted(silence.nosec.get(test, ()))]
    return list(dict.fromkeys([*named, *sorted(silence.shown.get(line, ()))])) if silence.nosec else []


def _of_pylint(match: re.Match[str], line: int, silence: Silence) -> list[str]:
    if silence.pylint is None:
        return []
    names = re.split(r"[ \t]*,[ \t]*", match["names"])
    return list(dict.fromkeys(rule for name in names for rule in sorted(silence.pylint(name))))


def _joined(comment: str, match: re.Match[str], rules: list[str]) -> str:
    """``rules`` in the place of what ``match`` found, or in the ``noqa`` that stands in the same comment."""
    rest = comment[match.end() :]
    noqa = _NOQA.search(comment)
    if noqa is None:
        gap = " " if rest and not rest.startswith((" ", "\t")) else ""
        return f"{comment[: match.start()]}# noqa: {', '.join(rules)}{gap}{rest}"
    without = (comment[: match.start()] + rest).strip()
    without = without if without.startswith("#") else f"# {without}"
    again = _NOQA.search(without)
    if again is None or not again["codes"]:
        return without
    codes = re.findall(r"[A-Z]+[0-9]+", again["codes"].upper())
    start, end = again.span("codes")
    tail = " " if again["codes"].endswith((" ", "\t")) else ""
    return f"{without[:start]}{', '.join(dict.fromkeys([*codes, *rules]))}{tail}{without[end:]}"


def _stays(comment: str, silence: Silence) -> bool:
    return (bool(silence.nosec) and _NOSEC.search(comment) is not None) or (
        silence.pylint is not None and _PYLINT.search(comment) is not None
    )
