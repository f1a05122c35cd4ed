"""The campaign: how far the fleet is, what moved since, and what each repository waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.documents import RunHeader, header
from reports.table import Page, Table
from reports.views.rollout import rollout_tables
from reports.writer import View
from rules.campaign import STATES, Campaign, Progress, Standing
from rules.rollout.standing import Rollout
from scanner.inventory import Fleet
from scanner.words import counted, rough


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDocument:
    """``muster.campaign/1``."""

    schema: Literal["muster.campaign/1"] = "muster.campaign/1"
    run: RunHeader
    campaign: Campaign
    ruff: Rollout | None = None


def campaign_view(
    fleet: Fleet, campaign: Campaign, *, rollout: Rollout | None = None, closing: tuple[str, ...] = ()
) -> View:
    """The view of a campaign; ``rollout`` is how far Ruff and the type checkers have come."""
    return View(
        name="campaign",
        page=lambda: _page(fleet, campaign, rollout, closing),
        document=lambda: CampaignDocument(run=header(fleet.run), campaign=campaign, ruff=rollout),
        rows=lambda: campaign.standings,
    )


def _page(fleet: Fleet, campaign: Campaign, rollout: Rollout | None, closing: tuple[str, ...]) -> Page:
    since = f", since run {campaign.against}" if campaign.against is not None else ""
    names = {r.id: r.name for r in fleet.repositories}
    moved = [s for s in campaign.standings if s.before is not None and s.before != s.state]
    return Page(
        title=f"Campaign at run {fleet.run.id}{since}",
        opening=tuple(_sentence(p) for p in campaign.progress),
        tables=(
            _sums(campaign),
            *((_moved(moved, names),) if moved else ()),
            _all(campaign, names),
            *(rollout_tables(rollout, names) if rollout is not None else ()),
        ),
        closing=closing,
    )


def _sentence(progress: Progress) -> str:
    total = sum(progress.now.values())
    done = progress.now.get("done", 0)
    share = f" ({100 * done // total} %)" if total else ""
    before = ""
    if progress.before is not None:
        change = done - progress.before.get("done", 0)
        before = f", {change:+d} since; {rough(progress.hours_before or 0):g} hours were left"
        if progress.unseen:
            who = counted(len(progress.unseen), "repository")
            before += f", {rough(progress.hours_unseen):g} of them in {who} that this run did not see"
    return f"{progress.track}: {done} of {total} done{share}{before}; {rough(progress.hours_left):g} hours left, likely"


def _sums(campaign: Campaign) -> Table:
    rows = [
        (
            progress.track,
            state,
            progress.now.get(state, 0),
            None if progress.before is None else progress.before.get(state, 0),
            meaning,
        )
        for progress in campaign.progress
        for state, meaning in STATES.items()
        if progress.now.get(state) or (progress.before or {}).get(state)
    ]
    columns = ("track", "state", "now", "before", "which means")
    return Table(name="progress", title="Repositories by state", columns=columns, rows=tuple(rows))


def _moved(moved: list[Standing], names: dict[str, str]) -> Table:
    rows = [(names.get(s.repository, s.repository), s.track, s.before, s.state) for s in moved]
    columns = ("repository", "track", "was", "is")
    return Table(name="moved", title="What moved", columns=columns, rows=tuple(rows))


def _all(campaign: Campaign, names: dict[str, str]) -> Table:
    rows = [
        (s.track, s.wave, names.get(s.repository, s.repository), s.state, rough(s.hours) or None, s.why)
        for s in campaign.standings
    ]
    columns = ("track", "wave", "repository", "state", "hours", "because")
    return Table(name="campaign", title="Every repository", columns=columns, rows=tuple(rows), main=True)
