from __future__ import annotations

import pytest

from scanner.format import Unreadable
from scanner.formats.taskfile import FORMAT

TEXT = """version: '3'
vars: {PYTHON: python3, X: {sh: date}}
env: {UV_FROZEN: "1"}
tasks:
  default:
    deps: [install]
    cmds:
      - task: test
      - cmd: "{{.PYTHON}} -m build"
  install: uv sync
  test:
    dir: sub
    cmds:
      - |
        cd x
        pytest {{.X}}
      - defer: rm y
"""


def test_read() -> None:
    extract = FORMAT.read("Taskfile.yml", TEXT)
    assert extract is not None
    assert [(t.name, t.needs, t.default, t.at.line) for t in extract.tasks] == [
        ("default", ("install", "test"), True, 5),
        ("install", (), False, 10),
        ("test", (), False, 11),
    ]
    assert [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in extract.invocations] == [
        ("default", "python3 -m build", 9, "."),
        ("install", "uv sync", 10, "."),
        ("test", "pytest {{.X}}", 16, "sub/x"),
        ("test", "rm y", 17, "sub"),
    ]
    assert extract.invocations[0].env == (("UV_FROZEN", "1"),)


def test_nothing_and_broken() -> None:
    assert FORMAT.read("Taskfile.yml", "version: '3'\n") is None
    with pytest.raises(Unreadable):
        FORMAT.read("Taskfile.yml", "a: [")
