"""Into which environment an install goes: conda's, one that a script names, that of a folder below the root."""

from __future__ import annotations

import pytest

from rules.places.answers import answer
from rules.places.calls import calls
from rules.places.manner import NO_SYNC, PLAIN, Answer, Manner
from rules.places.target import Target
from tests.rules.places.test_plain import Patch

PROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n\n[project.optional-dependencies]\ntest = ["pytest"]\n'
PINS = "flask==3.0.0\n"
CONDA = "on: push\njobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    strategy:\n      matrix:\n        os: [ubuntu-latest, windows-latest]\n    steps:\n    - uses: actions/checkout@v4\n    - uses: conda-incubator/setup-miniconda@v3\n    - run: %s\n    - run: pytest\n"


def told(command: str, manner: Manner, folder: str = ".") -> Answer | None:
    target = Target(
        folder=folder, lock="uv.lock", package=True, extras={"test": "test"}, renamed={"requirements.txt": "project"},
        tools=frozenset({"pip"}),
    )  # fmt: skip
    return answer(calls(command)[0], target, manner)


@pytest.mark.parametrize("command", ["pip install --no-deps -e .", "pip install --no-deps --no-build-isolation ."])
def test_an_install_without_dependencies_stays(command: str) -> None:
    assert told(command, Manner()) is None
    assert told(command, Manner(active=True)) is None
    found = told(command, Manner(run=NO_SYNC, inexact=True))  # an image that has its dependencies from the lock
    assert found is not None
    assert found.text.startswith("uv sync --locked")


def test_the_shared_environment_of_a_build_is_kept() -> None:
    found = told("pip install --no-build-isolation -e .", Manner())
    assert found is not None
    assert found.text == "uv sync --locked --no-build-isolation"


def test_a_project_goes_on_into_conda(patched: Patch) -> None:
    own = CONDA % "pip install -e .[test]"
    found = patched({".github/workflows/a.yml": own}, pyproject__toml=PROJECT, requirements__txt=PINS)
    assert found[".github/workflows/a.yml"] == own
    assert any("conda's environment" in message for _, _, message in found.notes)


def test_files_go_on_into_conda_where_nothing_says_where_that_is(patched: Patch) -> None:
    own = CONDA % "pip install -r requirements.txt"
    found = patched({".github/workflows/a.yml": own}, pyproject__toml=PROJECT, requirements__txt=PINS)
    assert found[".github/workflows/a.yml"] == own
    assert found["requirements.txt"] == PINS


@pytest.mark.parametrize("start", ["conda activate shop\n", "micromamba create -f env.yml\n", "conda env update\n"])
def test_a_script_that_activates_conda(patched: Patch, start: str) -> None:
    script = f"{start}pip install -e .\npytest\n"
    found = patched({"ci.sh": script}, pyproject__toml=PROJECT, requirements__txt=PINS)
    assert found["ci.sh"] == script


@pytest.mark.parametrize("mark", ['"', ""])
def test_the_environment_of_a_script_s_own(patched: Patch, mark: str) -> None:
    pip = f"{mark}$venv/bin/pip{mark}"
    script = f"python -m venv $venv\n{pip} install -r requirements.txt\ntrue\n{pip} install -r requirements.txt\n"
    rows = patched({"ci.sh": script}, pyproject__toml=PROJECT, requirements__txt=PINS)["ci.sh"].splitlines()
    own = f"UV_PROJECT_ENVIRONMENT={mark}$venv{mark} {mark}$venv/bin/uv{mark} sync --locked"
    assert rows[1].startswith(f"{pip} install uv==")
    assert rows[1].endswith(f"&& {own} --inexact")
    assert rows[3] == f"{own} --inexact"


def test_uv_of_one_environment_is_none_of_another(patched: Patch) -> None:
    script = "venv/bin/pip install -r requirements.txt\ntrue\npip install -r requirements.txt\n"
    rows = patched({"ci.sh": script}, pyproject__toml=PROJECT, requirements__txt=PINS)["ci.sh"].splitlines()
    assert rows[2].startswith("pip install uv==")


def test_a_project_below_the_folder_that_a_command_runs_in() -> None:
    found = told("pip install -r api/requirements.txt", Manner(), "api")
    assert found is not None
    assert found.text == "uv sync --locked --project api --no-install-project"
    inside = told("pip install -r requirements.txt", Manner(), "api")
    assert inside is not None
    assert "--project" not in inside.text


def test_what_a_reader_has_installed_stays() -> None:
    found = told("pip install -r requirements.txt", Manner(lock=PLAIN))
    assert found is not None
    assert "--inexact" not in found.text  # uv's own environment, all of it
