"""Findings: how many of which rule, then each with its place and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from reports.documents import RunHeader, header
from reports.table import Page, Table
from reports.writer import View
from rules.finding import Finding, Findings, Level, Unknown
from scanner.inventory import Run

_LEVELS: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsDocument:
    """``muster.findings/1``."""

    schema: Literal["muster.findings/1"] = "muster.findings/1"
    run: RunHeader
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]


def findings_view(
    run: Run, answers: Findings, names: dict[str, str], *, title: str = "Findings", closing: tuple[str, ...] = ()
) -> View:
    """The view of a run's findings; ``names`` are the repositories' names for reading, by id."""
    return View(
        name="findings",
        page=lambda: findings_page(answers, names, title, closing),
        document=lambda: FindingsDocument(run=header(run), findings=answers.findings, unknowns=answers.unknowns),
        rows=lambda: answers.findings,
    )


def findings_page(answers: Findings, names: dict[str, str], title: str, closing: tuple[str, ...] = ()) -> Page:
    """The findings for people, worst first."""
    shown = [f for f in answers.findings if f.state not in ("suppressed", "fixed")]
    levels = Counter(f.level for f in shown)
    states = Counter(f.state for f in answers.findings)
    counted = ", ".join(_count(levels[level], level) for level in _LEVELS)
    aside = ", ".join(f"{states[s]} {s}" for s in ("regressed", "fixed", "suppressed") if states[s])
    return Page(
        title=title,
        opening=(
            f"{len(shown)} findings: {counted}" + (f"; {aside}" if aside else ""),
            *((f"{len(answers.unknowns)} questions could not be answered (listed last)",) if answers.unknowns else ()),
        ),
        tables=(_rules(shown), _each(answers.findings, names), _unknown(answers.unknowns, names)),
        closing=closing,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rules(findings: list[Finding]) -> Table:
    counts = Counter((_LEVELS[f.level], f.rule, f.level) for f in findings)
    repositories: dict[str, set[str]] = {}
    for f in findings:
        repositories.setdefault(f.rule, set()).add(f.repository)
    rows = [(level, rule, number, len(repositories[rule])) for (_, rule, level), number in sorted(counts.items())]
    return Table(name="rules", title="By rule", columns=("level", "rule", "findings", "repositories"), rows=tuple(rows))


def _each(findings: tuple[Finding, ...], names: dict[str, str]) -> Table:
    ordered = sorted(findings, key=lambda f: (_LEVELS[f.level], f.rule, f.repository, f.project or "", f.message))
    rows = [
        (f.level, f.rule, where(f.repository, f.project, names), place(f), f.message, f.fix, _state(f), f.reason)
        for f in ordered
        if f.state != "fixed"
    ]
    fixed = [
        (f.level, f.rule, where(f.repository, f.project, names), place(f), f.message, None, "fixed", None)
        for f in ordered
        if f.state == "fixed"
    ]
    return Table(
        name="findings",
        title="Findings",
        columns=("level", "rule", "project", "place", "what", "what to do", "state", "reason"),
        rows=(*rows, *fixed),
        main=True,
        heading=4,
    )


def _state(finding: Finding) -> str | None:
    """The state where it says something: an open finding that no earlier run is compared with is just a finding."""
    return None if finding.state == "new" else finding.state


def where(repository: str, project: str | None, names: dict[str, str]) -> str:
    """A project for reading: the repository's name, with the folder where it is not the root."""
    name = names.get(repository, repository)
    return name if project in (None, ".") else f"{name}/{project}"


def place(finding: Finding) -> str | None:
    """The first place that shows a finding, ``file:line``."""
    if not finding.evidence or finding.evidence[0].path is None:
        return None
    first = finding.evidence[0]
    return f"{first.path}:{first.line}" if first.line is not None else first.path


def _unknown(unknowns: tuple[Unknown, ...], names: dict[str, str]) -> Table:
    rows = [(u.rule, where(u.repository, u.project, names), u.reason) for u in unknowns]
    return Table(
        name="unknowns",
        title="Could not be answered",
        columns=("rule", "project", "why"),
        rows=tuple(rows),
        note="Unknown is neither good nor bad.",
    )
