"""13: rebuild, explain, map, prevent, roll back. Missing until Muster reads that."""

from __future__ import annotations

from collections.abc import Mapping

from reports.model import Facts, Section
from reports.table import Table


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Says that it is missing."""
    return Section(
        anchor="five-questions",
        title="Five questions for critical services",
        missing="whether a service can be rebuilt, explained, mapped to its logs, kept from unapproved sources "
        "and rolled back is not asked yet",
    )
