"""``muster graph``: what depends on what."""

from __future__ import annotations

from datetime import date

import click

from reports.model import Facts, Report
from reports.views.graph import graph_view
from reports.views.report import graph_report
from rules.plan import make_plans
from rules.run import run as run_rules
from scanner.cli.common import Common, common, emit, existing_store, load_run, run_option, store_option


@click.command("graph")
@store_option
@run_option
@common("graph")
def command(store_name: str, run_id: int | None, common: Common) -> int:
    """What depends on what across repositories.

    Edges by distribution name, git address, path, submodule, base image and shared CI; cycles with their cheapest cut;
    internal names that nobody provides; names that several repositories publish. As HTML: the graph in layers, with
    each repository's neighbourhood.
    """
    fleet = load_run(existing_store(store_name), run_id)
    day = date.fromisoformat(fleet.run.as_of)

    def picture() -> Report:
        answers, plans = run_rules(fleet, common.config, day), make_plans(fleet, common.config, day)
        return graph_report(Facts(fleet=fleet, answers=answers, plans=plans, as_of=day, links=common.config.links))

    emit(graph_view(fleet, picture), common)
    return 0
