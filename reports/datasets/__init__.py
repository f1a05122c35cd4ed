"""The report's large tables, one family a file: what counts lead to, what can be sorted and searched, and the CSVs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reports.datasets import (
    coverage,
    findings,
    graph,
    images,
    locks,
    plans,
    projects,
    pythons,
    rollout,
    supply,
    tool_versions,
    tools,
)
from reports.model import Facts
from reports.table import Table

FAMILIES: tuple[Callable[[Facts], Iterator[Table]], ...] = (
    projects.tables,
    coverage.tables,
    locks.tables,
    pythons.tables,
    supply.tables,
    tools.tables,
    tool_versions.tables,
    rollout.tables,
    images.tables,
    graph.tables,
    plans.tables,
    findings.tables,
)


def datasets(facts: Facts) -> Mapping[str, Table]:
    """Every large table by its name."""
    return {table.name: table for family in FAMILIES for table in family(facts)}
