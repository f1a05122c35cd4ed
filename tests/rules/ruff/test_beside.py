from __future__ import annotations

import tomllib

import pytest

from rules.rollout.selection import defaults, rules_of, short
from rules.ruff.beside import beside, turned_off
from rules.ruff.emit import Conflict, RuffConfig, into_pyproject
from rules.ruff.standing import Standing

OURS = RuffConfig(
    lint={"select": ["F401", "S101", "S401", "UP004"], "exclude": ["docs/**"], "preview": True, "fixable": ["UP"]},
    per_file={"tests/**": ["S"], "a.py": ["F401"]},
)


def test_what_is_selected_already_does_not_come_in() -> None:
    made = beside(OURS, Standing(tables={"lint": {"select": ["F", "S"]}}))
    assert made.lint["select"] == ["S401", "UP004"]
    assert made.per_file == {"tests/**": ["S401"], "docs/**": ["S401", "UP004"]}


def test_without_a_selection_the_default_is_named() -> None:
    made = beside(OURS, Standing(select=("E4", "F")))
    assert made.lint["select"] == ["E4", "F", "S101", "S401", "UP004"]
    assert "fixable" not in made.lint


def test_where_ruff_only_formats_it_selects_nothing_more() -> None:
    made = beside(OURS, Standing(tables={"format": {}}, select=()))
    assert made.lint["select"] == ["F401", "S101", "S401", "UP004"]


def test_what_every_run_ignores_is_not_asked_of_new_ones() -> None:
    there = Standing(select=("E4", "F4"), ignored=frozenset({"E402"}))
    assert beside(OURS, there).lint["select"][:2] == ["E401", "F4"]
    assert beside(RuffConfig(lint={"select": ["I001"]}), there).lint["select"] == ["E4", "F4", "I001"]


def test_a_rule_that_runs_by_its_default_keeps_it() -> None:
    asked = RuffConfig(lint={"select": ["C901"]}, tables={"mccabe": {"max-complexity": 30}})
    with pytest.raises(Conflict, match="C90"):
        beside(asked, Standing(select=("C90",), on=frozenset({"C901"})))


@pytest.mark.parametrize(("formats", "on", "expected"), [(False, "E501", 88), (True, "F401", 120)])
def test_the_shorter_line_where_both_measure(formats: bool, on: str, expected: int) -> None:
    asked = RuffConfig(top={"line-length": 120}, lint={"select": ["E501", "F401"]})
    made = beside(asked, Standing(select=(on,), on=frozenset({on}), length=88, formats=formats))
    assert "line-length" not in made.top
    assert made.tables["pycodestyle"] == {"max-line-length": expected}


def test_preview_only_where_a_rule_needs_it() -> None:
    config = RuffConfig(lint={"select": ["S101"], "preview": True})
    assert beside(config, Standing(tables={"lint": {"select": ["E"]}})).lint == {"select": ["S101"]}


def test_rules_in_preview_that_are_on_stay_on() -> None:
    config = RuffConfig(lint={"select": ["E301"], "preview": True, "explicit-preview-rules": True})
    assert beside(config, Standing(tables={"preview": True, "lint": {"select": ["B"]}})).lint == {"select": ["E301"]}


@pytest.mark.parametrize(("rule", "key"), [("S101", "extend-select"), ("S401", "select")])
def test_a_default_that_does_not_change_is_not_repeated(rule: str, key: str) -> None:
    made = beside(RuffConfig(lint={"select": [rule], "preview": True}), Standing(select=short(rules_of(defaults()))))
    assert made.lint[key][-1] == rule
    assert (key == "select") == ("S102" in made.lint[key])


def test_what_ruff_is_told_to_ignore_stays_ignored() -> None:
    theirs = {"lint": {"select": ["E"], "ignore": ["S101"]}}
    assert turned_off(OURS, theirs) == ("S101",)
    assert "S101" not in beside(OURS, Standing(tables=theirs)).lint["select"]


def test_comments_of_a_list_stay() -> None:
    text = '[tool.ruff.lint]\nselect = [\n    "E",  # errors\n    # "C901", later\n    "F"\n]\n'
    after = into_pyproject(text, RuffConfig(lint={"select": ["S101", "S102"]}), ())
    assert tomllib.loads(after)["tool"]["ruff"]["lint"]["select"] == ["E", "F", "S101", "S102"]
    assert '"E",  # errors\n    # "C901", later\n    "F",\n    "S101", "S102",\n]\n' in after


def test_dotted_options_get_no_table_between_them() -> None:
    text = '[tool.ruff]\nlint.select = ["E"]\nlint.ignore = ["E501"]\n'
    config = RuffConfig(lint={"select": ["S101"]}, per_file={"tests/**": ["S101"]})
    found = tomllib.loads(into_pyproject(text, config, ()))["tool"]["ruff"]["lint"]
    assert found == {"select": ["E", "S101"], "ignore": ["E501"], "per-file-ignores": {"tests/**": ["S101"]}}
    behind = into_pyproject(text + "\n[tool.mypy]\nstrict = true\n", config, ())
    assert 'lint.per-file-ignores."tests/**" = ["S101"]\n\n[tool.mypy]\n' in behind


def test_folders_that_nobody_committed_are_ruffs_own() -> None:
    ours = RuffConfig(lint={"select": ["S101"], "exclude": ["env", "**/env/**", "**/gen/**", "old.py"]})
    made = beside(ours, Standing(tables={"lint": {"select": ["F"]}}), ["a/gen/b.py", "x/old.py"])
    assert dict(made.per_file) == {"**/gen/**": ["S101"], "old.py": ["S101"]}
