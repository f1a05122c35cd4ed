"""bandit → the ``S`` rules with its tests' numbers (bandit 1.9; ``rules/data/old_linters.toml``).

A threshold of severity leaves out tests that never reach it; those whose severity depends on the case stay.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from rules.pythons import data
from rules.ruff.catalog import ruff_rules
from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import flag, given, words
from rules.ruff.patterns import catches
from rules.ruff.runs import Run
from rules.ruff.translate import RuffLint, Value, below

VALUED = frozenset(
    "-a --aggregate -n --number -c --configfile -p --profile -t --tests -s --skip -f --format --msg-template -o "
    "--output -b --baseline --ini -x --exclude --severity-level --confidence-level".split()
)
_SHORT = {
    "-c": "--configfile",
    "-t": "--tests",
    "-s": "--skip",
    "-x": "--exclude",
    "-b": "--baseline",
    "-p": "--profile",
    "-o": "--output",
    "-f": "--format",
}
_LEVELS = ("low", "medium", "high")


def translate(asked: Asked) -> Part:
    """The rules for the tests that are run and reach the threshold."""
    options: dict[str, Any] = {**asked.options, **given(asked.argv, VALUED, _SHORT)}
    known = counterparts_of_bandit()
    tests = _codes(options.get("tests")) or tuple(known)
    skipped = {*_codes(options.get("skip")), *_codes(asked.options.get("skips"))}
    least = _threshold(asked.argv, options)
    ran = [t for t in known if t in tests and t not in skipped and _LEVELS.index(_severity(t)) >= least]
    select = tuple(sorted({rule for test in ran for rule in known[test]}))
    excluded = [(text, True) for text in words(options.get("exclude"))]
    excluded += [(text, False) for text in words(options.get("exclude-dirs"))]
    return Part(
        tool="bandit",
        lint=RuffLint(
            select=select,
            per_file=tuple(_per_file(options, select)),
            excluded=tuple(
                dict.fromkeys(p for text, is_argument in excluded for p in _left_out(asked, text, is_argument))
            ),
            settings={"flake8-bandit": settings} if (settings := dict(_settings(options))) else {},
            uncovered=(
                *((t, "Ruff has no rule for this test of bandit") for t in ran if not known[t]),
                *(("B105", "Ruff does not look at the values of a dictionary's display") for t in ran if t == "B105"),
                *_unsaid(asked.argv, options),
            ),
        ),
        pairs=tuple((test, rule) for test in ran for rule in known[test]),
    )


@cache
def counterparts_of_bandit() -> Mapping[str, tuple[str, ...]]:
    """Its tests, each with the rules of Ruff that check the same."""
    table = data("old_linters.toml")["bandit"]
    tests = sorted(test for level in _LEVELS for test in table[level])
    return {t: tuple(table["exact"].get(t, [f"S{t[1:]}"] if f"S{t[1:]}" in ruff_rules() else ())) for t in tests}


@cache
def _severities() -> Mapping[str, str]:
    table = data("old_linters.toml")["bandit"]
    return {test: level for level in _LEVELS for test in table[level]}


def _severity(test: str) -> str:
    return _severities()[test]


def _codes(value: Any) -> tuple[str, ...]:
    return tuple(code for code in words(value) if re.fullmatch(r"B\d{3}", code))


def _threshold(argv: Sequence[str], options: Mapping[str, Any]) -> int:
    """The least severity that is reported, as an index: ``-ll`` is medium."""
    letters = max((len(w) - 1 for w in argv if re.fullmatch(r"-l{1,3}", w)), default=0)
    letters += sum(w == "-l" for w in argv) - 1 if argv.count("-l") > 1 else 0
    named = str(options.get("severity-level", "")).lower()
    if named in _LEVELS:
        return _LEVELS.index(named)
    return max(min(letters, 3) - 1, 0)


def _left_out(asked: Asked, text: str, is_argument: bool) -> Iterator[str]:
    """Patterns for what bandit leaves out by ``text``: paths, as it walks them, that fit it or in which it occurs.

    An argument that names a folder fits only what begins with it: of ``-r . -x tests`` nothing is left out, as the
    paths begin with ``./`` (``manager.discover_files``).
    """
    folder = any(path.startswith(f"{text.removeprefix('./').rstrip('/')}/") for path in asked.sources)
    wanted = f"{text.rstrip('/')}/*" if is_argument and folder else text
    starts = {_start(word) for run in asked.runs for word in _targets(run)} | {"./"}
    starts |= {""} if any(run.is_hook for run in asked.runs) else set()  # pre-commit names the files
    gone = {p for p in asked.sources if any(_fits(s + p.removeprefix(s), wanted) for s in starts)}
    plain = text.removeprefix("./").removeprefix("*/").removesuffix("/*").strip("/")
    made = [] if not plain or plain.startswith("..") else [p for p in below(plain) if "/" in p or "." in p or "*" in p]
    if not asked.sources or gone == {path for path in asked.sources if any(catches(p, [path]) for p in made)}:
        yield from made if gone or not asked.sources else ()
    else:
        yield from sorted(gone) if len(gone) <= _MANY else made


_MANY = 20


def _targets(run: Run) -> list[str]:
    rest = iter(run.argv)
    return [w for w in rest if not (w in VALUED and next(rest, "")) and not w.startswith("-")]


def _start(target: str) -> str:
    """How the paths below a target begin where they do not begin with its name alone."""
    return "./" if target.startswith(".") else ""


def _fits(path: str, wanted: str) -> bool:
    return fnmatch.fnmatchcase(path, wanted) or wanted in path


def _per_file(options: Mapping[str, Any], select: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "S101" in select:
        for pattern in words(options.get("assert-used.skips")):
            yield pattern.removeprefix("*/").removeprefix("./"), ("S101",)


def _settings(options: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    if folders := words(options.get("hardcoded-tmp-directory.tmp-dirs")):
        yield "hardcoded-tmp-directory", folders
    if flag(options.get("try-except-pass.check-typed-exception")):
        yield "check-typed-exception", True


def _unsaid(argv: Sequence[str], options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    confident = any(re.fullmatch(r"-i{2,3}", w) for w in argv)
    if confident or str(options.get("confidence-level", "")).lower() in ("medium", "high"):
        yield "confidence", "Ruff knows no confidence: it reports what bandit is less sure of, too"
    if _threshold(argv, options):
        yield "severity", "where the severity depends on the case, Ruff reports the lesser ones, too"
    if options.get("baseline"):
        yield "baseline", "reports that a baseline holds are reported again"
    if options.get("profile"):
        yield "profile", "a profile chooses the tests"


LINTER = Linter(
    name="bandit",
    files=((".bandit", ("bandit",)),),
    option=("-c", "--configfile", "--ini"),
    translate=translate,
)
