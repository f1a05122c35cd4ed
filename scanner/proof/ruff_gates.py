"""Ruff over the scratch copy: as it runs today, and by the hooks and commands that the patch makes of the old tools'.

A hook is measured as the patched file has it: several of the old ones may have become one that sees more files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence

import tomlkit

from rules.ruff.arguments import selected
from rules.ruff.base import below, seen_from
from rules.ruff.move import LintMove
from rules.ruff.ruff_runs import choosing, ruff_hooks, ruff_runs
from rules.ruff.runs import HOOKS, Run
from rules.ruff.standing import standing
from rules.ruff.stated import later_than
from rules.uv import version
from scanner import sandbox
from scanner.lint_runs import NotMeasured, Report, ruff_program, run_formatter, run_ruff
from scanner.proof.ground import Opened
from scanner.proof.old_tools import gates, paths_of


def own_runs(found: Opened, made: LintMove) -> tuple[Run, ...]:
    """The gates of Ruff itself today, seen from the folder that all is measured in."""
    runs = ruff_runs(found.ground)
    everything = (Run(tool="ruff", argv=(), path="", line=None),) if runs else ()
    return seen_from(made.setup.base, runs, found.ground) or everything


def stated_version(found: Opened, made: LintMove) -> str | None:
    """The oldest version that today's runs of Ruff state, where it is another than that of the patch."""
    stated = standing(below(found.ground, made.setup.base)).oldest
    return stated if stated != version("ruff") else None


def today(found: Opened, made: LintMove, folder: str, runs: Iterable[Run]) -> set[Report]:
    """What Ruff reports as it is set up today: by the version that is stated, where that is the one on the path.

    Else by the version of the patch: the default rules of an older one are named, and what it has not is not reported.
    """
    stated = stated_version(found, made)
    if stated is not None and (program := program_of(stated)) is not None:
        with contextlib.suppress(NotMeasured):  # one that is too old to be asked
            return _by(_Checked(folder, program), made, folder, runs, ())
    seen = _by(_Checked(folder), made, folder, runs, _as_today(found, made, folder))
    later = later_than(stated)
    return {report for report in seen if report.code not in later}


def program_of(stated: str) -> str | None:
    """Ruff on the path, where it is of this version."""
    program = shutil.which("ruff")
    try:
        done = sandbox.run((program, "--version"), cwd=os.sep, timeout=30) if program is not None else None
    except sandbox.NotStarted:
        return None
    return program if done is not None and done.stdout.split()[:2] == ["ruff", stated] else None


def _as_today(found: Opened, made: LintMove, folder: str) -> tuple[str, ...]:
    """The options by which Ruff of the patch selects what is selected today."""
    there = standing(below(found.ground, made.setup.base))
    if there.select is None:
        return ()
    tables = {name: value for name, value in (there.tables or {}).items() if name != "extend"}
    tables["lint"] = {**(tables.get("lint") or {}), "select": list(there.select)}
    with open(os.path.join(folder, ".muster-ruff.toml"), "w", encoding="utf-8") as file:
        file.write(tomlkit.dumps(tables))
    return ("--config=.muster-ruff.toml",)


def _by(checked: _Checked, made: LintMove, folder: str, runs: Iterable[Run], options: tuple[str, ...]) -> set[Report]:
    seen: set[Report] = set()
    for run in runs:
        if run.tool == "ruff":
            reports = checked[(*options, *choosing(run), *_forced(run), *paths_of(run, folder, made.setup.sources))]
            seen |= {r for r in reports if run.covers(r.path)}
    return seen


def patched(made: LintMove, folder: str, own: Sequence[Run]) -> tuple[list[Report], set[str]]:
    """What the gates of the patched tree report, and the files that they would format; ``own``: Ruff's of today."""
    reports: set[Report] = set()
    unformatted: set[str] = set()
    by_words = _Checked(folder)
    for run in _runs(made, own):
        paths = paths_of(run, folder, made.setup.sources)
        if run.tool == "black" or (run.tool == "ruff-format" and run not in own and "black" in made.tools):
            argv = (ruff_program(), "format", "--no-cache", "--check", "--output-format=concise", *_forced(run), *paths)
            unformatted |= {p for p in run_formatter(folder, argv) if run.covers(p)}
        elif run.tool not in ("yapf", "ruff-format"):
            reports |= _of(made, run, by_words[(*_chosen(made, run), *_forced(run), *paths)])
    return sorted(reports, key=lambda r: (r.path, r.line, r.code, r.fix or "")), unformatted


def _chosen(made: LintMove, run: Run) -> tuple[str, ...]:
    if run.tool == "ruff":
        return choosing(run)
    if run.tool == "isort":
        return ("--select=I",)
    own = made.selects.get(selected(run.argv)) if run.tool == "flake8" else None
    return (f"--select={own}",) if own else ()


def _forced(run: Run) -> tuple[str, ...]:
    """A hook leaves out what it is named and the configuration leaves out."""
    return ("--force-exclude",) if run.is_hook else ()


def _runs(made: LintMove, own: Sequence[Run]) -> Iterator[Run]:
    """Ruff's own gates and those of the old tools; hooks as the patch has them.

    A formatter's hook that is there today is no new one: Black's then say which files count.
    """
    hooks = {edit.path: edit.after for edit in made.edits if edit.path in HOOKS and not made.setup.base}
    formats = any(run.tool == "ruff-format" and run.path in HOOKS for run in own)
    for path, text in hooks.items():
        new = (run for run in ruff_hooks(path, text or "") if not run.advisory)
        yield from (run for run in new if not (formats and run.tool == "ruff-format"))
    yield from (run for run in own if run.path not in hooks)
    old = (run for tool in made.tools for run in gates(made.setup, tool))
    yield from (run for run in old if run.path not in hooks or (formats and run.tool == "black"))


def _of(made: LintMove, run: Run, reports: Iterable[Report]) -> set[Report]:
    """Reports within what a hook sees; of a fixer's those of its own rules, as it mends nothing else."""
    fixers = run.tool == "ruff" and "--fix-only" in run.argv
    own = {rule for part in made.parts if part.tool == run.tool or fixers for rule in part.fixes}
    return {r for r in reports if run.covers(r.path) and (not own or r.code in own)}


class _Checked(dict[tuple[str, ...], list[Report]]):
    """What Ruff reports in ``folder`` by its words, each asked once."""

    def __init__(self, folder: str, program: str | None = None) -> None:
        self._folder, self._program = folder, program

    def __missing__(self, words: tuple[str, ...]) -> list[Report]:
        self[words] = found = run_ruff(self._folder, words, program=self._program)
        return found
