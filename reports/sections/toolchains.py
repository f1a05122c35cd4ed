"""3: which combinations of tools there are, and where what declares is not what installs."""

from __future__ import annotations

from collections.abc import Mapping

from reports.charts.heat import heat
from reports.datasets.tool_versions import skew
from reports.installers import differs
from reports.model import Facts, Figure, Rows, Section
from reports.sections.counting import count, values
from reports.table import Cell, Count, Table

_SIGNATURES = 15
_UNSEEN = ("unknown", "not shown")


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The heat table and the commonest signatures."""
    own, total = tables["projects"], len(facts.mains)
    rows = [name for name, _ in values(own, "declared with")]
    columns = [(place, name) for place in ("CI", "image") for name in _ordered(own, place)]
    cells = {
        (row, (place, name)): found
        for row in rows
        for place, name in columns
        if (found := count(own, ("declared with", row), (place, name))).number
    }
    framed = frozenset(at for at in cells if _differs(at[0], at[1][1]))
    apart = sum(cells[at].number for at in framed)
    behind = Table(
        name="install-tools",
        title="Declared with, and installed with",
        columns=("declared with", "place", "installed with", "projects", "differs"),
        rows=tuple(
            (row, place, name, found, (row, (place, name)) in framed) for (row, (place, name)), found in cells.items()
        ),
    )
    figure = Figure(
        name="toolchain-map",
        title="What projects declare with, against what CI and images install with",
        caption=f"Framed cells install with another tool than the one that declares: {apart} cases. "
        "pip, pip-tools, setuptools, Hatch and Flit count as one tool here, as pip installs for all of them.",
        chart=heat(
            "Declaring tool against installing tool, counted in main projects", rows, columns, cells, framed, _UNSEEN
        ),
        table=behind,
    )
    return Section(
        anchor="toolchains",
        title="Toolchain map",
        blocks=(
            figure,
            _signatures(own, total),
            skew(facts.fleet.repositories),
            Rows(table="tool-versions"),
            Rows(table="projects"),
        ),
    )


def _differs(declared: str, installed: str) -> bool:
    """Whether another tool installs than the one that declares; what is not known does not differ."""
    return declared != "none" and installed not in _UNSEEN and differs(declared, installed)


def _ordered(own: Table, place: str) -> list[str]:
    known = [name for name, _ in values(own, place)]
    return [n for n in known if n not in _UNSEEN] + [n for n in _UNSEEN if n in known]


def _signatures(own: Table, total: int) -> Table:
    found = values(own, "toolchain")
    rows: list[tuple[Cell, ...]] = [
        (name, Count(number=number, of=total, where=count(own, ("toolchain", name)).where))
        for name, number in found[:_SIGNATURES]
    ]
    single = sum(1 for _, number in found if number == 1)
    return Table(
        name="signatures",
        title="The commonest combinations",
        columns=("combination", "projects"),
        rows=tuple(rows),
        note=f"{len(found)} different combinations in all, {single} of them in one project only. "
        "Read: what manages · what CI installs with · what the image installs with · linters · type checkers.",
    )
