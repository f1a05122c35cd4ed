"""Any text does no harm: nothing is raised, and what has none of the old tools stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ruff import removal
from rules.ruff.commands import Swap, arguments
from rules.ruff.hooks import edit
from rules.ruff.runs import Run

SWAP = Swap(tools=frozenset({"flake8", "isort", "black"}), packages=frozenset({"flake8", "isort", "black"}))
_WORDS = [
    "flake8",
    "black",
    "repos:",
    "- repo: x",
    "hooks:",
    "- id: flake8",
    "\n",
    "  ",
    "[",
    "]",
    "=",
    '"',
    ",",
    "#",
    "[flake8]",
]
TEXTS = st.lists(st.sampled_from([*_WORDS, "deps", "[project]", "dev = [", "{", "args: [a]"]), max_size=30).map("".join)


@settings(deadline=None)
@given(TEXTS)
def test_nothing_is_raised(text: str) -> None:
    edit(".pre-commit-config.yaml", text, SWAP, lambda line, why: None)
    removal.rows(text, SWAP.packages)
    removal.rows(text, SWAP.packages, keys=("deps",))
    removal.toml(text, SWAP.packages)
    removal.without_sections(text, ("flake8",))


@given(st.lists(st.text(alphabet="-flake8=./ c", max_size=8), max_size=6))
def test_arguments_of_any_kind(words: list[str]) -> None:
    for tool in ("flake8", "isort", "black"):
        arguments(tool, words)


def test_patterns_that_never_end_are_not_tried() -> None:
    run = Run(tool="flake8", argv=(), path="", line=None, files="(a+)+$", exclude=("(a|a)*b",))
    assert run.covers("a" * 60)


def test_without_old_tools_nothing_changes(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "lint:\n\techo flake8\n", "setup.cfg": "[flake8]\nignore = E1\n"})
    assert not after.move.edits
