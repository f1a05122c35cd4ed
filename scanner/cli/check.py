"""``muster check``: one work tree as it lies on disk, as a gate."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from reports.views.findings import findings_view
from reports.views.inventory import accounting
from rules.run import run as run_rules
from scanner import __version__
from scanner.cli.common import Common, common, emit, note, read_config
from scanner.cli.findings import names
from scanner.cli.scan import UNREAD, now, today
from scanner.config import Config
from scanner.expand import expand
from scanner.graph.build import build
from scanner.inventory import Fleet, Run
from scanner.sources import SOURCES
from scanner.survey import Task, survey

GATE_FAILED = 1
NOTHING = 4
_ORDER = ("error", "warning", "note")


@click.command("check")
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--fail-on",
    default="error",
    show_default=True,
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The level from which a finding closes the gate.",
)
@common("findings")
def command(path: str, fail_on: str, common: Common) -> int:
    """Check one work tree as it lies on disk, uncommitted changes included.

    The single verification command for people, CI and agents. Reads, never writes and never runs anything of the
    repository; no store is needed. A muster.toml in PATH counts where none is given.

    Exit status: 0 the gate is open, 1 a finding closes it, 2 wrong usage (no such folder), 3 the folder cannot be read,
    4 there is neither a work tree nor a Python manifest in it.
    """
    config = _config(path, common)
    found = expand((path,), SOURCES, ())
    if not found.candidates:
        for error in found.errors:
            click.echo(f"muster: {error.path}: {error.message}", err=True)
        return NOTHING
    if found.candidates[0].kind == "bare":
        click.echo(
            f"muster: {path} is a bare repository: no work tree lies there; `muster scan` reads commits", err=True
        )
        return NOTHING
    repository = survey(Task(candidate=found.candidates[0], config=config, as_it_lies=True))
    day = today()
    run = Run(
        id=0,
        started_at=now(),
        finished_at=now(),
        version=__version__,
        as_of=day.isoformat(),
        sources=(path,),
        state="finished",
    )
    fleet = Fleet(run=run, repositories=(repository,), graph=build((repository,), config))
    if repository.state == "failed":
        click.echo(f"muster: {path}: {repository.errors[0].message}", err=True)
        return UNREAD
    answers = run_rules(fleet, config, date.fromisoformat(run.as_of))
    emit(findings_view(run, answers, names(fleet), title=f"Check of {path}", repositories=(repository,)), common)
    levels = _ORDER[: _ORDER.index(fail_on) + 1] if fail_on in _ORDER else ()
    closing = [f for f in answers.findings if f.state != "suppressed" and f.level in levels]
    note(f"{accounting(fleet)}; the gate is {'closed' if closing else 'open'}", common)
    return GATE_FAILED if closing else 0


def _config(path: str, common: Common) -> Config:
    if common.config_path is not None:
        return common.config
    own = Path(path) / "muster.toml"
    if not own.is_file() or own.is_symlink():
        return common.config
    return read_config(own)
