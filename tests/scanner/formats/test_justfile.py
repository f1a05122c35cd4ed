from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats.justfile import FORMAT

TEXT = """set dotenv-load
python := "python3"
export UV_FROZEN := "1"
text := '''
not:
  a recipe
'''
alias t := test

# the first one
default: (test "x") && lint
  @{{ python }} -m pip install -r requirements.txt

test target='tests' *args: \\
  build
  -pytest {{ target }} {{ args }}
  pip install \\
    -e .

[private]
lint:
  #!/usr/bin/env bash
  set -e
  ruff check .

script:
  #!/usr/bin/env python
  import x
build:
"""


def test_read() -> None:
    extract = FORMAT.read("justfile", TEXT)
    assert extract is not None
    assert [(t.name, t.needs, t.default) for t in extract.tasks] == [
        ("default", ("test", "lint"), True),
        ("test", ("build",), False),
        ("lint", (), False),
        ("script", (), False),
        ("build", (), False),
        ("t", ("test",), False),
    ]
    assert [(i.job, " ".join(i.argv), i.at.line, i.tolerated) for i in extract.invocations] == [
        ("default", "python3 -m pip install -r requirements.txt", 12, False),
        ("test", "pytest tests {{ args }}", 16, True),
        ("test", "pip install -e .", 17, False),
        ("lint", "set -e", 23, False),
        ("lint", "ruff check .", 24, False),
    ]
    assert extract.invocations[0].env == (("UV_FROZEN", "1"),)


def test_matches_and_nothing() -> None:
    assert FORMAT.matches("a/.justfile")
    assert not FORMAT.matches("justfile.md")
    assert FORMAT.read("justfile", "x := 'y'\n") is None


_PARTS = [
    "a:",
    "  b",
    "a b='c': d",
    "x := '''",
    "'''",
    "  #!/bin/sh",
    "alias a := b",
    "a: (b 'c') && d",
    "\\",
    "",
    "set x",
    "  -@ x",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=10).map("\n".join))
def test_never_raises(text: str) -> None:
    FORMAT.read("justfile", text)
