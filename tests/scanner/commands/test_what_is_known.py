"""Commands whose meaning hangs on what their caller, their folder or an earlier step says."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_repository
from scanner.commands.lookup import Lookup, build_lookup
from scanner.conda_names import pypi_names
from scanner.facts import Extract
from scanner.formats import formats_for

PROJECT = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["requests"]\n'
UV_LOCK = 'version = 1\nrequires-python = ">=3.11"\n'
TWO = {"a/pyproject.toml": PROJECT.format("a"), "b/pyproject.toml": PROJECT.format("b")}


def lookup_of(files: dict[str, str]) -> Lookup:
    extracts: dict[str, Extract] = {}
    for path, text in files.items():
        read = (form.read(path, text) for form in formats_for(path))
        found = next((extract for extract in read if extract is not None), None)
        if found is not None:
            extracts[path] = found
    projects = tuple(sorted({p.rpartition("/")[0] or "." for p in files if p.endswith("pyproject.toml")}))
    return build_lookup(extracts, frozenset(files), projects, projects)


def installs(files: dict[str, str], script: str = "", path: str = "") -> list[tuple[object, ...]]:
    """The installs that a job with this script makes, or those of the file ``path``."""
    workflow = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: |\n"
    made = {".github/workflows/ci.yml": workflow + "".join(f"          {line}\n" for line in script.splitlines())}
    lookup = lookup_of({**files, **(made if script else {})})
    found = classify_repository(lookup.extracts, lookup)
    asked = [c for c in found if c.kind == "install" and (c.path == path if path else c.context == "ci")]
    return [(c.path, c.uses_lock, c.enforced) for c in asked]


@pytest.mark.parametrize(
    ("lock", "check", "install"),
    [
        ("uv.lock", "uv lock --check --project a", "uv sync --frozen --project"),
        ("Pipfile.lock", "(cd a && pipenv verify)", "PIPENV_PIPFILE={}/Pipfile pipenv sync #"),
    ],
)
def test_a_check_is_of_one_lock(lock: str, check: str, install: str) -> None:
    text = UV_LOCK if lock == "uv.lock" else '{"_meta": {"hash": {"sha256": "a"}}, "default": {}, "develop": {}}'
    files = {**TWO, f"a/{lock}": text, f"b/{lock}": text, "a/Pipfile": "[packages]\n", "b/Pipfile": "[packages]\n"}
    lines = [f"{install.format(f)} {f}" for f in ("a", "b")]
    told = [enforced for _, _, enforced in installs(files, "\n".join([check, *lines]))]
    assert told == ["locked", "frozen"]


def test_make_in_a_folder_that_nobody_knows_is_that_of_the_one_makefile_with_the_target() -> None:
    files = {
        "Makefile": "install:\n\tuv sync\nonly:\n\tuv sync\n",
        "docs/Makefile": "install:\n\tpip install .\n",
        "uv.lock": UV_LOCK,
        "pyproject.toml": PROJECT.format("x"),
    }
    assert installs(files, "cd ~/elsewhere\nmake install") == []
    assert ("Makefile", True, "none") in installs(files, "cd ~/elsewhere\nmake only")
    assert ("docs/Makefile", False, "none") in installs(files, "cd docs\nmake install")


def test_a_makefile_is_read_with_what_its_caller_sets() -> None:
    files = {
        "Makefile": "test:\nifdef LOCKED\n\tuv sync --locked\nelse\n\tuv sync\nendif\n",
        "pyproject.toml": PROJECT.format("x"),
        "uv.lock": UV_LOCK,
    }

    def told(script: str, path: str = "") -> list[object]:
        return [enforced for place, _, enforced in installs(files, script, path) if place == "Makefile"]

    assert told("make test") == ["none"]
    assert told("LOCKED=1 make test") == told("make test LOCKED=1") == ["locked"]
    assert told("", "Makefile") == ["none"]


def test_a_reusable_workflow_hands_its_inputs_to_what_it_starts() -> None:
    called = (
        "on:\n  workflow_call:\n    inputs:\n      env: {type: string, required: true}\n"
        "      flags: {type: string, default: --locked}\n"
        "env:\n  TOXENV: ${{ inputs.env }}\n"
        "jobs:\n  run:\n    runs-on: x\n    steps:\n      - run: tox\n      - run: uv sync ${{ inputs.flags }}\n"
    )
    files = {
        ".github/workflows/run.yml": called,
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    uses: ./.github/workflows/run.yml\n    with: {env: lint}\n",
        "tox.ini": "[tox]\nenvlist = py\n[testenv]\nskip_install = true\ndeps = -r r.txt\n[testenv:lint]\ndeps = ruff\n",
        "r.txt": "requests\n",
        "pyproject.toml": PROJECT.format("x"),
        "uv.lock": UV_LOCK,
    }
    lookup = lookup_of(files)
    found = [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]
    assert not [c for c in found if c.job == "a" and c.path == "tox.ini"]
    own = [c for c in found if c.path == ".github/workflows/run.yml" and c.argv[:2] == ("uv", "sync")]
    assert {c.enforced for c in own} == {"locked"}


def test_what_a_subshell_writes_lies_where_it_was_started() -> None:
    files = {**TWO, "a/uv.lock": UV_LOCK, "f.txt": "requests\n", "a/f.txt": "requests\n"}
    script = "(cd a && uv export --frozen) > f.txt\npip install -r f.txt\n"
    assert installs(files, script) == [(".github/workflows/ci.yml", True, "hashes")]


def test_a_file_of_that_name_elsewhere_is_another_one() -> None:
    compiled = "#\n# This file is autogenerated by pip-compile with Python 3.11\n#\nrequests==2.0\n    # via -r requirements.in\n"
    files = {"requirements.in": "requests\n", "requirements.txt": compiled}
    told = (".github/workflows/ci.yml", True, "none")
    assert installs(
        files, "pip-compile -o /tmp/x/requirements.txt requirements.in\npip install -r requirements.txt"
    ) == [told]
    mounted = 'docker run --mount "source=${PWD},target=/r,type=bind" tools pip-compile -o /r/requirements.txt /r/requirements.in'
    assert installs(files, f"{mounted}\npip install -r requirements.txt") == [told]


def test_what_conda_calls_otherwise_is_not_missing() -> None:
    names = {"pytorch": "torch", "matplotlib-base": "matplotlib", "pytables": "tables", "py-opencv": "opencv-python"}
    assert all(name in pypi_names(conda) for conda, name in names.items())
    assert list(pypi_names("py")) == list(pypi_names("numpy")) == []


def test_uv_runs_a_program_alone_where_no_project_is() -> None:
    files = {"src/pyproject.toml": PROJECT.format("a"), "src/uv.lock": UV_LOCK}
    assert installs(files, "uv run x.py") == []
    assert installs(files, "cd src && uv run x.py") == [(".github/workflows/ci.yml", True, "none")]


def test_what_is_piped_into_an_install() -> None:
    lock = '{"_meta": {"hash": {"sha256": "a"}}, "default": {"x": {"version": "==1"}}, "develop": {}}'
    compiled = "#\n# This file is autogenerated by pip-compile with Python 3.11\n#\nx==2.0\n    # via -r r.in\n"
    files = {"Pipfile.lock": lock, "requirements.txt": compiled}

    def told(script: str) -> list[object]:
        return [lock for _, lock, _ in installs(files, script)]

    assert told("program | pip install -r -") == [False]
    assert told("grep -v y requirements.txt | pip install -r /dev/stdin") == [True]
    assert told("jq -r .default Pipfile.lock > made.txt\npip install -r made.txt") == [True]


def test_pip_reads_no_variable_of_poetry() -> None:
    lock = '[metadata]\nlock-version = "2.0"\npython-versions = "*"\ncontent-hash = "a"\n'
    files = {"pyproject.toml": PROJECT.format("x"), "poetry.lock": lock}

    def told(script: str) -> list[object]:
        return [enforced for _, _, enforced in installs(files, script)]

    assert told("export POETRY_VERSION=1.0.5\npip install poetry\npoetry install") == ["locked"]
    assert told("export POETRY_VERSION=1.0.5\npoetry install") == ["frozen"]


@pytest.mark.parametrize("words", ["make --directory docs html", "-- make --directory docs html", "app --project docs"])
def test_options_of_what_uv_starts_are_not_its_own(words: str) -> None:
    files = {"pyproject.toml": PROJECT.format("a"), "uv.lock": UV_LOCK, "docs/pyproject.toml": PROJECT.format("docs")}
    assert [found[1] for found in installs(files, f"uv run --frozen {words}\n")] == [True]
    assert [found[1] for found in installs(files, "uv run --project docs make\n")] == [False]


ENVIRONMENT = "name: x\nchannels: [conda-forge]\ndependencies: [numpy]\n"
EXPLICIT = "# platform: linux-64\n@EXPLICIT\nhttps://conda.example/linux-64/numpy-2.0.0-py312_0.conda\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("conda install --file conda-requirements.txt", [(True, "frozen")]),
        ("conda create --file conda-requirements.txt --file env/extra.yml", [(False, "none")]),
        ("cp environment.yml here.yml\nconda env create --file here.yml", [(False, "none")]),
        ("grep -v gxx env/extra.yml > env.yml\nmicromamba create --file env.yml", [(False, "none")]),
        ("cp conda-requirements.txt spec.txt\nconda create --file $ROOT/conda-requirements.txt", [(True, "frozen")]),
        ("conda env create --file $ROOT/env/extra.yml", [(False, "none")]),
        ("conda env create --file nowhere.yml", [(None, None)]),
    ],
)
def test_environments_of_conda(script: str, expected: list[tuple[object, ...]]) -> None:
    files = {"environment.yml": ENVIRONMENT, "env/extra.yml": ENVIRONMENT, "conda-requirements.txt": EXPLICIT}
    assert [found[1:] for found in installs(files, script)] == expected


def test_a_file_below_a_folder_that_a_variable_names_is_the_only_one_that_lies_so() -> None:
    files = {
        "lists/requirements.base.txt": "requests==2.0\n",
        "deploy/requirements.txt": "requests\n",
        "requirements.txt": "a\n",
    }
    script = "pip install -r ${ROOT}/lists/requirements.base.txt\npip install -r ${HERE}/requirements.txt"
    lookup = lookup_of({**files, "pyproject.toml": PROJECT.format("x"), "install.sh": f"#!/bin/sh\n{script}\n"})
    found = [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]
    assert [(c.uses_lock, "pinned by hand" in (c.because or "")) for c in found] == [(False, True), (False, False)]


def test_jobs_of_a_called_workflow_start_anew() -> None:
    called = """on: workflow_call
