"""Findings, those that are waived, and the reason for each waiver."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Table
from rules.finding import LEVELS, Finding


def tables(facts: Facts) -> Iterator[Table]:
    """``findings`` (open ones, worst first) and ``waivers``."""
    ordered = sorted(
        facts.answers.findings,
        key=lambda f: (LEVELS.index(f.level), f.rule, f.repository, f.project or "", f.fingerprint),
    )
    yield Table(
        name="findings",
        title="Findings",
        columns=(
            "level",
            "rule",
            "repository",
            "project",
            "what",
            "places",
            "what to do",
            "criticality",
            "state",
            "fingerprint",
        ),
        rows=tuple(_finding(facts, f) for f in ordered if f.state not in ("suppressed", "fixed")),
        hidden=("criticality", "state", "fingerprint"),
    )
    waived: list[tuple[Cell, ...]] = [
        (f.rule, facts.called(f.repository), f.project, f.message, f.reason, _places(f))
        for f in ordered
        if f.state == "suppressed"
    ]
    yield Table(
        name="waivers",
        title="Accepted findings",
        columns=("rule", "repository", "project", "what", "reason for accepting", "places"),
        rows=tuple(waived),
    )


def _finding(facts: Facts, f: Finding) -> tuple[Cell, ...]:
    known = facts.repositories.get(f.repository)
    return (
        f.level,
        f.rule,
        facts.called(f.repository),
        f.project,
        f.message,
        _places(f),
        f.fix,
        (known.criticality if known else None) or "not set",
        f.state,
        f.fingerprint,
    )


def _places(f: Finding) -> tuple[Place, ...]:
    """Up to four places; a finding of the fleet may point into other repositories by name alone."""
    found = [Place(repository=f.repository, path=e.path, line=e.line) for e in f.evidence if e.path]
    return tuple(dict.fromkeys(found))[:4]
