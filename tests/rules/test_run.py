from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rules.checks import RULES
from rules.checks.missing_lock import RULE as MISSING
from rules.checks.stale_lock import RULE as STALE
from rules.examples import AS_OF, a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Finding
from rules.rule import Answer, Case
from rules.run import run
from scanner.config import Config, Suppression
from scanner.inventory import Error, Fleet, Reason

BAD = MISSING.bad


def only(fleet: Fleet, config: Config | None = None, as_of: date = AS_OF) -> list[Finding]:
    return [f for f in run(fleet, config or Config(), as_of).findings if f.rule == "missing-lock"]


def suppression(**changes: str | None) -> Config:
    values = {"rule": "missing-lock", "repository": "*", "path": "*", "reason": "moves in spring", "until": None}
    return Config(suppressions=(Suppression(**{**values, **changes}),))  # type: ignore[arg-type]


def test_levels_come_from_the_configuration() -> None:
    assert only(BAD)[0].level == "error"
    assert only(BAD, Config(levels={"missing-lock": "note"}))[0].level == "note"
    assert not only(BAD, Config(levels={"missing-lock": "off"}))


def test_suppressed_with_the_reason_until_it_expires() -> None:
    found = only(BAD, suppression(until="2026-11-21"))[0]
    assert (found.state, found.reason) == ("suppressed", "moves in spring")
    assert only(BAD, suppression(until="2026-11-20"))[0].state == "new"
    assert only(BAD, suppression(repository="shop"))[0].state == "suppressed"
    assert only(BAD, suppression(repository="other"))[0].state == "new"
    assert only(BAD, suppression(path="web/*"))[0].state == "new"


def test_fingerprints_do_not_depend_on_lines_or_wording() -> None:
    def at(line: int, message: str) -> Fleet:
        lock = a_lockfile(status="stale", covers=False, reasons=(Reason(message=message, path="uv.lock", line=line),))
        return a_fleet(a_repository("shop", a_project(lock_discipline="stale", lockfiles=(lock,))))

    one, other = (run(f, Config(), AS_OF, (STALE,)).findings for f in (at(1, "a"), at(99, "b")))
    assert [f.fingerprint for f in one] == [f.fingerprint for f in other]


def test_a_failing_rule_is_unknown_there_and_costs_nothing_else() -> None:
    def check(case: Case) -> Iterator[Answer]:
        raise KeyError("boom")
        yield

    broken = replace(MISSING, name="broken", check=check)
    found = run(BAD, Config(), AS_OF, (broken, MISSING))
    assert [f.rule for f in found.findings] == ["missing-lock"]
    assert [(u.rule, "KeyError" in u.reason) for u in found.unknowns] == [("broken", True)]


def test_failed_repositories_are_unknown_to_every_rule() -> None:
    errors = (Error(path=None, line=None, code="git", message="no objects"),)
    failed = a_repository("lost", state="failed", is_python=False, projects=(), errors=errors)
    found = run(a_fleet(failed), Config(), AS_OF)
    assert {u.rule for u in found.unknowns} == {r.name for r in RULES}
    assert all("no objects" in u.reason for u in found.unknowns)


def test_what_is_not_python_is_not_asked() -> None:
    assert (
        run(a_fleet(a_repository("web", state="not-python", is_python=False, projects=())), Config(), AS_OF).unknowns
        == ()
    )


def test_an_unread_file_is_an_unknown_for_the_rules_that_need_it() -> None:
    errors = (Error(path=".github/workflows/ci.yml", line=3, code="syntax", message="not YAML"),)
    unknown = {u.rule for u in run(a_fleet(a_repository("shop", errors=errors)), Config(), AS_OF).unknowns}
    assert "unpinned-install-in-ci" in unknown
    assert "stale-lock" not in unknown


def test_undecidable_and_unknown_are_said() -> None:
    lock = a_lockfile(status="undecidable", covers=None, reasons=(Reason(message="dynamic dependencies"),))
    fleet = a_fleet(a_repository("shop", a_project(lock_discipline="unknown", lockfiles=(lock,))))
    found = run(fleet, Config(), AS_OF)
    assert {u.rule for u in found.unknowns} == {"missing-lock", "stale-lock"}
    assert found.findings == ()


def test_the_same_for_any_order_of_the_fleet() -> None:
    fleet = a_fleet(*(a_repository(f"r{i}", a_project(lock_discipline="unlocked")) for i in range(9)))
    shuffled = replace(fleet, repositories=tuple(random.Random(3).sample(fleet.repositories, 9)))
    assert run(fleet, Config(), AS_OF) == run(shuffled, Config(), AS_OF)
