from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.github_expressions import Value, condition, evaluate, filled

KNOWN: dict[str, Value] = {"matrix.dir": "services/api", "matrix.on": True, "matrix.off": False, "matrix.none": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("matrix.dir", "services/api"),
        ("matrix.none || 'x'", "x"),
        ("matrix.unknown || 'x'", None),
        ("matrix.on && 'a' || 'b'", "a"),
        ("matrix.off && 'a' || 'b'", "b"),
        ("matrix.unknown && matrix.off", False),
        ("matrix.dir == 'SERVICES/API'", True),
        ("matrix.dir != 'x' && !matrix.off", True),
        ("(matrix.off || matrix.on) && 'it''s'", "it's"),
        ("format('py{0}-{1}', '3', matrix.dir)", "py3-services/api"),
        ("contains(matrix.dir, 'API') && startsWith(matrix.dir, 's') && endsWith(matrix.dir, 'i')", True),
        ("contains(matrix.dir, matrix.unknown)", None),
        ("success() && matrix.on", True),
        ("failure()", None),
        ("null", ""),
        ("3 < 4", None),
        ("12", "12"),
        ("matrix.dir 'x'", None),
        ("(matrix.dir", None),
        ("a b {", None),
        ("format(", None),
        ("hashFiles('a' 'b')", None),
    ],
)
def test_what_is_written_down_is_known(text: str, expected: Value) -> None:
    assert evaluate(text, KNOWN.get) == expected


def test_texts_and_conditions() -> None:
    assert filled("cd ${{ matrix.dir }}/${{ matrix.x }}; ${{ matrix.on }}", KNOWN.get) == (
        "cd services/api/${{ matrix.x }}; true"
    )
    assert condition("${{ matrix.off }}", KNOWN.get) is False
    assert condition("matrix.dir == 'x'", KNOWN.get) is False
    assert condition("a ${{ matrix.on }}", KNOWN.get) is None
    assert condition("matrix.dir", KNOWN.get) is True


@given(st.text(alphabet="()!&|='abc. ,0{}$<>\n", max_size=60))
def test_any_text_does_no_harm(text: str) -> None:
    evaluate(text, KNOWN.get)
    evaluate("!" * 50 + "(" * 50 + text, KNOWN.get)
    filled(text, KNOWN.get)
