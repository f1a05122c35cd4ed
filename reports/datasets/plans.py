"""Plans, the reasons for their order, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Table
from rules.plan import Plan


def tables(facts: Facts) -> Iterator[Table]:
    """``plans`` and ``blockers``."""
    yield Table(
        name="plans",
        title="Plans",
        columns=(
            "repository",
            "track",
            "wave",
            "rank",
            "from",
            "score",
            "the score is the sum of",
            "hours",
            "at least",
            "at most",
            "risk",
            "blockers",
            "decisions",
            "owners",
            "criticality",
            "proof",
        ),
        rows=tuple(_plan(facts, plan) for plan in facts.plans.plans),
        hidden=("at least", "at most", "owners", "criticality", "proof"),
    )
    blockers: list[tuple[Cell, ...]] = [
        (
            facts.called(plan.repository),
            plan.track,
            plan.wave,
            b.code,
            b.message,
            b.decision,
            Place(repository=plan.repository, path=b.path, line=b.line) if b.path else None,
        )
        for plan in facts.plans.plans
        for b in plan.blockers
    ]
    yield Table(
        name="blockers",
        title="What stands in the way",
        columns=("repository", "track", "wave", "code", "what", "to decide", "place"),
        rows=tuple(blockers),
    )


def _plan(facts: Facts, plan: Plan) -> tuple[Cell, ...]:
    repository = facts.repositories.get(plan.repository)
    return (
        facts.called(plan.repository),
        plan.track,
        plan.wave,
        plan.rank,
        plan.from_,
        plan.priority.score,
        " ".join(f"{f.points:+g} {f.factor}" for f in plan.priority.because),
        plan.effort.likely,
        plan.effort.low,
        plan.effort.high,
        plan.risk,
        len(plan.blockers),
        sum(1 for b in plan.blockers if b.decision),
        (repository.owners if repository else ()) or ("unknown",),
        (repository.criticality if repository else None) or "not set",
        tuple(dict.fromkeys(p.status for p in plan.proofs)) or ("not-run",),
    )
