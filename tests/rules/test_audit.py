from __future__ import annotations

from dataclasses import replace

from rules.audit import compare
from rules.checks.missing_lock import RULE
from rules.examples import AS_OF, a_fleet, a_repository
from rules.finding import Finding, Findings, Unknown
from rules.run import run
from scanner.config import Config

FOUND = run(RULE.bad, Config(), AS_OF, (RULE,))
ONE = FOUND.findings[0]
NOTHING = Findings()


def states(found: tuple[Finding, ...]) -> list[str]:
    return [f.state for f in found]


def test_new_known_regressed_fixed() -> None:
    assert states(compare(FOUND, (), set())) == ["new"]
    assert states(compare(FOUND, (ONE,), {ONE.fingerprint})) == ["known"]
    assert states(compare(FOUND, (), {ONE.fingerprint})) == ["regressed"]
    assert states(compare(NOTHING, (ONE,), {ONE.fingerprint})) == ["fixed"]


def test_what_was_fixed_before_is_not_fixed_again() -> None:
    assert compare(NOTHING, (replace(ONE, state="fixed"),), {ONE.fingerprint}) == ()
    assert states(compare(FOUND, (replace(ONE, state="fixed"),), {ONE.fingerprint})) == ["regressed"]


def test_nothing_is_called_fixed_that_could_not_be_seen() -> None:
    blind = Findings(unknowns=(Unknown(rule=ONE.rule, repository=ONE.repository, project=None, reason="unread"),))
    assert states(compare(blind, (ONE,), set())) == ["known"]
    assert states(compare(NOTHING, (ONE,), set(), scanned=())) == ["known"]
    assert states(compare(NOTHING, (ONE,), set(), scanned={ONE.repository})) == ["fixed"]


def test_suppressed_stays_suppressed() -> None:
    quiet = Findings(findings=(replace(ONE, state="suppressed", reason="later"),))
    assert states(compare(quiet, (ONE,), {ONE.fingerprint})) == ["suppressed"]


def test_a_mended_repository_has_no_findings() -> None:
    assert run(a_fleet(a_repository("shop")), Config(), AS_OF).findings == ()
