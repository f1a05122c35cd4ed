from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.freshness.changes import changes


def texts(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [str(change) for change in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": "^1", "b": "*"}, {"a": "^2", "c": "*"}, ['a "^1" became "^2"', 'b "*" was removed', 'c "*" was added']),
        ({"a": "^1"}, {"a": {"version": "^1"}}, ['a "^1" became {"version": "^1"}']),
        ({"a": [{"version": "1"}]}, {"a": [{"version": "2"}]}, ['a [{"version": "1"}] became [{"version": "2"}]']),
        ({"a": "^1"}, {"a": "^1"}, []),
        ({}, {"a": "^1"}, ['a "^1" was added']),
    ],
)
def test_tables(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    for key in ("dependencies", "dev-packages"):
        assert texts({key: before}, {key: after}) == expected
        assert texts({"group": {"dev": {"dependencies": before}}}, {"group": {"dev": {"dependencies": after}}}) == (
            expected
        )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["a>=1", "b"], ["A>=2", "c[x]"], ["a>=1 became A>=2", "b was removed", "c[x] was added"]),
        (["a", "b"], ["b", "a"], ["project.dependencies in one order became another"]),
        (["a>=1,<2"], ["a >=1, <2"], ["a>=1,<2 became a >=1, <2"]),
        (["a"], None, ["a was removed"]),
        (["a ; x", "a ; y"], ["a ; y", "a ; z"], ["a ; x became a ; z"]),
    ],
)
def test_lists(before: Any, after: Any, expected: list[str]) -> None:
    assert texts({"project": {"dependencies": before}}, {"project": {"dependencies": after}}) == expected


def test_everything_else_goes_by_its_key() -> None:
    before = {"requires-python": ">=3.8", "extras": {"all": ["a"]}, "source": [{"name": "x"}], "dev-dependencies": None}
    after = {
        "requires-python": ">=3.9",
        "extras": {"all": ["a", "b"]},
        "source": [{"name": "y"}],
        "dev-dependencies": {},
    }
    assert texts(before, after) == [
        "requires-python >=3.8 became >=3.9",
        'extras.all ["a"] became ["a", "b"]',
        'source [{"name": "x"}] became [{"name": "y"}]',
        "dev-dependencies missing became empty",
    ]


def test_groups_may_include_groups() -> None:
    before: dict[str, Any] = {"dependency-groups": {"dev": ["a"], "docs": ["b"]}}
    after = {"dependency-groups": {"dev": ["a", {"include-group": "docs"}], "docs": ["b"]}}
    assert texts(before, after) == ['{"include-group": "docs"} was added']


def test_secrets_do_not_show() -> None:
    after = {
        "source": [{"url": "https://user:s3cret@index.example/simple"}],
        "dependencies": ["a @ https://u:s3cret@h/a.whl"],
    }
    assert "s3cret" not in "".join(texts({"source": [], "dependencies": ["a"]}, after))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["dependencies", "a", "b"]), inner),
    max_leaves=8,
)
TABLES = st.dictionaries(st.sampled_from(["dependencies", "project", "extras"]), VALUES)


@given(TABLES, TABLES)
def test_nothing_differs_exactly_where_nothing_is_named(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert changes(before, before) == ()
    texts(before, after)
