"""What: developers, CI and the image do not install the same way: another tool, another lock, another Python,
another index.

Why: "works here, fails there" begins here; what was tested is not what runs.

What to do: let all three install from the same lock with the same tool and Python.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import is_deployed, main_projects
from rules.rule import Answer, Case, Rule
from scanner.inventory import Disagreement, Environments, Project
from scanner.inventory import Evidence as Place


def check(case: Case) -> Iterator[Answer]:
    """The disagreements of every main project."""
    for project in main_projects(case.repository):
        for disagreement in project.disagreements:
            yield case.finding(
                f"{disagreement.what}:{'-'.join(disagreement.between)}",
                disagreement.message,
                project=project.path,
                level=_level(project, disagreement),
                evidence=[_shown(e) for e in disagreement.evidence] or [Evidence(path=project.path)],
                fix=_fix(project, disagreement),
            )


def _shown(place: Place) -> Evidence:
    return Evidence(path=place.path, line=place.line, text=place.kind or "")


def _level(project: Project, disagreement: Disagreement) -> Level:
    if disagreement.what == "index" or not is_deployed(project):
        return "note"
    return "warning"


def _fix(project: Project, disagreement: Disagreement) -> str:
    one, other = disagreement.between
    match disagreement.what:
        case "tool":
            manager = project.primary_manager or "one tool"
            return f"Install in {one} and {other} with {manager}, which owns the project's dependencies."
        case "lock":
            return f"Let {one} and {other} install from the same committed lock ({_lock(project)})."
        case "python":
            return f"State one Python version (.python-version) and let {one} and {other} read it."
        case "index":
            return f"Configure the index in one place that {one} and {other} both read."


def _lock(project: Project) -> str:
    return project.lockfiles[0].path if project.lockfiles else "there is none yet"


_DIFFERS = Disagreement(
    what="tool",
    between=("local", "image"),
    message="developers install with poetry, the image with pip",
    evidence=(Place(path="Dockerfile", line=6),),
)
RULE = Rule(
    name="environments-disagree",
    title="Local, CI and image do not install the same way",
    category="environments",
    level="warning",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(a_repository("shop", a_project(disagreements=(_DIFFERS,)))),
    good=a_fleet(a_repository("shop", a_project(environments=Environments()))),
)
