from __future__ import annotations

import pytest

from rules.ruff.gate import Measure, Place, baseline, compare

SAME = {"E501": ("E501",), "B950": ("E501",), "I001": ("I001",), "I005": ("I001",)}


@pytest.mark.parametrize(
    ("old", "new", "kept", "alone", "lost", "uncovered"),
    [
        ([("a", 1, "E501")], [("a", 1, "E501")], 1, 0, 0, 0),
        ([("a", 1, "E501")], [("a", 3, "E501")], 1, 0, 0, 0),
        ([("a", 1, "E501")], [("b", 1, "E501")], 0, 1, 1, 0),
        ([("a", 1, "W999")], [], 0, 0, 0, 1),
        ([("a", 1, "B950"), ("a", 1, "E501")], [("a", 1, "E501")], 2, 0, 0, 0),
        ([("a", 1, "I001"), ("a", 2, "I005")], [("a", 1, "I001")], 2, 0, 0, 0),
        ([], [("a", 1, "I001")], 0, 1, 0, 0),
    ],
)
def test_reports_are_matched(
    old: list[Place], new: list[Place], kept: int, alone: int, lost: int, uncovered: int
) -> None:
    found = compare(old, new, SAME)
    assert (found.kept, len(found.new), len(found.lost), len(found.uncovered)) == (kept, alone, lost, uncovered)


def test_an_exact_line_is_not_taken_by_another() -> None:
    found = compare([("a", 5, "E501"), ("a", 9, "E501")], [("a", 9, "E501")], SAME)
    assert (found.kept, found.lost, found.recall) == (1, (("a", 5, "E501"),), 0.5)
    assert compare([], [], SAME).recall is None


def test_the_baseline_counts_by_file_and_rule() -> None:
    assert baseline([("b", 1, "E501"), ("a", 1, "F401"), ("a", 2, "F401")]) == {"a": {"F401": 2}, "b": {"E501": 1}}


def test_a_rule_is_not_left_out_where_the_old_tools_say_as_much() -> None:
    old = [("a", 1, "E501"), ("b", 1, "E501")]
    found = compare(old, [("a", 1, "E501"), ("a", 2, "E501"), *(("b", n, "E501") for n in range(1, 4))], SAME)
    assert found.to_leave_out() == (("b", 2, "E501"), ("b", 3, "E501"))
    assert found.hidden_by(found.to_leave_out()) == 1
    assert found.to_leave_out(strictly=True) == ()
    alone = compare([], [("a", 1, "E501")], SAME)
    assert alone.to_leave_out(strictly=True) == alone.to_leave_out() == alone.new


def test_a_tool_that_was_not_measured_and_may_fail_the_gate_speaks_for_nothing() -> None:
    assert not Measure(status="measured").holds
    assert Measure(status="measured", before=True, after=True).holds
    assert not Measure(status="measured", before=True, after=False).holds
    assert Measure(status="ruff-only", after=True).holds
