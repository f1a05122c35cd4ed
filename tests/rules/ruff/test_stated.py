"""Which Ruff a repository has today, and what it checks by itself."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from rules.ruff.stated import later_than

SHOP = {"a.py": "x = 1\n", ".flake8": "[flake8]\nselect = E501\n"}
FLAKE8 = "- repo: https://github.com/example/flake8\n  rev: 6.0.0\n  hooks:\n  - id: flake8\n"
LOCAL = """\
- repo: local
  hooks:
  - id: lint
    name: lint
    entry: ruff
    language: python
    additional_dependencies: [ruff==0.0.272]
"""


def _selected(after: Any) -> list[str]:
    return list(tomllib.loads(after["ruff.toml"])["lint"]["select"])


def test_a_hook_of_the_repositorys_own_installs_its_ruff(moved: Callable[..., Any]) -> None:
    assert "ASYNC100" not in _selected(moved({".pre-commit-config.yaml": f"repos:\n{FLAKE8}{LOCAL}", **SHOP}))


@pytest.mark.parametrize(("asked", "old"), [(">=0.9,<0.16", True), ("<0.15.3", True), (">=0.9", False)])
def test_a_range_says_which_defaults_hold(moved: Callable[..., Any], asked: str, old: bool) -> None:
    tox = f"[testenv:lint]\ndeps =\n    ruff{asked}\n    flake8\ncommands =\n    ruff check\n    flake8\n"
    after = moved({"tox.ini": tox, **SHOP})
    assert ("extend-select" in tomllib.loads(after["ruff.toml"])["lint"]) is not old
    if old:
        assert "ASYNC100" not in _selected(after)


def test_rules_that_came_later() -> None:
    assert {"PT001", "LOG015", "CPY001"} <= later_than("0.0.284")
    assert "F401" not in later_than("0.0.284")
    assert not later_than(None)
