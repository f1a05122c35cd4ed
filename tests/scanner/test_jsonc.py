from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import jsonc
from scanner.format import Unreadable


def test_comments_commas_and_lines() -> None:
    doc = jsonc.loads('\ufeff{\n\t// one, ]\n\t"a": "x // no comment", /* two\n lines */\n\t"b": [1, 2,],\n}\n')
    assert (doc.text("a"), doc.line_of("b"), len(doc.seq("b"))) == ("x // no comment", 5, 2)


def test_escapes() -> None:
    assert jsonc.loads('{"a": "\\ud83d\\ude00"}').text("a") == "😀"
    assert jsonc.loads('{"a": "b\\/c\\n\\u00e4\\""}').text("a") == 'b/c\nä"'


def test_what_is_none() -> None:
    with pytest.raises(Unreadable):
        jsonc.loads("[1]")
    with pytest.raises(Unreadable):
        jsonc.loads('{"a": [')


_CHARACTERS = st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("äé😀")


@given(
    st.dictionaries(
        st.text(_CHARACTERS, max_size=8),
        st.text(_CHARACTERS, max_size=12),
    )
)
def test_reads_json(data: dict[str, str]) -> None:
    doc = jsonc.loads(json.dumps(data, indent=1))
    assert {key: doc.text(key) for key in data} == data


def test_what_is_left_open_costs_little() -> None:
    for text in ('"\\' * 100_000, "/*" * 100_000, '"' * 100_001):
        with pytest.raises(Unreadable):
            jsonc.loads("{" + text)
