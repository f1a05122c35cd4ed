"""One card for each repository: signature, three environments, locks with their reasons, plan, evidence.

Findings and unread files are not repeated: the page takes them from their tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from reports.model import Facts
from rules.plan import Plan
from rules.reading import differences
from scanner.inventory import Environment, Lockfile, Project, Reason, Repository

Number: TypeAlias = Callable[[str | None], int]
_PROJECTS = 25
_EVIDENCE = 4


def card(repository: Repository, facts: Facts, number: Number) -> dict[str, Any]:
    """The card as JSON; texts are numbers (``number`` gives them), what is not there is left out."""
    mains = [p for p in repository.projects if p.role == "main"]
    others = [p for p in repository.projects if p.role != "main"]
    return _there(
        state=number(repository.state),
        commit=number(repository.commit),
        at=number(repository.committed_at),
        branch=number(repository.branch),
        owners=number(", ".join(repository.owners)),
        criticality=number(repository.criticality),
        ci=number(", ".join(repository.ci)),
        decisions=_reasons(repository.decisions, number),
        projects=[_project(p, number) for p in mains[:_PROJECTS]],
        more=max(0, len(mains) - _PROJECTS),
        others=[[number(p.path), number(p.role)] for p in others[:_PROJECTS]],
        moreothers=max(0, len(others) - _PROJECTS),
        plans=[_plan(p, number) for p in facts.plans_of.get(repository.id, ())],
    )


def _there(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (0, None, [], {})}


def _reasons(reasons: Iterable[Reason], number: Number) -> list[list[int]]:
    return [[number(r.message), number(r.path), r.line or 0] for r in list(reasons)[:8]]


def _project(p: Project, number: Number) -> dict[str, Any]:
    return _there(
        path=number(p.path),
        name=number(p.name),
        kind=number(p.kind),
        signature=[[number(s.place), number(s.tool), number(s.path), s.line or 0] for s in p.signature.parts],
        lock=number(p.lock_discipline),
        because=_reasons(p.discipline_reasons, number),
        environments=[_environment(e, number) for e in (p.environments.local, p.environments.ci, p.environments.image)],
        locks=[_lock(lock, number) for lock in p.lockfiles],
        differ=[number(d.message) for d in differences(p)],
        python=number(p.requires_python),
        unknown=_reasons(p.unknowns, number),
        role=_reasons(p.role_reasons[:1], number),
        why=_reasons(p.kind_reasons[:1], number),
    )


def _environment(found: Environment | None, number: Number) -> dict[str, Any] | None:
    if found is None:
        return None
    return _there(
        tool=number(found.tool),
        lock={True: 1, False: 2, None: 0}[found.uses_lock],
        enforced=number(found.enforced),
        python=number(", ".join(found.python)),
        indexes=number(", ".join(found.indexes)),
        places=[n for e in found.evidence[:_EVIDENCE] for n in (number(e.path), e.line or 0)],
    )


def _lock(lock: Lockfile, number: Number) -> dict[str, Any]:
    return _there(
        path=number(lock.path),
        tool=number(lock.tool),
        format=number(lock.format),
        verdict=number(lock.status),
        covers={True: 1, False: 2, None: 0}[lock.covers],
        packages=lock.packages,
        hashed=lock.hashed_packages,
        by=number(lock.written_by),
        reasons=_reasons(lock.reasons, number),
    )


def _plan(plan: Plan, number: Number) -> dict[str, Any]:
    return _there(
        track=number(plan.track),
        wave=plan.wave,
        rank=plan.rank,
        score=plan.priority.score,
        because=[[number(f.factor), f.points] for f in plan.priority.because],
        hours=[plan.effort.low, plan.effort.likely, plan.effort.high],
        risk=number(plan.risk),
        blockers=[[number(b.message), number(b.decision), number(b.path), b.line or 0] for b in plan.blockers],
        steps=[number(s.title) for s in plan.steps],
        proofs=[[number(p.project), number(p.status), number(p.reason)] for p in plan.proofs if p.status != "not-run"],
    )
