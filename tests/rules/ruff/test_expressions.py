from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.expressions import matched_name, searched


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("^docs/", ("docs/**",)),
        ("tests/", ("tests/**", "**/tests/**")),
        ("^(docs|tests)/", ("docs/**", "tests/**")),
        (r"^setup\.py$", ("./setup.py",)),
        (r"^src/a\.py$", ("src/a.py",)),
        (r"_pb2\.py$", ("*_pb2.py",)),
        (r"(?x)^(\n  docs/ |  # why\n  ci/\n)", ("docs/**", "ci/**")),
        (r"^(?!src/)", None),
        (r"^src/\d+/", None),
        ("", ()),
    ],
)
def test_searched(text: str, patterns: tuple[str, ...] | None) -> None:
    assert searched(text.replace("\\n", "\n")) == patterns


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        (r"(?!test_).*\.py", (("test_*",), True)),
        (r"(?!test_|conftest\.py).*\.py", (("test_*", "conftest.py"), True)),
        (r".*\.py", ((), True)),
        (r"^(?!(migrations)).*", (("migrations*",), True)),
        (r"(.*py$)", ((), True)),
        (r"(?=api).*", None),
    ],
)
def test_matched_name(text: str, patterns: object) -> None:
    assert matched_name(text) == patterns


@given(st.text(alphabet="ab/.*^$()|\\?![]+{}x#\n ", max_size=60))
def test_any_expression_does_no_harm(text: str) -> None:
    searched(text)
    matched_name(text)
