"""Trying the patch of the Ruff track: the old tools and Ruff over the committed files, compared report by report.

The files lie in a scratch folder; all the tools only parse them. Each old command is measured over the paths that it
names, and Ruff's command that takes its place over the same. What only Ruff reports becomes the baseline: the rule is
left out in that file, so that the gate passes where it passed before.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.migration import Edit
from rules.ruff.catalog import BUILT_IN, counterparts
from rules.ruff.commands import arguments
from rules.ruff.flake8_config import as_ini
from rules.ruff.gate import Comparison, Later, Measure, Place, compare
from rules.ruff.gather import HOOKS, Run, Setup
from rules.ruff.move import Baseline, LintMove, move
from scanner.lint_runs import NotMeasured, Report, ruff_program, run_flake8, run_formatter, run_isort, run_ruff
from scanner.proof.ground import Opened

MAX_FILES = 4_000
_SYNTAX = frozenset({"E999", "E902", "invalid-syntax"})
_CONFIGS = (
    "setup.cfg",
    "tox.ini",
    ".flake8",
    ".isort.cfg",
    "pyproject.toml",
    "ruff.toml",
    ".ruff.toml",
    ".editorconfig",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTools:
    """Where the old tools are; ``None`` for one that is not there. ``env`` is added to what they are started with."""

    flake8: str | None = None
    isort: str | None = None
    black: str | None = None
    env: Mapping[str, str] | None = None

    @classmethod
    def on_path(cls) -> OldTools:
        """Those that the user's path leads to."""
        return cls(flake8=shutil.which("flake8"), isort=shutil.which("isort"), black=shutil.which("black"))

    def has(self, tools: Iterable[str]) -> bool:
        """Whether all ``tools`` are there."""
        return all(getattr(self, tool) is not None for tool in tools)


def tried(found: Opened, old: OldTools) -> tuple[LintMove, Measure | None]:
    """The move of an opened repository with the baseline that its files need, and what was measured."""
    first = move(found.ground)
    if not first.tools:
        return first, None
    with tempfile.TemporaryDirectory(prefix="muster-lint-", ignore_cleanup_errors=True) as folder:
        folder = os.path.realpath(folder)
        try:
            return _tried(found, first, old, folder)
        except NotMeasured as error:
            return first, Measure(status="failed", reason=str(error)[:300])


def _tried(found: Opened, first: LintMove, old: OldTools, folder: str) -> tuple[LintMove, Measure]:
    _lay_out(found, folder)
    measured = old.has(first.tools)
    before = _Side(*_old(first, old, folder)) if measured else None
    _apply(first.edits, folder)
    alone = _Side(*_new(first, folder))
    if before is None:
        return first, Measure(
            status="ruff-only", after=alone.passes, new=len(alone.places), later=_later(alone, alone.places)
        )
    compared = _compared(first.setup, before, alone)
    unformatted = sorted(alone.unformatted - before.unformatted)
    baseline = _baseline(compared.new, unformatted)
    final = move(found.ground, baseline) if compared.new or unformatted else first
    _apply(final.edits, folder)
    after = _Side(*_new(final, folder))
    return final, Measure(
        status="measured",
        tools=tuple(first.tools),
        before=before.passes,
        after=after.passes,
        format_before=not before.unformatted if "black" in first.tools else None,
        format_after=not after.unformatted if "black" in first.tools else None,
        kept=compared.kept,
        new=len(compared.new),
        left=len(_compared(first.setup, before, after).new),
        lost=_counted(compared.lost),
        uncovered=_counted(compared.uncovered),
        later=_later(alone, compared.new),
        unformatted=len(unformatted),
    )


class _Side:
    """What one side reports: places, the reports they come from, files that its formatter would change."""

    def __init__(self, reports: Collection[Report], unformatted: set[str]) -> None:
        self.reports = reports
        self.unformatted = unformatted
        self.places = {(r.path, r.line, r.code) for r in reports}

    @property
    def passes(self) -> bool:
        return not self.places


def _compared(setup: Setup, before: _Side, after: _Side) -> Comparison:
    known: defaultdict[str, list[str]] = defaultdict(list)
    for code, rule in counterparts((*BUILT_IN, *setup.plugins)):
        known[code].append(rule)
    known |= {"E999": ["E999"], "E902": ["E902", "E999"], "isort": ["I001"]}
    return compare(_plain(before.places), _plain(after.places), known)


def _plain(places: Iterable[Place]) -> set[Place]:
    return {(path, line, "E999" if code == "invalid-syntax" else code) for path, line, code in places}


def _counted(places: Iterable[Place]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(code for _, _, code in places).items()))


def _baseline(new: Iterable[Place], unformatted: Sequence[str]) -> Baseline:
    rules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    unparsed = set()
    for path, _, code in new:
        if code in _SYNTAX:
            unparsed.add(path)
        else:
            rules[path][code] += 1
    return Baseline(rules=rules, unparsed=tuple(sorted(unparsed)), unformatted=tuple(unformatted))


def _later(side: _Side, new: Iterable[Place]) -> tuple[Later, ...]:
    places = set(new)
    by_code: defaultdict[str, list[Report]] = defaultdict(list)
    for report in side.reports:
        if (report.path, report.line, report.code) in places:
            by_code[report.code].append(report)
    return tuple(
        Later(
            code=code,
            count=len(found),
            files=len({r.path for r in found}),
            safe=sum(r.fix == "safe" for r in found),
            unsafe=sum(r.fix == "unsafe" for r in found),
        )
        for code, found in sorted(by_code.items())
    )


# -- the scratch folder


