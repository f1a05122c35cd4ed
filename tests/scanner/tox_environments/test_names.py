from __future__ import annotations

import pytest

from scanner.tox_environments import expand_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("py{310,311}-dj{4,5}, lint", ["py310-dj4", "py310-dj5", "py311-dj4", "py311-dj5", "lint"]),
        ("py3{10-12}", ["py310", "py311", "py312"]),
        ("py311{,-min}", ["py311", "py311-min"]),
        ("a b,c", ["a", "b", "c"]),
        ("{a", []),
        ("", []),
    ],
)
def test_expand_names(text: str, expected: list[str]) -> None:
    assert expand_names(text) == expected
