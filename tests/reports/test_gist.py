from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.gist import gist


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("flask>=2 (pyproject.toml:12) but 1.1 is locked", "… but … is locked"),
        ("shop has version 1.47.1, but is locked as 1.47.0", "… has version …, but is locked as …"),
        (
            "3 of 8 runtime requirements are not exact, such as flask>=2",
            "… of … runtime requirements are not exact, such as …",
        ),
        ("the lock cannot be read", "the lock cannot be read"),
        ("", ""),
    ],
)
def test_gist(message: str, short: str) -> None:
    assert gist(message, {"shop"}) == short


@given(st.text())
def test_any_text_gets_a_gist(message: str) -> None:
    assert len(gist(message)) <= 800
