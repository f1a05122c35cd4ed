from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.escape import csv_cell, markdown, terminal, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("naïve é", "naïve é"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_line_passes_for_a_workflow_command() -> None:
    assert terminal("::error::x") == " ::error::x"
    assert terminal("##[group]x").startswith(" ")


def test_markdown_formats_nothing() -> None:
    assert markdown("a|b *c* [d](e) <f> `g`") == r"a\|b \*c\* \[d\](e) \<f\> \`g\`"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0"])
def test_csv_runs_nothing(text: str) -> None:
    assert csv_cell(text).startswith("'")


@given(st.text(max_size=80))
def test_any_text_is_one_harmless_line(text: str) -> None:
    for shown in (terminal(text), markdown(text), csv_cell(text)):
        assert len(shown.splitlines()) <= 1
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
