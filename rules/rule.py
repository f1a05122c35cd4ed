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
from typing import Literal, TypeAlias

from rules.finding import Evidence, Finding, Level, Unknown, fingerprint
from rules.hard import is_hard
from rules.reading import called
from scanner.config import Config
from scanner.graph import Cycle, cycles
from scanner.inventory import Clash, Edge, Fleet, HashConflict, Repository, Unresolved

Category = Literal["locking", "environments", "python", "toolchain", "supply-chain", "graph"]
Area = Literal["manifest", "lock", "ci", "image"]
Answer: TypeAlias = Finding | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What rules may know beyond one repository: the fleet, the settings, the day, and the graph by repository."""

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
        hard_cycles=_by_member(cycles(graph, hard=lambda e: is_hard(e, repositories, config, as_of))),
    )


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
