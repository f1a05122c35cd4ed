from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.nx_project import FORMAT

TEXT = """{
  "name": "shop",
  "targets": {
    "lint": {
      "executor": "nx:run-commands",
      "options": {"commands": ["poetry run ruff check {projectRoot}/src", {"command": "poetry run mypy src"}]}
    },
    "install": {"executor": "nx:run-commands", "options": {"command": "poetry install", "cwd": "{projectRoot}"}},
    "check": {"command": "uv run pyright", "dependsOn": ["install", "^check", {"target": "x"}]},
    "style": {"executor": "@nxlv/python:ruff-format", "options": {"filePatterns": ["src"]}},
    "odd": {"options": {"cwd": "../..", "command": "poetry lock"}},
    "none": []
  }
}
"""


def test_read() -> None:
    extract = FORMAT.read("libs/shop/project.json", TEXT)
    assert extract is not None
    assert [(t.name, t.needs, t.at.line) for t in extract.tasks] == [
        ("lint", (), 4),
        ("install", (), 8),
        ("check", ("install",), 9),
        ("style", (), 10),
        ("odd", (), 11),
    ]
    assert [(i.job, " ".join(i.argv), i.directory) for i in extract.invocations] == [
        ("lint", "poetry run ruff check libs/shop/src", "."),
        ("lint", "poetry run mypy src", "."),
        ("install", "poetry install", "libs/shop"),
        ("check", "uv run pyright", "."),
        ("style", "ruff format", "libs/shop"),
        ("odd", "poetry lock", None),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"targets": []}', '{"targets": {}}', '{"projectType": "x"}'])
def test_not_of_nx(text: str) -> None:
    assert FORMAT.read("project.json", text) is None


def test_too_deep() -> None:
    with pytest.raises(Unreadable):
        FORMAT.read("project.json", "[" * 100_000)


@given(st.text(alphabet='{}[]":,targetscommndwoi ', max_size=80))
def test_never_raises(text: str) -> None:
    with contextlib.suppress(Unreadable):
        FORMAT.read("project.json", text)
