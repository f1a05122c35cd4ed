"""``muster scan``: repositories to one run of the store, and the inventory to stdout."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, date, datetime

import click

from reports.escape import terminal
from reports.views.inventory import inventory_view
from rules.finding import Findings
from rules.run import run as run_rules
from scanner.cli.audit import judged_findings
from scanner.cli.common import Common, any_store, common, emit, note, store_option
from scanner.fleet import NothingToScan, Scan, scan
from scanner.inventory import Error, Fleet
from scanner.verify import Wish
from scanner.words import counted

NOTHING = 4
UNREAD = 3
INTERRUPTED = 130


@click.command("scan")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@store_option
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Worker processes.  [default: one for each core]")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to judge by (end of life, inactivity).  [default: today]",
)
@click.option("--strict", is_flag=True, help="Files that could not be read give exit status 3 too.")
@click.option(
    "--verify-with-tools",
    "verify",
    is_flag=True,
    help="Ask the locks' own tools, where installed, about locks that are undecidable offline. They run on a scratch "
    "copy of manifests and locks alone, without builds, hooks and plug-ins.",
)
@click.option("--verify-all", is_flag=True, help="Ask them about every lock.")
@click.option("--verify-network", is_flag=True, help="Let those tools use the network.")
@common("inventory")
def command(
    sources: tuple[str, ...],
    store_name: str,
    jobs: int | None,
    as_of: datetime | None,
    strict: bool,
    verify: bool,
    verify_all: bool,
    verify_network: bool,
    common: Common,
) -> int:
    """Scan repositories and print the inventory.

    SOURCE is a repository (work tree or bare), a folder searched for repositories, or @FILE with one source per line
    (or a TOML, YAML or CSV fleet file with owners and criticality). The committed tree at HEAD is read: nothing is
    checked out, run or written into a repository, and nothing touches the network (but see --verify-with-tools).

    The run goes to the store (./muster.db); `muster findings`, `graph`, `plan`, `audit` and `report` read it there. A
    commit that an earlier run has seen is not read again.

    Exit status: 0 done, 3 a repository could not be read at all, 4 nothing to scan, 130 interrupted (what was finished
    is kept).
    """
    if (verify_network or verify_all) and not verify:
        raise click.UsageError("--verify-all and --verify-network mean something with --verify-with-tools only")
    day = as_of.date() if as_of is not None else datetime.now(UTC).date()
    store = any_store(store_name)
    progress = _Progress(quiet=common.quiet)
    try:
        result = scan(
            sources,
            common.config,
            store,
            jobs=jobs or default_jobs(),
            as_of=day.isoformat(),
            now=now,
            progress=progress.show,
            verify=Wish(everything=verify_all, network=verify_network) if verify else None,
        )
    except NothingToScan as nothing:
        _complain(nothing.errors)
        click.echo("nothing to scan: name a repository, a folder of repositories, or @FILE", err=True)
        return NOTHING
    finally:
        progress.end()
    _complain(result.fleet.run.errors)
    _complain_of_failed(result.fleet)
    answers = run_rules(result.fleet, common.config, day)
    judged = judged_findings(answers, store, result.fleet)
    store.save_findings(result.run_id, judged.findings)
    _summary(result, progress.seconds, store_name, common)
    emit(inventory_view(result.fleet, next_steps=(_told(answers), *NEXT)), common)
    return _status(result, strict)


def now() -> str:
    """The clock: this moment, RFC 3339 in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    """The clock: this day in UTC."""
    return datetime.now(UTC).date()


def default_jobs() -> int:
    """One worker for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


NEXT = (
    "Next: `muster findings` (what is wrong, with file and line), `muster plan` (what to migrate first, and why),",
    "      `muster graph` (what depends on what), `muster explain REPO` (all evidence on one repository).",
)


def _told(answers: Findings) -> str:
    levels = [f.level for f in answers.findings if f.state != "suppressed"]
    by_level = ", ".join(counted(levels.count(level), level) for level in ("error", "warning", "note"))
    unanswered = counted(len(answers.unknowns), "question")
    return f"{counted(len(levels), 'finding')}: {by_level}; {unanswered} without an answer."


def _complain(errors: tuple[Error, ...]) -> None:
    for error in errors:
        place = f"{error.path}:{error.line}" if error.line else error.path
        click.echo(terminal(f"muster: {place}: {error.message}"), err=True)


def _complain_of_failed(fleet: Fleet) -> None:
    for repository in fleet.repositories:
        if repository.state == "failed":
            why = next((e.message for e in repository.errors if e.path is None), "it could not be read")
            click.echo(terminal(f"muster: {repository.name}: {why}"), err=True)


def _summary(result: Scan, seconds: float, store_name: str, common: Common) -> None:
    count = counted(len(result.fleet.repositories), "repository")
    reused = f", {result.reused} unchanged since an earlier run" if result.reused else ""
    what = "interrupted" if result.interrupted else "done"
    note(f"{what}: {count} in {seconds:.1f} s{reused}; run {result.run_id} in {store_name}", common)


def _status(result: Scan, strict: bool) -> int:
    if result.interrupted:
        return INTERRUPTED
    if any(r.state == "failed" for r in result.fleet.repositories) or result.fleet.run.errors:
        return UNREAD
    if strict and any(r.errors for r in result.fleet.repositories):
        return UNREAD
    return 0


class _Progress:
    """One line on a terminal that says how far the scan is; nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._start = time.monotonic()
        self._last = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def show(self, done: int, everything: int, name: str) -> None:
        if not self._shown or (self.seconds - self._last < 0.1 and done < everything):
            return
        self._last = self.seconds
        left = f", about {self.seconds / done * (everything - done):.0f} s left" if 5 < done < everything else ""
        line = f"{done} of {everything} repositories{left}  {terminal(name)}"
        sys.stderr.write("\r\x1b[2K" + line[: _width()])
        sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns - 1
    except OSError:
        return 79
