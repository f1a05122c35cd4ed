from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Patch = Callable[..., Any]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            ".gitlab-ci.yml",
            "image: python:3.12\nvariables:\n  POETRY_VIRTUALENVS_IN_PROJECT: 'true'\n  A: b\ntest:\n  cache:\n    key:\n      files: [poetry.lock]\n"
            "  before_script:\n    - pip install poetry   # the tool\n    - poetry config virtualenvs.create true\n    - poetry install\n  script:\n    - 'poetry run pytest'\n",
            "image: python:3.12\nvariables:\n  A: b\ntest:\n  cache:\n    key:\n      files: [uv.lock]\n"
            "  before_script:\n    - pip install uv==0.13.9   # the tool\n    - uv sync --locked\n  script:\n    - 'uv run --locked pytest'\n",
        ),
        (
            ".circleci/config.yml",
            'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/python:3.12"}]\n    steps:\n      - run: poetry config virtualenvs.create true\n      - run:\n          name: poetry install\n'
            '          command: |\n            pip install poetry\n            poetry install\n      - run: "poetry run pytest -m \\"not slow\\""\n',
            'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/python:3.12"}]\n    steps:\n      - run:\n          name: poetry install\n'
            '          command: |\n            pip install uv==0.13.9\n            uv sync --locked\n      - run: "uv run --locked pytest -m \\"not slow\\""\n',
        ),
        (
            ".travis.yml",
            "language: python\ninstall:\n  - pip install poetry\n  - poetry install -v\nscript: poetry run pytest\n",
            "language: python\ninstall:\n  - pip install uv==0.13.9\n  - uv sync --locked\nscript: uv run --locked pytest\n",
        ),
        (
            "azure-pipelines.yml",
            "trigger: [main]\nsteps:\n- script: |\n    python -m pip install --upgrade pip poetry\n    poetry install\n  displayName: poetry\n- bash: poetry build\n",
            "trigger: [main]\nsteps:\n- script: |\n    python -m pip install --upgrade pip uv==0.13.9\n    uv sync --locked\n  displayName: uv\n- bash: uv build\n",
        ),
        (
            "docker-compose.yml",
            'services:\n  app:\n    build: .\n    command: poetry run flask run\n  work:\n    build: .\n    command: ["poetry", "run", "rq"]\n  beat:\n    build: .\n    command:\n      - poetry\n      - run\n      - beat\n',
            'services:\n  app:\n    build: .\n    command: uv run --no-sync flask run\n  work:\n    build: .\n    command: ["uv", "run", "--no-sync", "rq"]\n  beat:\n    build: .\n    command:\n      - uv\n      - run\n      - --no-sync\n      - beat\n',
        ),
    ],
)  # fmt: skip
def test_pipelines(patched: Patch, path: str, before: str, after: str) -> None:
    found = patched({path: before})
    assert found[path] == after
    assert not found.left


def test_lines_that_yaml_folds_are_noted(patched: Patch) -> None:
    text = "jobs:\n  a:\n    steps:\n      - run:\n          command:\n            pip install poetry\n            poetry install\nversion: 2\n"
    found = patched({".circleci/config.yml": text})
    assert found[".circleci/config.yml"] == text
    assert "lines that YAML folds into one command" in found.told[0][2]


def test_a_file_that_something_still_needs_stays(patched: Patch) -> None:
    files = {".readthedocs.yml": "version: 2\npython:\n  install:\n    - requirements: requirements.txt\n"}
    files |= {".python-version": "3.12\n", "Makefile": "install:\n\tpip install -r requirements.txt\n"}
    found = patched(files, requirements__txt="flask==3.0.0\n")
    assert found.notes == [(".readthedocs.yml", 4, "still needs requirements.txt, which stays for it beside the lock")]
    assert found["requirements.txt"] == "flask==3.0.0\n"


def test_what_pip_installed_stays_in_that_python(patched: Patch) -> None:
    text = "image: python:3.12\ntest:\n  script:\n    - pip3 install -r requirements.txt\n    - pytest\n"
    found = patched({".gitlab-ci.yml": text}, requirements__txt="flask==3.0.0\n")
    rows = found[".gitlab-ci.yml"].splitlines()
    assert rows[3:] == [
        "    - pip3 install uv==0.13.9 && UV_PROJECT_ENVIRONMENT=\"$(python3 -c 'import sys; print(sys.prefix)')\""
        " uv sync --locked --inexact",
        "    - pytest",
    ]


def test_the_environment_that_the_pipeline_made(patched: Patch) -> None:
    text = """\
pipeline {
    agent any
    stages { stage('a') { steps {
        sh 'python3.12 -m venv venv'
        sh './venv/bin/pip install -r requirements.txt'
        sh "pip install -r requirements.txt"
    } } }
}
"""
    files = {"Jenkinsfile": text, ".python-version": "3.12\n"}
    found = patched(files, requirements__txt="flask==3.0.0\n")["Jenkinsfile"]
    first = (
        "sh './venv/bin/pip install uv==0.13.9 && UV_PROJECT_ENVIRONMENT=./venv ./venv/bin/uv sync --locked --inexact'"
    )
    assert first in found
    assert 'UV_PROJECT_ENVIRONMENT=\\"\\$(python -c' in found
