from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.variables import read

MAKE = """\
LEN = 100
ignored = --ignore=E203,E266
OPTIONS := --isolated \\
  --max-line-length=$(LEN)
SRC = src tests
BOTH = --count src
export SELECT="--select E9"
ONE = --a
ONE = --b
FILES = $(shell git ls-files -- src)
FLAGS = --count
FLAGS += --isolated
"""
YAML = "env:\n  FLAKE8_ARGS: --max-line-length=99\n  WHERE: src\n"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("${ignored}", ["--ignore=E203,E266"]),
        ("$(OPTIONS)", ["--isolated", "--max-line-length=$(LEN)"]),
        ('"$SELECT"', ["--select", "E9"]),
        ("$(SRC)", ["$(SRC)"]),
        ("$(BOTH)", ["--count", "src"]),
        ("--max-line-length=$(LEN)", ["--max-line-length=100"]),
        ("--exclude=a,$(LEN)", ["--exclude=a,100"]),
        ("--exclude='a$'", ["--exclude='a$'"]),
        ("--jobs=$(nproc --all)", ["--jobs=$(nproc --all)"]),
        ("$(FILES)", ["$(FILES)"]),
        ("$(UNKNOWN)", ["$(UNKNOWN)"]),
        ("$(ARGS)", ["$(ARGS)"]),
        ("$(git ls-files)", ["$(git ls-files)"]),
        ("$@", ["$@"]),
        ("${{ matrix.folder }}", ["${{ matrix.folder }}"]),
    ],
)
def test_options_that_variables_hold_are_read(word: str, found: list[str]) -> None:
    assert read([word], MAKE) == found


@pytest.mark.parametrize(
    "word",
    ["$(FLAGS)", "$(ONE_OPTIONS)", "$FLAKE8_ARGS", "${{ matrix.flags }}", "${{ inputs.args }}", "--ignore=$IGNORED"],
)
def test_what_may_hold_options_that_nobody_knows(word: str) -> None:
    assert read([word], MAKE) is None


def test_variables_of_a_workflow() -> None:
    assert read(["$FLAKE8_ARGS", "$WHERE"], YAML) == ["--max-line-length=99", "$WHERE"]


@given(st.lists(st.sampled_from(["$A", "${A}", "A=", "A = ", "$(A)", "-", "\n", '"', "'", "\\", "#", " ", "b"])))
def test_any_text_is_read_or_not(parts: list[str]) -> None:
    text = "".join(parts)
    read(text.split(), text)
