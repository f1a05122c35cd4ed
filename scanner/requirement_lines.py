"""The lines of a requirements file, as pip takes them apart, and the options that stand on them.

The rules are pip's (``pip/_internal/req/req_file.py``): a backslash at the end joins lines unless the line is a
comment, a ``#`` after white space starts a comment. Variables (``${X}``) stay as they are written.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

LENGTH_LIMIT = 200_000

_ENDS = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"(?:^|\s)#")
_OPTIONS_START = re.compile(r"\s--?[A-Za-z]")
_HASH = re.compile(r"--hash(?:=|\s{1,20})['\"]?([a-z0-9]{1,20}:[0-9A-Za-z]{1,200})")

_EDITABLE = re.compile(r"(?:--editable|-e)(?:\s+|=|(?=[^-\sa-z]))")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-i": "--index-url",
    "-f": "--find-links",
    "--pypi-url": "--index-url",
    "--requirements": "--requirement",
    "--constraints": "--constraint",
}
_WITH_VALUE = frozenset(
    {
        "--requirement",
        "--constraint",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--trusted-host",
        "--no-binary",
        "--only-binary",
        "--use-feature",
        "--use-deprecated",
        "--uploaded-prior-to",
    }
)
_FLAGS = frozenset(
    {
        "--no-index",
        "--pre",
        "--prefer-binary",
        "--require-hashes",
        "--process-dependency-links",
        "--use-wheel",
        "--no-use-wheel",
        "--always-unzip",
        "-Z",
        "--no-build-isolation",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A logical line: where it starts, its text without the comment, and the comment without its ``#``.

    ``indented`` says that white space stands before it.
    """

    number: int
    text: str
    comment: str | None = None
    indented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option in its long form; ``value`` is ``None`` for flags."""

    name: str
    value: str | None = None


def logical_lines(text: str) -> list[Line]:
    """All lines that are not empty, continuations joined; a comment alone on its line has an empty text."""
    return [line for number, joined in _joined(text) if (line := _line(number, joined)) is not None]


def _joined(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    start = 0
    for number, line in enumerate(_ENDS.split(text), start=1):
        start = start if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line.rstrip("\\"))
            continue
        if parts and line.lstrip().startswith("#"):
            yield start, "".join(parts)
            yield number, line
        else:
            yield start, "".join((*parts, line))
        parts = []
    if parts:
        yield start, "".join(parts)


def _line(number: int, joined: str) -> Line | None:
    found = _COMMENT.search(joined)
    text = (joined[: found.start()] if found else joined).strip()
    comment = joined[found.end() :].strip() if found else None
    if not text and comment is None:
        return None
    return Line(number=number, text=text, comment=comment, indented=joined[:1].isspace())


def split_options(text: str) -> tuple[str, tuple[str, ...]]:
    """A requirement's own text, and the hashes (``sha256:…``) among the options that follow it."""
    found = _OPTIONS_START.search(text)
    if found is None:
        return text.strip(), ()
    return text[: found.start()].strip(), tuple(_HASH.findall(text[found.start() :]))


def has_hash(text: str) -> bool:
    """Whether a text is nothing but ``--hash`` options, as broken continuations leave them behind."""
    return text.startswith("--hash") and not _HASH.sub("", text).strip("\\ \t")


def options(text: str) -> tuple[Option, ...] | None:
    """The options on a line that starts with a dash; ``None`` when it holds one that requirements files do not have.

    The value of ``--editable`` is the rest of the line, as a marker may stand there.
    """
    value: str | None
    if (editable := _EDITABLE.match(text)) is not None:
        value = split_options(text[editable.end() :])[0]
        value = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
        return (Option(name="--editable", value=value),) if value else None
    words = _words(text)
    found: list[Option] = []
    position = 0
    while position < len(words):
        name, value = _name_and_value(words[position])
        position += 1
        if name in _FLAGS:
            found.append(Option(name=name))
            continue
        if value is None and name in _WITH_VALUE and position < len(words):
            value = words[position]
            position += 1
        if name not in _WITH_VALUE or not value:
            return None
        found.append(Option(name=name, value=value))
    return tuple(found)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=False, posix=True) if "\\" not in text else text.split()
    except ValueError:
        return text.split()


def _name_and_value(word: str) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    if word.startswith("--"):
        return _LONG.get(name, name), value if equals else None
    if len(word) > 2 and word[:2] in _LONG:
        return _LONG[word[:2]], word[2:].removeprefix("=")
    return _LONG.get(word, word), None
