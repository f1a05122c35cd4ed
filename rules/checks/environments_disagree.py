"""What: developers, CI and the image do not install the same way: another tool, another lock, another Python,
another index.

Why: "works here, fails there" begins here; what was tested is not what runs.

What to do: let all three install from the same lock with the same tool and Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from rules.examples import a_fleet, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import differences, is_deployed, label, main_projects
from rules.rule import Answer, Case, Rule
from scanner.environments import told
from scanner.inventory import Disagreement, Environment, Environments, Project
from scanner.inventory import Evidence as Place
from scanner.requirement_files import is_dev_file
from scanner.words import listed

Cause: TypeAlias = Literal["install", "python", "index"]


_CAUSES: dict[str, Cause] = {"tool": "install", "lock": "install", "python": "python", "index": "index"}
_NAMES = {"local": "developers", "ci": "CI", "image": "the image"}


def check(case: Case) -> Iterator[Answer]:
    """One finding for each main project and cause: how it is installed, with which Python, from which index."""
    for project in main_projects(case.repository):
        for cause in ("install", "python", "index"):
            found = [d for d in differences(project) if _CAUSES[d.what] == cause]
            if found:
                yield case.finding(
                    cause,
                    f"{label(case.repository, project)}: {_message(project, cause, found)}",
                    project=project.path,
                    level=_level(project, cause, found),
                    evidence=_evidence(project, cause, found) or [Evidence(path=project.path)],
                    fix=_fix(project, cause, found),
                )


def _level(project: Project, cause: Cause, found: Sequence[Disagreement]) -> Level:
    """A note for what is not deployed, for indexes, and where two tools install from the same lock."""
    ends = [getattr(project.environments, name) for d in found for name in d.between]
    same = all(d.what == "tool" and not d.packages for d in found) and all(e and e.uses_lock for e in ends)
    return "note" if cause == "index" or same or not is_deployed(project) else "warning"


def _evidence(project: Project, cause: Cause, found: Sequence[Disagreement]) -> list[Evidence]:
    """The lines that show it: for Python those that name the versions, not those that install."""
    installs = [_shown(e) for d in found for e in d.evidence]
    if cause != "python":
        return installs
    ends = (getattr(project.environments, name) for name in _NAMES if any(name in d.between for d in found))
    lines = dict.fromkeys(e for environment in ends if environment is not None for e in environment.python_at)
    return [Evidence(path=e.path, line=e.line, text=f"Python {e.kind}") for e in lines] or installs


def _shown(place: Place) -> Evidence:
    return Evidence(path=place.path, line=place.line, text=place.kind or "")


def _message(project: Project, cause: Cause, found: Sequence[Disagreement]) -> str:
    """Who does what, those who do the same together; the inventory's own words where the environments are not known."""
    ways: defaultdict[str, list[str]] = defaultdict(list)
    for name in [n for n in _NAMES if any(n in d.between for d in found)]:
        environment = getattr(project.environments, name)
        if environment is None:
            return "; ".join(d.message for d in found)
        ways[_way(environment, cause, found)].append(_NAMES[name])
    said = "; ".join(f"{listed(names)} {_verb(cause, names)} {way}" for way, names in ways.items())
    differing = next((d for d in found if d.packages), None)
    return said + (_told(differing) if differing is not None else "")


def _told(found: Disagreement) -> str:
    """The packages whose pinned versions differ, and between whom."""
    return f" (between {_NAMES[found.between[0]]} and {_NAMES[found.between[1]]}{told(found.packages, found.more)})"


def _way(environment: Environment, cause: Cause, found: Sequence[Disagreement]) -> str:
    if cause == "python":
        return f"Python {', '.join(environment.python)}"
    if cause == "index":
        return listed(environment.indexes)
    apart = "; ".join(environment.apart)
    without = f" only partly from the lock ({apart})" if apart else " without the lock"
    told = {True: " from the lock", False: without, None: ""}[environment.uses_lock]
    return f"with {environment.tool or 'an unknown tool'}" + (told if any(d.what == "lock" for d in found) else "")


def _verb(cause: Cause, names: Sequence[str]) -> str:
    one = {"install": "installs", "python": "has", "index": "takes packages from"}
    many = {"install": "install", "python": "have", "index": "take packages from"}
    return (many if len(names) > 1 or names[0] == "developers" else one)[cause]


def _fix(project: Project, cause: Cause, found: Sequence[Disagreement]) -> str:
    places = listed([_NAMES[n] for n in _NAMES if any(n in d.between for d in found)])
    if cause == "python":
        return f"State one Python version (.python-version) and let {places} read it."
    if cause == "index":
        return f"Configure the index in one place that {places} read."
    if project.lock_discipline == "conflicting":
        return f"Decide first which lock is meant (see conflicting-locks); then let {places} install from it."
    locks = sorted((k for k in project.lockfiles if k.export_of is None), key=lambda k: (is_dev_file(k.path), k.path))
    if not locks:
        return f"Lock the project, then let {places} install from that lock with one tool."
    if locks[0].tool == "rye":
        return f"Move to uv (see dead-toolchain), then let {places} install from uv.lock."
    tool = "pip" if locks[0].tool == "pip-tools" else locks[0].tool
    return f"Let {places} install from {locks[0].path} with {tool}."


_DIFFERS = Disagreement(
    what="tool",
    between=("local", "image"),
    message="local uses poetry, image installs with pip",
    evidence=(Place(path="Dockerfile", line=6),),
)
RULE = Rule(
    name="environments-disagree",
    title="Local, CI and image do not install the same way",
    category="environments",
    level="warning",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(
                environments=Environments(local=Environment(tool="poetry"), image=Environment(tool="pip")),
                disagreements=(_DIFFERS,),
            ),
        )
    ),
    good=a_fleet(a_repository("shop", a_project(environments=Environments()))),
)
