"""Trying the patch of the Ruff track: the old tools and Ruff over the committed files, compared report by report.

The files lie in a scratch folder; all the tools only parse them. Each old command is measured over the paths that it
names, and Ruff's command that takes its place over the same. What only Ruff reports becomes the baseline: the rule is
left out in that file, so that the gate passes where it passed before.
"""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from rules.migration import Edit
from rules.patch import EXECUTABLE
from rules.ruff.base import inside
from rules.ruff.baseline import Baseline
from rules.ruff.catalog import BUILT_IN, counterparts
from rules.ruff.gate import Comparison, Later, Measure, Place, compare
from rules.ruff.move import LintMove, move
from rules.ruff.runs import HOOKS, Run
from rules.ruff.scripts import is_script
from scanner.lint_runs import NotMeasured, Report, run_ruff
from scanner.proof.ground import Opened
from scanner.proof.narrowed import narrowed
from scanner.proof.old_tools import FIXERS, OldTools, reads_notebooks, run_old
from scanner.proof.ruff_gates import own_runs, patched, program_of, stated_version, today

__all__ = ["OldTools", "tried"]

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
    ".bandit",
    ".style.yapf",
    ".pydocstyle",
    ".pydocstyle.ini",
    ".pydocstylerc",
    ".pydocstylerc.ini",
)


def tried(found: Opened, old: OldTools, wanted: frozenset[str] = frozenset()) -> tuple[LintMove, Measure | None]:
    """The move of an opened repository with the baseline that its files need, and what was measured.

    ``wanted`` are the rules that the target asks for: those that are not checked yet are counted too.
    """
    first = move(found.ground)
    if not first.tools:
        return first, None
    with tempfile.TemporaryDirectory(prefix="muster-lint-", ignore_cleanup_errors=True) as folder:
        folder = os.path.realpath(folder)
        try:
            return _tried(found, first, old, folder, wanted)
        except NotMeasured as error:
            return first, Measure(status="failed", reason=str(error)[:300])


def _tried(
    found: Opened, first: LintMove, old: OldTools, folder: str, wanted: frozenset[str]
) -> tuple[LintMove, Measure]:
    _lay_out(found, first, folder)
    whole, folder = folder, os.path.join(folder, first.setup.base)
    found_old = run_old(first.setup, first.tools, old, folder) if old.has(first.tools) else None
    own = own_runs(found, first)
    if found_old is not None and own:
        found_old.reports |= {replace(report, fix=None, until=0) for report in today(found, first, folder, own)}
    _apply(first.edits, whole)
    away = {**dict.fromkeys(old.missing(first.tools), ""), **(found_old.failed if found_old is not None else {})}
    unknown = _unmeasured(first, away)
    fresh, unformatted = patched(first, folder, own)
    is_known = not any(report.code in unknown for report in fresh)
    alone = _Side(fresh, unformatted, unknown)
    if found_old is None:
        return first, Measure(
            status="ruff-only", after=alone.passes, new=len(alone.places), later=_later(alone, alone.places)
        )
    unread = _unread(found, first, found_old.reports, alone)
    found_old.reports = {r for r in found_old.reports if r.path not in unread or r.code not in _SYNTAX}
    before = _Side({*found_old.reports, *_fixed(first, found_old.changed, alone.reports)}, found_old.unformatted)
    still = {r for r in found_old.reports if r.code.startswith(first.reduced)} if first.reduced else set()
    alone = _Side({*alone.reports, *still}, alone.unformatted)
    compared = _compared(first, before, alone)
    lost, narrower = narrowed(found, first, compared.lost, old, folder)
    silenced = _silenced(compared.new, folder) if "bandit" in first.tools else {}
    out = compared.to_leave_out()
    strictly = 0 < compared.kept == compared.hidden_by(out)  # else a gate that fails would pass
    out = compared.to_leave_out(strictly=strictly)
    hidden = compared.hidden_by(out)
    baseline = _baseline([n for n in out if n[2] not in silenced.get(n[0], {}).get(n[1], ())])
    baseline = replace(baseline, silenced=silenced, unformatted=tuple(sorted(alone.unformatted - before.unformatted)))
    final, after, left = first, alone, compared.new
    for _ in range(_ROUNDS):
        if not out and not after.unformatted - before.unformatted and not silenced:
            break
        final = move(found.ground, baseline)
        _apply(final.edits, whole)
        reports, unformatted = patched(final, folder, own)
        after = _Side({*reports, *still}, unformatted, unknown)
        again = _compared(first, before, after)
        left, out, silenced = again.new, again.to_leave_out(strictly=strictly), {}
        baseline = _with(baseline, out, after.unformatted - before.unformatted)
    formats = "black" in first.tools and "black" not in away
    return final, Measure(
        status="measured",
        tools=tuple(first.tools),
        before=before.passes if is_known else None,
        after=after.passes if is_known else None,
        format_before=not before.unformatted if formats else None,
        format_after=not after.unformatted if formats else None,
        kept=compared.kept,
        new=len(compared.new),
        left=len(left),
        lost=_counted(lost),
        narrower=narrower,
        uncovered=_counted(compared.uncovered),
        later=_later(alone, set(compared.new).difference(left)),
        hidden=hidden,
        unformatted=len(baseline.unformatted),
        reason="; ".join(
            [
                *_not_measured(away, is_known=is_known),
                *_newer(unread),
                *_notebooks(first, old),
                *_raised(found, first, own),
            ]
        )
        or None,
        toward=_toward(folder, wanted, after),
    )


