"""``muster report``: everything that is known of a run, as files in one folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import click

from reports.model import Facts, Report
from reports.views.findings import findings_view
from reports.views.graph import graph_view
from reports.views.inventory import inventory_view
from reports.views.plan import plan_view
from reports.views.report import every_table, report_view
from reports.views.sbom import sbom_view
from reports.writer import View
from reports.writers import writers_for
from reports.writers.as_csv import write_table
from rules.plan import make_plans
from rules.run import run as run_rules
from scanner.cli.common import (
    CONFIG_FILE,
    Unable,
    existing_store,
    load_config,
    load_run,
    run_option,
    store_option,
    write_file,
)
from scanner.cli.findings import names
from scanner.config import Config
from scanner.inventory import Fleet
from scanner.store import Store

#: What each view is written as. The report itself is called ``index`` where it is a page.
_FORMATS = {
    "report": ("html", "md"),
    "inventory": ("json", "csv", "md"),
    "findings": ("json", "csv", "md", "sarif", "junit"),
    "graph": ("json", "csv", "md", "dot", "graphml"),
    "plan": ("json", "csv", "md"),
}


@click.command("report")
@store_option
@run_option
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into."
)
@click.option("--sbom", is_flag=True, help="CycloneDX too: one of the fleet, one of each repository (extra `sbom`).")
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Settings; ./{CONFIG_FILE} if it is there.",
)
def command(
    store_name: str, run_id: int | None, output: Path, sbom: bool, quiet: bool, config_path: Path | None
) -> int:
    """Write the whole report into a folder: one page to read and pass around, and the same as data.

    index.html needs nothing beside it: no network, no other file. report.md fits a job summary. tables/ holds every
    table as CSV; inventory, findings, graph and plan stand there as JSON, CSV, Markdown and what other tools read.
    Files of an earlier report in the folder are replaced; nothing else in it is touched.
    """
    config, _ = load_config(config_path)
    store = existing_store(store_name)
    fleet = load_run(store, run_id)
    files = documents(fleet, config)
    if sbom:
        _demand_library()
        files = chain(files, bills(fleet, store))
    written = 0
    try:
        for name, text in files:
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, text)
            written += 1
    except OSError as error:
        raise Unable(f"cannot write {output}: {error.strerror}") from None
    if not quiet:
        click.echo(f"wrote {written} files into {output}; begin with {output / 'index.html'}", err=True)
    return 0


def documents(fleet: Fleet, config: Config) -> Iterator[tuple[str, str]]:
    """Every file of the report: its name in the folder, and its text."""
    day = date.fromisoformat(fleet.run.as_of)
    answers, plans = run_rules(fleet, config, day), make_plans(fleet, config, day)
    facts = Facts(fleet=fleet, answers=answers, plans=plans, as_of=day, links=config.links, config=config)
    whole = report_view(facts)
    views = (
        whole,
        inventory_view(fleet),
        findings_view(fleet.run, answers, names(fleet), repositories=fleet.repositories),
        graph_view(fleet),
        plan_view(fleet, plans, rollout=facts.rollout),
    )
    for view in views:
        yield from _written(view)
    report = whole.document()
    assert isinstance(report, Report)
    for table in every_table(report):
        yield f"tables/{table.name}.csv", write_table(table)


def bills(fleet: Fleet, store: Store) -> Iterator[tuple[str, str]]:
    """The bills of materials: of the fleet, and of each repository that has main projects."""
    locked = {(repository, path): packages for repository, path, packages in store.locked_packages(fleet.run.id)}
    writer = next(w for w in writers_for("sbom") if w.name == "cyclonedx")
    yield f"sbom/fleet{writer.suffix}", writer.write(sbom_view(fleet, locked))
    for number, repository in enumerate(fleet.repositories, start=1):
        if any(p.role == "main" for p in repository.projects):
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", repository.name).strip(".-")[:80]
            yield f"sbom/{number:05}-{name}{writer.suffix}", writer.write(sbom_view(fleet, locked, repository))


def _demand_library() -> None:
    if find_spec("cyclonedx") is None:
        raise click.UsageError("--sbom needs the extra `sbom`: install fleet-muster[sbom]")


def _written(view: View) -> Iterator[tuple[str, str]]:
    able = {w.name: w for w in writers_for(view.name)}
    for form in _FORMATS[view.name]:
        if (writer := able.get(form)) is not None:
            stem = "index" if form == "html" else view.name
            yield f"{stem}{writer.suffix}", writer.write(view)
