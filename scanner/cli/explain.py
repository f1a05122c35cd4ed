"""``muster explain``: what a rule asks, or all evidence on a repository."""

from __future__ import annotations

from difflib import get_close_matches

import click

from reports.table import Page, Table
from reports.views.evidence import evidence_view
from reports.views.rules import entry
from reports.writer import View
from rules.checks import RULES
from scanner.cli.common import Common, Unable, common, emit, existing_store, load_run, note, run_option, store_option
from scanner.cli.findings import select


@click.command("explain")
@click.argument("subject", metavar="RULE|REPO")
@store_option
@run_option
@common("evidence")
def command(subject: str, store_name: str, run_id: int | None, common: Common) -> int:
    """What a rule asks and why, or all evidence on a repository: every conclusion with the places that show it."""
    rule = next((r for r in RULES if r.name == subject), None)
    if rule is not None:
        told = entry(rule)
        rows = (
            ("asks", told.title),
            ("level", told.level),
            ("what", told.what),
            ("why", told.why),
            ("to do", told.what_to_do),
        )
        page = Page(
            title=rule.name, tables=(Table(name=rule.name, title=rule.name, columns=("", ""), rows=rows, wrap=90),)
        )
        emit(View(name="evidence", page=lambda: page, document=lambda: told), common)
        return 0
    if near := get_close_matches(subject, [r.name for r in RULES], n=1):
        note(f"no rule is called {subject!r} (did you mean {near[0]}?); looking for a repository", common)
    fleet = load_run(existing_store(store_name), run_id)
    (chosen, *others) = sorted(select(fleet, (subject,)))
    if others:
        raise Unable(f"{subject!r} is the name of several repositories: {', '.join([chosen, *others])}")
    emit(evidence_view(next(r for r in fleet.repositories if r.id == chosen)), common)
    return 0
