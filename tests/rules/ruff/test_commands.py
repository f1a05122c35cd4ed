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
        ("docker run -it img black src", "docker run -it img ruff format src"),
        ("uvx black@24.1.0 src", "uvx ruff@0.17.6 format src"),
    ],
)
def test_the_program_behind_a_runners_options(moved: Callable[..., Any], line: str, after: str) -> None:
    assert _line(moved, line)[0] == after
