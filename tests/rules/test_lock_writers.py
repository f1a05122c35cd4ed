from __future__ import annotations

import pytest

from rules.checks.lock_writer_skew import RULE
from rules.examples import AS_OF, a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Finding
from rules.lock_writers import generation, prevailing
from rules.rule import Case, survey
from scanner.config import Config
from scanner.inventory import Lockfile, Repository


def poetry(name: str, version: str, **more: str) -> Repository:
    lock = a_lockfile(path="poetry.lock", tool="poetry", format=f"poetry.lock {version}", **more)
    return a_repository(name, a_project(lockfiles=(lock,)))


def found(*repositories: Repository) -> list[tuple[str, str]]:
    fleet = a_fleet(*repositories)
    shared = survey(fleet, Config(), AS_OF)
    answers = [a for r in fleet.repositories for a in RULE.check(Case(rule=RULE, repository=r, survey=shared))]
    return [(a.repository.rpartition("/")[2], a.message) for a in answers if isinstance(a, Finding)]


@pytest.mark.parametrize(
    ("lock", "known"),
    [
        (a_lockfile(format="uv.lock 1.3"), True),
        (a_lockfile(format="conda-lock 1"), True),
        (a_lockfile(format="uv pip compile"), False),
        (a_lockfile(format="poetry.lock"), False),
        (a_lockfile(format="pylock 1.0"), False),
        (a_lockfile(format="uv.lock 1.3", export_of="uv"), False),
    ],
)
def test_formats_with_a_version(lock: Lockfile, known: bool) -> None:
    assert (generation(lock) is not None) is known


def test_a_lock_of_an_older_generation() -> None:
    new = [poetry(name, "2.1", written_by="2.1.3") for name in "abc"]
    assert found(*new, poetry("old", "1.1", written_by="1.1-1.2"), poetry("d", "3.0")) == [
        (
            "old",
            "poetry.lock is in the format poetry.lock 1.1 (poetry 1.1-1.2); "
            "3 locks of the fleet are in poetry.lock 2.1 (poetry 2.1.3)",
        )
    ]


def test_too_few_to_speak_of_a_fleet() -> None:
    assert found(poetry("a", "2.1"), poetry("b", "2.1"), poetry("old", "1.1")) == []


def test_of_two_as_common_the_newer_counts() -> None:
    repositories = [poetry(name, "1.1") for name in "abc"] + [poetry(name, "2.0") for name in "def"]
    assert {tool: (lock.format, n) for tool, (lock, n) in prevailing(repositories).items()} == {
        "poetry": ("poetry.lock 2.0", 3)
    }
