from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from rules.ruff.catalog import BUILT_IN, counterparts, plugins, ruff_rules, ruff_version


def ruff(*arguments: str) -> str:
    program = Path(sys.executable).with_name("ruff")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def test_the_rules_are_those_of_the_installed_ruff() -> None:
    assert ruff("--version").split()[1] == ruff_version(), "run `make ruff-rules`"
    said = json.loads(ruff("rule", "--all", "--output-format", "json"))
    there = {r["code"]: s for r in said if r["code"] and (s := next(iter(r["status"])).lower()) != "removed"}
    assert {code: rule.status for code, rule in ruff_rules().items()} == there


def test_every_counterpart_is_a_rule() -> None:
    for name in plugins():
        found = list(counterparts([name]))
        assert all(rule in ruff_rules() for _, rule in found), name
        assert bool(found) == plugins()[name].is_known_to_ruff, name
        assert all(code.startswith(plugins()[name].codes) for code, _ in found), name


def test_forty_plugins_and_more_are_known() -> None:
    assert len([p for p in plugins().values() if p.is_known_to_ruff and p.name not in BUILT_IN]) >= 40


def test_codes_that_change_their_number() -> None:
    assert ("C812", "COM812") in set(counterparts(["flake8-commas"]))
    assert ("B950", "E501") in set(counterparts(["flake8-bugbear"]))
    assert ("R504", "RET504") in set(counterparts(["flake8-return"]))
