from __future__ import annotations

import tomllib

from rules.ruff.beside import beside, lowest, turned_off, within
from rules.ruff.emit import RuffConfig, into_pyproject

OURS = RuffConfig(
    lint={"select": ["F401", "S101", "S401", "UP004"], "exclude": ["docs/**"], "preview": True, "fixable": ["UP"]},
    per_file={"tests/**": ["S"], "a.py": ["F401"]},
)


def test_what_is_selected_already_does_not_come_in() -> None:
    made = beside(OURS, {"lint": {"select": ["F", "S"]}})
    assert made.lint["select"] == ["S401", "UP004"]
    assert made.per_file == {"tests/**": ["S401"], "docs/**": ["S401", "UP004"]}


def test_without_a_selection_rules_are_added_to_the_default() -> None:
    made = beside(OURS, {})
    assert made.lint["extend-select"] == ["S101", "S401", "UP004"]
    assert "select" not in made.lint
    assert "fixable" not in made.lint


def test_preview_only_where_a_rule_needs_it() -> None:
    config = RuffConfig(lint={"select": ["S101"], "preview": True})
    assert beside(config, {"lint": {"select": ["E"]}}).lint == {"select": ["S101"]}


def test_what_ruff_is_told_to_ignore_stays_ignored() -> None:
    theirs = {"lint": {"select": ["E"], "ignore": ["S101"]}}
    assert turned_off(OURS, theirs) == ("S101",)
    assert "S101" not in beside(OURS, theirs).lint["select"]


def test_a_pinned_ruff_has_no_rules_of_later_versions() -> None:
    config = RuffConfig(lint={"select": ["UP004", "UP050"]})
    assert within(config, "0.11.0")[1] == ("UP050",)
    assert within(config, None)[1] == ()
    assert lowest(["0.9.1", "v0.4", "nothing"]) == "v0.4"


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
