from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from rules.ruff.filenames import narrowed
from rules.ruff.flake8_config import Flake8Config
from rules.ruff.translate import RuffLint

FILES = ("a.py", "src/b.py", "src/test_b.py", "src/c.pyx")
SOURCES = tuple(path for path in FILES if path.endswith(".py"))
LINT = RuffLint(select=("F401",))


def named(*patterns: str) -> RuffLint:
    return narrowed(LINT, Flake8Config(lists={"filename": patterns}), SOURCES, FILES)


@pytest.mark.parametrize("pattern", ["*.py", "./*.py", "*", "*.py?", "*.p*"])
def test_all_of_python_is_no_restriction(pattern: str) -> None:
    assert named(pattern, "*.py").per_file == ()


def test_files_that_are_not_looked_at_are_left_out() -> None:
    assert named("*/test_*.py").per_file == (("!**/test_*.py", ("F401",)),)
    assert named("./a.py", "*/b.py").per_file == (("!{a.py,**/b.py}", ("F401",)),)


def test_what_is_checked_no_more_is_named() -> None:
    assert named("*.py", "*.pyx").uncovered == (("filename", "Ruff reads no *.pyx"),)
    assert named("*.py", "*.pxd").uncovered == ()


def moves(moved: Callable[..., Any], hook: str = "", **files: str) -> Any:
    text = f"repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n{hook}"
    return moved({"a.py": "", "b.pyx": "", **({".pre-commit-config.yaml": text} if hook else {}), **files})


@pytest.mark.parametrize("patterns", ["*.pyx,*.px*", "*.pyx", "src/*.pxd"])
def test_a_gate_over_cython_stays(moved: Callable[..., Any], patterns: str) -> None:
    after = moves(moved, **{"setup.cfg": f"[flake8]\nfilename = {patterns}\n", "Makefile": "l:\n\tflake8 src\n"})
    assert [r.code for r in after.move.refusals] == ["lint-files"]
    assert patterns in after.move.refusals[0].message
    assert not after.move.edits


@pytest.mark.parametrize("hook", ["    types: [cython]\n", "    types: [text]\n    files: \\.pyx$\n"])
def test_a_hook_over_cython_stays(moved: Callable[..., Any], hook: str) -> None:
    assert [r.code for r in moves(moved, hook).move.refusals] == ["lint-files"]


def test_a_command_that_names_such_files_stays(moved: Callable[..., Any]) -> None:
    assert [r.code for r in moves(moved, Makefile="l:\n\tflake8 b.pyx\n").move.refusals] == ["lint-files"]


def test_a_hook_is_given_its_files(moved: Callable[..., Any]) -> None:
    after = moves(moved, "    files: ^a\n", **{"setup.cfg": "[flake8]\nfilename = *.pyx\n"})
    assert "per-file-ignores" not in tomllib.loads(after["ruff.toml"])["lint"]
