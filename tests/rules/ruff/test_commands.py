from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CI = "on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n        {}\n        black --check src\n"
BLACK = "[tool.black]\nline-length = 99\n[dependency-groups]\ndev = ['black']\n"


def _line(moved: Callable[..., Any], line: str) -> tuple[str, Any]:
    after = moved({"pyproject.toml": BLACK, "src/a.py": "x = 1\n", ".github/workflows/ci.yml": CI.format(line)})
    return after[".github/workflows/ci.yml"].splitlines()[6].strip(), after.move


@pytest.mark.parametrize(
    "line",
    [
        "uv run ${{ matrix.extra }} --extra black --extra fast -m ${{ matrix.how }} pytest -n auto -vv",
        "uv run --extra black pytest -q",
        "uv run --group black --only-group flake8 pytest",
        "uv run --no-group black -- pytest",
        "uv run --with black pytest tests",
        "uvx --with black nox -s tests",
        "uv sync --extra black --group black",
        "uv pip install --group black pytest",
        "poetry install --with black",
        "pixi run -e black pytest",
    ],
)
def test_the_name_of_an_extra_or_a_group_is_no_run(moved: Callable[..., Any], line: str) -> None:
    after, move = _line(moved, line)
    assert after == line
    assert move.tools == ("black",)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("uv run --extra black black src", "uv run --extra black ruff format src"),
        ("uv run --with black python -m black src", "uv run --with black python -m ruff format src"),
        (
            "docker-compose -f a.yml exec -e A=b web black src",
            "docker-compose -f a.yml exec -e A=b web ruff format src",
        ),
        ("python3 -m pipenv run black src", "python3 -m pipenv run ruff format src"),
        ("uvx black@24.1.0 src", "uvx ruff@0.17.6 format src"),
    ],
)
def test_the_program_behind_a_runners_options(moved: Callable[..., Any], line: str, after: str) -> None:
    assert _line(moved, line)[0] == after


GATES = """\
on: push
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
    - run: |
        flake8 . --count --select=E9,F63,F7,F82 --show-source
        flake8 . --exit-zero --select=F,WPS --max-line-length=127
"""


def test_what_a_command_selects_is_its_own(moved: Callable[..., Any]) -> None:
    hooks = "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n"
    ci = ".github/workflows/ci.yml"
    after = moved({ci: GATES, ".pre-commit-config.yaml": hooks, "src/a.py": "x = 1\n"})
    assert "ruff check --select=E9,F63,F7,F82,PLW0602 .\n" in after[ci]
    assert "ruff check --exit-zero --extend-select=F .\n" in after[ci]
    assert after.move.selects == {"E9,F63,F7,F82": "E9,F63,F7,F82,PLW0602"}
    alone = moved({ci: GATES, "src/a.py": "x = 1\n"})
    assert "        ruff check .\n" in alone[ci]


def test_only_an_image_that_is_built_here_gets_ruff(moved: Callable[..., Any]) -> None:
    after, move = _line(moved, "docker run -it img black src")
    assert after == "docker run -it img black src"
    assert [r.code for r in move.refusals] == ["lint-in-command"]
    built = "docker build -t img . && docker run -it img black src"
    assert _line(moved, built)[0] == "docker build -t img . && docker run -it img ruff format src"


def test_what_callers_of_a_script_hand_on(moved: Callable[..., Any]) -> None:
    workflow = "jobs:\n  a:\n    steps:\n    - run: pip install black isort flake8\n" + "".join(
        f"    - run: bash ./scripts/{name}\n" for name in ("black.sh --check", "isort.sh --check", "flake8.sh")
    )
    scripts = {"black": "black . ${1:-}\n", "isort": 'isort . "$@"\n', "flake8": 'flake8 "$@"\n'}
    files = {f"scripts/{name}.sh": text for name, text in scripts.items()}
    after = moved({"pyproject.toml": BLACK, "a.py": "", ".github/workflows/a.yml": workflow, **files})
    assert after["scripts/black.sh"] == "ruff format . ${1:-}\n"
    assert after["scripts/isort.sh"] == scripts["isort"]
    assert after["scripts/flake8.sh"] == 'ruff check "$@"\n'
    assert [(r.code, r.path) for r in after.move.refusals] == [("lint-in-command", "scripts/isort.sh")]


def test_packages_that_a_variable_holds(moved: Callable[..., Any]) -> None:
    makefile = "DEV = pytest flake8 black \\\n    isort\n\ndev:\n\tpip install $(DEV)\nlint:\n\tflake8 .\n\tblack .\n\tisort .\n"
    after = moved({"pyproject.toml": "[tool.black]\nline-length = 99\n", "a.py": "", "Makefile": makefile})
    assert after["Makefile"].startswith("DEV = pytest ruff==0.17.6\n\ndev:\n\tpip install $(DEV)\n")
