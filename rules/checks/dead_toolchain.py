"""What: a main project is managed by a tool that its own maintainers have ended (today: Rye).

Why: it gets no fixes, not even for security, and stops working with new Pythons and indexes. A tool that is merely
older (Pipenv, pip-tools) is maintained and not meant here; the facts with their sources are in
``rules/data/dead_tools.toml``.

What to do: move to the successor that the maintainers name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence
from rules.pythons import data
from rules.reading import label, main_projects, manifest_of
from rules.rule import Answer, Case, Rule


@lru_cache(maxsize=1)
def dead() -> Mapping[str, Mapping[str, Any]]:
    """The ended tools: since when, what their maintainers say and where, and the successor they name."""
    return {name: facts for name, facts in data("dead_tools.toml").items() if isinstance(facts, dict)}


def check(case: Case) -> Iterator[Answer]:
    """Main projects with an ended tool among their managers, once it is ended on the day of the run."""
    for project in main_projects(case.repository):
        for tool in sorted(set(project.package_managers) & dead().keys()):
            facts = dead()[tool]
            if facts["since"] > case.survey.as_of:
                continue
            places = project.manager_evidence.get(tool, ())
            yield case.finding(
                tool,
                f"{label(case.repository, project)} is managed by {tool}: {facts['says']} (source: {facts['source']})",
                project=project.path,
                evidence=[Evidence(path=e.path, line=e.line, text=e.kind or tool) for e in places]
                or [Evidence(path=manifest_of(project), text=tool)],
                fix=f"Move to {facts['successor']}: `muster plan --repo {case.repository.name}` lists the steps.",
            )


RULE = Rule(
    name="dead-toolchain",
    title="The package manager is no longer developed",
    category="toolchain",
    level="warning",
    check=check,
    reads=("manifest",),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(
                package_managers=("rye",),
                primary_manager="rye",
                lockfiles=(a_lockfile(path="requirements.lock", tool="rye", format="rye"),),
            ),
        )
    ),
    good=a_fleet(a_repository("shop", a_project(package_managers=("pipenv",), primary_manager="pipenv"))),
)
