"""Findings: how many of which rule, then each with its place and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reports.documents import RunHeader, header
from reports.table import Page, Table, counted_noun
from reports.writer import View
from rules.checks import RULES
from rules.finding import Finding, Findings, Level, State, Unknown
from rules.rule import Rule
from scanner.inventory import Repository, Run

_LEVELS: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsDocument:
    """``muster.findings/1``."""

    schema: Literal["muster.findings/1"] = "muster.findings/1"
    run: RunHeader
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The findings with what they answer: the repositories that were asked, and the rules that asked them.

    Silence of a rule about a repository means that it holds there.
    """

    document: FindingsDocument
    repositories: tuple[Repository, ...]
    rules: tuple[Rule, ...]
    compared: bool


def findings_view(
    run: Run,
    answers: Findings,
    names: dict[str, str],
    *,
    title: str = "Findings",
    opening: tuple[str, ...] = (),
    closing: tuple[str, ...] = (),
    compared: bool = False,
    repositories: Iterable[Repository] = (),
    rules: Iterable[Rule] = RULES,
) -> View:
    """The view of a run's findings; ``names`` are the repositories' names for reading, by id.

    ``repositories`` and ``rules`` are those that were asked: some formats show where a rule holds.

    ``compared``: the states say how the findings stand against an earlier run, so that *new* is worth showing.
    """

    def document() -> FindingsDocument:
        return FindingsDocument(run=header(run), findings=answers.findings, unknowns=answers.unknowns)

    return View(
        name="findings",
        page=lambda: findings_page(answers, names, title, opening=opening, closing=closing, compared=compared),
        document=document,
        rows=lambda: answers.findings,
        model=lambda: Answers(
            document=document(), repositories=tuple(repositories), rules=tuple(rules), compared=compared
        ),
    )


def findings_page(
    answers: Findings,
    names: dict[str, str],
    title: str,
    *,
    opening: tuple[str, ...] = (),
    closing: tuple[str, ...] = (),
    compared: bool = False,
) -> Page:
    """The findings for people, worst first, below the sentences of ``opening``."""
    shown = [f for f in answers.findings if f.state not in ("suppressed", "fixed")]
    levels = Counter(f.level for f in shown)
    states = Counter(f.state for f in answers.findings)
    counted = ", ".join(counted_noun(levels[level], level) for level in _LEVELS)
    shown_states: tuple[State, ...] = ("regressed", "fixed", "suppressed")
    if compared:
        shown_states = ("new", *shown_states)
    aside = ", ".join(f"{states[s]} {s}" for s in shown_states if states[s])
    said = shown or aside or not compared  # that nothing moved is said above
    return Page(
        title=title,
        opening=(
            *opening,
            *((f"{counted_noun(len(shown), 'finding')}: {counted}" + (f"; {aside}" if aside else ""),) if said else ()),
            *(
                (f"{counted_noun(len(answers.unknowns), 'question')} could not be answered (listed last)",)
                if answers.unknowns
                else ()
            ),
        ),
        tables=(_rules(shown), _each(answers.findings, names, compared=compared), _unknown(answers.unknowns, names)),
        closing=closing,
    )


def _rules(findings: list[Finding]) -> Table:
    counts = Counter((_LEVELS[f.level], f.rule, f.level) for f in findings)
    repositories: dict[tuple[str, str], set[str]] = {}
    for f in findings:
        repositories.setdefault((f.rule, f.level), set()).add(f.repository)
    rows = [
        (level, rule, number, len(repositories[rule, level])) for (_, rule, level), number in sorted(counts.items())
    ]
    return Table(name="rules", title="By rule", columns=("level", "rule", "findings", "repositories"), rows=tuple(rows))


def _each(findings: tuple[Finding, ...], names: dict[str, str], *, compared: bool) -> Table:
    ordered = sorted(findings, key=lambda f: (_LEVELS[f.level], f.rule, f.repository, f.project or "", f.message))
    rows = [
        (
            f.level,
            f.rule,
            where(f.repository, f.project, names),
            place(f),
            f.message,
            f.fix,
            f.state if compared else _state(f),
            f.reason,
        )
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
