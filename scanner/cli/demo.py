"""``muster demo``: builds the demo fleet and walks through it, with the same functions as the commands themselves."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from reports.table import Page, Table
from reports.views.findings import findings_page
from reports.views.graph import graph_page
from reports.views.inventory import inventory_page
from reports.views.plan import plan_page
from reports.writers.as_table import WIDTH, render
from rules.audit import compare
from rules.finding import Finding, Findings
from rules.plan import Plans, make_plans
from rules.run import run as run_rules
from scanner.cli.audit import judged_findings
from scanner.cli.common import Unable, any_store
from scanner.cli.findings import names
from scanner.cli.scan import default_jobs, now
from scanner.config import Config, parse
from scanner.demo.build import STORE, Refused, advance, build, settings
from scanner.demo.history import Commit
from scanner.fleet import scan
from scanner.inventory import Fleet
from scanner.store import Store

#: The two Mondays that the fleet is judged by; the commits of the second scene lie between them.
MONDAYS = (date(2026, 11, 16), date(2026, 11, 23))


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="demo-fleet", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> int:
    """Build a demo fleet in DIR (./demo-fleet) and walk through it.

    Two dozen small repositories of a made-up company, with histories, owners and all the usual trouble. They are
    scanned into DIR/muster.db, and what inventory, findings, graph, plan and audit say of them is shown in passing. DIR
    must be new, empty, or a demo fleet that an earlier `muster demo` wrote, which is then replaced.
    """
    try:
        build(folder)
    except Refused as refused:
        raise Unable(str(refused)) from None
    except OSError as error:
        raise Unable(f"cannot write {folder}: {error.strerror}") from None
    config = parse(settings())
    with any_store(str(folder / STORE)) as store:
        first, findings = _monday(folder, config, store, MONDAYS[0])
        _tell(_opening(folder, first))
        _scan(first, folder)
        _findings(first, findings)
        _graph(first)
        _plan(first, make_plans(first, config, MONDAYS[0]))
        changes = advance(folder)
        second, later = _monday(folder, config, store, MONDAYS[1])
        _audit(second, later, _fixed(second, later, findings), changes)
    _tell(_closing(folder))
    return 0


def _monday(folder: Path, config: Config, store: Store, day: date) -> tuple[Fleet, Findings]:
    """What `muster scan DIR --as-of DAY` does: one run in the store, with its findings."""
    result = scan((str(folder),), config, store, jobs=default_jobs(), as_of=day.isoformat(), now=now)
    answers = run_rules(result.fleet, config, day)
    judged = judged_findings(answers, store, result.fleet)
    store.save_findings(result.run_id, judged.findings)
    return result.fleet, judged


def _fixed(fleet: Fleet, now: Findings, before: Findings) -> tuple[Finding, ...]:
    """The findings that are gone (the second scene takes away no repository and no answer)."""
    judged = compare(now, before.findings, (), scanned=frozenset(r.id for r in fleet.repositories))
    return tuple(f for f in judged if f.state == "fixed")


# -- the sections


def _opening(folder: Path, fleet: Fleet) -> str:
    return (
        f"Acme is made up, and so are its {len(fleet.repositories)} repositories, now in {folder}/. Muster has read "
        "them as it would read yours: the committed files alone, offline, nothing run, nothing changed. Below is what "
        "the commands print, cut to the essential."
    )


def _scan(fleet: Fleet, folder: Path) -> None:
    _section(
        1,
        "What do we have?",
        f"muster scan {folder}",
        "Every repository ends in exactly one state, and what could not be read is named. The toolchain is the whole "
        "combination, not the manifest alone: payments-api is locked by Poetry, but what runs is installed by pip, "
        "anew each time. The scan itself also says why each lock is what it is.",
    )
    page = inventory_page(fleet)
    _show(
        page,
        _Cut(table="managers"),
        _Cut(
            table="install-tools",
            title="Declared with one tool, installed with another",
            columns=("declared with", "place", "installed with", "projects"),
            holding="differs",
        ),
        _Cut(table="telling", rows=1),
        _Cut(table="projects", columns=("project", "kind", "toolchain", "lock"), width=54),
        _Cut(table="decisions", columns=("repository", "why", "file")),
        _Cut(table="unread"),
    )


def _findings(fleet: Fleet, answers: Findings) -> None:
    _section(
        2,
        "What is wrong, and where?",
        "muster findings --level error",
        "A finding has a place, a reason and something to do. What could not be answered is counted apart: unknown is "
        "neither good nor bad. Here are the errors; warnings and notes are only counted.",
    )
    page = findings_page(answers, names(fleet), "Findings")
    errors = replace(answers, findings=tuple(f for f in answers.findings if f.level == "error"), unknowns=())
    _show(page, _Cut(table="rules"))
    _show(replace(findings_page(errors, names(fleet), "Findings"), opening=()), _Cut(table="findings"))


def _graph(fleet: Fleet) -> None:
    _section(
        3,
        "What depends on what?",
        "muster graph",
        "Across repositories: by distribution name, git address, base image and shared pipeline. Every edge has its "
        "file and line; here is what follows from all of them.",
    )
    _show(
        graph_page(fleet),
        _Cut(table="dependents"),
        _Cut(table="cycles", columns=("shortest ring", "cheapest cut", "why"), width=44),
        _Cut(table="unresolved", columns=("consumer", "name", "file", "line")),
        _Cut(table="clashes"),
    )


def _plan(fleet: Fleet, plans: Plans) -> None:
    _section(
        4,
        "What moves to uv and Ruff first?",
        "muster plan",
        "No wave needs a later one: what builds on the shared image waits for the image. The score is the sum beside "
        "it, the hours come from named blockers, and each repository has steps with commands, checks and a way back.",
    )
    page = plan_page(fleet, plans)
    _show(
        page,
        _Cut(table="waves", columns=("wave", "hours", "which", "why"), width=40),
        _Cut(
            table="plans", columns=("rank", "wave", "repository", "from", "score", "because", "hours"), rows=8, width=40
        ),
    )


def _audit(fleet: Fleet, answers: Findings, fixed: tuple[Finding, ...], changes: Sequence[tuple[str, Commit]]) -> None:
    told = [f"  {c.when:%d %b}  {name:<21} {c.author.partition(' <')[0]}: {c.message.strip()}" for name, c in changes]
    _section(
        5,
        "A week later: what changed?",
        "muster audit",
        f"In the meantime the fleet had {len(changes)} commits, which are in {len({n for n, _ in changes})} "
        "repositories; the others are not read again. The audit names what is new and what is fixed, and is silent on "
        "the rest.",
    )
    _tell("\n".join(told))
    new = tuple(f for f in answers.findings if f.state in ("new", "regressed"))
    for title, found in (("New", new), ("Fixed", fixed)):
        page = findings_page(Findings(findings=found, unknowns=()), names(fleet), title)
        _show(replace(page, opening=()), _Cut(table="findings", title=title))


def _closing(folder: Path) -> str:
    here = os.path.relpath(folder)
    return f"""\
{_rule("Your turn")}

  muster scan ~/src                     the same over a folder of your clones: offline, and nothing is changed

  cd {here:<35}muster.db and muster.toml are there: no options needed for
  muster explain payments-api           all that is known of one repository, with file and line
  muster findings --repo payments-api   warnings and notes, too
  muster plan --repo payments-api --format md
  muster plan --patches patches         a patch to uv for each repository, and what a person must decide first
  muster campaign                       how far the move is: it will say what moved after your next scan
  muster report -o report               report/index.html to read and pass around; the same as data beside it
  muster check payments-api             one work tree as it lies on disk: for a hook, CI or an agent"""


# -- how it is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """What to show of a table, and how: without a value, as it is."""

    table: str
    title: str | None = None
    columns: tuple[str, ...] = ()
    holding: str | None = None
    rows: int | None = None
    width: int | None = None

    def of(self, page: Page) -> Table | None:
        """The named columns of the first so many rows (of those that have a cell ``holding``), cells this wide."""
        table = next((t for t in page.tables if t.name == self.table), None)
        if table is None:
            return None
        kept = [table.columns.index(name) for name in self.columns] or range(len(table.columns))
        found = [row for row in table.rows if self.holding is None or self.holding in row]
        rows = found[: self.rows]
        return replace(
            table,
            title=self.title or table.title,
            columns=tuple(table.columns[i] for i in kept),
            rows=tuple(tuple(row[i] for i in kept) for row in rows),
            note=f"and {len(found) - len(rows)} more" if rows != found else table.note,
            wrap=self.width or table.wrap,
        )


def _show(page: Page, *cuts: _Cut) -> None:
    tables = tuple(table for cut in cuts if (table := cut.of(page)) is not None)
    click.echo(render(replace(page, tables=tables, closing=())))


def _section(number: int, question: str, line: str, text: str) -> None:
    _tell(_rule(f"{number}. {question}  $ {line}"))
    _tell(text)


def _rule(text: str) -> str:
    return f"── {text} ".ljust(WIDTH, "─")


def _tell(text: str) -> None:
    lines = [text] if "\n" in text or text.startswith("─") else textwrap.wrap(text, WIDTH, break_on_hyphens=False)
    click.echo("\n".join(lines) + "\n")
