"""What reads ``[tool.poetry]``, and what shows single groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import Patched


@pytest.mark.parametrize(
    "row",
    [
        'version = data["tool"]["poetry"]["version"]',
        'authors = data.get("tool", {}).get("poetry", {})["authors"]',
        'name = "tool.poetry.name"',
    ],
)
def test_programs_that_read_the_old_table_are_told(patched: Callable[..., Patched], row: str) -> None:
    found = patched({"docs/conf.py": f"import tomllib\n\n{row}\n"})
    assert [(path, line) for path, line, message in found.notes if "[tool.poetry]" in message] == [("docs/conf.py", 3)]


@pytest.mark.parametrize(
    ("options", "after"),
    [
        ("--only main", "uv tree --no-dev"),
        ("--no-dev -T", "uv tree --no-dev --depth 1"),
        ("--only dev", "uv tree --only-group dev"),
        ("flask", "uv pip show flask"),
    ],
)
def test_what_single_groups_hold(patched: Callable[..., Patched], options: str, after: str) -> None:
    found = patched({"README.md": f"```sh\npoetry show {options}\n```\n"})
    assert found["README.md"] == f"```sh\n{after}\n```\n"
