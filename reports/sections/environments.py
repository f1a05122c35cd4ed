"""5: where local, CI and image disagree, the most telling ten first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.model import Block, Facts, Prose, Rows, Section
from reports.sections.counting import projects
from reports.table import Cell, Place, Repo, Table
from reports.telling import MOST, in_short, pinned_apart, side_text
from rules.telling import PLACES, Telling, one_a_repository, telling

_WHAT = (
    ("lock", "one reads the lock, another resolves anew"),
    ("tool", "different tools install"),
    ("python", "no Python version in common"),
    ("index", "packages come from different indexes"),
)


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """How many disagree in what, the most telling ten, all of them."""
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
    certain = telling(facts.fleet.repositories)
    said = "; ".join(in_short(certain))
    most: tuple[Block, ...] = (Prose(said=(f"{said}.",)), _worst(certain)) if said else ()
    return Section(
        anchor="environments", title="Three environments", blocks=(kinds, *most, Rows(table="disagreements"))
    )


def _worst(found: Sequence[Telling]) -> Table:
    """The three environments side by side, of the projects where most is at stake and nothing is in doubt."""
    shown = one_a_repository(found)[:MOST]
    rows: list[tuple[Cell, ...]] = [
        (
            Repo(id=one.repository.id, name=one.repository.name),
            one.project.path,
            one.project.kind,
            one.message,
            *(next((side_text(s) for s in one.sides if s.place == place), "not shown") for place in PLACES),
            pinned_apart(one),
            tuple(Place(repository=one.repository.id, path=s.path, line=s.line) for s in one.sides),
        )
        for one in shown
    ]
    return Table(
        name="worst-disagreements",
        title=f"The most telling {len(rows)}" if len(rows) > 1 else "The most telling",
        columns=("repository", "project", "kind", "what differs", *PLACES.values(), "pinned apart", "places"),
        rows=tuple(rows),
        note="One of each repository. Critical and deployed projects first, then by what differs; what is so in part "
        "only (names beside a lock, one of two images or jobs) is in the list of all alone.",
    )
