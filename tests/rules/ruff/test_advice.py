"""Tools that fail nobody, beside gates of others: their rules do not come in there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

SHOP = {"src/a.py": "x = 1\n", "pyproject.toml": '[dependency-groups]\ndev = ["flake8", "isort", "bandit"]\n'}


def _selected(after: Any) -> set[str]:
    lint = tomllib.loads(after["pyproject.toml"])["tool"]["ruff"]["lint"]
    return {rule.rstrip("0123456789") for rule in lint["select"]}


def test_a_flake8_that_only_tells_beside_a_gate(moved: Callable[..., Any]) -> None:
    makefile = "lint:\n\tbandit -r src\n\tflake8 --exit-zero src\n"
    after = moved({"Makefile": makefile, **SHOP})
    assert _selected(after) == {"S", "PLE"}
    assert after["Makefile"].endswith("\truff check src\n\truff check --select=E,F,PLW0602,W --exit-zero src\n")


def test_what_it_tells_less_is_told(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "lint:\n\tflake8 --exit-zero --max-complexity=9 src\n", **SHOP})
    assert [n.line for n in after.move.notes if n.message.startswith("fails nobody and tells by families")] == [2]


def test_alone_it_is_configured(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "lint:\n\tflake8 --exit-zero src\n", **SHOP})
    assert "F" in _selected(after)


def test_an_isort_that_only_sorts_is_no_gate_of_flake8s(moved: Callable[..., Any]) -> None:
    both = "style:\n\tisort src\nlint:\n\tflake8 src\n"
    after = moved({"Makefile": both, **SHOP})
    assert "I" not in _selected(after)
    assert "ruff check --select=I --fix src" in after["Makefile"]
    assert "I" in _selected(moved({"Makefile": both.replace("isort src", "isort --check src"), **SHOP}))


def test_the_value_of_a_short_option_is_no_path(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "lint:\n\tisort -rc -c src -sp pyproject.toml\n", **SHOP})
    assert "\truff check --select=I src\n" in after["Makefile"]