def _toward(folder: str, wanted: frozenset[str], after: _Side) -> tuple[Later, ...]:
    """What the target's rules report in the patched tree beyond what is checked there; the baseline stays out of it."""
    if not wanted:
        return ()
    side = _Side(run_ruff(folder, (f"--select={','.join(sorted(wanted))}", ".")), set())
    return _later(side, [place for place in side.places - after.places if place[2] in wanted])


def _unread(found: Opened, made: LintMove, reports: Iterable[Report], alone: _Side) -> frozenset[str]:
    """Files that the old tool cannot read, and that are right for the Python that the repository states: the tool runs
    on an older one here."""
    errors = {r.path for r in reports if r.code in _SYNTAX}
    manifest = found.ground.read(inside(made.setup.base, "pyproject.toml")) or ""
    if not errors or re.search(r"^requires-python[ \t]*=", manifest, re.MULTILINE) is None:
        return frozenset()
    return frozenset(errors) - {r.path for r in alone.reports if r.code in _SYNTAX}


def _newer(unread: Collection[str]) -> Iterator[str]:
    if unread:
        yield f"not compared: {len(unread)} files in the syntax of a later Python than flake8 runs on here"


def _raised(found: Opened, made: LintMove, own: Collection[Run]) -> Iterator[str]:
    """Ruff of today, where another version stood in for it."""
    stated = stated_version(found, made) if own else None
    if stated is not None and program_of(stated) is None:
        yield f"Ruff {stated} was not at hand: what it reports today is told by that of the patch, without later rules"


def _notebooks(made: LintMove, old: OldTools) -> Iterator[str]:
    """Notebooks that Ruff looks at and the old tools here did not: what it would say is left out."""
    by = {run.tool for run in made.setup.runs if run.notebooks and run.tool in made.tools}
    unread = sorted(by - ({"black"} if "black" in by and reads_notebooks(old) else set()))
    if unread and any(path.endswith(".ipynb") for path in made.setup.paths):
        yield f"not compared: notebooks, which {' and '.join(unread)} did not read here"


def _not_measured(away: Mapping[str, str], *, is_known: bool) -> Iterator[str]:
    for tool, why in away.items():
        yield f"not measured: {tool}{f' ({why})' if why else ''}"
    if not is_known:
        yield "its rules report something, and nobody knows whether it does: the gate may fail"


def _unmeasured(made: LintMove, away: Collection[str]) -> frozenset[str]:
    """Rules that stand for nothing but tools that were not run: what they say can be compared with nothing."""
    rules = {part.tool: set(part.lint.select) for part in made.parts}
    if made.setup.flake8 is not None:
        rules["flake8"] = {rule for _, rule in counterparts((*BUILT_IN, *made.setup.plugins))}
    if made.setup.isort is not None:
        rules["isort"] = {"I001", "I002"}
    known = {rule for tool, own in rules.items() if tool not in away for rule in own}
    return frozenset({rule for tool, own in rules.items() if tool in away for rule in own} - known)


def _fixed(made: LintMove, changed: Mapping[str, Mapping[str, set[int]]], reports: Iterable[Report]) -> set[Report]:
    """A fixer's lines as reports: under Ruff's code where a report of its rules lies on them, else under its name."""
    found: set[Report] = set()
    for part in made.parts:
        lines = {path: set(rows) for path, rows in changed.get(part.tool, {}).items()}
        for report in reports:
            rows = range(report.line, max(report.until, report.line) + 1)
            there = changed.get(part.tool, {}).get(report.path, set())
            if report.code in part.fixes and not there.isdisjoint(rows):
                found.add(Report(path=report.path, line=report.line, code=report.code))
                lines[report.path] -= set(rows)
        found |= {Report(path=path, line=row, code=part.tool) for path, rows in lines.items() for row in rows}
    return found


class _Side:
    """What one side reports: places, the reports they come from, files that its formatter would change."""

    def __init__(
        self, reports: Collection[Report], unformatted: set[str], ignored: Collection[str] = frozenset()
    ) -> None:
        self.reports = [report for report in reports if report.code not in ignored]
        self.unformatted = unformatted
        self.places = {(r.path, r.line, r.code) for r in self.reports}

    @property
    def passes(self) -> bool:
        return not self.places


