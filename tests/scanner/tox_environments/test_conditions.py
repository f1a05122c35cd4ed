from __future__ import annotations

from scanner.tox_environments.conditions import Conditional
from scanner.tox_environments.settings import Setting

LINES = ((1, "always"), (2, "a-b: both"), (3, "!a: without"), (4, "{a,c}: either"), (5, "git+https://x"))


def held(*factors: str) -> list[str]:
    return [text for _, text in Conditional(Setting(LINES, 1), LINES).held(frozenset(factors))]


def test_lines_hold_where_their_factors_are_given() -> None:
    assert held() == ["always", "without", "git+https://x"]
    assert held("a") == ["always", "either", "git+https://x"]
    assert held("a", "b") == ["always", "both", "either", "git+https://x"]
    assert held("c") == ["always", "without", "either", "git+https://x"]
