from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from scanner.demo import objects
from scanner.demo.history import Commit
from tests.scanner.conftest import Repo

WHEN = datetime(2025, 2, 3, 9, 14, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))


def commit(files: Mapping[str, str | None], message: str = "Ünder way\n") -> Commit:
    return Commit(when=WHEN, author="Mira Holt <mira.holt@acme.example>", message=message, files=files)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    objects.begin(tmp_path / ".git", "https://git.example/acme/x.git")
    return Repo(tmp_path)


def test_git_takes_what_was_written_for_its_own(repo: Repo) -> None:
    files = {"b": "b\n", "a/b/c": "c\n", "a.txt": "ü\n", "a-x/y": "", "long/" + "n" * 200: "l\n"}
    first = objects.write(repo.path / ".git", [commit(files)], {})
    after = objects.write(repo.path / ".git", [commit({"b": None, "d": "d\n"}, "Two\n")], first)
    repo.write(after)
    assert repo.git("fsck", "--strict") == ""
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("log", "--format=%an %ad %s", "--date=iso").splitlines() == [
        "Mira Holt 2025-02-03 09:14:00 -0330 Two",
        "Mira Holt 2025-02-03 09:14:00 -0330 Ünder way",
    ]
    assert set(repo.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()) == set(after)
    assert repo.git("show", "HEAD:a.txt") == "ü"


def test_the_ids_are_those_that_git_computes(repo: Repo) -> None:
    files = {"z": "z\n", "a/b": "b\n", "a.c": "c\n"}
    objects.write(repo.path / ".git", [commit(files)], {})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    repo.write(files)
    repo.git("add", ".")
    assert repo.git("write-tree") == tree


def test_a_repository_without_commits(repo: Repo) -> None:
    assert objects.write(repo.path / ".git", [], {}) == {}
    assert "No commits yet" in repo.git("status")
    assert repo.git("remote", "get-url", "origin") == "https://git.example/acme/x.git"
