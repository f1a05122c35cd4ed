"""What a walk writes: invocations and problems, without credentials and of bounded size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from scanner.facts import Context, Invocation, Location, Problem
from scanner.redact import redact, redact_line

MAX_INVOCATIONS = 4_000
MAX_WORDS = 2_000
MAX_WORD = 4_000
MAX_VALUE = 4_000
MAX_PROBLEMS = 5


class Writer:
    """Collects invocations and problems in the shape that was asked for."""

    def __init__(
        self,
        at: Location,
        context: Context,
        job: str | None,
        disabled: str | None,
        tolerated: bool = False,
        library: bool = False,
    ) -> None:
        self.at = at
        self.tolerated = tolerated
        self.invocations: list[Invocation] = []
        self.problems: list[Problem] = []
        self.passed_on: dict[str, str] = {}
        self._context = context
        self.is_ci = context == "ci"
        self._job = job
        self._disabled = disabled
        self._library = library
        self.functions: list[tuple[str, int | None]] = []
        self._apart: str | None = None
        self._seen: set[tuple[object, ...]] = set()
        self.only: Literal["ci", "local"] | None = None
        self.makes_missing = False
        self._env: tuple[tuple[str, str], ...] = ()

    def sets_apart(self, function: str, row: int) -> bool:
        """Make the commands that follow, of ``function``, a job of their own if that was asked for; whether it was."""
        if self._library:
            self._apart = function
            self.functions.append((function, self._line(row)))
        return self._library

    def emit(
        self,
        argv: list[str],
        env: tuple[tuple[str, str], ...],
        directory: str | None,
        row: int,
        asked: str | None = None,
    ) -> None:
        """Keep a command, once for each place and folder."""
        if len(self.invocations) >= MAX_INVOCATIONS:
            self.problem("too-large", f"more than {MAX_INVOCATIONS} commands; the rest was left aside", row)
            return
        words = _clean(argv[:MAX_WORDS])
        line = self._line(row)
        key = (words, line, directory, self._apart, asked, self.only)
        if key in self._seen:
            return
        self._seen.add(key)
        if env == self._env:
            env = self._env
        self._env = env
        self.invocations.append(
            Invocation(
                argv=words,
                at=Location(path=self.at.path, line=line),
                context=self._context,
                env=env,
                directory=directory,
                job=self._job or self._apart,
                disabled=self._disabled,
                tolerated=self.tolerated,
                asked=asked,
                only=self.only,
                makes_missing=self.makes_missing,
            )
        )

    def problem(self, code: str, message: str, row: int) -> None:
        """Keep a problem, of the first few."""
        found = Problem(code=code, message=message, at=Location(path=self.at.path, line=self._line(row)))
        if len(self.problems) < MAX_PROBLEMS and found not in self.problems:
            self.problems.append(found)

    def _line(self, row: int) -> int | None:
        return None if self.at.line is None else self.at.line + row


_SECRET_OPTION = re.compile(r"--?[A-Za-z0-9-]{0,40}(?:password|passwd|token|secret|api-?key)", re.IGNORECASE)
_SECRET_NAME = re.compile(r"password|passwd|secret|token|api_?key|access_?key|credential", re.IGNORECASE)


def _clean(argv: Iterable[str]) -> tuple[str, ...]:
    """The words without credentials and of bounded length."""
    words: list[str] = []
    for word in argv:
        if words and words[-1].startswith("-") and _SECRET_OPTION.fullmatch(words[-1]):
            words.append(_secret(word))
            continue
        option, equals, value = word.partition("=")
        if equals and option.startswith("-") and _SECRET_OPTION.fullmatch(option):
            words.append(f"{option}={_secret(value)}")
            continue
        words.append(redact(word[:MAX_WORD]) if len(word) > 14 else word)
    return tuple(words)


def _secret(value: str) -> str:
    return redact_line(f"password={value}").removeprefix("password=")


def clean_value(name: str, value: str) -> str:
    """The value of the variable ``name`` without credentials; a literal under a name that speaks of secrets is one."""
    if _SECRET_NAME.search(name):
        return _secret(value)
    return redact(value[:MAX_VALUE]) if len(value) > 14 else value
