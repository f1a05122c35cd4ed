"""The plan: waves, then who comes first and why, then every step."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from reports.documents import RunHeader, header
from reports.table import Page, Table, counted_noun
from reports.tickets import checklist
from reports.views.rollout import rollout_tables
from reports.writer import View
from rules.blockers import PlanBlocker
from rules.plan import Plan, Plans, Proof
from rules.rollout.standing import Rollout
from rules.waves import Wave
from scanner.inventory import Fleet
from scanner.words import clipped, in_hours, listed, rough

_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """``muster.plan/1``."""

    schema: Literal["muster.plan/1"] = "muster.plan/1"
    run: RunHeader
    waves: tuple[Wave, ...]
    plans: tuple[Plan, ...]
    ruff: Rollout | None = None


def plan_view(fleet: Fleet, plans: Plans, *, rollout: Rollout | None = None, closing: tuple[str, ...] = ()) -> View:
    """The view of a fleet's plans; ``rollout`` is how far Ruff has come, where its track is planned."""
    return View(
        name="plan",
        page=lambda: plan_page(fleet, plans, closing, rollout),
        document=lambda: PlanDocument(run=header(fleet.run), waves=plans.waves, plans=plans.plans, ruff=rollout),
        rows=lambda: plans.plans,
    )


def plan_page(fleet: Fleet, plans: Plans, closing: tuple[str, ...] = (), rollout: Rollout | None = None) -> Page:
    """The plans for people: the sum first, the order with its reasons, the steps last."""
    names = {r.id: r.name for r in fleet.repositories}
    tracks = Counter(p.track for p in plans.plans)
    hours = {t: _hours([p for p in plans.plans if p.track == t]) for t in tracks}
    return Page(
        title="Migration plan",
        opening=tuple(
            f"{track}: {counted_noun(number, 'repository')} to move, {hours[track]}"
            + (
                f", in {counted_noun(len(plans.waves), 'wave')}"
                if track == "uv"
                else ", in any order (no waves needed)"
            )
            for track, number in sorted(tracks.items(), reverse=True)
        )
        or ("nothing to move: every repository that could be read is where the plan would take it",),
        tables=(
            _waves(plans, names),
            _order(plans, names),
            _blockers(plans, names),
            *_proofs(plans, names),
            *_later(plans, names),
            *(rollout_tables(rollout, names)[:2] if rollout is not None else ()),
            *(_steps(plan, names) for plan in plans.plans),
        ),
        closing=closing,
    )


def _hours(plans: list[Plan]) -> str:
    low, likely, high = (sum(getattr(p.effort, part) for p in plans) for part in ("low", "likely", "high"))
    return f"{in_hours(likely)} likely ({rough(low):g} to {rough(high):g})"


def _waves(plans: Plans, names: dict[str, str]) -> Table:
    hours = {p.repository: p.effort.likely for p in plans.plans if p.track == "uv"}
    rows = [
        (
            wave.number,
            len(wave.repositories),
            round(sum(hours.get(r, 0.0) for r in wave.repositories), 1),
            ", ".join(names.get(r, r) for r in wave.repositories[:6])
            + (f" and {len(wave.repositories) - 6} more" if len(wave.repositories) > 6 else ""),
            wave.why,
        )
        for wave in plans.waves
    ]
    return Table(
        name="waves",
        title="Waves to uv",
        columns=("wave", "repositories", "hours", "which", "why"),
        rows=tuple(rows),
        wrap=60,
        note="No repository stands in an earlier wave than one that it cannot move without.",
    )


def _order(plans: Plans, names: dict[str, str]) -> Table:
    rows = [
        (
            plan.track,
            plan.rank,
            plan.wave,
            names.get(plan.repository, plan.repository),
            "+".join(plan.from_),
            f"{plan.priority.score:.1f}",
            _sum(plan),
            "–".join(f"{rough(h):g}" for h in (plan.effort.low, plan.effort.likely, plan.effort.high)),
            plan.risk,
            len(plan.blockers) or None,
        )
        for plan in plans.plans
    ]
    return Table(
        name="plans",
        title="What first",
        columns=("track", "rank", "wave", "repository", "from", "score", "because", "hours", "risk", "blockers"),
        rows=tuple(rows),
        wrap=60,
        note="The score is the sum beside it; weights can be set in muster.toml. Hours are low–likely–high.",
        main=True,
    )


