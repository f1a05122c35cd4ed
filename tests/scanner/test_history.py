from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git_tree import open_tree
from scanner.history import SHALLOW, UNCOMMITTED, History, Written

Make = Callable[..., Any]


def past(repo: Any, *paths: str, limit: int = 500) -> list[Written]:
    with open_tree(str(repo.path)) as tree:
        history = History(tree, paths, limit=limit)
        return [history.last_written(path) for path in paths]


def test_the_commit_that_last_wrote_a_file(make_repo: Make) -> None:
    repo = make_repo()
    first = repo.commit({"a/poetry.lock": "1", "pyproject.toml": "x = 1"})
    second = repo.commit({"b.lock": "2"})
    repo.commit({"pyproject.toml": "x = 2"})
    repo.git("gc", "--quiet")
    found = past(repo, "a/poetry.lock", "b.lock", "missing.lock")
    assert [w.commit for w in found] == [first, second, None]
    assert [w.at for w in found] == ["2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z", None]
    assert found[2].why == UNCOMMITTED


def test_what_stood_beside_it_then(make_repo: Make) -> None:
    repo = make_repo()
    first = repo.commit({"poetry.lock": "1", "pyproject.toml": "x = 1"})
    repo.commit({"pyproject.toml": "x = 2"})
    with open_tree(str(repo.path)) as tree:
        history = History(tree, ["poetry.lock", "pyproject.toml"])
        assert history.read(first, "pyproject.toml", 100) == b"x = 1"
        assert history.read(first, "pyproject.toml", 3) is None
        assert history.read(first, "poetry.lock/x", 100) is None
        assert history.read("0" * 40, "pyproject.toml", 100) is None


@pytest.mark.parametrize("theirs", ["old", "new"])
def test_a_merge_is_walked_to_the_side_that_has_the_content(make_repo: Make, theirs: str) -> None:
    """As ``git log -1 -- path`` has it."""
    repo = make_repo()
    repo.commit({"poetry.lock": "old", "x": "0"})
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"poetry.lock": "new", "y": "1"})
    repo.git("checkout", "--quiet", "main")
    repo.commit({"x": "1"})
    strategy = "ours" if theirs == "old" else "ort"
    repo.git("merge", "--quiet", "--no-ff", "--strategy", strategy, "--message", "m", "side")
    assert past(repo, "poetry.lock")[0].commit == repo.git("log", "-1", "--format=%H", "--", "poetry.lock")


def test_the_walk_ends(make_repo: Make) -> None:
    repo = make_repo()
    first = repo.commit({"poetry.lock": "1"})
    for number in range(4):
        repo.commit({"x": str(number)})
    assert past(repo, "poetry.lock", limit=5)[0].commit == first
    assert "more than 4 commits" in str(past(repo, "poetry.lock", limit=4)[0].why)


def test_a_shallow_clone_says_so(make_repo: Make, tmp_path: Path) -> None:
    repo = make_repo()
    repo.commit({"poetry.lock": "1"})
    repo.commit({"x": "1"})
    last = repo.commit({"uv.lock": "2"})
    repo.path = tmp_path / "shallow"
    source = f"file://{tmp_path}/repo"
    clone = ["git", "clone", "--quiet", "--bare", "--depth=2", source, str(repo.path)]
    subprocess.run(clone, check=True, capture_output=True)
    found = past(repo, "poetry.lock", "uv.lock")
    assert found == [Written(why=SHALLOW), Written(commit=last, at="2026-11-01T10:00:00Z")]


def test_before_the_first_commit(make_repo: Make) -> None:
    repo = make_repo()
    repo.write({"poetry.lock": "1"})
    assert past(repo, "poetry.lock") == [Written(why=UNCOMMITTED)]
