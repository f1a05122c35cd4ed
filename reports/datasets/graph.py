"""What depends on what: edges between repositories, names that nobody provides, names claimed twice."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Table
from scanner.graph.reach import reach


def tables(facts: Facts) -> Iterator[Table]:
    """``edges``, ``dependents``, ``unresolved`` and ``clashes``."""
    graph = facts.fleet.graph
    edges: list[tuple[Cell, ...]] = [
        (
            facts.called(e.consumer),
            e.consumer_project,
            facts.called(e.provider),
            e.distribution,
            e.via,
            e.scope or "unknown",
            e.specifier,
            "unknown" if e.satisfied is None else e.satisfied,
            Place(repository=e.consumer, path=e.path, line=e.line) if e.path else None,
        )
        for e in graph.edges
    ]
    yield Table(
        name="edges",
        title="Who needs whom",
        columns=("repository", "project", "needs", "distribution", "via", "scope", "specifier", "satisfied", "place"),
        rows=tuple(edges),
    )
    yield _dependents(facts)
    unresolved: list[tuple[Cell, ...]] = [
        (
            facts.called(u.consumer),
            u.name,
            u.why,
            Place(repository=u.consumer, path=u.path, line=u.line) if u.path else None,
        )
        for u in graph.unresolved
    ]
    yield Table(
        name="unresolved",
        title="Internal names that nobody provides",
        columns=("repository", "name", "why", "place"),
        rows=tuple(unresolved),
    )
    clashes: list[tuple[Cell, ...]] = [
        (
            c.distribution,
            tuple(facts.called(p).name for p in c.providers),
            facts.called(c.chosen) if c.chosen else "undecided",
            c.why,
        )
        for c in graph.clashes
    ]
    yield Table(
        name="clashes",
        title="Names that several repositories publish",
        columns=("distribution", "claimed by", "edges lead to", "why"),
        rows=tuple(clashes),
    )


def _dependents(facts: Facts) -> Table:
    direct: dict[str, set[str]] = {}
    for e in facts.fleet.graph.edges:
        direct.setdefault(e.provider, set()).add(e.consumer)
    everyone = reach(facts.fleet.graph)
    rows: list[tuple[Cell, ...]] = []
    for name, users in sorted(direct.items(), key=lambda item: (-everyone.get(item[0], 0), item[0])):
        repository = facts.repositories.get(name)
        published = {p.name for p in repository.projects if p.publishes and p.name} if repository else set()
        rows.append((facts.called(name), tuple(sorted(published)), len(users), everyone.get(name, 0)))
    return Table(
        name="dependents",
        title="What others need most",
        columns=("repository", "publishes", "needed directly by", "needed by in all"),
        rows=tuple(rows),
    )
