"""The seam of rules: what a rule is, what it is given, and how it answers.

A rule's ``check`` looks at one repository through a :class:`Case` and yields findings and unknowns. Silence means that
the rule holds: what could not be read is never passed over in silence. ``bad`` and ``good`` are examples, each a fleet
in which the rule must speak or be silent; the tests run them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

from packaging.utils import canonicalize_name

from rules.finding import Evidence, Finding, Level, Unknown, fingerprint
from rules.hard import is_hard
from rules.lock_writers import prevailing
from rules.reading import called
from scanner.config import Config
from scanner.graph.cycles import Cycle, cycles
from scanner.inventory import Clash, Dependency, Edge, Fleet, HashConflict, Lockfile, Repository, Unresolved
from scanner.specifiers import can_hold_together

Category = Literal["locking", "environments", "python", "toolchain", "supply-chain", "graph"]
Area = Literal["manifest", "lock", "ci", "image"]
Answer: TypeAlias = Finding | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What rules may know beyond one repository: the fleet, the settings, the day, and the graph by repository.

    ``contested`` are the runtime dependencies, by repository and project, on distributions for which no version is what
    everybody in the fleet asks for, with the name in normal form; those under a marker are left out. ``handed_on``
    are the places (path, line) of what a provider's distribution makes its consumers install; ``asked_for`` the
    distributions that somebody asks an index for, in normal form.
    """

    fleet: Fleet
    config: Config
    as_of: date
    repositories: Mapping[str, Repository]
    names: Mapping[str, str]
    edges: Mapping[str, tuple[Edge, ...]]
    unresolved: Mapping[str, tuple[Unresolved, ...]]
    clashes: Mapping[str, tuple[Clash, ...]]
    cycles: Mapping[str, Cycle]
    hard_cycles: Mapping[str, Cycle]
    hash_conflicts: Mapping[str, tuple[HashConflict, ...]]
    lock_writers: Mapping[str, tuple[Lockfile, int]]
    contested: Mapping[tuple[str, str], tuple[tuple[str, Dependency], ...]]
    handed_on: Mapping[tuple[str, str], frozenset[tuple[str, int | None]]]
    asked_for: frozenset[str]


def survey(fleet: Fleet, config: Config, as_of: date) -> Survey:
    """Everything that rules share, computed once for the fleet."""
    graph = fleet.graph
    edges: defaultdict[str, list[Edge]] = defaultdict(list)
    unresolved: defaultdict[str, list[Unresolved]] = defaultdict(list)
    clashes: defaultdict[str, list[Clash]] = defaultdict(list)
    for edge in graph.edges:
        edges[edge.consumer].append(edge)
    for missing in graph.unresolved:
        unresolved[missing.consumer].append(missing)
    for clash in graph.clashes:
        for provider in clash.providers:
            clashes[provider].append(clash)
    repositories = {r.id: r for r in fleet.repositories}
    return Survey(
        fleet=fleet,
        config=config,
        as_of=as_of,
        repositories=repositories,
        names=called(fleet.repositories),
        edges={k: tuple(v) for k, v in edges.items()},
        unresolved={k: tuple(v) for k, v in unresolved.items()},
        clashes={k: tuple(v) for k, v in clashes.items()},
        cycles=_by_member(cycles(graph, hard=lambda e: e.scope in (None, "runtime", "build"))),
        hash_conflicts=_by_holder(fleet.hash_conflicts),
        lock_writers=prevailing(fleet.repositories),
        contested=_contested(fleet.repositories),
        handed_on=_handed_on(repositories, graph.edges),
        asked_for=frozenset(
            [e.distribution for e in graph.edges if e.via == "index" and e.distribution]
            + [u.name for u in graph.unresolved]
        ),
        hard_cycles=_by_member(cycles(graph, hard=lambda e: is_hard(e, repositories, config, as_of))),
    )


def _contested(repositories: Iterable[Repository]) -> dict[tuple[str, str], tuple[tuple[str, Dependency], ...]]:
    asked: defaultdict[str, set[str]] = defaultdict(set)
    demands: defaultdict[tuple[str, str], list[tuple[str, Dependency]]] = defaultdict(list)
    for repository in repositories:
        for project in repository.projects:
            for item in project.dependencies:
                if item.scope == "runtime" and item.specifier and item.marker is None:
                    name = _normal(item.name)
                    asked[name].add(item.specifier)
                    demands[repository.id, project.path].append((name, item))
    names = {n for n, specifiers in asked.items() if len(specifiers) > 1 and _is_contested(specifiers)}
    kept = {place: tuple(d for d in found if d[0] in names) for place, found in demands.items()}
    return {place: found for place, found in kept.items() if found}


def _handed_on(
    repositories: Mapping[str, Repository], edges: Iterable[Edge]
) -> dict[tuple[str, str], frozenset[tuple[str, int | None]]]:
    providers = {(e.provider, e.provider_project) for e in edges if e.provider_project is not None}
    return {
        (project_of, project.path): frozenset((d.path, d.line) for d in project.dependencies if d.requires_dist)
        for project_of in sorted({repository for repository, _ in providers} & repositories.keys())
        for project in repositories[project_of].projects
        if (project_of, project.path) in providers
    }


def _is_contested(specifiers: set[str]) -> bool:
    return len(specifiers) > _MANY or can_hold_together(specifiers) is False


_MANY = 40  # ranges: to look for a version in all of them costs more than to take it that there is none
_normal = lru_cache(maxsize=65_536)(canonicalize_name)


def _by_holder(found: Iterable[HashConflict]) -> dict[str, tuple[HashConflict, ...]]:
    held: defaultdict[str, list[HashConflict]] = defaultdict(list)
    for conflict in found:
        for repository in {lock.repository for side in conflict.sides for lock in side.locks}:
            held[repository].append(conflict)
    return {repository: tuple(conflicts) for repository, conflicts in held.items()}


def _by_member(found: Iterable[Cycle]) -> dict[str, Cycle]:
    return {name: cycle for cycle in found for name in cycle.repositories}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One rule on one repository: what the check is given, and the makers of its answers."""

    rule: Rule
    repository: Repository
    survey: Survey

    def finding(
        self,
        subject: str,
        message: str,
        *,
        evidence: Iterable[Evidence],
        fix: str,
        project: str | None = None,
        level: Level | None = None,
    ) -> Finding:
        """A finding about ``subject``: a stable text (a path, a name) that tells it from the rule's others here."""
        return Finding(
            fingerprint=fingerprint(self.rule.name, self.repository.id, project, subject),
            rule=self.rule.name,
            level=level or self.rule.level,
            repository=self.repository.id,
            project=project,
            message=message,
            evidence=tuple(dict.fromkeys(evidence)),
            fix=fix,
        )

    def called(self, repository: str) -> str:
        """What to call a repository of the fleet, by its id."""
        return self.survey.names.get(repository, repository)

    def unknown(self, reason: str, *, project: str | None = None) -> Unknown:
        """The admission that the rule cannot be answered here."""
        return Unknown(rule=self.rule.name, repository=self.repository.id, project=project, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named question. ``level`` is the highest usual one; ``reads`` the kinds of files without which it is blind."""

    name: str
    title: str
    category: Category
    level: Level
    check: Callable[[Case], Iterator[Answer]]
    bad: Fleet
    good: Fleet
    reads: tuple[Area, ...] = ("manifest",)
