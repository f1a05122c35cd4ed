"""4: how far locks can be trusted, by criticality, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reports.charts.bars import bars
from reports.model import Facts, Figure, Rows, Section
from reports.sections.counting import count, projects
from reports.table import Cell, Table, text
from reports.views.inventory import DISCIPLINES

_CRITICAL = ("high", "medium", "low", "not set")
_REASONS = 12
COLOURS = {
    "locked": "v-good",
    "pinned-hashes": "v-good2",
    "pinned": "v-mid",
    "partial": "v-warn",
    "unlocked": "v-bad2",
    "stale": "v-bad",
    "conflicting": "v-bad3",
    "none": "v-none",
    "unknown": "v-unknown",
}
_MEANING = {
    "locked": "a committed lock covers what is declared and is in step with it",
    "pinned-hashes": "exact versions with digests, written by no locker",
    "pinned": "exact versions, written by no locker",
    "partial": "some exact versions",
    "unlocked": "ranges or bare names only",
    "stale": "there is a lock, and it is not in step with what is declared",
    "conflicting": "locks of several tools, none an export of another",
    "none": "no third-party dependency is declared",
    "unknown": "there is a lock that cannot be read or judged",
}


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Bars by criticality, the meaning of each word, the commonest reasons."""
    own, total = tables["projects"], len(facts.mains)
    cells = {
        (row, one): found
        for row in _CRITICAL
        for one in DISCIPLINES
        if (found := count(own, ("criticality", row), ("lock", one), of=count(own, ("criticality", row)).number)).number
    }
    rows = [row for row in _CRITICAL if any(row == at[0] for at in cells)]
    behind = Table(
        name="discipline",
        title="Lock discipline",
        columns=("lock", "projects", *(f"criticality {row}" for row in rows), "meaning"),
        rows=tuple(
            (one, count(own, ("lock", one), of=total), *(cells.get((row, one)) for row in rows), _MEANING[one])
            for one in DISCIPLINES
        ),
    )
    figure = Figure(
        name="lock-discipline",
        title="Lock discipline of main projects, by criticality",
        caption="Green can be rebuilt as it was; red and amber cannot be relied on; "
        "hatched is unknown, neither good nor bad.",
        chart=bars("Lock discipline by criticality", rows, DISCIPLINES, cells, COLOURS),
        table=behind,
    )
    return Section(
        anchor="lock-discipline",
        title="Lock discipline",
        blocks=(figure, _reasons(tables["reasons"]), Rows(table="locks"), Rows(table="reasons")),
    )


def _reasons(reasons: Table) -> Table:
    """What stands in the way of a trusted lock; sentences that differ in names and numbers alone are one reason."""
    lock, why = reasons.columns.index("lock"), reasons.columns.index("reason")
    counted = Counter((text(r[lock]), text(r[why])) for r in reasons.rows if r[lock] not in ("locked", "none"))
    rows: list[tuple[Cell, ...]] = [
        (discipline, reason, projects(reasons, ("lock", discipline), ("reason", reason)))
        for (discipline, reason), _ in counted.most_common(_REASONS)
    ]
    return Table(
        name="ranked-reasons",
        title="Why not, most frequent first",
        columns=("lock", "reason", "projects"),
        rows=tuple(rows),
        note=f"and {len(counted) - _REASONS} reasons more" if len(counted) > _REASONS else None,
    )
