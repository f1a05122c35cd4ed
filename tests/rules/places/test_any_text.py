"""Whatever the files hold: no editor fails, and what it makes is a patch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Patch = Callable[..., Any]
PATHS = (
    "Dockerfile",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "Makefile",
    "tox.ini",
    "noxfile.py",
    "Jenkinsfile",
    "run.sh",
    "README.md",
    "docker-compose.yml",
)
ROWS = (
    "FROM python:3.12 AS a",
    "ENV POETRY_HOME=/x \\",
    "    POETRY_VERSION=1",
    "WORKDIR /app",
    "COPY pyproject.toml poetry.lock* ./",
    "COPY . .",
    "RUN pip install 'poetry==1' && poetry install --no-root \\",
    "# poetry",
    'CMD ["poetry", "run", "x"]',
    "jobs:",
    "  a:",
    "    steps:",
    "      - uses: snok/install-poetry@v1",
    "        with:",
    "          version: 1",
    "      - run: |",
    "          poetry config virtualenvs.create false",
    "          poetry run pytest",
    "      - run: poetry install",
    "        env: {POETRY_X: 1}",
    "  script: poetry lock",
    "repos:",
    "  - repo: https://github.com/python-poetry/poetry",
    "    rev: 1",
    "    hooks:",
    "      - id: poetry-lock",
    "        args: [-C, a]",
    "[testenv]",
    "deps = -r requirements.txt",
    "commands = poetry run pytest",
    "test: poetry.lock",
    "\tpoetry run x",
    "```bash",
    "`poetry install`",
    "sh 'poetry install'",
    "import nox",
    "def s(session): session.run('poetry', 'install')",
    "cat <<EOF",
    "",
    "\u00e9 \U0001f600 poetry run \u00e9",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ROWS), max_size=14), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_rows_in_any_order(patched: Patch, rows: list[str], end: str, mark: str) -> None:
    text = mark + end.join(rows)
    patched(dict.fromkeys(PATHS, text))
