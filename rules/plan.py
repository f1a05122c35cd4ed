"""Plans: what to do for each repository and track, in which order and why (``muster.plan/1``). Pure.

Patches and proofs are made elsewhere: here ``patch`` is null and every proof says ``not-run``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from rules.blockers import NOT_FOR_A_PILOT, PlanBlocker, Risk, Waits, blockers
from rules.effort import Effort, effort, risk
from rules.hard import is_hard
from rules.later import LaterStep
from rules.leftovers import leftovers
from rules.linters import in_use
from rules.priority import Priority, Standing, asleep, priority
from rules.reading import called, main_projects, needs_lock, project_around
from rules.ruff.gate import Measure
from rules.step import Site, Step, Track
from rules.steps import STEPS
from rules.waves import Candidate, Wave, unblocked, waves
from scanner.config import Config
from scanner.graph.reach import reach
from scanner.inventory import Edge, Fleet, Project, Repository

TRACKS: tuple[Track, ...] = ("uv", "ruff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A package whose version or origin differs between the old lock and the new one."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """The package's wheel before and after: ``how`` it was compared (``built``, or ``read`` from the manifests).

    ``lost`` and ``added`` are files, entry points (``console_scripts: name = target``) and requirements.
    """

    how: str
    files: int | None = None
    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What trying the patch of one project showed; ``not-run`` until somebody asks for it."""

    project: str
    status: str = "not-run"
    uv: str | None = None
    locked: int | None = None
    kept: int | None = None
    changed: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()
    origin_changes: tuple[Change, ...] = ()
    reason: str | None = None
    wheel: Wheel | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The plan of one repository on one track; ``after`` are the repositories that it cannot move without.

    ``later`` are the steps after a move to Ruff, ``None`` where they were not measured. ``combined`` is the patch of
    both tracks in one, ``pip_patch`` that of the low-effort route (``uv pip`` upon the same files).
    """

    repository: str
    track: Track
    projects: tuple[str, ...]
    from_: tuple[str, ...]
    to: tuple[str, ...]
    wave: int | None
    rank: int
    priority: Priority
    effort: Effort
    risk: Risk
    blockers: tuple[PlanBlocker, ...]
    steps: tuple[Step, ...]
    patch: str | None = None
    proofs: tuple[Proof, ...] = ()
    after: tuple[str, ...] = ()
    measure: Measure | None = None
    later: tuple[LaterStep, ...] | None = None
    combined: str | None = None
    pip_patch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """All plans of a fleet by track and rank, and the waves of the uv track."""

    waves: tuple[Wave, ...] = ()
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A plan before its place in the order is known."""

    site: Site
    from_: tuple[str, ...]
    steps: tuple[Step, ...]
    blockers: tuple[PlanBlocker, ...]
    waits: Waits
    effort: Effort
    risk: Risk
    asleep: str | None


def make_plans(fleet: Fleet, config: Config, as_of: date, tracks: Iterable[Track] = TRACKS) -> Plans:
    """Plans for every repository that has something to move; the same for any order of the fleet.

    A repository that is not Python, could not be read, or has nothing to do on a track has no plan on it.
    """
    dependents = reach(fleet.graph)
    made: list[Plan] = []
    found_waves: tuple[Wave, ...] = ()
    for track in dict.fromkeys(tracks):
        drafts = _drafts(fleet, config, as_of, track)
        hard = _hard_pairs(drafts) if track == "uv" else set()
        waiting = unblocked(hard)
        priorities = {
            name: priority(
                draft.site,
                track,
                Standing(dependents=dependents.get(name, 0), unblocks=waiting.get(name, 0), asleep=draft.asleep),
                draft.effort,
                draft.risk,
                config.weights,
            )
            for name, draft in drafts.items()
        }
        if track == "uv":
            found_waves = waves(_candidates(drafts, priorities), hard, config.capacity, config.team_capacity)
        made += _ranked(drafts, priorities, track, found_waves if track == "uv" else ())
    return Plans(waves=found_waves, plans=tuple(made))


def _drafts(fleet: Fleet, config: Config, as_of: date, track: Track) -> dict[str, _Draft]:
    sites = _sites(fleet, as_of, track)
    waits = _waits(fleet, config, as_of, sites.keys()) if track == "uv" else {}
    drafts = {}
    for name, (origins, site) in sites.items():
        draft = _draft(site, origins, waits.get(name, Waits()), config, track)
        if draft is not None:
            drafts[name] = draft
    return drafts


def _sites(fleet: Fleet, as_of: date, track: Track) -> dict[str, tuple[tuple[str, ...], Site]]:
    """The repositories that have something to move, with the tools that they move away from."""
    sites = {}
    for repository in sorted(fleet.repositories, key=lambda r: r.id):
        if repository.state in ("failed", "not-python") or not repository.is_python:
            continue
        origins, projects = _origins(repository) if track == "uv" else _linters(repository)
        if origins:
            sites[repository.id] = (origins, Site(repository=repository, projects=projects, as_of=as_of))
    return sites


