"""What lies in the scratch folder, and which of the old tools' words count."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rules.ruff.gather import Setup
from rules.ruff.linters import Asked
from rules.ruff.runs import Run
from scanner.lint_runs import NotMeasured
from scanner.proof.lint import harmless
from scanner.proof.old_tools import OldTools, paths_of, run_old


def test_plug_ins_of_the_repository_are_not_run() -> None:
    text = b"[flake8]\nmax-line-length = 99\n\n[flake8:local-plugins]\nextension =\n    X1 = evil:Check\npaths = .\n"
    assert b"[flake8:local-plugins]" not in harmless(text)
    assert b"[flake8:local_plugins]" not in harmless(text.replace(b"local-p", b"local_p"))
    assert harmless(b"[flake8]\nmax-line-length = 99\n") == b"[flake8]\nmax-line-length = 99\n"


def _program(folder: Path, name: str, body: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def _setup(*tools: str, **given: Any) -> Setup:
    runs = tuple(Run(tool=tool, argv=given.get(tool, ()), path="Makefile", line=1) for tool in tools)
    return Setup(flake8=(), isort={}, black={}, runs=runs)


def test_a_tool_that_fails_by_itself_is_left_out(tmp_path: Path) -> None:
    old = OldTools(
        flake8=_program(tmp_path, "flake8", "echo ./a.py:1:1:F401"),
        isort=_program(tmp_path, "isort", "echo UnsupportedSettings >&2; exit 2"),
        others={},
    )
    found = run_old(_setup("flake8", "isort", isort=("-c",)), ("flake8", "isort"), old, str(tmp_path))
    assert {(r.path, r.code) for r in found.reports} == {("a.py", "F401")}
    assert found.failed == {"isort": "UnsupportedSettings"}
    with pytest.raises(NotMeasured, match="UnsupportedSettings"):
        run_old(_setup("isort", isort=("-c",)), ("isort",), old, str(tmp_path))


def test_flake8_is_given_the_configuration_that_it_is_run_with(tmp_path: Path) -> None:
    old = OldTools(flake8=_program(tmp_path, "flake8", 'echo "$@" > said'), others={})
    (tmp_path / "own.cfg").write_text("[flake8]\n")
    setup = _setup("flake8", flake8=("--config", "own.cfg", "--append-config=gone.cfg", "src"))
    os.mkdir(tmp_path / "src")
    run_old(setup, ("flake8",), old, str(tmp_path))
    said = (tmp_path / "said").read_text().split()
    assert "--config=own.cfg" in said
    assert "--append-config=gone.cfg" not in said


def test_isort_and_black_are_given_the_file_that_they_name(tmp_path: Path) -> None:
    old = OldTools(
        isort=_program(tmp_path, "isort", 'echo "$@" > said'),
        black=_program(tmp_path, "black", 'echo "$@" >> said'),
        others={},
    )
    (tmp_path / "own.toml").write_text("")
    setup = _setup("isort", "black", isort=("--sp", "own.toml", "-c"), black=("--config=own.toml", "--check", "."))
    run_old(setup, ("isort", "black"), old, str(tmp_path))
    isort, black = (tmp_path / "said").read_text().splitlines()
    assert "--sp own.toml" in isort
    assert "--config own.toml" in black


def test_pycodestyle_is_given_its_file(tmp_path: Path) -> None:
    old = OldTools(others={"pycodestyle": _program(tmp_path, "pycodestyle", 'echo "$@" > said')})
    run = Run(tool="pycodestyle", argv=("--config=own.cfg", "--count", "a.py"), path="Makefile", line=1)
    run_old(Setup(runs=(run,), others=(Asked(tool="pycodestyle"),)), ("pycodestyle",), old, str(tmp_path))
    assert (tmp_path / "said").read_text().split()[:2] == ["--config", "own.cfg"]


def test_a_glob_is_measured_over_what_it_names_and_an_option_may_be_short(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "inner").mkdir(parents=True)
    (tmp_path / "pkg" / "a.py").write_text("")
    (tmp_path / "b.yml").write_text("")
    said = """echo '{"results": []}'; echo "$@" > said"""
    old = OldTools(others={"bandit": _program(tmp_path, "bandit", said)})
    run = Run(tool="bandit", argv=("-r", "pkg/*", "--config", "b.yml"), path="tox.ini", line=1)
    run_old(Setup(runs=(run,), others=(Asked(tool="bandit"),)), ("bandit",), old, str(tmp_path))
    assert (tmp_path / "said").read_text().split()[2:] == ["--configfile", "b.yml", "-r", "pkg/a.py", "pkg/inner"]


def test_a_word_without_text_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    run = Run(tool="black", argv=("", "src"), path="a.sh", line=1)
    assert paths_of(run, str(tmp_path)) == ["src"]


def test_who_only_sorts_is_no_gate(tmp_path: Path) -> None:
    old = OldTools(isort=_program(tmp_path, "isort", "echo >&2; exit 2"), others={})
    assert not run_old(_setup("isort"), ("isort",), old, str(tmp_path)).failed