def _lay_out(found: Opened, folder: str) -> None:
    paths = [p for p in sorted(found.ground.facts.files) if p.endswith((".py", ".pyi"))]
    if len(paths) > MAX_FILES:
        raise NotMeasured(f"{len(paths)} files of Python, more than {MAX_FILES}")
    paths += [p for p in sorted(found.ground.facts.files) if posixpath.basename(p) in _CONFIGS or p in HOOKS]
    limits = dict.fromkeys(paths, 4 * 1024 * 1024)
    for path, data in found.tree.read(limits):
        if isinstance(data, bytes):
            _write(folder, path, data)


def _apply(edits: Iterable[Edit], folder: str) -> None:
    for edit in edits:
        if posixpath.basename(edit.path) not in _CONFIGS:
            continue
        if edit.after is not None:
            _write(folder, edit.path, edit.after.encode())
        elif os.path.exists(os.path.join(folder, edit.path)):
            os.remove(os.path.join(folder, edit.path))


def _write(folder: str, path: str, data: bytes) -> None:
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data)


# -- the two sides


def _old(first: LintMove, old: OldTools, folder: str) -> tuple[list[Report], set[str]]:
    reports: set[Report] = set()
    unformatted: set[str] = set()
    for tool in first.tools:
        for run in _gates(first.setup, tool):
            paths = _paths(run, folder)
            match tool:
                case "flake8":
                    found = _flake8(first.setup, (*_without_paths(run.argv), *paths), old, folder)
                    reports |= {r for r in found if run.covers(r.path)}
                case "isort":
                    files = run_isort(folder, (*_isort_options(run.argv), *paths), program=old.isort or tool)
                    reports |= {Report(path=p, line=1, code="isort") for p in files if run.covers(p)}
                case _:
                    argv = (old.black or tool, "--check", *_black_options(run.argv), *paths)
                    unformatted |= {p for p in run_formatter(folder, argv) if run.covers(p)}
    return sorted(reports), unformatted


def _flake8(setup: Setup, words: Sequence[str], old: OldTools, folder: str) -> list[Report]:
    """flake8's reports. What an older one took in a list of codes (comments, pylint's codes) the newer ones refuse;
    ``pyproject.toml`` is read by an add-on that need not be there.
    """
    program = old.flake8 or "flake8"
    if setup.files.get("flake8") != "pyproject.toml" or not setup.flake8:
        try:
            return run_flake8(folder, words, program=program, env=old.env)
        except NotMeasured as error:
            if "option does not match" not in str(error) or not setup.flake8:
                raise
    _write(folder, ".flake8-read", as_ini(setup.flake8[0]).encode())
    return run_flake8(folder, ("--config=.flake8-read", *words), program=program, env=old.env)


def _new(made: LintMove, folder: str) -> tuple[list[Report], set[str]]:
    reports: set[Report] = set()
    unformatted: set[str] = set()
    for tool in made.tools:
        for run in _gates(made.setup, tool):
            paths = _paths(run, folder)
            if tool == "black":
                argv = (ruff_program(), "format", "--no-cache", "--check", "--output-format=concise", *paths)
                unformatted |= {p for p in run_formatter(folder, argv) if run.covers(p)}
            else:
                select = ("--select=I",) if tool == "isort" else ()
                reports |= {r for r in run_ruff(folder, (*select, *paths)) if run.covers(r.path)}
    return sorted(reports, key=lambda r: (r.path, r.line, r.code, r.fix or "")), unformatted


def _gates(setup: Setup, tool: str) -> list[Run]:
    """The runs that can fail; where none is written down, one over everything."""
    found = [r for r in setup.runs if r.tool == tool and not r.advisory]
    return found or [Run(tool=tool, argv=(), path="", line=None)]


def _paths(run: Run, folder: str) -> list[str]:
    new = arguments(run.tool, run.argv) if not run.is_hook else None
    named = [w for w in (new or ())[1:] if not w.startswith("-")]
    there = [p for p in named if os.path.exists(os.path.join(folder, p)) and not os.path.isabs(p) and ".." not in p]
    return there or ["."]


def _without_paths(argv: Sequence[str]) -> Iterator[str]:
    """flake8's options without paths, and without those that only say how it reports."""
    words = iter(argv)
    for word in words:
        name, equals, _ = word.partition("=")
        if not name.startswith("--") or name in _FLAGS:
            continue
        value = None if equals else next(words, "")
        if name not in _SHOWN and "$" not in word and "{" not in word:
            yield word if value is None else f"{word}={value}"


_FLAGS = frozenset(
    "--count --statistics --show-source --no-show-source --quiet --verbose --benchmark --tee --exit-zero --isolated "
    "--doctests --hang-closing --disable-noqa".split()
)
_SHOWN = frozenset({"--format", "--output-file", "--jobs", "--color", "--config", "--append-config"})


def _isort_options(argv: Sequence[str]) -> Iterator[str]:
    for number, word in enumerate(argv):
        if re.fullmatch(r"--(?:profile|line-length|lines-after-imports|project|skip|skip-glob)=.+", word):
            yield word
        elif word in ("--profile", "--line-length", "-l", "-p", "--skip", "--skip-glob") and number + 1 < len(argv):
            yield from (word, argv[number + 1])


def _black_options(argv: Sequence[str]) -> Iterator[str]:
    for number, word in enumerate(argv):
        if re.fullmatch(r"--(?:line-length|target-version|exclude|extend-exclude)=.+|-l\d+|-S|-C|--skip-[\w-]+", word):
            yield word
        elif word in ("-l", "--line-length", "-t", "--target-version") and number + 1 < len(argv):
            yield from (word, argv[number + 1])
