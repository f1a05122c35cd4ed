from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import Location, LockedPackage, Requirement
from scanner.freshness.coverage import coverage


def wants(name: str, specifier: str | None = "", **more: Any) -> Requirement:
    raw = more.pop("raw", f"{name}{specifier or ''}")
    return Requirement(name=name, raw=raw, specifier=specifier, at=Location(path="pyproject.toml", line=12), **more)


def locked(name: str, version: str | None, **more: Any) -> LockedPackage:
    return LockedPackage(name=name, version=version, **more)


def test_a_satisfying_version_covers() -> None:
    assert coverage([wants("Requests", ">=2")], [locked("requests", "2.31.0")]) == (True, ())


def test_the_reason_names_requirement_place_and_locked_version() -> None:
    covers, reasons = coverage([wants("requests", ">=3")], [locked("requests", "2.31.0")])
    assert covers is False
    assert [(r.message, r.path, r.line) for r in reasons] == [
        ("requests>=3 (pyproject.toml:12) but 2.31.0 is locked", "pyproject.toml", 12)
    ]


def test_poetry_style_text_gets_its_name() -> None:
    _, reasons = coverage([wants("alpha", ">=2,<3", raw="^2.0")], [])
    assert reasons[0].message == "alpha ^2.0 (pyproject.toml:12), which is not locked"


@pytest.mark.parametrize(
    ("requirement", "packages", "expected"),
    [
        (wants("a", ">=1"), [locked("a", "2.0rc1")], True),
        (wants("a", ">=1"), [locked("a", None)], True),
        (wants("a", ">=1"), [locked("a", "odd_version!")], None),
        (wants("a", None), [locked("a", "1")], None),
        (wants("a", None), [], False),
        (wants("a", None, source="git"), [locked("a", "1")], True),
        (wants("", None, source="url"), [], None),
        (wants("a", ">=3", marker="python_version < '3.8'"), [], True),
        (wants("a", ">=3", marker="sys_platform == 'win32'"), [], False),
        (wants("demo"), [], True),
        (wants("a", "==1"), [locked("a", "1"), locked("a", "2")], True),
    ],
)
def test_cases(requirement: Requirement, packages: list[LockedPackage], expected: bool | None) -> None:
    found = coverage([requirement], packages, local=frozenset({"demo"}), requires_python=">=3.9")
    assert found[0] is expected
    assert bool(found[1]) is (expected is not True)


def test_forks_are_told_apart_by_their_markers() -> None:
    packages = [
        locked("a", "1.0", marker="python_full_version < '3.10'"),
        locked("a", "2.0", marker="python_full_version >= '3.10'"),
    ]
    assert coverage([wants("a", ">=2", marker="python_version >= '3.10'")], packages)[0] is True
    assert coverage([wants("a", ">=2", marker="python_version < '3.10'")], packages)[0] is False


def test_an_override_replaces_the_demand() -> None:
    assert coverage([wants("a", ">=3")], [locked("a", "2")], overrides=[wants("a", "<3")])[0] is True


def test_what_is_certainly_missing_outranks_what_is_unknown() -> None:
    covers, reasons = coverage([wants("b", None), wants("a", ">=3")], [locked("a", "2"), locked("b", "1")])
    assert covers is False
    assert [r.message.split()[0] for r in reasons] == ["a>=3", "b"]


def test_the_lock_of_another_project_looks_like_one() -> None:
    covers, reasons = coverage([wants(name) for name in "abc"], [locked("d", "1")])
    assert (covers, len(reasons)) == (False, 4)
    assert reasons[0].message.startswith("none of the 3 declared requirements is locked")
    assert len(coverage([wants(name) for name in "abc"], [])[1]) == 3
    assert len(coverage([wants(name) for name in "abc"], [locked("a", "1")])[1]) == 2
    assert coverage([wants("")] * 3, [locked("d", "1")])[0] is None