def _compared(made: LintMove, before: _Side, after: _Side) -> Comparison:
    known: defaultdict[str, list[str]] = defaultdict(list)
    for code, rule in counterparts((*BUILT_IN, *made.setup.plugins)):
        known[code].append(rule)
    for part in made.parts:
        for code, rule in part.pairs if part.tool not in FIXERS else ((rule, rule) for rule in part.fixes):
            known[code].append(rule)
    for _, _, code in before.places & after.places:
        known.setdefault(code, [code])
    known = defaultdict(list, {code: [r for r in rules if r not in made.without] for code, rules in known.items()})
    known |= {"E999": ["E999"], "E902": ["E902", "E999"], "E0001": ["E999"], "isort": ["I001", "I002"]}
    found = compare(_plain(before.places), _plain(after.places), known)
    missed = tuple(place for place in found.uncovered if place[2] in FIXERS)
    return replace(
        found,
        lost=tuple(sorted((*found.lost, *missed))),
        uncovered=tuple(place for place in found.uncovered if place[2] not in FIXERS),
    )


def _plain(places: Iterable[Place]) -> set[Place]:
    return {(path, line, "E999" if code == "invalid-syntax" else code) for path, line, code in places}


def _counted(places: Iterable[Place]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(code for _, _, code in places).items()))


def _silenced(new: Iterable[Place], folder: str) -> dict[str, dict[int, tuple[str, ...]]]:
    """What bandit does not say because of a ``# nosec`` on the line, by file and line."""
    found: defaultdict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
    texts: dict[str, list[str]] = {}
    for path, line, code in new:
        if code.startswith(("S", "PLE2502")):
            if path not in texts:
                with open(os.path.join(folder, path), encoding="utf-8", errors="replace") as file:
                    texts[path] = file.read().splitlines()
            if line <= len(texts[path]) and re.search(r"#\s*nosec\b", texts[path][line - 1]):
                found[path][line] = (*found[path].get(line, ()), code)
    return dict(found)


_ROUNDS = 3


def _with(baseline: Baseline, new: Iterable[Place], unformatted: Collection[str]) -> Baseline:
    """The baseline with what it brought about itself: a comment that is of no use any more (RUF100)."""
    more = _baseline(new)
    rules = {path: {**baseline.rules.get(path, {}), **more.rules.get(path, {})} for path in baseline.rules}
    return replace(
        baseline,
        rules={**more.rules, **rules},
        unparsed=tuple(sorted({*baseline.unparsed, *more.unparsed})),
        unformatted=tuple(sorted({*baseline.unformatted, *unformatted})),
    )


def _baseline(new: Iterable[Place]) -> Baseline:
    rules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    unparsed = set()
    for path, _, code in new:
        if code in _SYNTAX:
            unparsed.add(path)
        else:
            rules[path][code] += 1
    return Baseline(rules=rules, unparsed=tuple(sorted(unparsed)))


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


def _lay_out(found: Opened, made: LintMove, folder: str) -> None:
    paths = [p for p in sorted(found.ground.facts.files) if p.endswith((".py", ".pyi"))]
    paths += [inside(made.setup.base, path) for path in made.setup.sources if is_script(path)]
    if len(paths) > MAX_FILES:
        raise NotMeasured(f"{len(paths)} files of Python, more than {MAX_FILES}")
    named = {inside(made.setup.base, asked.path) for asked in made.setup.others if asked.path is not None}
    words = (word.rpartition("=")[2] for run in made.setup.runs for word in run.argv)
    named |= {posixpath.normpath(inside(made.setup.base, w)) for w in words if w and not w.endswith(".py")}
    paths += [
        p for p in sorted(found.ground.facts.files) if posixpath.basename(p) in _CONFIGS or p in HOOKS or p in named
    ]
    more = [".md"] if "black" in made.tools else []
    more += [".ipynb"] if _looks_at_notebooks(made) else []
    paths += [p for p in sorted(found.ground.facts.files) if p.endswith(tuple(more))]
    modes = found.modes()
    limits = dict.fromkeys(paths, 4 * 1024 * 1024)
    for path, data in found.tree.read(limits):
        if isinstance(data, bytes):
            _write(folder, path, data if path.endswith((".py", ".pyi")) else harmless(data))
            if modes.get(path) == EXECUTABLE:
                os.chmod(os.path.join(folder, path), 0o700)  # some rules ask for it


def _looks_at_notebooks(made: LintMove) -> bool:
    """Whether a tool that goes looks at notebooks."""
    return any(run.notebooks and run.tool in made.tools for run in made.setup.runs)


def harmless(data: bytes) -> bytes:
    """A configuration without flake8's plug-ins of the repository's own, which flake8 would import."""
    return data.replace(b"flake8:local", b"flake8:not-run-local")


def _apply(edits: Iterable[Edit], folder: str) -> None:
    for edit in edits:
        if posixpath.basename(edit.path) not in _CONFIGS and not os.path.exists(os.path.join(folder, edit.path)):
            continue
        if edit.after is not None:
            _write(folder, edit.path, harmless(edit.after.encode()))
        elif os.path.exists(os.path.join(folder, edit.path)):
            os.remove(os.path.join(folder, edit.path))


def _write(folder: str, path: str, data: bytes) -> None:
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data)
