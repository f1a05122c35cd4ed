"""What: several main projects of the fleet publish a distribution of the same name.

Why: an index can hold only one of them; consumers get whichever was uploaded last, and the graph cannot tell whom
they depend on. Forks and copies kept for a patch are the usual cause.

What to do: rename one, archive the dead one, or keep the copy out of the fleet (``exclude-repositories``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from rules.examples import a_fleet, a_library, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import main_projects, manifest_of
from rules.rule import Answer, Case, Rule
from scanner.inventory import Clash, Project
from scanner.words import listed


def check(case: Case) -> Iterator[Answer]:
    """Clashes between repositories in which this one takes part, and names that it publishes twice itself."""
    own: defaultdict[str, list[Project]] = defaultdict(list)
    for project in main_projects(case.repository):
        if project.publishes and project.name:
            own[str(canonicalize_name(project.name))].append(project)
    for clash in case.survey.clashes.get(case.repository.id, ()):
        projects = own.get(clash.distribution, [])
        others = [case.called(p) for p in clash.providers if p != case.repository.id]
        yield case.finding(
            clash.distribution,
            f"{clash.distribution} is also published by {listed(others)}",
            project=projects[0].path if projects else None,
            level=_level(clash),
            evidence=[*_places(projects), *(Evidence(path=None, text=f"published by {o}") for o in others)],
            fix=_fix(case, clash),
        )
    for name, projects in sorted(own.items()):
        if len(projects) > 1:
            folders = ", ".join(p.path for p in projects)
            yield case.finding(
                f"{name}:inside",
                f"{name} is published by {len(projects)} projects of this repository: {folders}",
                project=projects[0].path,
                evidence=_places(projects),
                fix="Rename one of them, or give the one that is not shipped its role in the configuration ([[role]]).",
            )


def _places(projects: list[Project]) -> list[Evidence]:
    return [Evidence(path=manifest_of(p), text=f"name = {p.name}") for p in projects]


def _level(clash: Clash) -> Level:
    return "note" if clash.chosen is not None else "warning"


def _fix(case: Case, clash: Clash) -> str:
    if clash.chosen is None:
        return "Rename one of the distributions; until then no dependency on this name can be followed."
    meant = "this repository" if clash.chosen == case.repository.id else case.called(clash.chosen)
    return f"Edges are taken to mean {meant} ({clash.why}); rename or archive the others if that is right."


RULE = Rule(
    name="duplicate-publishers",
    title="A distribution name is published twice",
    category="graph",
    level="warning",
    check=check,
    bad=a_fleet(
        a_library("billing"),
        a_repository("billing-fork", a_project(name="Billing", kind="library", publishes=True)),
    ),
    good=a_fleet(a_library("billing"), a_library("invoices")),
)
