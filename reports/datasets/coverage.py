"""What was not read, what a person has to decide, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table


def tables(facts: Facts) -> Iterator[Table]:
    """``decisions``, ``unread``, ``unknown-facts`` and ``unanswered``."""
    repositories = facts.fleet.repositories
    decisions: list[tuple[Cell, ...]] = [
        (Repo(id=r.id, name=r.name), d.message, _place(r.id, d.path, d.line))
        for r in repositories
        if r.state == "needs-decision"
        for d in r.decisions
    ]
    yield Table(
        name="decisions",
        title="Repositories that need a decision",
        columns=("repository", "why", "place"),
        rows=tuple(decisions),
    )
    unread: list[tuple[Cell, ...]] = [
        (Repo(id=r.id, name=r.name), _place(r.id, e.path, e.line), e.code, e.message)
        for r in repositories
        for e in r.errors
    ]
    yield Table(
        name="unread",
        title="Not read, or read in part",
        columns=("repository", "place", "code", "reason"),
        rows=tuple(unread),
        note="What could not be read makes what depends on it unknown; the rest of the repository still counts.",
    )
    told: list[tuple[Cell, ...]] = [
        (Repo(id=r.id, name=r.name), p.path, u.message, _place(r.id, u.path, u.line))
        for r, p in facts.mains
        for u in p.unknowns
    ]
    yield Table(
        name="unknown-facts",
        title="What the files alone do not tell",
        columns=("repository", "project", "why", "place"),
        rows=tuple(told),
    )
    answers: list[tuple[Cell, ...]] = [
        (facts.called(u.repository), u.project, u.rule, u.reason) for u in facts.answers.unknowns
    ]
    yield Table(
        name="unanswered",
        title="Questions that could not be answered",
        columns=("repository", "project", "rule", "why"),
        rows=tuple(answers),
        note="Unknown is neither good nor bad.",
    )


def _place(repository: str, path: str | None, line: int | None) -> Place | None:
    return Place(repository=repository, path=path, line=line) if path else None
