"""8: linters and type checkers, and how far Ruff has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reports.charts.funnel import Stage, funnel
from reports.model import Facts, Figure, Prose, Rows, Section
from reports.sections.counting import repositories
from reports.table import Cell, Table, text

_RUFF = (("tool", "ruff"), ("tool", "ruff-format"))


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The funnel, every tool with its strengths, and how many versions of each there are."""
    tools = tables["tools"]
    total = sum(1 for r in facts.fleet.repositories if r.is_python)
    stages = (
        Stage(name="present", meaning="installed, configured or run", count=repositories(tools, *_RUFF, of=total)),
        Stage(
            name="configured",
            meaning="a file configures it",
            count=repositories(tools, *_RUFF, ("configured", "yes"), of=total),
        ),
        Stage(
            name="enforced",
            meaning="configured, and run",
            count=repositories(tools, *_RUFF, ("configured", "yes"), ("use", "enforced"), of=total),
        ),
        Stage(name="policy", meaning="the rules you require", count=None),
    )
    bare = Prose(
        said=(
            "Ruff runs with its own defaults, configured nowhere, in ",
            repositories(tools, *_RUFF, ("configured", "no"), ("use", "enforced")),
            " repositories (a repository may do that with the linter and configure the formatter).",
        )
    )
    behind = Table(
        name="ruff-stages",
        title="Ruff",
        columns=("stage", "Python repositories", "meaning"),
        rows=tuple((s.name, s.count or "unknown: no policy is set", s.meaning) for s in stages),
    )
    figure = Figure(
        name="ruff-funnel",
        title="Ruff: present, configured, enforced",
        caption=f"Out of {total} Python repositories. "
        "Enforced is what a hook, CI or a task runs; a configuration alone enforces nothing.",
        chart=funnel("How far Ruff has come", stages, total),
        table=behind,
    )
    return Section(
        anchor="lint",
        title="Lint and types",
        blocks=(figure, bare, _every_tool(tools, total), Rows(table="tools")),
        missing="whether Ruff enforces the rules that you require, as no policy is read yet",
    )


def _every_tool(tools: Table, total: int) -> Table:
    name, versions = tools.columns.index("tool"), tools.columns.index("versions")
    names = sorted({(text(row[tools.columns.index("category")]), text(row[name])) for row in tools.rows})
    rows: list[tuple[Cell, ...]] = [
        (
            tool,
            category,
            repositories(tools, ("tool", tool), ("use", "enforced"), of=total),
            repositories(tools, ("tool", tool), ("use", "installed")),
            repositories(tools, ("tool", tool), ("use", "configured only")),
            _different(row[versions] for row in tools.rows if row[name] == tool),
        )
        for category, tool in names
    ]
    columns = ("tool", "category", "enforced", "installed only", "configured only", "different versions")
    return Table(name="every-tool", title="Every tool", columns=columns, rows=tuple(rows))


def _different(cells: Iterable[Cell]) -> int:
    return len({version for cell in cells if isinstance(cell, tuple) for version in cell})
