"""What is read without a command, by names that a tool makes, and output that others read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.places.target import Target, holds_project
from tests.rules.places.conftest import Patched

Patching = Callable[..., Patched]
PYTHON = {".python-version": "3.12\n"}


def test_functions_of_firebase_keep_their_list(patched: Patching) -> None:
    text = '{"functions": [{"source": "functions", "runtime": "python312"}]}\n'
    files = {
        "functions/main.py": "",
        "functions/requirements.txt": "flask==3.0.0\n",
        "functions/.python-version": "3.12\n",
    }
    found = Patched({**files, "firebase.json": text})
    assert "functions/requirements.txt" in found.files
    assert not found.migration.moves or any("Firebase" in message for _, _, message in found.notes)


@pytest.mark.parametrize("name", ["{env:TOX_ENV_NAME}", "{envname}", "{env:KIND:lint}"])
def test_files_that_tox_names_by_its_environment_stay(patched: Patching, name: str) -> None:
    tox = f"[testenv]\ndeps = -r requirements/{name}.txt\ncommands = pytest\n"
    files = {**PYTHON, "tox.ini": tox, "requirements/lint.txt": "ruff==0.5.0\n"}
    found = patched(files, requirements__txt="flask==3.0.0\n")
    assert "requirements/lint.txt" in found.files
    assert found["tox.ini"] == tox


def test_a_file_compiled_from_the_project_s_own_holds_the_project() -> None:
    target = Target(
        folder=".", lock="uv.lock", package=False, groups={"ci": "ci"},
        renamed={"requirements/base.txt": "project", "requirements/ci.txt": "group:ci"},
    )  # fmt: skip
    header = "#    pip-compile --output-file=requirements/ci.txt requirements/ci.in {}\nflask==3.0.0\n"
    texts = {"requirements/ci.in": "django\n", "requirements/base.txt": "flask==3.0.0\n"}
    for more, held in (("requirements/base.txt", True), ("requirements/other.in", False)):
        texts["requirements/ci.txt"] = header.format(more)
        assert holds_project("requirements/ci.txt", target, texts.get) is held


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("poetry show flask", "uv pip show flask"),
        ("poetry show flask | grep version", None),
        ("V=$(poetry show flask)", None),
    ],
)
def test_output_that_is_read_stays_the_old_tool_s(patched: Patching, command: str, after: str | None) -> None:
    script = f"pip install poetry\npoetry install\n{command}\n"
    found = patched({"setup.sh": script})
    assert (after or command) in found["setup.sh"]


def test_asdf_brings_uv(patched: Patching) -> None:
    text = (
        "version: 2\nbuild:\n  os: ubuntu-24.04\n  tools:\n    python: '3.12'\n  jobs:\n    post_create_environment:\n"
        "      - asdf plugin add poetry\n      - asdf install poetry latest\n      - asdf global poetry latest\n"
        "      - poetry config virtualenvs.create false\n    post_install:\n      - poetry install --with docs\n"
    )
    found = patched({".readthedocs.yml": text})
    assert (
        "      - asdf plugin add uv\n      - asdf install uv 0.13.9\n      - asdf global uv 0.13.9\n"
        in found[".readthedocs.yml"]
    )
    assert "poetry" not in found[".readthedocs.yml"]
