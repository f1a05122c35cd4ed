from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import dir_tree
from scanner.dir_tree import DirTree
from scanner.facts import Problem
from scanner.gitdir import Unreached

Make = Callable[..., Any]


def paths(folder: Path) -> list[str]:
    with DirTree(str(folder)) as tree:
        return [e.path for e in tree.entries()]


def read(tree: DirTree, *wanted: str, limit: int = 1000) -> list[bytes | str]:
    found = dict(tree.read(dict.fromkeys(wanted, limit)))
    return [value.code if isinstance(value, Problem) else value for value in found.values()]


def test_a_plain_folder(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.txt").write_text("1")
    (tmp_path / "z").write_text("2" * 2000)
    with DirTree(str(tmp_path)) as tree:
        assert (tree.commit, tree.branch, tree.committed_at, tree.remote) == (None, None, None, None)
        assert [(e.path, e.kind) for e in tree.entries()] == [("a/b/c.txt", "file"), ("z", "file")]
        assert read(tree, "a/b/c.txt", "z", "a", "../x", "/etc/passwd") == [
            b"1",
            "too-large",
            "missing-file",
            "missing-file",
            "missing-file",
        ]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unreached):
        DirTree(str(tmp_path / "none"))


def test_a_work_tree_as_it_lies(make_repo: Make) -> None:
    repo = make_repo()
    repo.git("remote", "add", "origin", "git@git.example:acme/api.git")
    commit = repo.commit({"kept": "1", "changed": "1", "gone": "1", ".gitignore": "*.log\n"})
    repo.write({"changed": "2", "new": "3", "x.log": "4"})
    (repo.path / "gone").unlink()
    with DirTree(str(repo.path)) as tree:
        assert (tree.commit, tree.branch) == (commit, "main")
        assert tree.committed_at == "2026-11-01T10:00:00Z"
        assert tree.remote == "git@git.example:acme/api.git"
        assert [e.path for e in tree.entries()] == [".gitignore", "changed", "kept", "new"]
        assert read(tree, "changed", "gone") == [b"2", "missing-file"]


FILES = [
    "a.log",
    "keep.log",
    "build/x",
    "src/build/y",
    "src/a.log",
    "src/.venv/lib/z",
    "docs/build/keep",
    "docs/a.txt",
    "top",
    "sub/top",
    "sub/deep/a.tmp",
    "sub/deep/b.tmp",
    "sp ace/x",
    "only/me",
    "only/you",
]

RULES = {
    ".gitignore": "# comment\n*.log\n!keep.log\n/build/\n.venv\n/top\n\nsp\\ ace/\nonly/*\n!only/me\n",
    "docs/.gitignore": "!build/\n",
    "sub/.gitignore": "*.tmp\n!top\n",
    "sub/deep/.gitignore": "!b.tmp\n",
}


def test_ignore_rules_as_git_has_them(make_repo: Make) -> None:
    repo = make_repo()
    repo.write(dict.fromkeys(FILES, "x") | RULES)
    repo.write({".git/info/exclude": "docs/a.txt\n"})
    expected = repo.git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
    assert paths(repo.path) == sorted(path for path in expected if path)


def test_what_is_committed_is_seen_though_ignored(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({".gitignore": "*.lock\nvendor/\n", "uv.lock": "1", "vendor/a/b": "1"})
    repo.write({"other.lock": "1", "vendor/a/c": "1"})
    assert paths(repo.path) == [".gitignore", "uv.lock", "vendor/a/b"]


def test_nested_repositories_are_noted(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    inner = make_repo("repo/inner")
    inner.commit({"secret": "1"})
    with DirTree(str(repo.path)) as tree:
        assert [(e.path, e.kind) for e in tree.entries()] == [("a", "file"), ("inner", "submodule")]


def test_things_that_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "f"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("s")
    (folder / "real").write_text("1")
    os.mkfifo(folder / "pipe")
    for name, target in {"in": "real", "out": "../secret", "abs": str(tmp_path / "secret"), "dir": "sub"}.items():
        os.symlink(target, folder / name)
    os.symlink("..", folder / "sub/loop")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with DirTree(str(folder)) as tree:
            kinds = {e.path: e.kind for e in tree.entries()}
            assert kinds == {
                "abs": "link",
                "dir": "link",
                "in": "link",
                "out": "link",
                "pipe": "other",
                "real": "file",
                "socket": "other",
                "sub/loop": "link",
            }
            assert read(tree, "in", "out", "abs", "dir", "pipe", "socket") == [
                b"1",
                "leads-outside",
                "leads-outside",
                "missing-file",
                "not-a-file",
                "not-a-file",
            ]


def test_a_file_that_becomes_a_link_or_a_pipe_meanwhile(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("1")
    with DirTree(str(tmp_path)) as tree:
        tree.entries()
        (tmp_path / "a").unlink()
        os.symlink("/etc/passwd", tmp_path / "a")
        (tmp_path / "b").unlink()
        os.mkfifo(tmp_path / "b")
        (tmp_path / "c").unlink()
        assert read(tree, "a", "b", "c") == ["not-a-file", "not-a-file", "missing-file"]


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text("1")
    with DirTree(str(tmp_path)) as tree:
        assert [e.path for e in tree.entries()] == ["caf\\xe9"]
        assert read(tree, "caf\\xe9") == [b"1"]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dir_tree, "MAX_ENTRIES", 10)
    (tmp_path / "deep").mkdir()
    for number in range(20):
        (tmp_path / "deep" / str(number)).touch()
    (tmp_path / "pyproject.toml").touch()
    with DirTree(str(tmp_path)) as tree:
        assert "pyproject.toml" in [e.path for e in tree.entries()]
        assert [p.code for p in tree.problems] == ["too-large"]


def test_too_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dir_tree, "MAX_DEPTH", 3)
    (tmp_path / "a/b/c/d").mkdir(parents=True)
    with DirTree(str(tmp_path)) as tree:
        assert tree.entries() == ()
        assert [(p.code, p.at.path) for p in tree.problems] == [("too-deep", "a/b/c")]


def test_times_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("1")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    with DirTree(str(tmp_path)) as tree:
        assert read(tree, "a") == [b"1"]
    assert path.stat().st_atime == 1_000_000_000


def test_broken_git_inside(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1", ".gitignore": "x\n"})
    for item in (repo.path / ".git/objects").rglob("*"):
        if item.is_file():
            item.unlink()
    repo.write({"x": "1"})
    with DirTree(str(repo.path)) as tree:
        assert [e.path for e in tree.entries()] == [".gitignore", "a"]
        assert tree.committed_at is None


def test_damaged_head(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.write({".git/HEAD": "nonsense"})
    with DirTree(str(repo.path)) as tree:
        assert [e.path for e in tree.entries()] == ["a"]
        assert tree.commit is None
        assert [(p.code, p.at.path) for p in tree.problems] == [("unreadable", ".git")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="ab*?[]!/\\# \t-^é.", max_size=12), max_size=6))
def test_any_ignore_rules(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".gitignore").write_text("\n".join(lines), encoding="utf-8")
        Path(folder, "a").touch()
        Path(folder, "ab").mkdir()
        Path(folder, "ab", "b").touch()
        with DirTree(folder) as tree:
            tree.entries()
