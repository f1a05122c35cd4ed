"""15: what was done, what was not, every finding, and a card for each repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reports.model import Facts, Picker, Prose, Rows, Section
from reports.sections.counting import count, repositories
from reports.table import Cell, Table, text
from rules.checks import RULES


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The rules with their numbers, the limits, the cards."""
    run = facts.fleet.run
    said = Prose(
        said=(
            f"Muster {run.version} read the files of every repository at the commit that its card names, as of "
            f"{run.as_of}; the scan starts nothing of theirs. A value that the files do not show is unknown: "
            "it is counted as neither good nor bad.",
        )
    )
    return Section(
        anchor="method",
        title="Method, limits, findings and cards",
        blocks=(said, _by_rule(tables["findings"]), Rows(table="findings"), Picker(what="card")),
    )


def _by_rule(findings: Table) -> Table:
    rule, level = findings.columns.index("rule"), findings.columns.index("level")
    found = Counter((text(row[level]), text(row[rule])) for row in findings.rows)
    titles = {r.name: r.title for r in RULES}
    order = ("error", "warning", "note")
    rows: list[tuple[Cell, ...]] = [
        (
            how,
            name,
            titles.get(name, ""),
            count(findings, ("level", how), ("rule", name)),
            repositories(findings, ("level", how), ("rule", name)),
        )
        for (how, name), _ in sorted(found.items(), key=lambda f: (order.index(f[0][0]), -f[1], f[0][1]))
    ]
    return Table(
        name="by-rule",
        title="Findings by rule",
        columns=("level", "rule", "question", "findings", "repositories"),
        rows=tuple(rows),
    )
