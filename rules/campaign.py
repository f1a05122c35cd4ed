"""Where a campaign stands: a state for each repository and track, and what moved since an earlier run. Pure.

The states are a fixed list, in the order in which they are looked for. Whether somebody reviews a change is known only
where the fleet file says so (tag ``in-review``, or ``uv:in-review``); whether uv finds a solution, where a proof was
made. What has nothing to do with a track (no Python, no linter to replace) is no part of its campaign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.plan import Plan, Plans
from rules.reading import main_projects
from rules.step import Track
from scanner.inventory import Fleet, Repository
from scanner.words import listed

State = Literal[
    "failed", "regressed", "in-review", "not-solvable", "awaiting-parents", "blocked-by-a-decision", "ready", "done"
]
STATES: Mapping[State, str] = {
    "done": "nothing is left to move; whether it is locked is told by the findings",
    "in-review": "the fleet file says that a change is being reviewed",
    "ready": "nothing that the scan shows stands in the way",
    "awaiting-parents": "repositories that it cannot move without move first",
    "blocked-by-a-decision": "a person has to decide something",
    "not-solvable": "the proof found no resolution that keeps what is locked",
    "regressed": "it was done, and has something to move again",
    "failed": "it could not be read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one repository stands on one track. ``before`` is the state in the earlier run, ``None`` where unknown."""

    repository: str
    track: Track
    state: State
    before: State | None
    wave: int | None
    hours: float
    why: str | None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The sums of one track: repositories by state now and before, likely hours that are left, and that were.

    ``unseen`` are the repositories that had hours left and that this run could not read or does not hold any more, with
    ``hours_unseen``: these hours are not done.
    """

    track: Track
    now: dict[State, int]
    before: dict[State, int] | None
    hours_left: float
    hours_before: float | None
    unseen: tuple[str, ...] = ()
    hours_unseen: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Standings by track, wave and name; the sums; the run that was compared with."""

    against: int | None
    progress: tuple[Progress, ...]
    standings: tuple[Standing, ...]


def campaign(fleet: Fleet, plans: Plans, earlier: tuple[Fleet, Plans] | None, tracks: Iterable[Track]) -> Campaign:
    """Where ``fleet`` stands, against an earlier run and its plans where there is one."""
    standings: list[Standing] = []
    progress = []
    for track in tracks:
        then = _states(*earlier, track) if earlier else None
        now = _standings(fleet, plans, track, then)
        standings += now
        unseen = _unseen(fleet, earlier[1], track) if earlier else {}
        progress.append(
            Progress(
                track=track,
                now=_counted(s.state for s in now),
                before=_counted(then.values()) if then is not None else None,
                hours_left=_hours(plans, track),
                hours_before=_hours(earlier[1], track) if earlier else None,
                unseen=tuple(sorted(unseen)),
                hours_unseen=round(sum(unseen.values()), 2),
            )
        )
    return Campaign(
        against=earlier[0].run.id if earlier else None, progress=tuple(progress), standings=tuple(standings)
    )


def _unseen(fleet: Fleet, then: Plans, track: Track) -> dict[str, float]:
    """The likely hours that were planned for repositories of which this run knows nothing."""
    read = {r.id for r in fleet.repositories if r.state != "failed"}
    return {p.repository: p.effort.likely for p in then.plans if p.track == track and p.repository not in read}


def _standings(fleet: Fleet, plans: Plans, track: Track, then: Mapping[str, State] | None) -> list[Standing]:
    planned = {p.repository: p for p in plans.plans if p.track == track}
    names = {r.id: r.name for r in fleet.repositories}
    found = []
    for repository in fleet.repositories:
        plan = planned.get(repository.id)
        state = _state(repository, plan, track, (then or {}).get(repository.id))
        if state is not None:
            found.append(
                Standing(
                    repository=repository.id,
                    track=track,
                    state=state,
                    before=(then or {}).get(repository.id),
                    wave=plan.wave if plan else None,
                    hours=plan.effort.likely if plan else 0.0,
                    why=_why(repository, plan, state, names),
                    after=plan.after if plan else (),
                )
            )
    return sorted(found, key=lambda s: (s.wave is None, s.wave or 0, s.repository))


def _states(fleet: Fleet, plans: Plans, track: Track) -> dict[str, State]:
    planned = {p.repository: p for p in plans.plans if p.track == track}
    found = {r.id: _state(r, planned.get(r.id), track, None) for r in fleet.repositories}
    return {name: state for name, state in found.items() if state is not None}


def _state(repository: Repository, plan: Plan | None, track: Track, before: State | None) -> State | None:
    if repository.state == "failed":
        return "failed"
    if plan is None:
        return "done" if _is_there(repository, track) else None
    if before == "done":
        return "regressed"
    if not {"in-review", f"{track}:in-review"}.isdisjoint(repository.tags):
        return "in-review"
    if any(proof.status == "failed" for proof in plan.proofs):
        return "not-solvable"
    if plan.after:
        return "awaiting-parents"
    return "blocked-by-a-decision" if any(b.decision for b in plan.blockers) else "ready"


def _is_there(repository: Repository, track: Track) -> bool:
    """Whether a repository without a plan is where the track leads, and not merely without anything to move."""
    if track == "uv":
        return any(project.primary_manager == "uv" for project in main_projects(repository))
    return any(tool.name == "ruff" and tool.use != "config-only" for tool in repository.tools)


def _why(repository: Repository, plan: Plan | None, state: State, names: Mapping[str, str]) -> str | None:
    match state:
        case "failed":
            return repository.errors[0].message if repository.errors else None
        case "awaiting-parents" if plan:
            return f"after {listed([names.get(name, name) for name in plan.after], 4)}"
        case "blocked-by-a-decision" if plan:
            return listed(sorted({b.code for b in plan.blockers if b.decision}), 4)
        case "not-solvable" if plan:
            return next((proof.reason for proof in plan.proofs if proof.status == "failed"), None)
        case _:
            return None


def _counted(states: Iterable[State]) -> dict[State, int]:
    counts = Counter(states)
    return {state: counts[state] for state in STATES if counts[state]}


def _hours(plans: Plans, track: Track) -> float:
    return round(sum(p.effort.likely for p in plans.plans if p.track == track), 1)
