"""``muster audit``: what is new, fixed and regressed since an earlier run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import click

from reports.views.findings import findings_view
from rules.audit import compare
from rules.finding import Finding, Findings
from rules.run import run as run_rules
from scanner.cli.common import Common, common, earlier_run, emit, existing_store, load_run, run_option, store_option
from scanner.cli.findings import check_rules, names
from scanner.inventory import Fleet
from scanner.store import Store
from scanner.words import listed

CROSSED = 1


@click.command("audit")
@store_option
@run_option
@click.option(
    "--against", default="latest", show_default=True, help="The run to compare with; `latest` is the one before."
)
@click.option("--fail-on", default="", metavar="RULES", help="Rules (or a level, or `any`), separated by commas.")
@click.option("--all", "everything", is_flag=True, help="Show what was known before, too.")
@common("findings")
def command(store_name: str, run_id: int | None, against: str, fail_on: str, everything: bool, common: Common) -> int:
    """What changed since an earlier scan: findings that are new, fixed or regressed.

    With --fail-on, exit status 1 says that one of these rules has a new or regressed finding. Nothing to compare with
    (the first run) makes every finding new.
    """
    watched = tuple(word.strip() for word in fail_on.split(",") if word.strip())
    check_rules(tuple(w for w in watched if w not in ("error", "warning", "note", "any")))
    store = existing_store(store_name)
    fleet = load_run(store, run_id)
    answers = run_rules(fleet, common.config, date.fromisoformat(fleet.run.as_of))
    earlier = earlier_run(store, fleet, against)
    previous = store.findings(earlier, Finding) if earlier is not None else ()
    seen = store.fingerprints(before=fleet.run.id)
    judged = compare(answers, previous, seen, scanned=_scanned(fleet))
    crossed = [f for f in judged if f.state in ("new", "regressed") and _watched(f, watched)]
    shown = judged if everything else tuple(f for f in judged if f.state in ("new", "regressed", "fixed"))
    since = f"since run {earlier}" if earlier is not None else "no earlier run to compare with: everything is new"
    closing = (f"{len(crossed)} of them cross --fail-on {fail_on}",) if watched else ()
    view = findings_view(
        fleet.run,
        Findings(findings=shown, unknowns=answers.unknowns),
        names(fleet),
        title=f"Audit of run {fleet.run.id}, {since}",
        opening=tuple(_against(earlier, judged, previous, fleet)),
        closing=closing,
        compared=earlier is not None,
        repositories=fleet.repositories,
    )
    emit(view, common)
    return CROSSED if crossed else 0


def _against(
    earlier: int | None, judged: Iterable[Finding], previous: Iterable[Finding], fleet: Fleet
) -> Iterator[str]:
    """What the answers below are compared with, and what of the earlier run was not seen."""
    if earlier is None:
        yield "There is no earlier run to compare with: this is all that there is, not what changed."
        return
    states = Counter(f.state for f in judged)
    changed = ", ".join(f"{states[state]} {state}" for state in ("new", "regressed", "fixed"))
    yield f"Since run {earlier}: {changed}; {states['known']} as before (`muster findings` lists them)."
    lost = {f.repository for f in previous} - _scanned(fleet)
    if lost:
        yield f"Not seen this time, so nothing of it is called fixed: {listed(sorted(lost), 6)}."


def _scanned(fleet: Fleet) -> frozenset[str]:
    return frozenset(r.id for r in fleet.repositories if r.state != "failed")


def _watched(finding: Finding, watched: tuple[str, ...]) -> bool:
    if "any" in watched or finding.rule in watched or finding.level in watched:
        return True
    order = ("error", "warning", "note")
    return any(order.index(finding.level) <= order.index(w) for w in watched if w in order)


def judged_findings(answers: Findings, store: Store, fleet: Fleet) -> Findings:
    """The findings of a fresh run with their states against the run before it."""
    earlier = earlier_run(store, fleet, "latest")
    previous = store.findings(earlier, Finding) if earlier is not None else ()
    judged = compare(answers, previous, store.fingerprints(before=fleet.run.id), scanned=_scanned(fleet))
    return replace(answers, findings=tuple(f for f in judged if f.state != "fixed"))
