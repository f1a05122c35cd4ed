"""``muster findings``: what the rules say about a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

import click

from reports.views.findings import findings_view
from rules.checks import RULES
from rules.finding import Findings
from rules.run import run as run_rules
from scanner.cli.common import Common, Unable, common, emit, existing_store, load_run, run_option, store_option
from scanner.inventory import Fleet
from scanner.words import listed

NEXT = (
    "`muster explain RULE` says what a rule asks and why; `muster explain REPO` shows all evidence on a repository.",
    "A finding that you accept: [[suppress]] in muster.toml, with a reason.",
)


@click.command("findings")
@store_option
@run_option
@click.option("--rule", "rules", multiple=True, help="Only this rule; may be repeated.")
@click.option(
    "--repo", "repositories", multiple=True, help="Only this repository (name, id or pattern); may be repeated."
)
@click.option("--level", type=click.Choice(["error", "warning", "note"]), help="Only this level and worse.")
@common("findings")
def command(
    store_name: str,
    run_id: int | None,
    rules: tuple[str, ...],
    repositories: tuple[str, ...],
    level: str | None,
    common: Common,
) -> int:
    """What the rules say about a scan: each finding with its place, why, and what to do.

    A finding alone never changes the exit status; use `muster audit --fail-on` for that.
    """
    check_rules(rules)
    fleet = load_run(existing_store(store_name), run_id)
    answers = run_rules(fleet, common.config, date.fromisoformat(fleet.run.as_of))
    answers = narrow(answers, fleet, rules, repositories, level)
    ids = select(fleet, repositories)
    view = findings_view(
        fleet.run,
        answers,
        names(fleet),
        closing=NEXT,
        repositories=[r for r in fleet.repositories if not ids or r.id in ids],
        rules=[rule for rule in RULES if not rules or rule.name in rules],
    )
    emit(view, common)
    return 0


def names(fleet: Fleet) -> dict[str, str]:
    """Names for reading, by repository id."""
    return {r.id: r.name for r in fleet.repositories}


def check_rules(rules: tuple[str, ...]) -> None:
    """Refuse names that no rule has."""
    known = {rule.name for rule in RULES}
    for rule in rules:
        if rule not in known:
            raise Unable(f"no rule is called {rule!r}; `muster rules` lists them")


def select(fleet: Fleet, wanted: tuple[str, ...]) -> frozenset[str]:
    """The ids of the repositories meant by names, ids or shell patterns; refuses what no repository has."""
    ids: set[str] = set()
    for name in wanted:
        found = [r.id for r in fleet.repositories if name in (r.id, r.name)]
        found = found or [r.id for r in fleet.repositories if r.id.endswith(f"/{name}")]
        found = found or [r.id for r in fleet.repositories if any(fnmatchcase(n, name) for n in (r.id, r.name))]
        if not found:
            raise Unable(f"no repository is called {name!r} in this run{_nearest(fleet, name)}")
        ids.update(found)
    return frozenset(ids)


def _nearest(fleet: Fleet, name: str) -> str:
    known = {r.name.lower(): r.name for r in fleet.repositories}
    near = [known[n] for n in sorted(known) if name.lower() in n]
    near = near or [known[n] for n in get_close_matches(name.lower(), known, n=5)]
    return f"; did you mean {listed(near[:5])}?" if near else f": it holds {listed(sorted(known.values()), most=5)}"


def narrow(
    answers: Findings, fleet: Fleet, rules: tuple[str, ...], repositories: tuple[str, ...], level: str | None = None
) -> Findings:
    """Only what was asked for."""
    ids = select(fleet, repositories)
    order = ("error", "warning", "note")
    levels = order[: order.index(level) + 1] if level else order
    return replace(
        answers,
        findings=tuple(
            f
            for f in answers.findings
            if (not rules or f.rule in rules) and (not ids or f.repository in ids) and f.level in levels
        ),
        unknowns=tuple(
            u for u in answers.unknowns if (not rules or u.rule in rules) and (not ids or u.repository in ids)
        ),
    )
