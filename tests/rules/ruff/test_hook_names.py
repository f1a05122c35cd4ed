from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.ruff.hook_names import edit, skipped

HOOKS = """\
repos:
- repo: https://github.com/psf/black
  rev: 23.1.0
  hooks:
  - id: black
  - id: black-jupyter
- repo: local
  hooks:
  - id: isort
    name: isort
    entry: isort --check
    language: system

- repo: https://github.com/PyCQA/flake8
  rev: 6.0.0
  hooks:
  - id: flake8
"""


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("pre-commit run --all black", "pre-commit run --all ruff-format"),
        ("pre-commit run black-jupyter --all-files", "pre-commit run ruff-format --all-files"),
        ("poetry run pre-commit run flake8 -a", "poetry run pre-commit run ruff-check -a"),
        ("python -m pre_commit run flake8", "python -m pre_commit run ruff-check"),
        ("pre-commit run isort", "pre-commit run isort"),
        ("SKIP=flake8,mypy pre-commit run -a", "SKIP=ruff-check,mypy pre-commit run -a"),
        ("SKIP=black pre-commit run -a", "SKIP= pre-commit run -a"),
        ('SKIP="black,black-jupyter" pre-commit run', 'SKIP="ruff-format" pre-commit run'),
    ],
)
def test_hooks_that_are_gone_are_called_by_their_new_names(moved: Callable[..., Any], line: str, after: str) -> None:
    files = {".pre-commit-config.yaml": HOOKS, "a.py": "x = 1\n", "Makefile": f"l:\n\t{line}\n"}
    assert moved(files)["Makefile"] == f"l:\n\t{after}\n"


def test_the_service_skips_the_new_names_and_the_file_ends_as_it_did(moved: Callable[..., Any]) -> None:
    after = moved({".pre-commit-config.yaml": "ci:\n  skip: [black, flake8, mypy]\n" + HOOKS, "a.py": "x = 1\n"})
    text = after[".pre-commit-config.yaml"]
    assert "  skip: [ruff-check, mypy]\n" in text
    assert text.endswith("    language: system\n")


def test_a_list_in_rows_loses_a_row(moved: Callable[..., Any]) -> None:
    after = moved({".pre-commit-config.yaml": "ci:\n  skip:\n  - black\n  - mypy\n" + HOOKS, "a.py": ""})
    assert after[".pre-commit-config.yaml"].startswith("ci:\n  skip:\n  - mypy\n")


def test_programs_and_nothing_to_rename() -> None:
    text = 'session.run("pre-commit", "run", "flake8", "--all-files")\n'
    assert edit(text, {"flake8": "ruff-check"}) == text.replace("flake8", "ruff-check")
    assert edit(text, {}) == text
    assert skipped(["black"], {"black": "ruff-format"}) == ["ruff-format"]
