from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.ruff.decision import Decision

INSTALLED = ("E", "W", "F", "C90", "B0", "B9")
CODES = ("E501", "E203", "E121", "W503", "F401", "C901", "B006", "B950", "X100")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"E501", "E203", "F401", "C901", "B006"}),
        ({"ignore": ("E203",)}, {"E501", "E121", "W503", "F401", "C901", "B006", "B950"}),
        ({"extend_ignore": ("E203",)}, {"E501", "F401", "C901", "B006"}),
        ({"select": ("B", "B950")}, {"B006", "B950"}),
        ({"select": ("E", "W503"), "ignore": ("E5",)}, {"E203", "E121", "W503"}),
        ({"extend_select": ("B950",)}, {"E501", "E203", "F401", "C901", "B006", "B950"}),
        ({"select": ("E5",), "ignore": ("E",)}, {"E501"}),
    ],
)
def test_decisions(changes: dict[str, tuple[str, ...]], expected: set[str]) -> None:
    decision = Decision(installed=INSTALLED, off=("B9",), **changes)
    assert {code for code in CODES if decision.reports(code)} == expected


_PREFIXES = st.lists(st.sampled_from(["E", "E5", "E501", "E1", "E121", "W", "W5", "W503", "F", "C", "B", "B9", "B95"]))
_LISTS = st.none() | _PREFIXES
_ASK = """
import argparse, json, sys
from flake8.style_guide import Decision, DecisionEngine
answers = []
for case in json.load(sys.stdin):
    codes = case.pop("codes")
    engine = DecisionEngine(argparse.Namespace(**case))
    answers.append([c for c in codes if engine.make_decision(c) is Decision.Selected])
print(json.dumps(answers))
"""


@pytest.mark.oracle
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.tuples(_LISTS, _PREFIXES, _LISTS, _PREFIXES), min_size=150, max_size=200))
def test_flake8_decides_the_same(
    cases: list[tuple[list[str] | None, list[str], list[str] | None, list[str]]],
) -> None:
    flake8 = shutil.which("flake8")
    if flake8 is None:
        pytest.skip("flake8 is not installed")
    asked = [
        {
            "select": select,
            "extend_select": extend_select,
            "ignore": ignore,
            "extend_ignore": extend_ignore,
            "extended_default_select": list(INSTALLED),
            "extended_default_ignore": ["B9"],
            "codes": list(CODES),
        }
        for select, extend_select, ignore, extend_ignore in cases
    ]
    python = Path(flake8).with_name("python")
    said = subprocess.run([python, "-c", _ASK], input=json.dumps(asked), capture_output=True, text=True, check=True)
    for (select, extend_select, ignore, extend_ignore), expected in zip(cases, json.loads(said.stdout), strict=True):
        decision = Decision(
            installed=INSTALLED,
            off=("B9",),
            select=None if select is None else tuple(select),
            extend_select=tuple(extend_select),
            ignore=None if ignore is None else tuple(ignore),
            extend_ignore=tuple(extend_ignore),
        )
        assert [code for code in CODES if decision.reports(code)] == expected
