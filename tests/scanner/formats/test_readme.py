from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import readme


def said(text: str) -> list[tuple[str, int | None]]:
    extract = readme.read("README.md", text)
    return [(hint.kind, hint.at.line) for hint in extract.hints] if extract is not None else []


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("# Carts\n\nA library for carts.\n", [("library", 3)]),
        ("Carts\n=====\n\nA command line tool.\n", [("cli", 4)]),
        ("# API template\n\nA web application.\n", [("template", 1), ("service", 3)]),
        ("# Carts\n\n[![a tool](x)](https://a.example/library)\n\nCounts carts.\n", []),
        ("# Carts\n\n```\na tool\n```\n\nA `library` of its own kind of bot.\n", [("service", 7)]),
        ("# Carts\n\n## Installation\n\nInstall the tool.\n", []),
        ("# Carts\n\n.. image:: library.png\n   :alt: tool\n\nCounts.\n", []),
        ("# Carts\n\n| tool | library |\n> a tool\n    a tool\n", []),
        ("", []),
    ],
)
def test_openings(text: str, hints: list[tuple[str, int]]) -> None:
    assert said(text) == hints


def test_only_the_opening_counts() -> None:
    assert said("# Carts\n" + "\nCounts all the carts.\n" * 20 + "\nA library.\n") == []


@pytest.mark.parametrize(
    ("path", "mine"),
    [
        ("README.md", True),
        ("api/readme.rst", True),
        ("a/b/c/README", True),
        ("a/b/c/d/README.md", False),
        ("web/node_modules/README.md", False),
        ("README.pdf", False),
    ],
)
def test_names(path: str, mine: bool) -> None:
    assert readme.FORMAT.matches(path) is mine


@given(st.text(alphabet="#`~[]()!<>|.:-=* \nabc", max_size=400))
def test_any_text(text: str) -> None:
    readme.read("README.md", text)
