from __future__ import annotations

from scanner.formats.lefthook import FORMAT, HUSKY_FORMAT, read, read_script

TEXT = """\
pre-commit:
  commands:
    lint:
      root: api/
      run: uv run ruff check {staged_files}
  jobs:
    - group:
        jobs:
          - run: mypy .
            skip: true
remotes:
  - git_url: https://git.example/acme/hooks
    ref: v1
"""


def test_commands_and_jobs() -> None:
    extract = read("lefthook.yml", TEXT)
    assert extract is not None
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory, i.disabled) for i in extract.invocations]
    assert found == [
        ("pre-commit", "uv run ruff check {staged_files}", 5, "api", None),
        ("pre-commit", "mypy .", 9, ".", "skip"),
    ]
    assert [(r.target, r.ref) for r in extract.references] == [("https://git.example/acme/hooks", "v1")]


def test_toml() -> None:
    extract = read("lefthook.toml", '[pre-push.commands.test]\nrun = "tox"\n')
    assert extract is not None
    assert [(i.job, i.argv, i.at.line) for i in extract.invocations] == [("pre-push", ("tox",), 2)]


def test_husky() -> None:
    extract = read_script(".husky/pre-commit", '#!/bin/sh\n. "$(dirname "$0")/_/husky.sh"\nblack .\n')
    assert extract is not None
    assert [(i.argv, i.at.line, i.context) for i in extract.invocations][-1] == (("black", "."), 3, "hook")
    assert read_script(".husky/pre-commit", "#!/usr/bin/env python3\n") is None
    assert HUSKY_FORMAT.matches("web/.husky/pre-push")
    assert not HUSKY_FORMAT.matches(".husky/_/husky.sh")
    assert FORMAT.matches(".lefthook-local.yml")
