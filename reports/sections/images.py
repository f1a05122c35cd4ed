"""9: what containers and CI install, and from what."""

from __future__ import annotations

from collections.abc import Mapping

from reports.charts.bars import bars
from reports.model import Facts, Figure, Rows, Section
from reports.sections.counting import count, repositories, values
from reports.table import Cell, Count, Table

_GRADES = (
    ("L3", "governed: from the lock, enforced, tool and base pinned, dependencies before sources"),
    ("L2", "from a lock, but something of L3 is missing"),
    ("L1", "by uv, but resolved at build time"),
    ("L0", "resolved at build time, not by uv"),
)
_COLOURS = {"L3": "v-good", "L2": "v-good2", "L1": "v-warn", "L0": "v-bad"}


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Grades of images; CI systems; whether install commands read a lock."""
    images, installs = tables["images"], tables["installs"]
    graded = [name for name, _ in _GRADES]
    cells = {
        (serves, grade): found
        for serves in ("product", "tests or tooling")
        for grade in graded
        if (found := count(images, ("serves", serves), ("grade", grade))).number
    }
    rows = [s for s in ("product", "tests or tooling") if any(s == at[0] for at in cells)]
    total = sum(found.number for found in cells.values())
    behind = Table(
        name="image-grades",
        title="Install grades",
        columns=("grade", "images", *rows, "meaning"),
        rows=tuple(
            (grade, count(images, ("grade", grade), of=total), *(cells.get((s, grade)) for s in rows), meaning)
            for grade, meaning in _GRADES
        ),
    )
    figure = Figure(
        name="grades",
        title="Images that install Python dependencies, by grade",
        caption=f"{total} of {len(images.rows)} images install Python dependencies. "
        "What an image for tests or tooling installs is not shipped.",
        chart=bars("Install grades of images", rows, graded, cells, _COLOURS),
        table=behind,
    )
    return Section(
        anchor="images-and-ci",
        title="Containers and CI",
        blocks=(figure, _systems(facts, tables), _enforcement(installs), Rows(table="images"), Rows(table="installs")),
    )


def _systems(facts: Facts, tables: Mapping[str, Table]) -> Table:
    names = sorted({name for r in facts.fleet.repositories for name in r.ci or ("none",)})
    total = len(facts.fleet.repositories)
    found: list[tuple[str, Count]] = [(n, count(tables["repositories"], ("CI", n), of=total)) for n in names]
    found.sort(key=lambda row: (-row[1].number, row[0]))
    return Table(
        name="ci-systems",
        title="CI systems",
        columns=("system", "repositories"),
        rows=tuple(found),
        note="A repository may have several.",
    )


def _enforcement(installs: Table) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for tool, _ in values(installs, "tool"):
        both = [repositories(installs, ("tool", tool), ("from lock", answer)) for answer in ("yes", "no", "unknown")]
        strict = [("enforced", "locked"), ("enforced", "hashes")]
        rows.append((tool, *both, repositories(installs, ("tool", tool), *strict)))
    return Table(
        name="install-discipline",
        title="What CI and images install, in repositories",
        columns=("tool", "from a lock", "not from a lock", "unknown", "fails when lock and manifest differ"),
        rows=tuple(rows),
        note="A repository that does both counts in both columns.",
    )
