from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.yaml_reader import Mapping, Scalar, Sequence, load, load_all, load_mapping


def test_everything_is_text_with_its_line() -> None:
    doc = load_mapping("on: 3.10\nb:\n  - 22:22\n  - |\n    x\n    y\n  - 'q'\n")
    assert doc.text("on") == "3.10"
    time, block, quoted = doc.seq("b")
    assert isinstance(time, Scalar)
    assert isinstance(block, Scalar)
    assert isinstance(quoted, Scalar)
    assert (time.text, time.line, time.plain) == ("22:22", 3, True)
    assert (block.text, block.line, block.first_line, block.block) == ("x\ny\n", 4, 5, True)
    assert quoted.plain is False


def test_merge_keys_and_duplicates() -> None:
    doc = load_mapping("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nt: one\nt: two\n")
    assert (doc.text("b", "x"), doc.text("b", "y"), doc.text("t")) == ("1", "3", "two")
    assert doc.duplicates == ("t",)
    assert [(k, v.text) for k, v in doc.shadowed if isinstance(v, Scalar)] == [("t", "one")]


def test_tags_and_documents() -> None:
    doc = load("a: !reference [b, c]")
    assert isinstance(doc, Mapping)
    inner = doc.get("a")
    assert isinstance(inner, Sequence)
    assert inner.tag == "!reference"
    assert len(load_all("a: 1\n---\nb: 2\n")) == 2
    assert load("") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [" * 100, "too-deep"),
        ("<<<<<<< a\nx\n>>>>>>> b\n", "conflict-markers"),
        ("a: *b", "syntax"),
        ("a: 'b", "syntax"),
        ("\x00", "syntax"),
        ("a: &a [x]\nb: [" + "*a," * 3000 + "]", "too-large"),
        ("a0: &a0 [x,x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, 40)), "too-large"),
    ],
)
def test_what_cannot_be_read(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load(text)
    assert caught.value.code == code


@given(st.text(alphabet="abc:-[]{}&*!|>'\"#\n ,?%@<\t", max_size=80))
def test_any_text(text: str) -> None:
    with suppress(Unreadable):
        load_all(text)


def test_a_character_that_yaml_does_not_take_has_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        load_all("é: 1\nb: \x1f\n")
    assert caught.value.line == 2
