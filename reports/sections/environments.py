"""5: where local, CI and image disagree, the worst ten first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.model import Facts, Prose, Rows, Section
from reports.sections.counting import projects
from reports.table import Cell, Table

_WORST = 10
_WHAT = (
    ("lock", "one reads the lock, another resolves anew"),
    ("tool", "different tools install"),
    ("python", "no Python version in common"),
    ("index", "packages come from different indexes"),
)
_CRITICAL = {"high": 0, "medium": 1, "low": 2}


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """How many disagree in what, the worst ten, all of them."""
    found, total = tables["disagreements"], len(facts.mains)
    if not found.rows:
        return Section(
            anchor="environments",
            title="Three environments",
            blocks=(Prose(said=("No project's local, CI and image disagree, as far as its files show all three.",)),),
        )
    kinds = Table(
        name="disagreement-kinds",
        title="In what they disagree",
        columns=("in", "projects", "meaning"),
        rows=tuple((what, projects(found, ("what", what), of=total), meaning) for what, meaning in _WHAT),
    )
    columns = [c for c in found.columns if c not in ("criticality", "kind")]
    at = [found.columns.index(c) for c in columns]
    worst = Table(
        name="worst-disagreements",
        title=f"The worst {min(_WORST, len(found.rows))}",
        columns=tuple(columns),
        rows=tuple(tuple(row[i] for i in at) for row in sorted(found.rows, key=lambda r: _rank(found, r))[:_WORST]),
        note="Critical and deployed projects first, and what an image does otherwise before what CI does.",
    )
    return Section(
        anchor="environments", title="Three environments", blocks=(kinds, worst, Rows(table="disagreements"))
    )


def _rank(table: Table, row: Sequence[Cell]) -> tuple[object, ...]:
    def of(column: str) -> str:
        return str(row[table.columns.index(column)])

    what = [name for name, _ in _WHAT]
    return (
        _CRITICAL.get(of("criticality"), 3),
        of("kind") not in ("service", "job"),
        "image" not in of("between"),
        what.index(of("what")) if of("what") in what else 9,
        of("repository"),
        of("project"),
    )
