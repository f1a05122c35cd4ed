from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.commands.ignored import is_ignored


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (("a.txt",), "a.txt", True),
        (("a.txt",), "b/a.txt", False),
        (("*/a.txt",), "b/a.txt", True),
        (("**/a.txt",), "a.txt", True),
        (("**/a.txt",), "b/c/a.txt", True),
        (("b",), "b/c/a.txt", True),
        (("b/**",), "b/c/a.txt", True),
        (("b/**",), "b", False),
        (("*", "!b"), "b/c", False),
        (("*", "!b", "b/c"), "b/c", True),
        (("*.l?ck",), "uv.lock", True),
        ((), "a", False),
    ],
)
def test_is_ignored(patterns: tuple[str, ...], path: str, expected: bool) -> None:
    assert is_ignored(patterns, path) is expected


@given(
    st.lists(st.text(alphabet="ab*/!?[].", max_size=12), max_size=5), st.text(alphabet="ab/.", min_size=1, max_size=12)
)
def test_never_raises(patterns: list[str], path: str) -> None:
    is_ignored(patterns, path)
