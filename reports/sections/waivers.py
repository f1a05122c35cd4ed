"""14: findings that somebody accepted, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping

from reports.model import Facts, Prose, Rows, Section
from reports.sections.counting import count
from reports.table import Table


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """How many, and all of them."""
    waived = count(tables["waivers"])
    if not waived.number:
        said = Prose(
            said=("No finding is accepted: [[suppress]] in muster.toml accepts one, with a reason and an end.",)
        )
        return Section(anchor="accepted", title="Waivers", blocks=(said,))
    told = Prose(said=(waived, " findings are accepted in muster.toml, each with its reason; they count nowhere else."))
    return Section(anchor="accepted", title="Waivers", blocks=(told, Rows(table="waivers")))
