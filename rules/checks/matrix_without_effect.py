"""What: CI tests with a matrix of Pythons, but uv takes the one of ``.python-version`` in every leg.

Why: ``setup-python`` puts the leg's interpreter on the path; uv takes that only if it is the one that the version file
asks for, and fetches another otherwise. All legs are green, and all but one Python are untested.

What to do: tell uv: ``UV_PYTHON: ${{ matrix.python-version }}`` in the job's ``env``, the input ``python-version`` of
setup-uv, or ``--python`` with each command.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_project, a_repository
from rules.finding import Evidence
from rules.reading import label, main_projects, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command, DeclaredPython, Project
from scanner.uv_python import takes_version_file, version_file
from scanner.words import listed


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project and file of CI with a matrix of Pythons whose tests are all uv's."""
    for project in main_projects(case.repository):
        asked = version_file(project.python_versions, project.path, project.workspace_root)
        for path, matrix in _matrices(project).items() if asked is not None else ():
            used = _tests(case, project, path)
            others = list(dict.fromkeys(p.version for p in matrix if asked is not None and not _same(p, asked)))
            if asked is not None and others and takes_version_file(used, case.repository.commands):
                yield case.finding(
                    path,
                    f"{label(case.repository, project)}: uv takes Python {asked.version} of {asked.path} in every leg "
                    f"of {path}, so {listed(others)} {'is' if len(others) == 1 else 'are'} not tested",
                    project=project.path,
                    evidence=(_named(matrix[0]), _named(asked), *map(shown, used[:2])),
                    fix=f"Give the job in {path} `env: UV_PYTHON:` with the matrix's value, or setup-uv its input "
                    "`python-version`.",
                )


def _same(one: DeclaredPython, other: DeclaredPython) -> bool:
    """Whether both are of one minor series."""
    return one.version.split(".")[:2] == other.version.split(".")[:2]


def _matrices(project: Project) -> dict[str, list[DeclaredPython]]:
    """Files of CI with the Pythons of their matrices, where there are several."""
    found: dict[str, list[DeclaredPython]] = {}
    for python in project.python_versions:
        if python.kind == "ci-matrix":
            found.setdefault(python.path, []).append(python)
    return {path: pythons for path, pythons in found.items() if len({p.version for p in pythons}) > 1}


def _tests(case: Case, project: Project, path: str) -> list[Command]:
    """What the file installs and tests, if it tests; with anything but uv's own commands the matrix may count."""
    ours = [c for c in case.repository.commands if c.context == "ci" and c.path == path]
    if any(c.python is not None for c in ours):
        return []
    used = [c for c in ours if c.kind in ("install", "test")]
    serves = all(c.project == project.path for c in used)
    return used if serves and any(c.kind == "test" for c in used) else []


def _named(python: DeclaredPython) -> Evidence:
    return Evidence(path=python.path, line=python.line, text=f"Python {python.version}")


_CI = ".github/workflows/test.yml"
_PYTHONS = (
    DeclaredPython(version="3.12", path=_CI, line=6, kind="ci-matrix"),
    DeclaredPython(version="3.13", path=_CI, line=6, kind="ci-matrix"),
    DeclaredPython(version="3.13", path=".python-version", line=1, kind="version-file"),
)
_SYNC = a_command("uv sync --locked", tool="uv", uses_lock=True, enforced="locked", line=8)
_TEST = a_command("uv run --locked pytest", kind="test", tool="uv", line=9)
_TOLD = a_command("uv run --locked pytest", kind="test", tool="uv", line=9, python="${{ matrix.python-version }}")

RULE = Rule(
    name="matrix-without-effect",
    title="CI names several Pythons, and uv takes one",
    category="environments",
    level="warning",
    check=check,
    reads=("ci",),
    bad=a_fleet(a_repository("shop", a_project(python_versions=_PYTHONS), commands=(_SYNC, _TEST))),
    good=a_fleet(a_repository("shop", a_project(python_versions=_PYTHONS), commands=(_SYNC, _TOLD))),
)
