"""Who provides which distribution name, and which one is meant where several do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from packaging.utils import canonicalize_name

from scanner.graph.places import Places, last_part
from scanner.graph.versions import known_version
from scanner.inventory import Clash, Project, Repository


@dataclass(frozen=True, slots=True)
class Producer:
    """A main project that builds a distribution, and the repository that holds it."""

    repository: Repository
    project: Project


def producers_of(fleet: Sequence[Repository]) -> dict[str, list[Producer]]:
    """Main projects that publish, by normalised name; of equals in one repository the one nearest to its root."""
    made: defaultdict[str, list[Producer]] = defaultdict(list)
    for repository in fleet:
        for project in sorted(repository.projects, key=lambda p: (p.path.count("/") + (p.path != "."), p.path)):
            if project.role == "main" and project.publishes and project.name:
                made[canonicalize_name(project.name)].append(Producer(repository, project))
    return dict(made)


def settle(
    fleet: Sequence[Repository], producers: Mapping[str, list[Producer]], places: Places
) -> tuple[dict[str, Producer], tuple[Clash, ...]]:
    """The producer that each name means, where that can be said, and the names that several repositories claim."""
    chosen: dict[str, Producer] = {}
    clashes = []
    contested = {n for n, claims in producers.items() if len({c.repository.id for c in claims}) > 1}
    pointed = _git_evidence(fleet, contested, places)
    for name, claims in sorted(producers.items()):
        best = {c.repository.id: c for c in reversed(claims)}
        if len(best) == 1:
            chosen[name] = claims[0]
            continue
        winner, why = _decide(name, best, pointed.get(name, frozenset()))
        if winner is not None:
            chosen[name] = winner
        clashes.append(
            Clash(
                distribution=name,
                providers=tuple(sorted(best)),
                chosen=winner.repository.id if winner else None,
                why=why,
            )
        )
    return chosen, tuple(clashes)


def _git_evidence(fleet: Sequence[Repository], names: set[str], places: Places) -> dict[str, frozenset[str]]:
    pointed: defaultdict[str, set[str]] = defaultdict(set)
    if not names:
        return {}
    for repository in fleet:
        for project in repository.projects:
            for dependency in project.dependencies:
                if dependency.source == "git" and (name := canonicalize_name(dependency.name)) in names:
                    target = places.at_address(dependency.url)
                    if target is not None:
                        pointed[name].add(target.id)
    return {name: frozenset(ids) for name, ids in pointed.items()}


def _decide(name: str, claims: Mapping[str, Producer], pointed: frozenset[str]) -> tuple[Producer | None, str]:
    """The producer that is meant, and why: what lives and is ahead counts before what bears the name."""
    questions: tuple[tuple[str, Callable[[Producer], bool]], ...] = (
        ("the others are archived", lambda c: "archived" not in c.repository.tags),
        ("git dependencies of the fleet point to it", lambda c: c.repository.id in pointed),
    )
    for why, holds in questions:
        holding = [c for c in claims.values() if holds(c)]
        if len(holding) == 1:
            return holding[0], why
    if (ahead := _most_alive(claims) or _newest(claims)) is not None:
        return ahead
    names: tuple[tuple[str, Callable[[Producer], bool]], ...] = (
        ("the repository bears the name", lambda c: canonicalize_name(last_part(c.repository.id)) == name),
        ("it is published from the repository's root", lambda c: c.project.path == "."),
    )
    for why, holds in names:
        holding = [c for c in claims.values() if holds(c)]
        if len(holding) == 1:
            return holding[0], why
    return None, "nothing in the repositories says which one is meant"


_ABANDONED = timedelta(days=365)


def _most_alive(claims: Mapping[str, Producer]) -> tuple[Producer, str] | None:
    """The producer whose last commit is more than a year younger than that of every other."""
    dated = sorted(
        ((day, c.repository.id, c) for c in claims.values() if (day := _day(c.repository.last_activity)) is not None),
        key=lambda found: found[:2],
        reverse=True,
    )
    if len(dated) < len(claims) or dated[0][0] - dated[1][0] <= _ABANDONED:
        return None
    (first, _, winner), (second, _, _) = dated[:2]
    return winner, f"last commit {first}, the next one's {second}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _newest(claims: Mapping[str, Producer]) -> tuple[Producer, str] | None:
    """The producer with a higher version than every other, where all state one."""
    known = [(version, c) for c in claims.values() if (version := known_version(c.project.version)) is not None]
    known.sort(key=lambda found: found[0], reverse=True)
    if len(known) < len(claims) or known[0][0] == known[1][0]:
        return None
    return known[0][1], f"it has the higher version, {known[0][0]} before {known[1][0]}"
