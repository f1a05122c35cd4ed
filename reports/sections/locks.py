"""4: how far locks can be trusted, by criticality, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.charts.bars import bars
from reports.model import Facts, Figure, Rows, Section
from reports.sections.counting import count, pairs, projects, values
from reports.table import Cell, Table, text
from reports.views.inventory import DISCIPLINES

_CRITICAL = ("high", "medium", "low", "not set")
_KINDS = ("service", "job", "cli", "library", "notebook", "unknown")
_UNSET = " No criticality is set for any repository: a fleet file or muster.toml sets it."
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
    by, groups = _groups(own)
    sizes = {row: count(own, (by, row)).number for row in groups}
    cells = {
        (row, one): found
        for row in groups
        for one in DISCIPLINES
        if (found := count(own, (by, row), ("lock", one), of=sizes[row])).number
    }
    rows = [row for row in groups if sizes[row]]
    behind = Table(
        name="discipline",
        title="Lock discipline",
        columns=("lock", "projects", *(f"{by} {row}" for row in rows), "meaning"),
        rows=tuple(
            (one, count(own, ("lock", one), of=total), *(cells.get((row, one)) for row in rows), _MEANING[one])
            for one in DISCIPLINES
        ),
    )
    figure = Figure(
        name="lock-discipline",
        title=f"Lock discipline of main projects, by {by}",
        caption="Green can be rebuilt as it was; red and amber cannot be relied on; "
        f"hatched is unknown, neither good nor bad.{_UNSET if by == 'kind' else ''}",
        chart=bars(f"Lock discipline by {by}", rows, DISCIPLINES, cells, COLOURS),
        table=behind,
    )
    return Section(
        anchor="lock-discipline",
        title="Lock discipline",
        blocks=(figure, _reasons(tables["reasons"]), Rows(table="locks"), Rows(table="reasons")),
    )


def _groups(own: Table) -> tuple[str, Sequence[str]]:
    """The criticalities; where nobody set any, the kinds of projects, which say as much about what is at stake."""
    known = [name for name, _ in values(own, "criticality")]
    return ("kind", _KINDS) if known == ["not set"] else ("criticality", _CRITICAL)


def _reasons(reasons: Table) -> Table:
    """What stands in the way of a trusted lock; sentences that differ in names and numbers alone are one reason."""
    found = {
        at: projects(reasons, ("lock", at[0]), ("in short", at[1]))
        for at in pairs(reasons, "lock", "in short")
        if at[0] not in ("locked", "none")
    }
    ranked = sorted(found.items(), key=lambda item: (-item[1].number, item[0]))
    state, short, full = (reasons.columns.index(name) for name in ("lock", "in short", "reason"))
    example = {(text(row[state]), text(row[short])): row[full] for row in reversed(reasons.rows)}
    rows: list[tuple[Cell, ...]] = [
        (lock, reason, number, example[lock, reason]) for (lock, reason), number in ranked[:_REASONS]
    ]
    return Table(
        name="ranked-reasons",
        title="Why not, most frequent first",
        columns=("lock", "reason", "projects", "for example"),
        rows=tuple(rows),
        note=f"and {len(ranked) - _REASONS} reasons more" if len(ranked) > _REASONS else None,
    )
