"""What the gates of the patched tree see is measured: merged hooks, notebooks, modes, Ruff's own commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HOOK = "- repo: https://github.com/example/{0}\n  rev: 1.0.0\n  hooks:\n  - id: {0}\n{1}"
NOTEBOOK = {
    "cells": [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["x=1"]}],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def _silent(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Programs that find nothing."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def _proved(muster: Any, repo: Any) -> Any:
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    return told.json["plans"][0]["measure"]


def _hooks(*rows: str) -> str:
    return "repos:\n" + "".join(rows)


def test_hooks_that_become_one_are_measured_over_what_it_sees(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "flake8", "pydocstyle")
    inner = HOOK.format("pydocstyle", "    files: ^web/((?!test)(?!meta).)*\\.py$\n")
    whole = HOOK.format("flake8", "    args: [web]\n    pass_filenames: false\n")
    repo = make_repo("shop")
    repo.commit(
        {
            ".pre-commit-config.yaml": _hooks(whole, inner),
            "web/a.py": '"""Text."""\n',
            "web/shim": "#!/usr/bin/env python3\nx = 1\n",
        }
    )
    measure = _proved(muster, repo)
    assert [later["code"] for later in measure["later"]] == ["D100"]
    assert (measure["before"], measure["after"], measure["left"]) == (True, True, 0)


def test_the_mode_of_a_file_is_that_of_the_commit(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "flake8")
    repo = make_repo("shop")
    repo.commit({"Makefile": "lint:\n\tflake8\n", "requirements-dev.txt": "flake8\nflake8-executable\n", "a.py": "x=1"})
    (repo.path / "run.py").write_text("#!/usr/bin/env python3\n")
    (repo.path / "run.py").chmod(0o755)
    repo.git("add", "run.py")
    repo.git("commit", "-qm", "run")
    measure = _proved(muster, repo)
    assert "EXE001" not in [later["code"] for later in measure["later"]]


def test_notebooks_that_only_ruff_would_format_are_left_out(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "black")
    repo = make_repo("shop")
    hooks = _hooks(HOOK.format("black-jupyter", ""))
    repo.commit({".pre-commit-config.yaml": hooks, "a.py": "x = 1\n", "docs/b.ipynb": json.dumps(NOTEBOOK)})
    measure = _proved(muster, repo)
    assert (measure["format_before"], measure["format_after"], measure["unformatted"]) == (True, True, 1)
    assert measure["reason"] == "not compared: notebooks, which black did not read here"
    repo.git("apply", str(Path("out/shop.ruff.patch").resolve()))
    assert 'exclude = ["docs/b.ipynb"]' in (repo.path / "ruff.toml").read_text()


def test_ruff_of_today_is_measured_over_what_its_command_names(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "flake8")
    repo = make_repo("shop")
    makefile = "lint:\n\truff check web\n\tflake8 web\n"
    repo.commit({"Makefile": makefile, "web/a.py": "x = 1\n", "old/b.py": "import os\n"})
    measure = _proved(muster, repo)
    assert (measure["before"], measure["after"], measure["new"]) == (True, True, 0)


def test_rules_that_the_ruff_of_today_has_not_are_new(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "flake8")
    repo = make_repo("shop")
    ruff = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.0.284\n  hooks:\n  - id: ruff\n"
    repo.commit(
        {
            ".pre-commit-config.yaml": _hooks(ruff, HOOK.format("flake8", "")),
            "ruff.toml": 'select = ["ALL"]\nignore = ["D", "INP"]\n',
            "a.py": "import logging\n\nlogging.info(1)\n",
        }
    )
    measure = _proved(muster, repo)
    assert (measure["before"], measure["after"]) == (True, True)
    assert "LOG015" in [later["code"] for later in measure["later"]]
    assert measure["reason"].startswith("Ruff 0.0.284 was not at hand")


def test_the_ruff_that_is_stated_is_asked_where_it_is_at_hand(
    muster: Any, make_repo: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _silent(tmp_path / "bin", monkeypatch, "flake8")
    (tmp_path / "bin" / "ruff").write_text('#!/bin/sh\n[ "$1" = --version ] && echo ruff 0.15.2 || echo "[]"\n')
    (tmp_path / "bin" / "ruff").chmod(0o755)
    repo = make_repo("shop")
    repo.commit(
        {
            "Makefile": "lint:\n\truff check\n\tflake8\n",
            "requirements.txt": "ruff==0.15.2\nflake8\n",
            "ruff.toml": 'lint.select = ["F"]\n',
            "a.py": "import os\n",
        }
    )
    measure = _proved(muster, repo)
    assert (measure["before"], measure["after"], measure["reason"]) == (True, True, None)
    assert [(later["code"], later["count"]) for later in measure["later"]] == [("F401", 1)]
