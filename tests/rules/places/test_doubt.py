"""What is in doubt stays whole, with all that relies on it."""

from __future__ import annotations

from typing import Any

import pytest

ACTION = """\
runs:
  using: composite
  steps:
    - run: pipx install poetry
      shell: bash
    - run: poetry install --no-root
      shell: bash
    - run: poetry install ${{ inputs.more }}
      shell: bash
"""
USES = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: ./.github/actions/set-up\n    - run: poetry run pytest\n"
LIST = {"requirements.txt": "flask==3.0.0\n", ".python-version": "3.12\n"}


def test_an_action_of_one_s_own_moves_whole_or_stays_with_its_jobs(patched: Any) -> None:
    files = {".github/actions/set-up/action.yml": ACTION, ".github/workflows/a.yml": USES}
    found = patched(files)
    assert {path: found[path] for path in files} == files
    assert [(code.blocker.code, code.blocker.path) for code in found.migration.refusals] == [
        ("shared-ci", ".github/actions/set-up/action.yml")
    ]


def test_what_goes_on_to_install_from_a_lock_that_goes_is_told(patched: Any) -> None:
    files = {"render.yaml": "services:\n  - buildCommand: poetry install $MORE\n"}
    found = patched(files)
    assert "poetry.lock" not in found.files
    assert [path for path, _, said in found.notes if "still installs from poetry.lock" in said] == ["render.yaml"]


def test_ways_of_one_choice_stay_together(patched: Any) -> None:
    row = '[ -n "$MORE" ] && poetry install --with "$MORE" -E $X || poetry install --no-root\n'
    found = patched({"set-up.sh": f"#!/bin/sh\n{row}poetry run pytest\n"})
    assert row in found["set-up.sh"]


@pytest.mark.parametrize(
    ("command", "rest"),
    [("pip install setuptools -e .", "pip install setuptools"), ("pip install -U pip setuptools -e .", None)],
)
def test_what_a_command_installs_to_build_with(patched: Any, command: str, rest: str | None) -> None:
    job = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/setup-python@v5\n      with:\n        python-version: '3.12'\n    - run: {command}\n    - run: python setup.py bdist_wheel\n"
    script = "from setuptools import setup\nsetup(name='shop', version='1', python_requires='>=3.11', install_requires=['flask'], packages=['shop'])\n"
    after = patched({".github/workflows/a.yml": job}, setup__py=script)[".github/workflows/a.yml"]
    assert "uv sync" in after
    assert ("pip install setuptools" in after) is (rest is not None)


@pytest.mark.parametrize(("base", "moves"), [("python:3", False), ("python:3.13", False), ("python:3.11-slim", True)])
def test_the_image_s_python_is_one_of_the_lock_s(patched: Any, base: str, moves: bool) -> None:
    image = f"FROM {base}\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    files = {"Dockerfile": image, "requirements.txt": "flask==3.0.0\n"}
    manifest = "[project]\nname = 'shop'\nversion = '1'\nrequires-python = '==3.11.*'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = 'requirements.txt'}\n"
    found = patched(files, pyproject__toml=manifest)
    assert ("uv sync" in found["Dockerfile"]) is moves
    assert ("requirements.txt" in found.files) is not moves


def test_the_bot_looks_after_both_where_files_stay(patched: Any) -> None:
    bot = 'version: 2\nupdates:\n  - package-ecosystem: "pip"\n    directory: "/"\n    schedule:\n      interval: weekly\n'
    found = patched({**LIST, ".github/dependabot.yml": bot, "vercel.json": "{}"}, setup__cfg="[flake8]\n")
    assert "requirements.txt" in found.files
    assert found[".github/dependabot.yml"] == bot + bot.partition("updates:\n")[2].replace('"pip"', '"uv"')


def test_a_pipeline_that_compiles_what_stays_stays(patched: Any) -> None:
    compiled = "# by pip-compile with Python 3.12\n#    pip-compile requirements.in\nflask==3.0.0\n    # via -r requirements.in\n"
    job = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: pip install pip-tools\n    - run: |\n        pip-compile --upgrade \\\n          requirements.in\n    - run: ./check.sh requirements.txt\n"
    files = {"requirements.in": "flask\n", "requirements.txt": compiled, ".github/workflows/a.yml": job}
    found = patched({**files, ".python-version": "3.12\n"}, setup__cfg="[flake8]\n")
    assert {path: found[path] for path in files} == files


JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/setup-python@v5\n      with:\n        python-version: '3.12'\n"
TOOLS = {"requirements.txt": "flask==3.0.0\n", "requirements-dev.txt": "ruff==0.6.0\n", ".python-version": "3.12\n"}


@pytest.mark.parametrize(
    ("rows", "command"),
    [
        (["pip install -r requirements-dev.txt"], "--only-group dev --inexact"),
        (["pip install -r requirements.txt", "pip install -r requirements-dev.txt"], "uv sync --locked --inexact"),
    ],
)
def test_tools_alone_bring_nothing_of_the_project(patched: Any, rows: list[str], command: str) -> None:
    job = JOB + "    - run: |\n" + "".join(f"        {row}\n" for row in rows) + "        ruff check\n"
    after = patched({".github/workflows/a.yml": job, **TOOLS}, setup__cfg="[flake8]\n")[".github/workflows/a.yml"]
    assert command in after
    assert ("--only-group" in after) is (len(rows) == 1)


def test_no_pip_but_an_environment_s(patched: Any) -> None:
    image = "FROM ubuntu:24.04\nRUN python3 -m venv /venv\nCOPY requirements.txt ./\nRUN /venv/bin/pip install -r requirements.txt\n"
    found = patched({**LIST, "Dockerfile": image}, setup__cfg="[flake8]\n")
    assert found["Dockerfile"] == image
    assert "requirements.txt" in found.files


def test_documents_that_install_from_what_goes_are_told(patched: Any) -> None:
    files = {"docker/README.md": "Then:\n\n    sudo pip install --target x -r requirements.txt\n", **LIST}
    found = patched(files, setup__cfg="[flake8]\n")
    assert "requirements.txt" not in found.files
    assert any(path == "docker/README.md" and "takes away" in said for path, _, said in found.notes)


def test_what_pipenv_reads_unasked_is_told(patched: Any) -> None:
    lock = '{"_meta": {"hash": {"sha256": "0"}, "requires": {"python_version": "3.12"}, "sources": []}, "default": {}, "develop": {}}'
    pipfile = '[packages]\n\n[requires]\npython_version = "3.12"\n'
    found = patched({".env.example": "DEBUG=1\n"}, Pipfile=pipfile, Pipfile__lock=lock)
    assert any(path == ".env.example" and "UV_ENV_FILE" in said for path, _, said in found.notes)


def test_sentences_on_how_a_tool_behaves_stay(patched: Any) -> None:
    text = "Run `poetry install`.\nSometimes `poetry update` can freeze.\n"
    assert patched({"README.md": text})["README.md"] == "Run `uv sync`.\nSometimes `poetry update` can freeze.\n"


def test_a_comment_goes_with_what_it_spoke_of(patched: Any) -> None:
    image = "FROM python:3.12\nRUN pip install poetry\n\n# no update check\nENV POETRY_NO_INTERACTION=1\n\n# the sources\nCOPY . .\nRUN poetry install\n"
    after = patched({"Dockerfile": image})["Dockerfile"]
    assert "uv sync" in after
    assert "update check" not in after
    assert "# the sources" in after


def test_an_image_that_only_brings_the_tool_for_what_stays(patched: Any) -> None:
    image = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY . .\n"
    files = {".env": "COMMAND=poetry run flask run\n", "Dockerfile": image}
    found = patched({**files, "compose.yaml": "services:\n  api:\n    build: .\n    command: $COMMAND\n"})
    assert not found.migration.moves
    assert found["Dockerfile"] == image


def test_services_in_files_of_any_name(patched: Any) -> None:
    image = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY . .\nRUN poetry install\n"
    service = "services:\n  api:\n    build: ..\n    command: poetry run ${RUN:-main}\n"
    found = patched({"Dockerfile": image, "deploy/api.yaml": service})
    assert found["Dockerfile"] == image
    assert not found.migration.moves
