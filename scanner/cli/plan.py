"""``muster plan``: what to move, in which order, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import cast

import click

from reports.tickets import file_name, ticket
from reports.views.plan import plan_view
from rules.plan import TRACKS, Plans, make_plans
from rules.rollout.standing import rollout
from rules.step import Track
from scanner.cli.common import (
    Common,
    Unable,
    common,
    emit,
    existing_store,
    load_run,
    note,
    run_option,
    store_option,
    write_file,
)
from scanner.cli.findings import select
from scanner.cli.patches import Asked, patched, patches_options
from scanner.inventory import Fleet
from scanner.words import counted

NEXT = (
    "Every step with commands, verification and rollback: `muster plan --format md`, for one repository with --repo.",
    "Weights, capacity and what counts as a hard edge: [weights] and [plan] in muster.toml.",
)


@click.command("plan")
@store_option
@run_option
@click.option("--to", "to", default=",".join(TRACKS), show_default=True, help="Tracks, separated by commas.")
@click.option(
    "--repo", "repositories", multiple=True, help="Only this repository (name, id or pattern); may be repeated."
)
@click.option("--owner", "owners", multiple=True, help="Only what this owner or team has; may be repeated.")
@click.option(
    "--tickets", type=click.Path(file_okay=False, path_type=Path), help="Write each plan as the body of an issue here."
)
@patches_options
@common("plan")
def command(
    store_name: str,
    run_id: int | None,
    to: str,
    repositories: tuple[str, ...],
    owners: tuple[str, ...],
    tickets: Path | None,
    asked: Asked | None,
    common: Common,
) -> int:
    """What to migrate to uv and Ruff, in which order, and why.

    Waves in which nothing moves before what it needs; a rank that is a visible sum of reasons; hours from named
    blockers; steps with commands, verification and rollback. Nothing is changed anywhere.

    With --patches each repository is opened again at the scanned commit and its move to uv is written as a patch that
    `git apply` takes, beside one that takes it back. With --prove uv locks the patched manifests in a scratch copy upon
    the old versions, and the proof is a comparison package by package; the patch then holds the lock. No code of the
    repository is run. On the Ruff track --prove runs flake8, isort and Black, as far as they are installed, and Ruff
    over the committed files; what only Ruff reports is left out file by file.

    Exit status: 0 done; 1 with --prove: a project is neither proved nor resolved, or a gate would fail; 3 a repository
    could not be opened.
    """
    tracks = tuple(word.strip() for word in to.split(",") if word.strip())
    if not tracks or not set(tracks) <= set(TRACKS):
        raise click.UsageError(f"--to takes {' and '.join(TRACKS)}, separated by a comma")
    fleet = load_run(existing_store(store_name), run_id)
    plans = make_plans(fleet, common.config, date.fromisoformat(fleet.run.as_of), cast("tuple[Track, ...]", tracks))
    if repositories:
        plans = _only(plans, select(fleet, repositories))
    if owners:
        plans = _only(plans, _owned(fleet, owners))
    status = 0
    if asked is not None:
        plans, status = patched(fleet, plans, asked, common)
    if tickets is not None:
        _write_tickets(fleet, plans, tickets, common)
    stands = rollout(fleet, common.config) if "ruff" in tracks and not (repositories or owners) else None
    emit(plan_view(fleet, plans, rollout=stands, closing=NEXT), common)
    return status


def _only(plans: Plans, ids: frozenset[str]) -> Plans:
    waves = tuple(
        replace(wave, repositories=tuple(r for r in wave.repositories if r in ids))
        for wave in plans.waves
        if not ids.isdisjoint(wave.repositories)
    )
    return replace(plans, waves=waves, plans=tuple(p for p in plans.plans if p.repository in ids))


def _owned(fleet: Fleet, owners: tuple[str, ...]) -> frozenset[str]:
    """The repositories of these owners (``@acme/web`` and ``acme/web`` are one); refuses one that nobody knows."""
    plain = {owner.lstrip("@").lower() for owner in owners}
    known = {o.lstrip("@").lower(): o for r in fleet.repositories for o in r.owners}
    for owner in sorted(plain - known.keys()):
        near = get_close_matches(owner, known, n=3)
        hint = f"; did you mean {', '.join(known[n] for n in near)}?" if near else ""
        raise Unable(f"nothing in this run is owned by {owner!r}{hint}")
    return frozenset(r.id for r in fleet.repositories if plain & {o.lstrip("@").lower() for o in r.owners})


def _write_tickets(fleet: Fleet, plans: Plans, folder: Path, common: Common) -> None:
    names = {r.id: r.name for r in fleet.repositories}
    owners = {r.id: r.owners for r in fleet.repositories}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for plan in plans.plans:
            write_file(folder / file_name(plan, names), ticket(plan, names, owners[plan.repository]))
    except OSError as error:
        raise Unable(f"cannot write {folder}: {error.strerror}") from None
    note(f"wrote {counted(len(plans.plans), 'ticket')} into {folder}", common)
