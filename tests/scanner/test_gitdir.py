from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import gitdir
from scanner.gitdir import Unreached, parse_config

Make = Callable[..., Any]


def head(path: Path) -> gitdir.Head:
    repository = gitdir.find(str(path))
    assert repository is not None
    return gitdir.head(repository)


def test_a_work_tree_and_its_git_folder_are_one(make_repo: Make) -> None:
    repo = make_repo()
    commit = repo.commit({"a": "1"})
    for place in (repo.path, repo.path / ".git"):
        found = gitdir.find(str(place))
        assert found is not None
        assert found.work_tree == str(repo.path)
        assert gitdir.head(found) == gitdir.Head(commit=commit, branch="main", reference="refs/heads/main")


def test_a_bare_mirror_without_configuration_and_empty_folders(make_repo: Make, tmp_path: Path) -> None:
    repo = make_repo()
    commit = repo.commit({"a": "1"})
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "m.git"))
    mirror = tmp_path / "m.git"
    (mirror / "config").unlink()
    (mirror / "refs" / "heads").rmdir()
    (mirror / "refs" / "tags").rmdir()
    (mirror / "refs").rmdir()
    found = gitdir.find(str(mirror))
    assert found is not None
    assert found.work_tree is None
    assert head(mirror).commit == commit


def test_a_plain_folder_is_not_part_of_the_repository_around_it(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"inside/a": "1"})
    assert gitdir.find(str(repo.path / "inside")) is None


def test_packed_and_loose_references(make_repo: Make) -> None:
    repo = make_repo()
    first = repo.commit({"a": "1"})
    repo.git("branch", "main2", "HEAD")
    repo.git("pack-refs", "--all")
    assert head(repo.path).commit == first
    second = repo.commit({"a": "2"})
    assert head(repo.path).commit == second


def test_detached(make_repo: Make) -> None:
    repo = make_repo()
    commit = repo.commit({"a": "1"})
    repo.git("checkout", "--quiet", "--detach")
    assert head(repo.path) == gitdir.Head(commit=commit, branch=None)


def test_no_commit_yet_is_a_state(make_repo: Make) -> None:
    assert head(make_repo().path) == gitdir.Head(commit=None, branch="main", reference="refs/heads/main")


@pytest.mark.parametrize("pack", [True, False])
def test_dangling_head(make_repo: Make, pack: bool) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    if pack:
        repo.git("pack-refs", "--all")
    repo.git("symbolic-ref", "HEAD", "refs/heads/gone")
    with pytest.raises(Unreached, match="refs/heads/gone, which does not exist; there is main"):
        head(repo.path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither"),
        (b"garbage", "neither"),
        (b"ref: ../../../etc/passwd\n", "no reference"),
        (b"ref: refs/../../secret\n", "no reference"),
        (b"ref: /etc/passwd\n", "no reference"),
        (b"ref: refs/heads/a\0b\n", "no reference"),
        (b"ref: HEAD\n", "no reference"),
        (b"x" * 100_000, "limit"),
    ],
)
def test_damaged_head(make_repo: Make, content: bytes, said: str) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    (repo.path / ".git/HEAD").write_bytes(content)
    with pytest.raises(Unreached, match=said):
        head(repo.path)


