"""What: a project needs two projects of the fleet whose present versions cannot be installed together.

Why: both ask for one distribution, in ranges that have no version in common. The project stays on an older release of
one of them until somebody widens a range; a migration that renews the lock fails there. Of a provider only what its
distribution's metadata hands on counts, not the requirements files that it is developed with.

What to do: widen the narrower range, starting with the provider that asks for the older version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from rules.examples import a_dependency, a_fleet, a_library, a_project, a_repository
from rules.finding import Evidence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Dependency, Edge, Project
from scanner.specifiers import can_hold_together

_Place = tuple[str, str]  # a repository's id and a project's path
_MOST = 60  # providers looked at for one project, nearest first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    repository: str
    dependency: Dependency


def check(case: Case) -> Iterator[Answer]:
    """Pairs of demands on one name that no version meets, of this repository and of what it needs to run."""
    for project in case.repository.projects:
        if project.role == "main":
            for name, (one, other) in sorted(_contradictions(case, (case.repository.id, project.path)).items()):
                yield _finding(case, project, name, one, other)


def _contradictions(case: Case, start: _Place) -> dict[str, tuple[_Demand, _Demand]]:
    """By name the first two demands that no version meets, of what is installed together."""
    own = [e for e in case.survey.edges.get(start[0], ()) if e.consumer_project == start[1]]
    found: dict[str, tuple[_Demand, _Demand]] = {}
    apart = {_provider(e) for e in own if not _takes_the_present_version(e)}  # a list of pins beside the manifest too
    for together in sorted({_together(edge.path) for edge in own if edge.path}):
        edges = [e for e in own if e.path and _together(e.path) == together]
        for name, demands in _demands(case, start, edges, together, apart).items():
            if (pair := _contradiction(demands)) is not None:
                found.setdefault(name, pair)
    return found


def _together(path: str) -> str:
    """What stands for the environment that a file is installed into: lists of requirements are installed together."""
    return "*.txt" if path.endswith((".txt", ".in", ".pip")) else path


def _demands(
    case: Case, start: _Place, edges: list[Edge], together: str, apart: set[_Place]
) -> dict[str, list[_Demand]]:
    """What the project and its providers (by what they need to run, at their present versions) ask for, by name."""
    found: defaultdict[str, list[_Demand]] = defaultdict(list)
    for place in _installed(case, start, edges, apart):
        for name, dependency in case.survey.contested.get(place, ()):
            if dependency.requires_dist if place != start else _together(dependency.path) == together:
                found[name].append(_Demand(repository=place[0], dependency=dependency))
    return found


def _installed(case: Case, start: _Place, edges: list[Edge], held_back: set[_Place]) -> list[_Place]:
    """``start`` and what its ``edges`` bring at its present version, nearest first; not what one of them holds back."""
    while True:
        places, more = _reached(case, start, edges, held_back)
        if more <= held_back:
            return places
        held_back = held_back | more


def _reached(case: Case, start: _Place, own: list[Edge], without: set[_Place]) -> tuple[list[_Place], set[_Place]]:
    """What is reached past ``without``, and what is asked for in another version than the present one on the way."""
    places, held_back, waiting = [start], set[_Place](), [start]
    while waiting and len(places) <= _MOST:
        place = waiting.pop(0)
        edges = own if place == start else _handed_on(case, place)
        other = {_provider(e) for e in edges if not _takes_the_present_version(e)}
        runs_with = [_provider(e) for e in edges if e.scope == "runtime" and e.via in ("index", "git", "path")]
        new = [p for p in dict.fromkeys(runs_with) if p not in places and p not in without | other]
        places += new
        waiting += new
        held_back |= other
    return places, held_back


def _handed_on(case: Case, place: _Place) -> list[Edge]:
    """What the distribution of the project at ``place`` brings with it."""
    handed = case.survey.handed_on.get(place, frozenset())
    edges = case.survey.edges.get(place[0], ())
    return [e for e in edges if e.consumer_project == place[1] and (e.path, e.line) in handed]


def _provider(edge: Edge) -> _Place:
    return edge.provider, edge.provider_project or ""


def _takes_the_present_version(edge: Edge) -> bool:
    """False too where the provider's version is not in its files, so that a pin may mean another release."""
    return edge.satisfied is True or not edge.specifier


def _contradiction(demands: list[_Demand]) -> tuple[_Demand, _Demand] | None:
    if len({d.repository for d in demands}) < 2:
        return None
    for one, other in combinations(demands, 2):
        if one.repository != other.repository and (
            can_hold_together([one.dependency.specifier or "", other.dependency.specifier or ""]) is False
        ):
            return one, other
    return None


def _finding(case: Case, project: Project, name: str, one: _Demand, other: _Demand) -> Answer:
    texts = [f"{_who(case, d)} asks for {name}{d.dependency.specifier}" for d in (one, other)]
    return case.finding(
        name,
        f"{texts[0]}, {texts[1]}: no version is both",
        project=project.path,
        evidence=(_evidence(case, one), _evidence(case, other)),
        fix=f"Widen one of the two ranges of {name}; until then one of the two is held back to an older release.",
    )


def _who(case: Case, demand: _Demand) -> str:
    return "it" if demand.repository == case.repository.id else case.called(demand.repository)


def _evidence(case: Case, demand: _Demand) -> Evidence:
    item = demand.dependency
    if demand.repository == case.repository.id:
        return Evidence(path=item.path, line=item.line, text=item.raw)
    where = f"{item.path}:{item.line}" if item.line else item.path
    return Evidence(path=None, text=f"{case.called(demand.repository)}: {where}: {item.raw}")


_OLD = a_library("billing", a_dependency("pydantic", "<2"))
_NEW = a_library("ledger", a_dependency("pydantic", ">=2"))
_SHOP = a_repository("shop", a_project(dependencies=(a_dependency("billing"), a_dependency("ledger"))))

RULE = Rule(
    name="diamond-conflict",
    title="Two projects of the fleet that one needs cannot be installed together",
    category="graph",
    level="warning",
    check=check,
    bad=a_fleet(_OLD, _NEW, _SHOP),
    good=a_fleet(a_library("billing", a_dependency("pydantic", ">=1.10")), _NEW, _SHOP),
)
