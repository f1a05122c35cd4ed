from __future__ import annotations

import tomli
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import LockedPackage
from scanner.formats.uv_lock import read
from scanner.proof.seed import SEED_HOST, seed


def _pin(name: str, version: str | None, marker: str | None = None, **more: object) -> LockedPackage:
    return LockedPackage(name=name, version=version, marker=marker, **more)  # type: ignore[arg-type]


def test_each_version_is_wished_for() -> None:
    data = tomli.loads(seed([_pin("Six", "1.16"), _pin("idna", "3.6")], ">=3.9"))
    assert data["requires-python"] == ">=3.9"
    assert [(p["name"], p["version"]) for p in data["package"]] == [("idna", "3.6"), ("six", "1.16")]
    assert "resolution-markers" not in data


def test_versions_for_different_pythons_become_forks() -> None:
    old, new = "python_version < '3.12'", "python_version >= '3.12'"
    data = tomli.loads(seed([_pin("numpy", "1.26.0", old), _pin("numpy", "2.0.0", new)], ">=3.11"))
    assert data["resolution-markers"] == [old, new]
    assert [p["resolution-markers"] for p in data["package"]] == [[old], [new]]


def test_forks_of_two_packages_are_refined() -> None:
    pins = [
        _pin("a", "1", "python_version < '3.10'"),
        _pin("a", "2", "python_version >= '3.10'"),
        _pin("b", "1", "python_version < '3.12'"),
        _pin("b", "2", "python_version >= '3.12'"),
    ]
    assert tomli.loads(seed(pins, ">=3.9"))["resolution-markers"] == [
        "(python_version >= '3.10') and (python_version < '3.12')",
        "python_version < '3.10'",
        "python_version >= '3.12'",
    ]


def test_markers_that_leave_something_out_are_no_forks() -> None:
    pins = [_pin("a", "1", "python_version < '3.10'"), _pin("a", "2", "python_version >= '3.11'")]
    assert "resolution-markers" not in tomli.loads(seed(pins, ">=3.9"))


def test_a_commit_is_wished_for_and_a_path_is_not() -> None:
    git = _pin("a", "1", source="git", origin="https://git.example/a.git", ref="0123456789abcdef")
    data = tomli.loads(seed([git, _pin("b", None, source="path", origin="b"), _pin("c", "not a version")], None))
    assert [p["source"] for p in data["package"]] == [{"git": "https://git.example/a.git#0123456789abcdef"}]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.none() | st.text(max_size=20)), max_size=6))
def test_a_seed_is_always_a_lock_that_can_be_read(pins: list[tuple[str, str, str | None]]) -> None:
    text = seed([_pin(*pin) for pin in pins], ">=3.9")
    assert read("uv.lock", text) is not None
    assert SEED_HOST in text or "[[package]]" not in text
