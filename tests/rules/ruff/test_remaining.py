"""A tool that something goes on starting after the patch stays as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FILES = {
    "pyproject.toml": "[tool.black]\nline-length = 99\n\n[tool.poetry.group.dev.dependencies]\nblack = '*'\nflake8 = '*'\n",
    ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n    - run: poetry run black --check .\n    - run: flake8\n",
    "shop/a.py": "",
    "tests/test_a.py": "",
}


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("Makefile", "POETRY := poetry\nlint:\n\t$(POETRY) run black .\n", "lint-in-command"),
        ("Makefile", "CHECK = black -l 90 --check .\nlint:\n\tpoetry run $(CHECK)\n", "lint-in-command"),
        (
            ".github/workflows/b.yml",
            "jobs:\n  a:\n    strategy:\n      matrix:\n        lint: [black .]\n    steps:\n    - run: ${{ matrix.lint }}\n",
            "lint-in-command",
        ),
        ("package.json", '{"lint-staged": {"*.py": ["poetry run black ."]}}', "lint-in-command"),
        (".lintstagedrc.json", '{"*.py": ["poetry run black ."]}', "lint-in-command"),
        ("lint-staged.config.js", "export default {'*.py': f => [`black ${f}`]}\n", "lint-in-command"),
        (".woodpecker.yml", "steps:\n  lint:\n    commands:\n      - black --check .\n", "lint-in-command"),
        ("back/.pre-commit-config.yaml", "repos:\n- repo: x\n  hooks:\n  - id: black\n", "lint-in-command"),
        (".pre-commit-config.yaml", "- repo: x\n  sha: v1\n  hooks:\n  - id: black\n", "lint-in-command"),
        ("tox.ini", "[testenv:a]\nbasepython = python3.6\ndeps = black\ncommands =\n    black .\n", "lint-in-command"),
        ("tasks.py", 'exec_cmd = "black --check --diff ."\n', "lint-in-program"),
        ("tests/scripts/test_b.py", "def test():\n    Popen(['black', '--check', 'x'])\n", "lint-in-program"),
    ],
)
def test_it_stays_with_the_place(moved: Callable[..., Any], path: str, text: str, code: str) -> None:
    after = moved({**FILES, path: text})
    assert after.move.tools == ("flake8",)
    assert [(r.code, r.path) for r in after.move.refusals] == [(code, path)]
    assert after[path] == text
    assert "[tool.black]" in after["pyproject.toml"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "lint:\n\tpoetry run \\\n\t  black .\n"),
        (
            "package.json",
            '{"lint-staged": {"*.js": "eslint"}, "devDependencies": {"black": "1"}}',
        ),
        ("tests/test_a.py", "EXPECTED = ['black', '--check', 'x']\n"),
        ("tasks.py", '# "black ."\nname = "black and white"\n'),
        ("README.md", "Run `black .`\n"),
    ],
)
def test_what_starts_nothing_holds_nothing_up(moved: Callable[..., Any], path: str, text: str) -> None:
    assert moved({**FILES, path: text}).move.tools == ("black", "flake8")


def test_a_smaller_tool_stays_too(moved: Callable[..., Any]) -> None:
    files = {
        "requirements-dev.txt": "bandit\nblack\n",
        "Makefile": "scan:\n\t$(UV_RUN) bandit -r shop\nlint:\n\tblack .\n\tbandit -r shop -ll\n",
        "shop/a.py": "",
    }
    after = moved(files)
    assert after.move.tools == ("black",)
    assert after["requirements-dev.txt"] == "bandit\nruff==0.17.6\n"


def test_pipelines_of_forgejo_move(moved: Callable[..., Any]) -> None:
    text = "on: push\njobs:\n  a:\n    steps:\n    - run: poetry run black --check .\n"
    after = moved({**FILES, ".forgejo/workflows/t.yaml": text})
    assert "poetry run ruff format --check ." in after[".forgejo/workflows/t.yaml"]
