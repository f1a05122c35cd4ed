"""Commands in a stretch of text, with the exact span of every word, so that only what changes is replaced.

A small reader of shell words: quotes, expansions, template expressions, continuation lines, comments, redirections,
heredocs, and the commands inside ``$(…)`` and ``bash -c "…"``. It knows nothing of variables; what a command *means* is
the scanner's business (:mod:`scanner.shell`), where it stands is this module's.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 6
MAX_CALLS = 4_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command: its span, its text as written, and its text without quotes."""

    start: int
    end: int
    raw: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A simple command.

    ``words`` begin with the program (``python -m`` included). ``begin``: where it starts with the settings and wrappers
    before it; ``end``: behind its last argument; ``stop``: behind its redirections. ``before`` and ``after`` are the
    operators beside it (``&&``, ``;``, ``|``, a line feed, empty at the ends); ``previous`` is where the operator
    before it begins, ``following`` where the next command may begin.
    """

    words: tuple[Word, ...]
    begin: int
    end: int
    stop: int
    before: str
    after: str
    previous: int
    following: int
    wrappers: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return posixpath.basename(self.words[0].value)

    @property
    def values(self) -> tuple[str, ...]:
        """The words without quotes."""
        return tuple(word.value for word in self.words)


def calls(
    text: str, start: int = 0, end: int | None = None, *, docker: bool = False, folded: bool = False
) -> list[Call]:
    """The commands in ``text[start:end]`` and those inside them, in the order of their places.

    ``docker``: comment lines between continuation lines are none of the command's words. ``folded``: a line feed is a
    blank, as in YAML's plain and folded scalars.
    """
    reader = _Reader(text, docker, folded)
    reader.read(start, len(text) if end is None else end, 0)
    return sorted(reader.found, key=lambda call: (call.words[0].start, -call.stop))


_OPERATOR = re.compile(r"&&|\|\||;;|;|\|&?|&(?!>)|\n|\(|\)")
_REDIRECT = re.compile(r"(?:\d{0,2}|&)(?:>>|>\||>&|<<<|<&|<<-?|>|<)")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .|/-]{0,60}>(?=[\s;&|]|$)")
_HEREDOC = re.compile(r"[\"']?(?P<word>[A-Za-z_]\w{0,60})[\"']?")
_KEYWORDS = frozenset("if then else elif do while until ! time { } fi done".split())
_SETTING = re.compile(r"[A-Za-z_]\w*\+?=.*", re.DOTALL)
_WRAPPERS = frozenset(
    "sudo doas exec env nohup time command builtin xargs timeout dumb-init tini gosu su-exec nice ionice setsid stdbuf "
    "chronic unbuffer retry travis_retry xvfb-run dbus-run-session setuser chpst s6-setuidgid runuser setpriv "
    "catatonit".split()
)
_VALUED = frozenset("-u --user -g -n -k -I -P -L --reuid --regid --group".split())
_BEHIND_DASHES = frozenset(
    "doppler op infisical dotenvx teller chamber aws-vault berglas dotenv wait-for wait-for-it wait-for-it.sh "
    "wait-for.sh watchmedo".split()
)
"""Programs that set variables or wait, and start what stands behind ``--``."""
_SHELLS = frozenset("sh bash dash ash zsh ksh".split())
_TEXT_OPTION = re.compile(r"-[a-z]*c")


class _Reader:
    def __init__(self, text: str, docker: bool, folded: bool) -> None:
        self._text = text
        self._docker = docker
        self._folded = folded
        self.found: list[Call] = []

    def read(self, at: int, end: int, depth: int) -> None:
        """Read the commands in ``[at, end)``."""
        if depth > MAX_DEPTH:
            return
        before, previous = "", at
        while at < end and len(self.found) < MAX_CALLS:
            words, at, redirect, heredocs = self._simple(at, end, depth)
            match = self._operator(at, end)
            after = match[0] if match else ""
            following = match.end() if match else at
            if words:
                self._add(words, at, redirect, (before, after), (previous, following), depth)
            if match is None:
                at = max(at, following)
                if at < end:  # nothing known: go on behind it
                    at += 1
                continue
            if heredocs and after == "\n":
                following = self._behind(heredocs, following, end)
            before, previous, at = after, match.start(), following

    def _behind(self, heredocs: list[str], at: int, end: int) -> int:
        for word in heredocs:
            match = re.compile(rf"^[ \t]*{re.escape(word)}[ \t\r]*$", re.MULTILINE).search(self._text, at, end)
            at = match.end() if match else at
        return at

    def _simple(self, at: int, end: int, depth: int) -> tuple[list[Word], int, int | None, list[str]]:
        """Words up to the next operator; where the first redirection begins; the heredocs that were opened."""
        text = self._text
        words: list[Word] = []
        heredocs: list[str] = []
        redirect: int | None = None
        expecting = ""
        while at < end:
            skipped = self._blanks(at, end)
            if skipped > at:
                at = skipped
                continue
            if text[at] == "#" and (at == 0 or text[at - 1] in " \t\n;&|()"):
                found = text.find("\n", at, end)
                at = end if found < 0 else found
                continue
            if match := _PLACEHOLDER.match(text, at, end):
                words.append(Word(at, match.end(), match[0], match[0]))
                at = match.end()
                continue
            if match := _REDIRECT.match(text, at, end):
                redirect = at if redirect is None else redirect
                expecting, at = match[0], match.end()
                continue
            if self._operator(at, end):
                break
            finish = self._word(at, end, depth)
            if finish <= at:
                break
            if expecting:
                if "<<" in expecting and expecting != "<<<" and (named := _HEREDOC.match(text, at, finish)):
                    heredocs.append(named["word"])
                expecting = ""
            else:
                words.append(Word(at, finish, text[at:finish], _value(text[at:finish])))
            at = finish
        return words, at, redirect, heredocs

    def _operator(self, at: int, end: int) -> re.Match[str] | None:
        match = _OPERATOR.match(self._text, at, end)
        return None if match is not None and self._folded and match[0] == "\n" else match

    def _blanks(self, at: int, end: int) -> int:
        """Behind blanks and continuation lines."""
        text = self._text
        while at < end:
            if text[at] in " \t\r" or (self._folded and text[at] == "\n"):
                at += 1
            elif text[at] == "\\" and (match := _CONTINUED.match(text, at, end)):
                at = match.end()
                while self._docker and (comment := _COMMENT.match(text, at, end)):
                    at = comment.end()
            else:
                break
        return at

    def _word(self, at: int, end: int, depth: int) -> int:
        """Behind the word that begins at ``at``; commands inside it are read."""
        text = self._text
        while at < end:
            char = text[at]
            if char in " \t\r\n;&|<>()":
                break
            if char == "$" and text.startswith("$<", at):  # the first prerequisite, in a Makefile
                at += 2
                continue
            if char == "\\":
                if _CONTINUED.match(text, at, end):
                    break
                if text.startswith('\\"', at) and (close := text.find('\\"', at + 2, end)) > 0:
                    at = close + 2  # a quote in a string of JSON or YAML
                    continue
                at += 2
            elif char == "'":
                close = text.find("'", at + 1, end)
                at = self._line(at, end) if close < 0 else close + 1
            elif char == '"':
                at = self._double(at + 1, end, depth)
            elif (char == "$" and text.startswith("${{", at)) or (char == "{" and text.startswith("{{", at)):
                close = text.find("}}", at, end)
                at = end if close < 0 else close + 2
            elif char == "$" and text.startswith("$(", at):
                close = _closed(text, at + 2, end)
                self.read(at + 2, close - 1, depth + 1)
                at = close
            elif char == "$" and text.startswith("${", at):
                close = text.find("}", at, end)
                at = end if close < 0 else close + 1
            elif char == "`":
                close = text.find("`", at + 1, end)
                if close > 0:
                    self.read(at + 1, close, depth + 1)
                at = self._line(at, end) if close < 0 else close + 1
            else:
                at += 1
        return min(at, end)

    def _line(self, at: int, end: int) -> int:
        """The end of the line, for a quote that nothing closes."""
        found = self._text.find("\n", at, end)
        return end if found < 0 else found

    def _double(self, at: int, end: int, depth: int) -> int:
        text = self._text
        while at < end and text[at] != '"':
            if text[at] == "\\":
                at += 2
            elif text.startswith("${{", at) and (close := text.find("}}", at, end)) > 0:
                at = close + 2
            elif text.startswith("$(", at):
                close = _closed(text, at + 2, end)
                self.read(at + 2, close - 1, depth + 1)
                at = close
            elif text.startswith("${", at) and 0 < (close := text.find("}", at, end)) < self._line(at, end):
                at = close + 1
            elif text[at] == "`" and (close := text.find("`", at + 1, end)) > 0:
                self.read(at + 1, close, depth + 1)
                at = close + 1
            else:
                at += 1
        return min(at + 1, end)

    def _add(
        self,
        words: list[Word],
        stop: int,
        redirect: int | None,
        operators: tuple[str, str],
        around: tuple[int, int],
        depth: int,
    ) -> None:
        begin = words[0].start
        shown, wrappers = _unwrapped(words)
        if not shown:
            return
        self._nested(shown, depth)
        arguments = [w for w in shown if redirect is None or w.start < redirect]
        if not arguments:
            return
        while stop > arguments[-1].end and self._text[stop - 1] in " \t\r":
            stop -= 1
        self.found.append(
            Call(
                words=tuple(arguments),
                begin=begin,
                end=arguments[-1].end,
                stop=max(stop if redirect is not None else arguments[-1].end, arguments[-1].end),
                before=operators[0],
                after=operators[1],
                previous=around[0],
                following=around[1],
                wrappers=wrappers,
            )
        )

    def _nested(self, words: list[Word], depth: int) -> None:
        """The text after ``bash -c`` and the like, in quotes."""
        name = posixpath.basename(words[0].value)
        is_shell = name in ("su", "runuser", "docker", "podman")
        for option, word in itertools.pairwise(words):
            is_shell = is_shell or posixpath.basename(option.value) in _SHELLS
            if is_shell and _TEXT_OPTION.fullmatch(option.value):
                self._inside(word, depth)
                return
        if name == "eval" and len(words) == 2:
            self._inside(words[1], depth)

    def _inside(self, word: Word, depth: int) -> None:
        for mark in ('\\"', '"', "'"):
            if word.raw.startswith(mark) and word.raw.endswith(mark) and len(word.raw) > 2 * len(mark):
                self.read(word.start + len(mark), word.end - len(mark), depth + 1)
                return


_CONTINUED = re.compile(r"\\[ \t]*\r?\n")
_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?\r?\n")


def _closed(text: str, at: int, end: int) -> int:
    """Behind the bracket that closes the one before ``at``."""
    depth = 1
    while at < end:
        if text[at] in "'\"":
            close = text.find(text[at], at + 1, end)
            at = close if close > 0 else at
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return end


def _value(raw: str) -> str:
    """The word without its quotes."""
    if not any(c in raw for c in "'\"\\"):
        return raw
    return re.sub(r"\\\"|(?<!\\)[\"']|\\(?=[^\\\"'])", "", raw)


def _unwrapped(words: list[Word]) -> tuple[list[Word], tuple[str, ...]]:
    """The words from the program on, without settings, keywords and wrappers; make's prefixes are taken off."""
    seen: list[str] = []
    number = 0
    while number < len(words):
        word = words[number]
        stripped = word.value.lstrip("@+-") if number == len(seen) == 0 or not seen else word.value
        if (
            word.value[:1] in "@+-"
            and stripped
            and not seen
            and word.raw[: len(word.raw) - len(stripped)].strip("@+-") == ""
        ):
            cut = len(word.raw) - len(stripped)
            word = Word(word.start + cut, word.end, word.raw[cut:], stripped)
            words = [*words[:number], word, *words[number + 1 :]]
        name = posixpath.basename(word.value)
        if not word.value.strip("@+-") or _SETTING.fullmatch(word.value) or word.value in _KEYWORDS:
            seen.append(word.value)
            number += 1
        elif name in _WRAPPERS:
            if name == "command" and number + 1 < len(words) and words[number + 1].value in ("-v", "-V"):
                return [], ()
            seen.append(name)
            number += 1
            while number < len(words) and (
                words[number].value.startswith("-") or _SETTING.fullmatch(words[number].value)
            ):
                number += 2 if words[number].value in _VALUED else 1
            if name in ("timeout", "gosu", "su-exec", "s6-setuidgid", "setuser"):
                number += 1
        elif name in _BEHIND_DASHES and "--" in (values := [w.value for w in words[number:-1]]):
            seen.append(name)
            number += values.index("--") + 1
        else:
            break
    return words[number:], tuple(seen)


def python_module(call: Call) -> int | None:
    """The index of the word that is the module of ``python -m MODULE``, if the call is one."""
    if not re.fullmatch(r"py|python[\d.]*|\$\{?PYTHON\}?|\$\(PYTHON\)", call.program):
        return None
    for number, word in enumerate(call.values[1:-1], 1):
        if word == "-m":
            return number + 1
        if not re.fullmatch(r"-[BEIPsSuvWO3.\d]+", word):
            return None
    return None


def words_of(call: Call) -> Iterator[Word]:
    """The words from the tool on: ``python -m pip install`` begins with ``pip``."""
    module = python_module(call)
    yield from call.words[module or 0 :]
