"""The dependency graph across repositories: edges, cycles and cuts, names that nobody provides, clashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from reports.documents import RunHeader, header
from reports.table import Page, Table, counted_noun
from reports.writer import View
from scanner.graph.cycles import Cycle, cycles, shortest_circle
from scanner.graph.reach import reach
from scanner.inventory import Clash, Edge, Fleet, Unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A repository in the graph; ``dependents`` counts the repositories that need it, directly or not."""

    id: str
    name: str
    kind: str
    manager: str | None
    dependents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDocument:
    """``muster.graph/1``: nodes that have an edge, and everything known of the edges."""

    schema: Literal["muster.graph/1"] = "muster.graph/1"
    run: RunHeader
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cycles: tuple[Cycle, ...]
    unresolved: tuple[Unresolved, ...]
    clashes: tuple[Clash, ...]


def graph_view(fleet: Fleet, model: Callable[[], Any] | None = None) -> View:
    """The view of a run's graph; ``model`` makes the picture's page."""
    return View(
        name="graph",
        page=lambda: graph_page(fleet),
        document=lambda: graph_document(fleet),
        rows=lambda: fleet.graph.edges,
        model=model,
    )


def graph_document(fleet: Fleet) -> GraphDocument:
    """Everything known of the edges, with the repositories that they join."""
    dependents = reach(fleet.graph)
    joined = {e.consumer for e in fleet.graph.edges} | {e.provider for e in fleet.graph.edges}
    nodes = []
    for repository in fleet.repositories:
        if repository.id in joined:
            main = next((p for p in repository.projects if p.role == "main"), None)
            nodes.append(
                Node(
                    id=repository.id,
                    name=repository.name,
                    kind=main.kind if main is not None else "unknown",
                    manager=main.primary_manager if main is not None else None,
                    dependents=dependents.get(repository.id, 0),
                )
            )
    return GraphDocument(
        run=header(fleet.run),
        nodes=tuple(nodes),
        edges=fleet.graph.edges,
        cycles=cycles(fleet.graph),
        unresolved=fleet.graph.unresolved,
        clashes=fleet.graph.clashes,
    )


def graph_page(fleet: Fleet) -> Page:
    """The graph for people: what most depends on, the rings, every edge with its line."""
    document = graph_document(fleet)
    names = {r.id: r.name for r in fleet.repositories}
    kinds = Counter(e.via for e in document.edges)
    unsatisfied = sum(1 for e in document.edges if e.satisfied is False)
    unknown = sum(1 for e in document.edges if e.satisfied is None and e.specifier)
    counted = ", ".join(f"{number} by {via}" for via, number in sorted(kinds.items()))
    return Page(
        title="Dependency graph",
        opening=(
            f"{len(document.nodes)} of {len(fleet.repositories)} repositories are joined by "
            f"{counted_noun(len(document.edges), 'edge')}" + (f" ({counted})" if counted else ""),
            "; ".join(
                (
                    counted_noun(len(document.cycles), "cycle"),
                    counted_noun(unsatisfied, "unsatisfied requirement")
                    + (f" ({unknown} not decided: the provider's version is not in its files)" if unknown else ""),
                    counted_noun(len(document.unresolved), "name") + " of your own that nobody provides",
                    counted_noun(len(document.clashes), "name") + " claimed twice",
                )
            ),
        ),
        tables=(
            _most_needed(document),
            _cycles(document.cycles, names),
            _edges(document.edges, names),
            _unresolved(document.unresolved, names),
            _clashes(document.clashes, names),
        ),
    )


def _most_needed(document: GraphDocument) -> Table:
    ordered = sorted(document.nodes, key=lambda n: (-n.dependents, n.id))
    rows = [(n.name, n.kind, n.manager, n.dependents) for n in ordered if n.dependents]
    return Table(
        name="dependents",
        title="What most others need",
        columns=("repository", "kind", "manager", "needed by"),
        rows=tuple(rows[:15]),
        note=f"and {len(rows) - 15} more" if len(rows) > 15 else None,
    )


def _cycles(found: tuple[Cycle, ...], names: dict[str, str]) -> Table:
    rows = []
    for cycle in found:
        ring = shortest_circle(cycle)
        shown = " → ".join(names.get(r, r) for r in ring) if ring else ", ".join(cycle.repositories)
        cut = "; ".join(f"{names.get(e.consumer, e.consumer)} → {names.get(e.provider, e.provider)}" for e in cycle.cut)
        rows.append((len(cycle.repositories), shown, cut, cycle.why))
    return Table(
        name="cycles",
        title="Cycles",
        columns=("repositories", "shortest ring", "cheapest cut", "why"),
        rows=tuple(rows),
    )


def _edges(edges: tuple[Edge, ...], names: dict[str, str]) -> Table:
    rows = [
        (
            _end(e.consumer, e.consumer_project, names),
            _end(e.provider, e.provider_project, names),
            e.distribution,
            e.via,
            e.scope,
            e.specifier,
            e.satisfied,
            e.path,
            e.line,
        )
        for e in edges
    ]
    return Table(
        name="edges",
        title="Edges",
        columns=("consumer", "provider", "distribution", "via", "scope", "specifier", "satisfied", "file", "line"),
        rows=tuple(rows),
        main=True,
    )


def _end(repository: str, project: str | None, names: dict[str, str]) -> str:
    name = names.get(repository, repository)
    return name if project in (None, ".") else f"{name}/{project}"


def _unresolved(found: tuple[Unresolved, ...], names: dict[str, str]) -> Table:
    rows = [(names.get(u.consumer, u.consumer), u.name, u.why, u.path, u.line) for u in found]
    return Table(
        name="unresolved",
        title="Internal names that nobody provides",
        columns=("consumer", "name", "why", "file", "line"),
        rows=tuple(rows),
    )


def _clashes(found: tuple[Clash, ...], names: dict[str, str]) -> Table:
    rows = [
        (c.distribution, ", ".join(names.get(p, p) for p in c.providers), names.get(c.chosen or "", c.chosen), c.why)
        for c in found
    ]
    return Table(
        name="clashes",
        title="Names that several repositories publish",
        columns=("distribution", "claimed by", "edges lead to", "why"),
        rows=tuple(rows),
    )
