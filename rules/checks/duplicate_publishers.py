"""What: several main projects of the fleet build a distribution of the same name.

Why: an index can hold only one of them; consumers get whichever was uploaded last, and the graph cannot tell whom
they depend on. Forks and copies kept for a patch are the usual cause. Services and jobs that nobody asks for by name
(``api``, ``backend``) may share one.

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
        if not _matters(case, clash.distribution, [p for o in clash.providers for p in _named(case, o, clash)]):
            continue
        others = [case.called(p) for p in clash.providers if p != case.repository.id]
        yield case.finding(
            clash.distribution,
            f"{clash.distribution} is also a distribution of {listed(others)}",
            project=projects[0].path if projects else None,
            level=_level(clash),
            evidence=[*_places(projects), *(Evidence(path=None, text=f"built by {o}") for o in others)],
            fix=_fix(case, clash),
        )
    for name, projects in sorted(own.items()):
        if len(projects) > 1 and _matters(case, name, projects):
            folders = ", ".join(p.path for p in projects)
            yield case.finding(
                f"{name}:inside",
                f"{name} is the distribution of {len(projects)} projects of this repository: {folders}",
                project=projects[0].path,
                evidence=_places(projects),
                fix="Rename one of them, or give the one that is not shipped its role in the configuration ([[role]]).",
            )


def _named(case: Case, repository: str, clash: Clash) -> list[Project]:
    known = case.survey.repositories.get(repository)
    mains = main_projects(known) if known is not None else ()
    return [p for p in mains if p.publishes and p.name and canonicalize_name(p.name) == clash.distribution]


def _matters(case: Case, name: str, projects: list[Project]) -> bool:
    """Whether somebody could install one of them by name: a kind that is installed, or a consumer that asks for it."""
    return name in case.survey.asked_for or any(p.kind not in _STARTED for p in projects)


_STARTED = ("service", "job", "notebook")


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
    title="Two projects build a distribution of the same name",
    category="graph",
    level="warning",
    check=check,
    bad=a_fleet(
        a_library("billing"),
        a_repository("billing-fork", a_project(name="Billing", kind="library", publishes=True)),
    ),
    good=a_fleet(a_library("billing"), a_library("invoices")),
)
