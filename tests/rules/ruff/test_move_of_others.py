"""Whole moves in which the smaller tools take part."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from rules.ruff.baseline import Baseline

HOOKS = """\
repos:
  - repo: https://github.com/asottile/pyupgrade
    rev: v3.15.0
    hooks:
      - id: pyupgrade
        args: [--py39-plus]
  - repo: https://github.com/pycqa/isort
    rev: 5.13.0
    hooks:
      - id: isort
  - repo: https://github.com/PyCQA/flake8
    rev: 7.0.0
    hooks:
      - id: flake8

  # what is not safe
  - repo: https://github.com/PyCQA/bandit
    rev: 1.7.5
    hooks:
      - id: bandit
        args: [-c, pyproject.toml]
        exclude: ^tests/
"""
PROJECT = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.9"

[dependency-groups]
dev = ["bandit[toml]>=1.7", "flake8", "pytest"]

# for bandit
[tool.bandit]
skips = ["B101"]

[tool.pytest.ini_options]
addopts = "-q"
"""
FILES = {
    ".pre-commit-config.yaml": HOOKS,
    "pyproject.toml": PROJECT,
    "shop/a.py": "import subprocess  # nosec B404\nsubprocess.run('x')  # nosec\n",
    "tests/test_a.py": "assert True\n",
}


def config(moved: Any, path: str = "pyproject.toml") -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(moved[path])["tool"]["ruff"]
    return found


def test_one_hook_mends_and_tells(moved: Callable[..., Any]) -> None:
    made = moved(FILES)
    assert made.move.tools == ("bandit", "flake8", "isort", "pyupgrade")
    assert made[".pre-commit-config.yaml"] == (
        "repos:\n"
        "  - repo: https://github.com/astral-sh/ruff-pre-commit\n"
        "    rev: v0.17.6\n"
        "    hooks:\n"
        "      - id: ruff-check\n"
        "        args: [--fix]\n"
    )


def test_each_tool_speaks_where_it_did(moved: Callable[..., Any]) -> None:
    lint = config(moved(FILES))["lint"]
    assert {"E501", "F401", "I001", "S602", "UP006"} <= set(lint["select"])
    assert "S101" not in lint["select"]
    assert lint["per-file-ignores"]["tests/**"] == ["PLE2502", "S"]
    assert lint["fixable"] == ["C4", "F632", "I001", "UP", "W605"]


def test_configuration_comments_and_packages_go(moved: Callable[..., Any]) -> None:
    made = moved(FILES)
    assert "bandit" not in made["pyproject.toml"]
    assert 'dev = ["ruff==0.17.6", "pytest"]' in made["pyproject.toml"]
    assert made["shop/a.py"] == "import subprocess  # noqa: S404\nsubprocess.run('x')  # nosec\n"
    assert [note.path for note in made.move.notes if note.code == "lint-comments"] == ["shop/a.py"]


def test_a_bare_nosec_is_translated_when_it_was_measured(moved: Callable[..., Any]) -> None:
    made = moved(FILES, Baseline(silenced={"shop/a.py": {2: ("S603",)}}))
    assert made["shop/a.py"].endswith("subprocess.run('x')  # noqa: S603\n")


def test_a_configuration_of_ruff_keeps_its_meaning(moved: Callable[..., Any]) -> None:
    theirs = '[tool.ruff.lint]\nselect = [\n    "E",  # style\n    "S1",\n]\nignore = ["F401"]\n'
    made = moved({**FILES, "pyproject.toml": PROJECT + "\n" + theirs})
    lint = config(made)["lint"]
    assert lint["select"][:2] == ["E", "S1"]
    assert "S102" not in lint["select"]
    assert "F401" not in lint["select"]
    assert "fixable" not in lint
    assert '"E",  # style' in made["pyproject.toml"]


def test_commands_over_their_paths(moved: Callable[..., Any]) -> None:
    makefile = "lint:\n\tbandit -q -r shop\n\tpydocstyle --convention=google shop\n\tpyupgrade --py39-plus shop/a.py\n"
    made = moved({"Makefile": makefile, "shop/a.py": "", "tests/test_a.py": "", "setup.py": ""})
    after = "lint:\n\truff check shop\n\truff check --fix-only shop/a.py\n"
    assert made["Makefile"] == after


def test_a_tool_that_fails_nobody_is_asked_for_on_the_command_line(moved: Callable[..., Any]) -> None:
    made = moved({"Makefile": "lint:\n\tflake8 .\n\tbandit -r . || true\n", "a.py": ""})
    assert "\tbandit" not in made["Makefile"]
    assert "--select=" in made["Makefile"]
    assert not [c for c in tomllib.loads(made["ruff.toml"])["lint"]["select"] if c.startswith("S")]


def test_what_has_no_counterpart_keeps_the_tool(moved: Callable[..., Any]) -> None:
    made = moved({"Makefile": "lint:\n\tbandit -r . -f xml\n", "a.py": ""})
    assert made.move.tools == ()
    assert any("Makefile:2" in note.message for note in made.move.notes)


def test_pylint_and_yapf_stay(moved: Callable[..., Any]) -> None:
    made = moved({"Makefile": "lint:\n\tpylint shop\n\tyapf -d -r .\n", "shop/a.py": ""})
    assert made.move.edits == ()
    assert {note.decision is not None for note in made.move.notes} == {True}


def test_a_variable_that_holds_a_tool_is_named(moved: Callable[..., Any]) -> None:
    made = moved({"Makefile": "FLAKE8 = flake8\nlint:\n\t$(FLAKE8) shop\n", "shop/a.py": "", ".flake8": "[flake8]\n"})
    assert "ruff check)" not in made["Makefile"]