def _waits(fleet: Fleet, config: Config, as_of: date, moving: Collection[str]) -> dict[str, Waits]:
    repositories = {r.id: r for r in fleet.repositories}
    names = called(fleet.repositories)
    before: defaultdict[str, list[Edge]] = defaultdict(list)
    unplanned: defaultdict[str, list[Edge]] = defaultdict(list)
    old_templates = {r.id for r in fleet.repositories if r.id not in moving and any(leftovers(r, "ci"))}
    for edge in fleet.graph.edges:
        if edge.provider in moving and is_hard(edge, repositories, config, as_of):
            before[edge.consumer].append(edge)
        elif edge.via == "ci" and edge.provider in old_templates:
            unplanned[edge.consumer].append(edge)
    return {
        name: Waits(before=tuple(before.get(name, ())), unplanned=tuple(unplanned.get(name, ())), names=names)
        for name in before.keys() | unplanned.keys()
    }


def _draft(site: Site, origins: tuple[str, ...], waits: Waits, config: Config, track: Track) -> _Draft | None:
    repository = site.repository
    steps = {w.name: tuple(w.write(site)) for w in STEPS if w.track == track}
    if not any(steps.values()):
        return None
    stops = blockers(site, track, waits)
    return _Draft(
        site=site,
        from_=origins,
        steps=tuple(step for written in steps.values() for step in written),
        blockers=stops,
        waits=waits,
        effort=effort(site, track, steps, stops),
        risk=risk(stops, critical=repository.criticality == "high"),
        asleep=asleep(repository, config.inactive_after_days, site.as_of),
    )


def _origins(repository: Repository) -> tuple[tuple[str, ...], tuple[Project, ...]]:
    """The tools to move away from and the main projects that have something to move."""
    tools: set[str] = set()
    projects = []
    for project in main_projects(repository):
        rest = _left(repository, project)
        if rest:
            projects.append(project)
            tools |= rest
    return tuple(sorted(tools)), tuple(projects)


def _left(repository: Repository, project: Project) -> set[str]:
    """What is not uv yet about a project: its managers, or tools that CI and images still install it with."""
    managers = set(project.package_managers) - {"uv"}
    if project.primary_manager not in (None, "uv"):
        return managers
    if project.primary_manager is None:
        return set()
    left = {
        found.tool
        for found in leftovers(repository, "ci", "image", "hook", "task", "script")
        if _serves(repository, found.command.project, found.command.path, project)
    }
    left |= {
        image.tool or "pip" for image in repository.images if _is_old(repository, image.path, image.grade, project)
    }
    left |= {lock.tool for lock in project.lockfiles if lock.tool != "uv" and lock.export_of is None}
    return left | ({"uv"} if needs_lock(project) and not left else set())


def _serves(repository: Repository, served: str | None, path: str, project: Project) -> bool:
    around = project_around(repository, path)
    return served == project.path if served is not None else around is not None and around.path == project.path


def _is_old(repository: Repository, path: str, grade: str | None, project: Project) -> bool:
    return grade in ("L0", "L1") and _serves(repository, None, path, project)


def _linters(repository: Repository) -> tuple[tuple[str, ...], tuple[Project, ...]]:
    return tuple(t.name for t in in_use(repository)), main_projects(repository)


def _hard_pairs(drafts: Mapping[str, _Draft]) -> set[tuple[str, str]]:
    """Hard edges between repositories that both have a plan; what is done holds nobody up."""
    return {(name, e.provider) for name, draft in drafts.items() for e in draft.waits.before if e.provider in drafts}


def _candidates(drafts: Mapping[str, _Draft], priorities: Mapping[str, Priority]) -> list[Candidate]:
    names = called([draft.site.repository for draft in drafts.values()])
    return [
        Candidate(
            repository=name,
            name=names[name],
            score=priorities[name].score,
            hours=draft.effort.likely,
            decisions=sum(1 for b in draft.blockers if b.decision),
            asleep=draft.asleep,
            for_pilot=_teaches(draft),
            owners=draft.site.repository.owners,
        )
        for name, draft in drafts.items()
    ]


def _teaches(draft: _Draft) -> bool:
    """Whether a manifest is converted, and nothing may end in leaving it as it is."""
    converted = any(p.primary_manager != "uv" for p in draft.site.projects)
    return converted and not any(b.code in NOT_FOR_A_PILOT for b in draft.blockers)


def _ranked(
    drafts: Mapping[str, _Draft], priorities: Mapping[str, Priority], track: Track, found: Sequence[Wave]
) -> list[Plan]:
    number = {name: wave.number for wave in found for name in wave.repositories}
    order = sorted(drafts, key=lambda n: (-priorities[n].score, drafts[n].effort.likely, n))
    after: defaultdict[str, set[str]] = defaultdict(set)
    for consumer, provider in _hard_pairs(drafts) if track == "uv" else ():
        after[consumer].add(provider)
    return [
        _plan(drafts[n], priorities[n], track, number.get(n), rank, tuple(sorted(after[n] - {n})))
        for rank, n in enumerate(order, start=1)
    ]


def _plan(draft: _Draft, why: Priority, track: Track, wave: int | None, rank: int, after: tuple[str, ...]) -> Plan:
    projects = tuple(p.path for p in draft.site.projects)
    return Plan(
        repository=draft.site.repository.id,
        track=track,
        projects=projects,
        from_=draft.from_,
        to=(track,),
        wave=wave,
        rank=rank,
        priority=why,
        effort=draft.effort,
        risk=draft.risk,
        blockers=draft.blockers,
        steps=draft.steps,
        proofs=tuple(Proof(project=path) for path in projects) if track == "uv" else (),
        after=after,
    )
