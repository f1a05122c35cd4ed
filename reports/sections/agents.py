"""10: which commits agents made, and what holds them to the rules. Missing until Muster reads that."""

from __future__ import annotations

from collections.abc import Mapping

from reports.model import Facts, Section
from reports.table import Table


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Says that it is missing."""
    return Section(
        anchor="agents",
        title="Agents and enforcement",
        missing="commits of coding agents and required checks are not read yet",
    )
