"""Words for sentences."""

from __future__ import annotations

import pytest

from scanner.words import clipped, counted, in_hours, listed, rough


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "index", "1 index"),
        (2, "index", "2 indexes"),
        (0, "repository", "0 repositories"),
        (1, "repository", "1 repository"),
        (3, "file", "3 files"),
        (2, "day", "2 days"),
        (2, "branch", "2 branches"),
    ],
)
def test_counted(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


@pytest.mark.parametrize(
    ("words", "most", "text"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b"], None, "a and b"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c"], 3, "a, b and c"),
        (["a", "b", "c", "d"], 2, "a, b and 2 more"),
    ],
)
def test_listed(words: list[str], most: int | None, text: str) -> None:
    assert listed(words, most) == text


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, 0), (0.05, 0.25), (0.9, 1), (1.3, 1.25), (2.05, 2), (3.3, 3.5), (9.8, 10), (29.92, 30), (120.3, 120)],
)
def test_rough_hours(hours: float, said: float) -> None:
    assert rough(hours) == said


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("two words", 9, "two words"),
        ("two words", 8, "two…"),
        ("keep these, and more", 13, "keep these…"),
        ("xxxxx", 3, "xx…"),
    ],
)
def test_texts_are_cut_between_words(text: str, most: int, said: str) -> None:
    assert clipped(text, most) == said


@pytest.mark.parametrize(("hours", "said"), [(1, "1 hour"), (0.9, "1 hour"), (1.4, "1.5 hours"), (30.2, "30 hours")])
def test_hours_with_their_unit(hours: float, said: str) -> None:
    assert in_hours(hours) == said
