"""What: a Python version that no longer gets security fixes is what an image, CI, a version file, a Pipfile or a
conda environment uses, or is the floor that the project still admits.

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
from rules.reading import is_deployed, main_projects, manifest_of
from rules.rule import Answer, Case, Rule
from scanner.inventory import DeclaredPython, Project
from scanner.roles import is_side_image

_RUNS = {
    "image": "the image runs",
    "version-file": "developers get",
    "runtime-file": "the platform runs",
    "pipfile": "the environment of the Pipfile runs",
    "conda": "the conda environment runs",
}
_BESIDE = {"image": "is based on", "runtime-file": "asks for"}
_TESTS = ("ci-setup", "ci-matrix", "tox", "nox")


def check(case: Case) -> Iterator[Answer]:
    """Versions past their end of life on the day of the run, by place; what only tests use once; floors as notes."""
    for project in main_projects(case.repository):
        for declared in project.python_versions:
            version = minor(declared.version)
            if declared.kind in _RUNS and version and is_over(version, case.survey.as_of):
                beside = _is_beside(case, declared)
                what = f"{declared.path} {_BESIDE[declared.kind]}" if beside else _RUNS[declared.kind]
                yield case.finding(
                    f"{declared.kind}:{declared.path}:{dotted(version)}",
                    f"{what} Python {dotted(version)}, {_ended(version)}",
                    project=project.path,
                    level="note" if beside else _level(project, declared),
                    evidence=(_shown(declared),),
                    fix=f"Set a supported version at {_place(declared)}{_admits(case, project)}.",
                )
        yield from _tests(case, project)
        yield from _floor(case, project)


def _is_beside(case: Case, declared: DeclaredPython) -> bool:
    """Whether nothing that ships runs on it: an image that installs no Python, a function of a benchmark or a test."""
    if declared.kind == "image":
        return not _installs(case, declared.path)
    return declared.kind == "runtime-file" and is_side_image(declared.path)


def _installs(case: Case, path: str) -> bool:
    """Whether the Dockerfile installs Python dependencies to run them: not a development container, not a helper."""
    images = [i for i in case.repository.images if i.path == path]
    return ".devcontainer" not in path and (not images or any(i.installs_python for i in images))


def _level(project: Project, declared: DeclaredPython) -> Level:
    if declared.kind in ("pipfile", "conda") and project.kind == "library":
        return "note"  # its users run what they have
    shipped = declared.kind == "image" and not is_side_image(declared.path)
    return "error" if shipped and project.kind in ("service", "job") else "warning"


def _tests(case: Case, project: Project) -> Iterator[Answer]:
    """Old versions that CI, tox or nox run although the project's own range does not promise them."""
    promised = admitted(project.requires_python) or frozenset()
    old: dict[Minor, list[DeclaredPython]] = {}
    for declared in project.python_versions:
        version = minor(declared.version)
        if declared.kind in _TESTS and version and version not in promised and is_over(version, case.survey.as_of):
            old.setdefault(version, []).append(declared)
    if not old:
        return
    names = ", ".join(dotted(v) for v in sorted(old))
    newest = max(old)
    yield case.finding(
        "tests",
        f"CI or test environments run Python {names}; {dotted(newest)} is {_ended(newest)}",
        project=project.path,
        level="warning" if is_deployed(project) else "note",
        evidence=[_shown(d) for v in sorted(old) for d in old[v]],
        fix=f"Test with a version that is supported{_admits(case, project)}.",
    )


def _shown(declared: DeclaredPython) -> Evidence:
    return Evidence(path=declared.path, line=declared.line, text=declared.version)


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
                path=at.path if at else manifest_of(project),
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
        return ""
    return f" (the project admits {', '.join(map(dotted, supported))})" if supported else " and raise requires-python"


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
