"""The real tools judge the demo fleet's locks, and edits of them; Muster must say the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.collect import collect
from scanner.demo.build import histories
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.freshness import judge
from scanner.freshness.verdict import Scene
from scanner.tree import MemoryTree

pytestmark = pytest.mark.oracle

LOCKS = {
    "poetry.lock": ("poetry", "check", "--lock"),
    "uv.lock": ("uv", "lock", "--check", "--offline", "--no-build", "--no-python-downloads"),
    "pdm.lock": ("pdm", "lock", "--check"),
    "Pipfile.lock": ("pipenv", "verify"),
}
STALE = {
    "poetry.lock": ("changed significantly",),
    "uv.lock": ("needs to be updated", "no longer satisfiable"),
    "pdm.lock": ("out of date", "hash doesn't match", "doesn't satisfy"),
    "Pipfile.lock": ("out of date", "out-of-date"),
}
MANIFESTS = {
    "poetry.lock": "pyproject.toml",
    "uv.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile",
}
EDITS = {
    "as it is": lambda text: text,
    "a comment": lambda text: text + "\n# a comment\n",
    "one more requirement": lambda text: _with_one_more(text),
}


def _with_one_more(text: str) -> str:
    for mark in ("dependencies = [", "[tool.poetry.dependencies]\n", "[packages]\n", "dev = ["):
        if mark in text:
            entry = '  "acme-brand-new>=1",' if mark.startswith("de") else 'acme-brand-new = "*"'
            return text.replace(mark, mark + entry + ("\n" if mark.endswith("\n") else ""), 1)
    raise AssertionError("no place for a requirement")


def _cases() -> list[tuple[str, str, dict[str, str]]]:
    """Every scene of a demo repository that has one of these locks at its root, unbroken."""
    found = []
    for history in histories():
        for later in (False, True):
            files = history.tree(later=later)
            for lock in LOCKS:
                if lock in files and MANIFESTS[lock] in files and "<<<<<<<" not in files[lock]:
                    found.append((f"{history.name}{'-later' if later else ''}", lock, files))
    return found


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize(("name", "lock", "files"), _cases(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_tool_agrees(name: str, lock: str, files: dict[str, str], edit: str, tmp_path: Path) -> None:
    if shutil.which(LOCKS[lock][0]) is None:
        pytest.fail(f"{LOCKS[lock][0]} is not installed: run `make oracle`")
    manifest = MANIFESTS[lock]
    edited = {**files, manifest: EDITS[edit](files[manifest])}
    for path, text in edited.items():
        target = tmp_path / "project" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    theirs, said = _theirs(tmp_path, lock)
    if theirs == "error":
        pytest.skip(f"the tool cannot judge here: {said[-200:]}")
    assert _ours(edited, lock) == theirs, said


def _ours(files: dict[str, str], lock: str) -> str:
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    read = facts.extracts[lock].lock
    assert read is not None
    verdict = judge(Scene(lock=read, extracts=facts.extracts, files=facts.files))
    return next((v for label, v in verdict.other_versions.items() if label.startswith(">")), verdict.status)


def _theirs(tmp_path: Path, lock: str) -> tuple[str, str]:
    environment = {
        **{
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("PIP_", "UV_", "PDM_", "PIPENV_", "POETRY_", "VIRTUAL_ENV"))
        },
        "HOME": str(tmp_path),
        "NO_COLOR": "1",
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PDM_CHECK_UPDATE": "0",
        "PDM_IGNORE_SAVED_PYTHON": "1",
        "UV_CACHE_DIR": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        LOCKS[lock], cwd=tmp_path / "project", env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    said = done.stdout + done.stderr
    if done.returncode == 0:
        return "fresh", said
    if any(words in said for words in STALE[lock]):
        return "stale", said
    return ("fresh" if lock == "poetry.lock" and "Error: poetry.lock" not in said else "error"), said
