from __future__ import annotations

import pytest

from scanner.commands.file_tree import file_tree

TREE = file_tree(frozenset({"a.txt", "deps/a.txt", "deps/b.in", "x/deps/a.txt", "deps/more/c.txt"}))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("deps/*.txt", ["deps/a.txt"]),
        ("*/*.txt", ["deps/a.txt"]),
        ("*/deps/a.txt", ["x/deps/a.txt"]),
        ("deps/*", ["deps/a.txt", "deps/b.in", "deps/more"]),
        ("[ab].txt", ["a.txt"]),
        ("nothing/*", []),
    ],
)
def test_glob(pattern: str, expected: list[str]) -> None:
    assert TREE.glob(pattern) == expected


def test_exists() -> None:
    assert [TREE.exists(path) for path in (".", "x", "x/deps", "a.txt", "y")] == [True, True, True, True, False]
