"""What: repositories depend on each other in a circle.

Why: none of them can be released, upgraded or moved before the others. Circles of hard edges (paths, shared images
and templates, Python floors) must move in one step; circles of published packages still make every release a guess.

What to do: cut the cheapest edge: extras and development groups first, then one runtime dependency, often by moving
what both need into a third project.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_dependency, a_fleet, a_library
from rules.finding import Evidence
from rules.rule import Answer, Case, Rule
from scanner.graph.cycles import Cycle, shortest_circle
from scanner.inventory import Edge


def check(case: Case) -> Iterator[Answer]:
    """The circle that this repository is part of: a warning when its edges are hard, else a note."""
    own = case.repository.id
    hard = case.survey.hard_cycles.get(own)
    cycle = hard or case.survey.cycles.get(own)
    if cycle is None:
        return
    way = " → ".join(case.called(r) for r in shortest_circle(cycle))
    yield case.finding(
        "cycle",
        f"{len(cycle.repositories)} repositories depend on each other in a circle"
        + (" that must move in one step" if hard else "")
        + f": {way}",
        level="warning" if hard else "note",
        evidence=[Evidence(path=e.path, line=e.line, text=_told(case, e)) for e in cycle.edges if e.consumer == own],
        fix=_fix(case, cycle),
    )


def _fix(case: Case, cycle: Cycle) -> str:
    cut = "; ".join(f"{_told(case, e)} ({e.path}:{e.line})" for e in cycle.cut[:3])
    more = f" and {len(cycle.cut) - 3} more" if len(cycle.cut) > 3 else ""
    return f"Cheapest cut: {cut}{more}. Why: {cycle.why}."


def _told(case: Case, edge: Edge) -> str:
    what = edge.distribution or edge.via
    return f"{case.called(edge.consumer)} → {case.called(edge.provider)} ({what}, {edge.scope or edge.via})"


RULE = Rule(
    name="dependency-cycle",
    title="Repositories depend on each other in a circle",
    category="graph",
    level="warning",
    check=check,
    bad=a_fleet(a_library("billing", a_dependency("invoices")), a_library("invoices", a_dependency("billing"))),
    good=a_fleet(
        a_library("billing", a_dependency("invoices")), a_library("invoices", a_dependency("billing", scope="group"))
    ),
)
