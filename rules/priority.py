"""Which repository first: a visible sum of reasons. Every factor's points and evidence are shown; none is hidden.

The weights below are the defaults; ``[weights]`` in the configuration replaces any of them by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules.blockers import Risk
from rules.effort import Effort
from rules.finding import Evidence
from rules.linters import in_use
from rules.pythons import dotted, is_over, minor
from rules.reading import differences, is_deployed, is_own_version_only, main_projects
from rules.step import Site, Track
from rules.tool_versions import NamedVersion, by_tool, named_versions
from scanner.inventory import Evidence as Place
from scanner.inventory import Project, Repository
from scanner.roles import is_side_image
from scanner.words import counted, listed, rough

#: Points for each factor. ``reach`` counts once for every doubling of the dependents, ``unblocks`` for each repository
#: that waits (both up to five times the weight), ``tools-in-ci`` for each tool, ``effort`` for each likely hour (up to
#: 20 points).
WEIGHTS: Mapping[str, float] = {
    "dead-tool": 20,
    "broken-lock": 15,
    "conflicting-locks": 12,
    "stale-lock": 10,
    "no-lock": 12,
    "end-of-life-python": 10,
    "unpinned-image": 8,
    "unpinned-ci": 4,
    "environments-disagree": 5,
    "two-linters": 4,
    "tools-in-ci": 2,
    "linter-skew": 3,
    "reach": 4,
    "unblocks": 3,
    "criticality-high": 15,
    "criticality-medium": 7,
    "effort": -1,
    "risk-high": -8,
    "risk-medium": -3,
    "inactive": -30,
}
_DEAD = ("rye",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One addend of the priority."""

    factor: str
    points: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """The score and the addends that it is the sum of."""

    score: float
    because: tuple[Factor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the fleet says about a repository: its dependents, those that wait for it, whether it is asleep and why."""

    dependents: int = 0
    unblocks: int = 0
    asleep: str | None = None


def priority(
    site: Site, track: Track, standing: Standing, hours: Effort, risk: Risk, weights: Mapping[str, float]
) -> Priority:
    """The sum for one plan; the same input gives the same sum."""
    table = {**WEIGHTS, **_signed(weights)}
    found = [f for f in _factors(site, track, standing, hours, risk, table) if f.points]
    ordered = tuple(sorted(found, key=lambda f: (-f.points, f.factor)))
    return Priority(score=round(sum(f.points for f in ordered), 1), because=ordered)


def _signed(weights: Mapping[str, float]) -> dict[str, float]:
    """The user's weights are sizes; what speaks against a move stays negative."""
    return {name: -value if WEIGHTS.get(name, 0) < 0 else value for name, value in weights.items()}


def _factors(
    site: Site, track: Track, standing: Standing, hours: Effort, risk: Risk, table: Mapping[str, float]
) -> Iterator[Factor]:
    urgent = _ruff_urgency(site) if track == "ruff" else _urgency(site)
    for name, evidence in urgent:
        times = len(evidence) if name == "tools-in-ci" else 1
        yield Factor(factor=name, points=round(times * table[name], 1), evidence=evidence)
    if standing.dependents:
        points = min(table["reach"] * math.log2(1 + standing.dependents), 5 * table["reach"])
        depend = "repository depends" if standing.dependents == 1 else "repositories depend"
        yield _told("reach", points, f"{standing.dependents} {depend} on it, directly or not")
    if track == "uv" and standing.unblocks:
        points = min(table["unblocks"] * standing.unblocks, 5 * table["unblocks"])
        yield _told("unblocks", points, f"{counted(standing.unblocks, 'repository')} cannot move before it")
    level = site.repository.criticality
    if level in ("high", "medium"):
        yield _told(f"criticality-{level}", table[f"criticality-{level}"], f"criticality {level}")
    yield _told(
        "effort",
        max(table["effort"] * hours.likely, -20.0),
        f"{rough(hours.likely):g} hour{'' if rough(hours.likely) == 1 else 's'} likely",
    )
    if risk != "low":
        yield _told(f"risk-{risk}", table[f"risk-{risk}"], f"{risk} risk")
    if standing.asleep:
        yield _told("inactive", table["inactive"], standing.asleep)


def _told(factor: str, points: float, text: str) -> Factor:
    return Factor(factor=factor, points=round(points, 1), evidence=(Evidence(path=None, text=text),))


def _urgency(site: Site) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    found: dict[str, list[Evidence]] = {}
    for project in site.projects:
        for name, evidence in (*_of_tools(project), *_of_locks(project), *_of_places(site, project)):
            found.setdefault(name, []).append(evidence)
    for image in site.repository.images:
        if image.grade in ("L0", "L1") and not is_side_image(image.path):
            found.setdefault("unpinned-image", []).append(Evidence(path=image.path, text=f"grade {image.grade}"))
    for name, places in found.items():
        yield name, tuple(dict.fromkeys(places))


def _of_tools(project: Project) -> Iterator[tuple[str, Evidence]]:
    for tool in _DEAD:
        if tool in project.package_managers:
            first = next(iter(project.manager_evidence.get(tool, ())), None)
            place = (
                Evidence(path=first.path, line=first.line, text=tool)
                if first
                else Evidence(path=project.path, text=tool)
            )
            yield "dead-tool", place


def _of_locks(project: Project) -> Iterator[tuple[str, Evidence]]:
    for lock in project.lockfiles:
        if lock.export_of is None and lock.status in ("stale", "broken") and not is_own_version_only(lock):
            yield f"{lock.status}-lock", Evidence(path=lock.path, text=lock.status)
    if project.lock_discipline == "conflicting":
        yield "conflicting-locks", Evidence(path=project.path, text=", ".join(k.path for k in project.lockfiles))
    if is_deployed(project) and project.lock_discipline in ("unlocked", "partial"):
        yield "no-lock", Evidence(path=project.path, text=f"{project.kind} without a lock")


def _of_places(site: Site, project: Project) -> Iterator[tuple[str, Evidence]]:
    for declared in project.python_versions:
        version = minor(declared.version)
        aside = declared.kind == "image" and is_side_image(declared.path)
        runs = declared.kind in ("image", "version-file", "runtime-file") and not aside
        if runs and version and is_over(version, site.as_of):
            yield (
                "end-of-life-python",
                Evidence(path=declared.path, line=declared.line, text=f"Python {dotted(version)}"),
            )
    environment = project.environments.ci
    if is_deployed(project) and environment is not None and environment.uses_lock is False:
        first = next(iter(environment.evidence), None)
        yield "unpinned-ci", Evidence(path=first.path if first else None, line=first.line if first else None, text="CI")
    for disagreement in differences(project):
        if disagreement.what in ("tool", "lock", "python"):
            yield "environments-disagree", Evidence(path=project.path, text=disagreement.message)


def _ruff_urgency(site: Site) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    both = [t for t in site.repository.tools if t.name in ("ruff", "ruff-format") and t.use != "config-only"]
    if both:
        places = tuple(Evidence(path=e.path, line=e.line, text=t.name) for t in both for e in t.evidence[:1])
        yield "two-linters", places or (Evidence(path=None, text="Ruff and the tools that it replaces"),)
    old = in_use(site.repository)
    if gates := tuple(_at(t.name, t.gates[0]) for t in old if t.gates):
        yield "tools-in-ci", gates
    stated = by_tool(tuple(v for v in named_versions(site.repository) if v.tool in {t.name for t in old}))
    if skewed := tuple(_told_apart(tool, releases) for tool, releases in stated.items() if len(releases) > 1):
        yield "linter-skew", skewed


def _at(text: str, place: Place) -> Evidence:
    return Evidence(path=place.path, line=place.line, text=text)


def _told_apart(tool: str, releases: Mapping[str, Sequence[NamedVersion]]) -> Evidence:
    *_, (newest, *_) = releases.values()
    return Evidence(path=newest.path, line=newest.line, text=f"{tool} in versions {listed(list(releases))}")


def asleep(repository: Repository, inactive_after_days: int, as_of: date) -> str | None:
    """Why a repository is kept for the end: archived, or without a commit for too long; ``None`` while it is awake.

    Quiet is not asleep for what runs: a repository of high criticality, or one with a service or a job, is awake
    however long ago its last commit is (an archived job is asleep: nobody can commit the move there).
    """
    if repository.criticality == "high":
        return None
    if "archived" in repository.tags:
        return "archived"
    runs = any(p.kind in ("service", "job") for p in main_projects(repository))
    if runs or repository.last_activity is None:
        return None
    try:
        days = (as_of - date.fromisoformat(repository.last_activity[:10])).days
    except ValueError:
        return None
    return f"no commit for {counted(days, 'day')}" if days > inactive_after_days else None
