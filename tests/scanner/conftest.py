from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.collect import collect
from scanner.config import Config
from scanner.formats import formats_for
from scanner.formats.requirements import NAMED as REQUIREMENTS
from scanner.inventory import Project, Repository
from scanner.repository import Identity, describe
from scanner.tree import MemoryTree

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@git.example",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@git.example",
    "GIT_AUTHOR_DATE": "2026-11-01T10:00:00+02:00",
    "GIT_COMMITTER_DATE": "2026-11-01T12:00:00+02:00",
}


class Repo:
    """A real repository for a test, and git to work on it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str | bytes, stdin: bytes = b"") -> str:
        found = subprocess.run(
            ["git", *arguments], cwd=self.path, env=ENVIRONMENT, input=stdin, capture_output=True, check=False
        )
        assert found.returncode == 0, found.stderr.decode()
        return found.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        self.write(files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "m")
        return self.git("rev-parse", "HEAD")

    def tree(self, listing: bytes) -> str:
        """A commit upon a tree with exactly these entries (as ``git mktree -z`` takes them)."""
        tree = self.git("mktree", "-z", "--missing", stdin=listing)
        return self.commit_tree(tree)

    def commit_tree(self, tree: str) -> str:
        commit = self.git("commit-tree", "-m", "m", tree)
        self.git("update-ref", "refs/heads/main", commit)
        return commit


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Make a repository: ``make_repo("name", "--bare")``."""

    def make(name: str = "repo", *options: str) -> Repo:
        path = tmp_path / name
        path.mkdir(parents=True)
        repo = Repo(path)
        repo.git("init", "--quiet", "--initial-branch=main", "--template=", *options)
        return repo

    return make


@pytest.fixture
def inventory() -> Callable[[Mapping[str, str]], Repository]:
    """What is known of a repository that consists of these files: ``inventory({"setup.py": "…"})``."""

    def make(files: Mapping[str, str]) -> Repository:
        facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
        return describe(Identity(id="shop", name="shop", location="shop"), facts, Config())

    return make


@pytest.fixture
def only_project(inventory: Callable[[Mapping[str, str]], Repository]) -> Callable[[Mapping[str, str]], Project]:
    """The one project of a repository that consists of these files."""

    def make(files: Mapping[str, str]) -> Project:
        (project,) = inventory(files).projects
        return project

    return make
