"""``muster report``: every view of a run as files in one folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from reports.views.findings import findings_view
from reports.views.graph import graph_view
from reports.views.inventory import inventory_view
from reports.views.plan import plan_view
from reports.writer import View
from reports.writers import WRITERS, writers_for
from rules.plan import make_plans
from rules.run import run as run_rules
from scanner.cli.common import CONFIG_FILE, existing_store, load_config, load_run, run_option, store_option, write_file
from scanner.cli.findings import names

_FORMATS = ("md", "csv", "json", "dot", "graphml")


@click.command("report")
@store_option
@run_option
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into."
)
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings; ./{CONFIG_FILE} if it is there.",
)
def command(store_name: str, run_id: int | None, output: Path, quiet: bool, config_path: Path | None) -> int:
    """Write the whole report into a folder: inventory, findings, graph and plan as Markdown, CSV and JSON.

    Files of an earlier report in the folder are replaced; nothing else in it is touched.
    """
    config, _ = load_config(config_path)
    fleet = load_run(existing_store(store_name), run_id)
    day = date.fromisoformat(fleet.run.as_of)
    views = (
        inventory_view(fleet),
        findings_view(fleet.run, run_rules(fleet, config, day), names(fleet)),
        graph_view(fleet),
        plan_view(fleet, make_plans(fleet, config, day)),
    )
    try:
        output.mkdir(parents=True, exist_ok=True)
        written = [path for view in views for path in _write(view, output)]
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from None
    if not quiet:
        click.echo(f"wrote {len(written)} files into {output}; begin with {output / 'inventory.md'}", err=True)
    return 0


def _write(view: View, folder: Path) -> list[Path]:
    able = {w.name for w in writers_for(view.name)}
    made = []
    for writer in WRITERS:
        if writer.name in able and writer.name in _FORMATS:
            path = folder / f"{view.name}{writer.suffix}"
            write_file(path, writer.write(view))
            made.append(path)
    return made
