from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from rules.ruff.scope import Scope
from rules.ruff.translate import RuffLint
from rules.ruff.union import Share, families, united

STYLE = RuffLint(select=("E501", "F401"), excluded=("docs/**",), settings={"pycodestyle": {"max-line-length": 100}})
SECURITY = RuffLint(select=("F401", "S101", "S102", "S103", "S104"), excluded=("docs/**", "tests/**"))


def test_one_tool_stays_as_it_is() -> None:
    made = united([Share(lint=STYLE)])
    assert made == STYLE
    assert united([]) is None


def test_what_all_leave_out_is_left_out() -> None:
    made = united([Share(lint=STYLE), Share(lint=SECURITY)])
    assert made is not None
    assert made.select == ("E501", "F401", "S101", "S102", "S103", "S104")
    assert made.excluded == ("docs/**",)
    assert made.per_file == (("tests/**", ("S",)),)


def test_what_a_tool_is_not_run_over_is_silent_for_its_rules() -> None:
    scope = Scope(paths=("lib/**", "src/**"))
    made = united([Share(lint=STYLE), Share(lint=SECURITY, scope=scope)])
    assert made is not None
    assert ("!{lib/**,src/**}", ("S",)) in made.per_file


def test_the_shorter_line_counts() -> None:
    other = RuffLint(select=("E501",), settings={"pycodestyle": {"max-line-length": 79}})
    made = united([Share(lint=STYLE), Share(lint=other)])
    assert made is not None
    assert made.settings["pycodestyle"]["max-line-length"] == 79


def test_families() -> None:
    assert families(["S101", "S102", "S103", "S104"], ["S101", "S102", "S103", "S104", "E501"]) == ("S",)
    assert families(["S101", "S102"], ["S101", "S102"]) == ("S101", "S102")
    assert families(["C401", "C901"], ["C401", "C901"]) == ("C401", "C901")


def test_what_flake8_leaves_out_is_still_sorted(moved: Callable[..., Any]) -> None:
    files = {
        "setup.cfg": "[flake8]\nexclude = docs,tests,never\n[isort]\nskip = docs\n",
        "Makefile": "lint:\n\tflake8 .\n\tisort -c .\n",
        "requirements-dev.txt": "flake8\nisort\n",
        **dict.fromkeys(("a.py", "docs/a.py", "tests/a.py"), ""),
    }
    lint = tomllib.loads(moved(files)["ruff.toml"])["lint"]
    assert lint["exclude"] == ["**/docs/**", "**/never/**", "docs", "never"]
    assert lint["per-file-ignores"]["**/tests/**"] == ["E", "F", "PLW0602", "W"]