jobs:
  static:
    steps:
      - run: uv lock --check
      - run: uv sync
  tests:
    steps:
      - run: uv sync --dev
"""
    files = {
        "uv.lock": UV_LOCK,
        "pyproject.toml": PROJECT.format("x"),
        ".github/workflows/checks.yml": called,
        ".github/workflows/nested.yml": "on: workflow_call\njobs:\n  all:\n    uses: ./.github/workflows/checks.yml\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  all:\n    uses: ./.github/workflows/nested.yml\n",
    }
    lookup = lookup_of(files)
    found = [c for c in classify_repository(lookup.extracts, lookup) if c.argv[:2] == ("uv", "sync")]
    assert {(c.argv[2:], c.enforced) for c in found} == {((), "locked"), (("--dev",), "none")}


POETRY = '[tool.poetry]\nname = "{}"\nversion = "1"\n[tool.poetry.dependencies]\nrequests = "*"\n'
POETRY_LOCK = '[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "a"\n'


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        (("a/poetry.lock", "b/poetry.lock"), (True, "locked")),
        (("a/poetry.lock", "d/poetry.lock"), (None, None)),
        ((), (False, "none")),
    ],
)
def test_in_a_folder_that_nobody_knows_all_projects_of_the_tool_tell(
    locks: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    files = {"a/pyproject.toml": POETRY.format("a"), "b/pyproject.toml": POETRY.format("b")}
    if "d/poetry.lock" in locks:
        files["d/pyproject.toml"] = POETRY.format("d")
    files |= {"c/pyproject.toml": PROJECT.format("c"), **dict.fromkeys(locks, POETRY_LOCK)}
    assert [found[1:] for found in installs(files, 'cd "$SOMEWHERE"\npoetry install')] == [expected]


def test_the_project_alone_does_not_decide_for_what_is_started() -> None:
    make = "all:\n\tuv sync --locked\n\tuv pip install --no-deps -e .\n"
    files = {"Makefile": make, "uv.lock": UV_LOCK, "pyproject.toml": PROJECT.format("x")}
    assert installs(files, "make all")[0] == (".github/workflows/ci.yml", True, "locked")
