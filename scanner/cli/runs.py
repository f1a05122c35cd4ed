"""``muster runs``: the scans in the store."""

from __future__ import annotations

import click

from reports.views.runs import runs_view
from scanner.cli.common import Common, common, emit, existing_store, note, store_option


@click.command("runs")
@store_option
@click.option("--keep", type=click.IntRange(1), help="Forget all but this many of the newest finished runs.")
@common("runs")
def command(store_name: str, keep: int | None, common: Common) -> int:
    """List the scans in the store, newest first."""
    store = existing_store(store_name)
    if keep is not None:
        note(f"forgot {store.prune(keep=keep)} runs", common)
    emit(runs_view(store.runs()), common)
    return 0