def _sum(plan: Plan) -> str:
    return " ".join(f"{factor.points:+g} {factor.factor}" for factor in plan.priority.because)


def _blockers(plans: Plans, names: dict[str, str]) -> Table:
    """A row for each repository, track and code: what is to be decided is one question, in however many places."""
    rows: list[tuple[str | None, ...]] = []
    for plan in plans.plans:
        alike: defaultdict[str, list[PlanBlocker]] = defaultdict(list)
        for blocker in plan.blockers:
            alike[blocker.code].append(blocker)
        for code, same in alike.items():
            places = dict.fromkeys(f"{b.path}:{b.line}" if b.line else b.path for b in same if b.path)
            messages = list(dict.fromkeys(b.message for b in same))
            more = f" (and {len(messages) - 1} more like it)" if len(messages) > 1 else ""
            rows.append(
                (
                    names.get(plan.repository, plan.repository),
                    plan.track,
                    code,
                    listed(list(places), most=_PLACES),
                    messages[0] + more,
                    same[0].decision,
                )
            )
    return Table(
        name="blockers",
        title="What stands in the way",
        columns=("repository", "track", "code", "place", "what", "decision needed"),
        rows=tuple(rows),
        heading=4,
    )


def _proofs(plans: Plans, names: dict[str, str]) -> tuple[Table, ...]:
    """What was tried and written; no table where nobody asked for patches."""
    rows = [
        (
            names.get(plan.repository, plan.repository),
            proof.project,
            proof.status,
            f"{proof.kept} of {proof.locked}" if proof.locked else None,
            len(proof.added) or None,
            len(proof.origin_changes) or None,
            plan.patch,
            _why(proof),
        )
        for plan in plans.plans
        if plan.track == "uv"
        for proof in plan.proofs
        if plan.patch is not None or proof.status != "not-run"
    ]
    if not rows:
        return ()
    table = Table(
        name="proofs",
        title="Patches and proofs",
        columns=("repository", "project", "proof", "versions kept", "added", "origins changed", "patch", "why"),
        rows=tuple(rows),
        wrap=40,
        note="Versions that the old lock held and the new one holds too; what Linux installs now and did not before.",
    )
    return (table,)


def _later(plans: Plans, names: dict[str, str]) -> tuple[Table, ...]:
    """What the baselines leave for later, where that was measured."""
    rows = [
        (
            names.get(plan.repository, plan.repository),
            number,
            step.code,
            step.count,
            step.files,
            step.safe,
            step.unsafe,
            step.by_hand,
            f"{step.value:g}",
            " + ".join(f"{p.points:g} {p.factor}" for p in step.because),
            f"{step.low:g}–{step.likely:g}–{step.high:g}",
        )
        for plan in plans.plans
        for number, step in enumerate(plan.later or (), start=1)
    ]
    if not rows:
        return ()
    hours = sum(step.likely for plan in plans.plans for step in plan.later or ())
    table = Table(
        name="later",
        title="After the move to Ruff: rules that the baseline leaves out",
        columns=(
            "repository",
            "",
            "rule",
            "reports",
            "files",
            "safe",
            "unsafe",
            "by hand",
            "value",
            "because",
            "hours",
        ),
        rows=tuple(rows),
        wrap=40,
        note=f"In the order of value for each hour; {in_hours(hours)} likely in all. Rates: [ruff.minutes].",
    )
    return (table,)


def _why(proof: Proof) -> str | None:
    changed = [f"{c.name} {c.before or 'none'} → {c.after or 'none'}" for c in proof.changed[:3]]
    moved = [f"{c.name} from elsewhere" for c in proof.origin_changes[:3]]
    added = [f"{name} is new" for name in proof.added[:3]]
    parts = [*changed, *moved, *added, *([proof.reason] if proof.reason else [])]
    return clipped("; ".join(parts), 300) or None


def _steps(plan: Plan, names: dict[str, str]) -> Table:
    rows = [
        (number, step.title, step.why, "; ".join(step.commands), "; ".join(step.verify), "; ".join(step.rollback))
        for number, step in enumerate(plan.steps, start=1)
    ]
    name = names.get(plan.repository, plan.repository)
    return Table(
        name=f"{name}-{plan.track}",
        title=f"{name}: to {plan.track}",
        columns=("", "step", "why", "commands", "verify", "roll back"),
        rows=tuple(rows),
        detail=True,
        markdown=checklist(plan.steps),
    )
