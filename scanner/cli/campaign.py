"""``muster campaign``: how far the move is, and what each repository waits for."""

from __future__ import annotations

from datetime import date

import click

from reports.views.campaign import campaign_view
from rules.campaign import campaign
from rules.plan import TRACKS, Plans, make_plans
from rules.rollout.standing import rollout
from scanner.cli.common import Common, common, earlier_run, emit, existing_store, load_run, run_option, store_option
from scanner.config import Config
from scanner.inventory import Fleet

NEXT = ("What to do in each repository: `muster plan --repo NAME --format md`.",)


@click.command("campaign")
@store_option
@run_option
@click.option(
    "--against", default="latest", show_default=True, help="The run to compare with; `latest` is the one before."
)
@common("campaign")
def command(store_name: str, run_id: int | None, against: str, common: Common) -> int:
    """How far the fleet is on its way to uv and Ruff, and what moved since an earlier scan.

    Each repository is in one state: done, in review (where the fleet file tags it so), ready, awaiting parents, blocked
    by a decision, not solvable, regressed or failed. Plans of both runs are made anew with today's configuration.

    Ruff and the type checkers are shown by stage: present, configured, enforced in CI, and by the target of
    [ruff.target] in muster.toml.
    """
    store = existing_store(store_name)
    fleet = load_run(store, run_id)
    before = earlier_run(store, fleet, against)
    past = store.load(before) if before is not None else None
    earlier = (past, _plans(past, common.config)) if past is not None else None
    stands = campaign(fleet, _plans(fleet, common.config), earlier, TRACKS)
    emit(campaign_view(fleet, stands, rollout=rollout(fleet, common.config), closing=NEXT), common)
    return 0


def _plans(fleet: Fleet, config: Config) -> Plans:
    return make_plans(fleet, config, date.fromisoformat(fleet.run.as_of))