def test_damaged_branch(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    (repo.path / ".git/refs/heads/main").write_bytes(b"\0" * 41)
    with pytest.raises(Unreached, match="damaged"):
        head(repo.path)


def test_references_in_a_ring(make_repo: Make) -> None:
    repo = make_repo()
    (repo.path / ".git/refs/heads/main").write_text("ref: refs/heads/main\n")
    with pytest.raises(Unreached, match="without an end"):
        head(repo.path)


def test_a_branch_named_in_latin_1(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.git("checkout", "--quiet", "-b", b"caf\xe9")
    repo.git("pack-refs", "--all")
    assert head(repo.path).branch == "caf\\xe9"


def test_pipe_in_place_of_head(make_repo: Make) -> None:
    repo = make_repo()
    (repo.path / ".git/HEAD").unlink()
    os.mkfifo(repo.path / ".git/HEAD")
    assert gitdir.find(str(repo.path)) is None


def test_an_added_work_tree(make_repo: Make, tmp_path: Path) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.git("remote", "add", "origin", "https://git.example/acme/api")
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = tmp_path / "side"
    found = gitdir.find(str(side))
    assert found is not None
    assert (found.work_tree, found.common) == (str(side), str(repo.path / ".git"))
    assert gitdir.head(found).branch == "side"
    assert gitdir.remote(found) == "https://git.example/acme/api"


def test_a_submodule(make_repo: Make) -> None:
    inner, outer = make_repo("inner"), make_repo("outer")
    commit = inner.commit({"a": "1"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    assert head(outer.path / "sub").commit == commit


def test_a_pointer_to_the_repository_of_someone_else(make_repo: Make, tmp_path: Path) -> None:
    private = make_repo("private")
    private.commit({"secret": "1"})
    (tmp_path / "bait").mkdir()
    (tmp_path / "bait/.git").write_text(f"gitdir: {private.path}/.git\n")
    with pytest.raises(Unreached, match="does not name it back"):
        gitdir.find(str(tmp_path / "bait"))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"gitdir: /nowhere", b"gitdir: a\0b", b"gitdir:"])
def test_a_pointer_to_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".git").write_bytes(content)
    with pytest.raises(Unreached):
        gitdir.find(str(tmp_path))


def test_configuration() -> None:
    text = """\ufeff; comment
[core]
\tbare
[Remote "Ori\\"gin"] URL = "https://x.example/a b" ; comment
    url = one \\
two # comment
[branch.old]
merge = "a # b"c
key = a\\tb\\\\c
  [remote "x"]url=trailing \t
[broken
other = 1
"""
    assert parse_config(text) == [
        ("core", "", "bare", "true"),
        ("remote", 'Ori"gin', "url", "https://x.example/a b"),
        ("remote", 'Ori"gin', "url", "one two"),
        ("branch", "old", "merge", "a # bc"),
        ("branch", "old", "key", "a\tb\\c"),
        ("remote", "x", "url", "trailing"),
        ("remote", "x", "other", "1"),
    ]


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=30)


@given(st.lists(st.tuples(_TEXTS, _TEXTS), max_size=5))
def test_configuration_written_by_the_book(values: list[tuple[str, str]]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = "".join(f"[remote {quoted(name)}]\n\turl = {quoted(value)}\n" for name, value in values)
    assert parse_config(text) == [("remote", name, "url", value) for name, value in values]


@given(st.text(alphabet='[]"=\\#; \n\r\tabé.', max_size=200))
def test_any_configuration(text: str) -> None:
    parse_config(text)


def test_includes_are_not_followed(make_repo: Make, tmp_path: Path) -> None:
    repo = make_repo()
    (tmp_path / "other").write_text('[remote "origin"]\nurl = https://git.example/included\n')
    repo.git("config", "include.path", str(tmp_path / "other"))
    found = gitdir.find(str(repo.path))
    assert found is not None
    assert gitdir.remote(found) is None
    repo.git("config", "remote.b.url", "https://git.example/b")
    repo.git("config", "remote.a.url", "https://git.example/a")
    assert gitdir.remote(found) == "https://git.example/b"
    repo.git("config", "remote.origin.url", "https://git.example/o")
    assert gitdir.remote(found) == "https://git.example/o"


def test_a_symbolic_link_for_head(make_repo: Make) -> None:
    repo = make_repo()
    commit = repo.commit({"a": "1"})
    (repo.path / ".git/HEAD").unlink()
    os.symlink("refs/heads/main", repo.path / ".git/HEAD")
    assert head(repo.path) == gitdir.Head(commit=commit, branch="main", reference="refs/heads/main")


def test_a_branch_below_the_name_of_another(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.git("branch", "--move", "main", "main/sub")
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    with pytest.raises(Unreached, match="does not exist; there is main"):
        head(repo.path)
