"""Tools that are set up and that nothing runs: with another tool's gate they would become one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MAKE = "lint:\n\tflake8 src\n"
FLAKE8 = "[flake8]\nmax-line-length = 99\n"


def test_what_nothing_runs_is_no_gate_beside_another(moved: Callable[..., Any]) -> None:
    pyproject = "[dependency-groups]\ndev = ['flake8', 'isort', 'bandit']\n[tool.isort]\nprofile = 'black'\n[tool.bandit]\nskips = ['B101']\n"
    after = moved({"Makefile": MAKE, ".flake8": FLAKE8, "pyproject.toml": pyproject, "src/a.py": "x = 1\n"})
    assert after.move.tools == ("flake8",)
    assert "[tool.isort]" in after["pyproject.toml"]
    assert "[tool.bandit]" in after["pyproject.toml"]
    assert "'isort', 'bandit'" in after["pyproject.toml"]
    assert [note.message.partition(":")[0] for note in after.move.notes] == ["isort stays", "bandit stays beside Ruff"]


def test_a_plug_in_that_asks_it_runs_it(moved: Callable[..., Any]) -> None:
    pyproject = "[dependency-groups]\ndev = ['flake8', 'isort', 'flake8-isort']\n[tool.isort]\nprofile = 'black'\n"
    after = moved({"Makefile": MAKE, ".flake8": FLAKE8, "pyproject.toml": pyproject, "src/a.py": "x = 1\n"})
    assert after.move.tools == ("flake8", "isort")


def test_alone_it_moves_as_it_is(moved: Callable[..., Any]) -> None:
    pyproject = "[dependency-groups]\ndev = ['isort', 'black']\n[tool.isort]\nprofile = 'black'\n"
    after = moved({"Makefile": "f:\n\tblack --check src\n", "pyproject.toml": pyproject, "src/a.py": "x = 1\n"})
    assert after.move.tools == ("black", "isort")
