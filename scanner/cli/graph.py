"""``muster graph``: what depends on what."""

from __future__ import annotations

import click

from reports.views.graph import graph_view
from scanner.cli.common import Common, common, emit, existing_store, load_run, run_option, store_option


@click.command("graph")
@store_option
@run_option
@common("graph")
def command(store_name: str, run_id: int | None, common: Common) -> int:
    """What depends on what across repositories.

    Edges by distribution name, git address, path, submodule, base image and shared CI; cycles with their cheapest cut;
    internal names that nobody provides; names that several repositories publish.
    """
    emit(graph_view(load_run(existing_store(store_name), run_id)), common)
    return 0
