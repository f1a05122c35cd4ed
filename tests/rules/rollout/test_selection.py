from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.pythons import data
from rules.rollout.selection import defaults, rules_of, selectors_of, short, unknown
from rules.ruff.catalog import ruff_rules, ruff_version

SELECTORS = sorted({s for code in ruff_rules() for s in selectors_of(code)})


def _enabled(folder: Path, *options: str) -> set[str]:
    (folder / "a.py").write_text("")
    program = Path(sys.executable).with_name("ruff")
    argv = [str(program), "check", "--isolated", "--show-settings", *options, "a.py"]
    said = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True).stdout
    block = said[said.index("linter.rules.enabled") :]
    return set(re.findall(r"\(([A-Z]+\d+)\)", block[: block.index("\n]")]))


def test_the_defaults_are_those_of_the_installed_ruff(tmp_path: Path) -> None:
    assert data("ruff_defaults.toml")["version"] == ruff_version()
    assert rules_of(defaults()) == _enabled(tmp_path)


def test_the_defaults_were_prefixes_once() -> None:
    assert defaults("0.15.22") == ("E4", "E7", "E9", "F")
    assert defaults("0.16.0") == defaults() == defaults("newest")


@pytest.mark.parametrize(
    ("select", "ignore"),
    [
        (["E", "F"], ["E5"]),
        (["ALL"], ["D", "ANN"]),
        (["PL", "C", "T"], ["PLR"]),
        (["D"], ["D1", "D203"]),
        (["E", "E501"], ["E5"]),
        (["TCH", "UP0"], ["UP007"]),
        (["F401"], ["F401"]),
    ],
)
def test_selectors_mean_what_ruff_takes_them_for(tmp_path: Path, select: list[str], ignore: list[str]) -> None:
    said = _enabled(tmp_path, f"--select={','.join(select)}", f"--ignore={','.join(ignore)}" if ignore else "--quiet")
    assert rules_of(select, ignore) == said


def test_preview_has_to_be_asked_for() -> None:
    assert "E225" not in rules_of(["E"])
    assert "E225" in rules_of(["E"], preview=True)
    assert "E225" not in rules_of(["E"], preview=True, explicit=True)
    assert rules_of(["E225"], preview=True, explicit=True) == {"E225"}


def test_what_is_no_selector() -> None:
    assert unknown(["E", "TCH001", "X1", "PL", "ALL", ""]) == ("X1", "")


@given(st.sets(st.sampled_from(SELECTORS), max_size=6), st.sets(st.sampled_from(SELECTORS), max_size=4))
def test_short_stands_for_the_same_rules(select: set[str], ignore: set[str]) -> None:
    rules = rules_of(sorted(select), sorted(ignore))
    assert rules_of(short(rules)) == rules


@given(st.lists(st.text(max_size=8), max_size=5))
def test_no_text_breaks_it(texts: list[str]) -> None:
    rules_of(texts, texts)
    unknown(texts)
