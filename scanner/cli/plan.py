"""``muster plan``: what to move, in which order, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import click

from reports.views.plan import plan_view
from rules.plan import TRACKS, make_plans
from rules.step import Track
from scanner.cli.common import Common, common, emit, existing_store, load_run, run_option, store_option
from scanner.cli.findings import select
from scanner.cli.patches import Asked, patched, patches_options

NEXT = (
    "Every step with commands, verification and rollback: `muster plan --format md`, for one repository with --repo.",
    "Weights, capacity and what counts as a hard edge: [weights] and [plan] in muster.toml.",
)


@click.command("plan")
@store_option
@run_option
@click.option("--to", "to", default=",".join(TRACKS), show_default=True, help="Tracks, separated by commas.")
@click.option("--repo", "repositories", multiple=True, help="Only this repository (name or id); may be repeated.")
@patches_options
@common("plan")
def command(
    store_name: str, run_id: int | None, to: str, repositories: tuple[str, ...], asked: Asked | None, common: Common
) -> int:
    """What to migrate to uv and Ruff, in which order, and why.

    Waves in which nothing moves before what it needs; a rank that is a visible sum of reasons; hours from named
    blockers; steps with commands, verification and rollback. Nothing is changed anywhere.

    With --patches each repository is opened again at the scanned commit and its move to uv is written as a patch that
    `git apply` takes, beside one that takes it back. With --prove uv locks the patched manifests in a scratch copy upon
    the old versions, and the proof is a comparison package by package; the patch then holds the lock. No code of the
    repository is run.

    Exit status: 0 done; 1 with --prove: a project is neither proved nor resolved; 3 a repository could not be opened.
    """
    tracks = tuple(word.strip() for word in to.split(",") if word.strip())
    if not tracks or not set(tracks) <= set(TRACKS):
        raise click.UsageError(f"--to takes {' and '.join(TRACKS)}, separated by a comma")
    fleet = load_run(existing_store(store_name), run_id)
    plans = make_plans(fleet, common.config, date.fromisoformat(fleet.run.as_of), cast("tuple[Track, ...]", tracks))
    if repositories:
        ids = select(fleet, repositories)
        waves = tuple(
            replace(wave, repositories=tuple(r for r in wave.repositories if r in ids))
            for wave in plans.waves
            if not ids.isdisjoint(wave.repositories)
        )
        plans = replace(plans, waves=waves, plans=tuple(p for p in plans.plans if p.repository in ids))
    status = 0
    if asked is not None:
        plans, status = patched(fleet, plans, asked, common)
    emit(plan_view(fleet, plans, closing=NEXT), common)
    return status
