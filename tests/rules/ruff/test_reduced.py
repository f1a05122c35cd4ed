"""flake8 beside Ruff, for what Ruff has no rule for."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import yaml

KEEP = '[ruff]\nuncovered = "keep"\n'
DROP = '[ruff]\nuncovered = "drop"\n'
HOOKS = """\
repos:
  - repo: https://github.com/psf/black
    rev: 24.1.0
    hooks:
      - id: black

  - repo: https://github.com/PyCQA/flake8
    rev: 7.0.0
    hooks:
      - id: flake8
        additional_dependencies: [wemake-python-styleguide]

  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v1.0.0
    hooks:
      - id: mypy
"""
FILES = {
    ".pre-commit-config.yaml": HOOKS,
    ".flake8": "[flake8]\nmax-line-length = 100\nselect = E5,F,WPS\n",
    "requirements-dev.txt": "black\nflake8\n",
    "a.py": "",
}


def test_it_is_asked(moved: Callable[..., Any]) -> None:
    after = moved(FILES)
    assert after.move.tools == ("black",)
    (refusal,) = after.move.refusals
    assert "uncovered" in (refusal.decision or "")


def test_the_hook_stays_for_its_plug_in_alone(moved: Callable[..., Any]) -> None:
    after = moved(FILES, config=KEEP)
    assert after.move.reduced == ("WPS",)
    hooks = yaml.safe_load(after[".pre-commit-config.yaml"])["repos"]
    assert [[hook["id"] for hook in repo["hooks"]] for repo in hooks] == [
        ["ruff-check", "ruff-format"],
        ["flake8"],
        ["mypy"],
    ]
    (flake8,) = hooks[1]["hooks"]
    assert flake8 == {
        "id": "flake8",
        "args": ["--select=WPS"],
        "additional_dependencies": ["wemake-python-styleguide"],
    }
    assert after[".flake8"] == FILES[".flake8"]
    assert after["requirements-dev.txt"] == "ruff==0.17.6\nflake8\n"
    assert {"E501", "F401"} <= set(tomllib.loads(after["ruff.toml"])["lint"]["select"])
    assert "WPS" not in [code for _, code, _ in after.move.lost]
    assert any("for WPS alone" in note.message for note in after.move.notes)


def test_ruff_comes_before_a_hook_that_stays_alone(moved: Callable[..., Any]) -> None:
    text = (
        "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n"
        "    args:\n      - --max-line-length=99\n"
    )
    after = moved({".pre-commit-config.yaml": text, "a.py": ""}, config=KEEP)
    hooks = yaml.safe_load(after[".pre-commit-config.yaml"])["repos"]
    assert [hook["id"] for repo in hooks for hook in repo["hooks"]] == ["ruff-check", "flake8"]
    (length, select) = hooks[1]["hooks"][0]["args"]
    assert length == "--max-line-length=99"
    assert select.startswith("--select=E1")
    flow = text.replace("\n      - --max-line-length=99", " [--max-line-length=99]")
    again = yaml.safe_load(moved({".pre-commit-config.yaml": flow}, config=KEEP)[".pre-commit-config.yaml"])["repos"]
    assert again[1]["hooks"][0]["args"] == [length, select]


def test_a_command_is_not_split(moved: Callable[..., Any]) -> None:
    after = moved({**FILES, "Makefile": "lint:\n\tflake8 .\n"}, config=KEEP)
    assert after.move.reduced == ()
    assert after.move.tools == ("black",)


def test_what_is_dropped_is_listed(moved: Callable[..., Any]) -> None:
    after = moved(FILES, config=DROP)
    assert after.move.tools == ("black", "flake8")
    assert ".flake8" not in after.files
    assert "WPS" in [code for _, code, _ in after.move.lost]
