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

_MOST = 60  # providers looked at for one project, nearest first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    repository: str
    dependency: Dependency


def check(case: Case) -> Iterator[Answer]:
    """Pairs of demands on one name that no version meets, of this repository and of what it needs to run."""
    for project in case.repository.projects:
        if project.role == "main":
            for name, demands in sorted(_demands(case, project).items()):
                if (pair := _contradiction(demands)) is not None:
                    yield _finding(case, project, name, *pair)


def _demands(case: Case, project: Project) -> dict[str, list[_Demand]]:
    """What the project and its providers (by what they need to run, at their present versions) ask for, by name."""
    found: defaultdict[str, list[_Demand]] = defaultdict(list)
    start = (case.repository.id, project.path)
    seen, waiting = {start}, [start]
    while waiting and len(seen) <= _MOST:
        place = waiting.pop(0)
        for name, dependency in case.survey.contested.get(place, ()):
            if place == start or dependency.requires_dist:
                found[name].append(_Demand(repository=place[0], dependency=dependency))
        new = [p for p in _providers(case, place, everything=place == start) if p not in seen]
        seen.update(new)
        waiting += new
    return found


def _providers(case: Case, place: tuple[str, str], *, everything: bool) -> list[tuple[str, str]]:
    """What is installed with the project at ``place`` at its present version: ``everything``, or what it hands on."""
    repository, path = place
    handed = case.survey.handed_on.get(place, frozenset())
    edges = [
        e
        for e in case.survey.edges.get(repository, ())
        if e.consumer_project == path and (everything or (e.path, e.line) in handed)
    ]
    other = {(e.provider, e.provider_project) for e in edges if not _takes_the_present_version(e)}
    runs_with = [e for e in edges if e.scope == "runtime" and e.via in ("index", "git", "path")]
    found = {(e.provider, e.provider_project or ""): None for e in runs_with}
    return [p for p in found if p not in other]


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
