"""What: a Python version that no longer gets security fixes is what an image, CI or a version file uses, or is the
floor that the project still admits.

Why: known holes in the interpreter stay open, and packages drop such versions, so that their fixes do not arrive
either. A floor alone harms nobody who runs something newer: it is a note. A library that tests old versions does so
on purpose.

What to do: raise the version where it is set; for a floor, raise ``requires-python`` with the next release. Dates:
``rules/data/python_eol.toml`` (Python Developer's Guide), compared with the day of the run.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_project, a_repository
from rules.finding import Evidence, Level
from rules.pythons import Minor, admitted, dotted, ends, is_over, minor
from rules.reading import is_deployed, main_projects
from rules.rule import Answer, Case, Rule
from scanner.inventory import DeclaredPython, Project

_RUNS = {"image": "the image runs", "version-file": "developers get", "runtime-file": "the platform runs"}
_TESTS = {"ci-setup": "CI runs", "ci-matrix": "CI tests", "tox": "tox tests", "nox": "nox tests"}
_PLACES = _RUNS | _TESTS


def check(case: Case) -> Iterator[Answer]:
    """Versions past their end of life on the day of the run, by place; floors as notes."""
    for project in main_projects(case.repository):
        for declared in project.python_versions:
            version = minor(declared.version)
            if declared.kind in _PLACES and version and is_over(version, case.survey.as_of):
                yield case.finding(
                    f"{declared.kind}:{declared.path}:{dotted(version)}",
                    f"{_PLACES[declared.kind]} Python {dotted(version)}, {_ended(version)}",
                    project=project.path,
                    level=_level(project, declared),
                    evidence=(Evidence(path=declared.path, line=declared.line, text=declared.version),),
                    fix=f"Set a supported version at {_place(declared)}; the project admits {_admits(case, project)}.",
                )
        yield from _floor(case, project)


def _level(project: Project, declared: DeclaredPython) -> Level:
    if declared.kind in _TESTS:
        return "warning" if is_deployed(project) and declared.kind == "ci-setup" else "note"
    return "error" if declared.kind == "image" and project.kind in ("service", "job") else "warning"


def _floor(case: Case, project: Project) -> Iterator[Answer]:
    versions = admitted(project.requires_python)
    if project.requires_python and versions is None:
        yield case.unknown(f"requires-python cannot be read: {project.requires_python}", project=project.path)
    if not versions or not is_over(min(versions), case.survey.as_of):
        return
    over = all(is_over(v, case.survey.as_of) for v in versions)
    floor = min(versions)
    at = next((d for d in project.python_versions if d.kind == "requires-python"), None)
    yield case.finding(
        "floor",
        f"requires-python {project.requires_python} admits "
        + ("only Python versions past their end of life" if over else f"Python {dotted(floor)}, {_ended(floor)}"),
        project=project.path,
        level="warning" if over else "note",
        evidence=(
            Evidence(
                path=at.path if at else (project.manifests[0] if project.manifests else project.path),
                line=at.line if at else None,
                text=project.requires_python or "",
            ),
        ),
        fix=f"Raise the floor to >={_oldest_supported(case)} with the next release.",
    )


def _ended(version: Minor) -> str:
    return f"past its end of life since {ends()[version].isoformat()}"


def _oldest_supported(case: Case) -> str:
    return dotted(min(v for v, end in ends().items() if v >= (3, 0) and end >= case.survey.as_of))


def _admits(case: Case, project: Project) -> str:
    versions = admitted(project.requires_python)
    supported = sorted(v for v in versions or () if not is_over(v, case.survey.as_of))
    if versions is None:
        return "no stated range"
    return ", ".join(map(dotted, supported)) if supported else "none that is supported (raise requires-python first)"


def _place(declared: DeclaredPython) -> str:
    return f"{declared.path}:{declared.line}" if declared.line else declared.path


RULE = Rule(
    name="end-of-life-python",
    title="A Python version past its end of life is used or admitted",
    category="python",
    level="error",
    check=check,
    reads=("manifest", "ci", "image"),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(python_versions=(DeclaredPython(version="3.8-slim", path="Dockerfile", line=1, kind="image"),)),
        )
    ),
    good=a_fleet(
        a_repository(
            "shop",
            a_project(python_versions=(DeclaredPython(version="3.13-slim", path="Dockerfile", line=1, kind="image"),)),
        )
    ),
)
