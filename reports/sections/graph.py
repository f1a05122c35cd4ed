"""11: what depends on what inside the fleet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.charts.layers import MOST, layered
from reports.model import Block, Facts, Figure, Picker, Prose, Rows, Section
from reports.sections.counting import count
from reports.table import Cell, Table
from scanner.graph.cycles import cycles, shortest_circle

_NEEDED = 15


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The picture, the most needed, circles with their cheapest cuts, names without a provider."""
    return Section(anchor="graph", title="Dependency graph", blocks=tuple(_blocks(facts, tables)))


def _blocks(facts: Facts, tables: Mapping[str, Table]) -> Iterator[Block]:
    edges = facts.fleet.graph.edges
    if not edges:
        yield Prose(said=("No repository of this fleet depends on another one, as far as their files show.",))
        return
    joined = {e.consumer for e in edges} | {e.provider for e in edges}
    yield Prose(
        said=(
            count(tables["edges"]),
            " dependency joins " if len(edges) == 1 else " dependencies join ",
            f"{len(joined)} of {len(facts.fleet.repositories)} repositories. ",
            count(tables["edges"], ("satisfied", "no")),
            " of them ask for a version that the provider does not have. Internal names without a provider: ",
            count(tables["unresolved"]),
            "; names that several repositories publish: ",
            count(tables["clashes"]),
            ".",
        )
    )
    needed = tables["dependents"]
    pairs = {(e.consumer, e.provider) for e in edges}
    names = {name: facts.called(name).name for name in joined}
    grouped = (
        f" As {len(joined)} repositories cannot be read in one picture, the less needed ones are grouped."
        if len(joined) > MOST
        else ""
    )
    yield Figure(
        name="dependency-graph",
        title="Layers: what everything stands on is at the left",
        caption=f"An arrow leads from who needs to what is needed; circles are red.{grouped} "
        "Drag to move, + and − to zoom.",
        chart=layered("Dependency graph in layers", pairs, names),
        table=Table(
            name="most-needed",
            title="What others need most",
            columns=needed.columns,
            rows=needed.rows[:_NEEDED],
            note=f"and {len(needed.rows) - _NEEDED} more" if len(needed.rows) > _NEEDED else None,
        ),
    )
    yield Picker(what="neighbourhood")
    circles = _circles(facts)
    yield circles if circles.rows else Prose(said=("There is no circle among them.",))
    yield from (Rows(table=name) for name in ("edges", "dependents", "unresolved", "clashes"))


def _circles(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for cycle in cycles(facts.fleet.graph):
        ring = shortest_circle(cycle) or cycle.repositories
        cut = "; ".join(f"{facts.called(e.consumer).name} → {facts.called(e.provider).name}" for e in cycle.cut)
        shown = " → ".join(facts.called(r).name for r in ring[:12]) + (" …" if len(ring) > 12 else "")
        rows.append((len(cycle.repositories), shown, cut, cycle.why))
    return Table(
        name="circles",
        title="Circles, and the cheapest edges to cut",
        columns=("repositories", "shortest ring", "cut", "why"),
        rows=tuple(rows),
    )
