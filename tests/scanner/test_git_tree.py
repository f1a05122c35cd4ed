from __future__ import annotations

import hashlib
import os
import shutil
import stat
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from scanner import git_tree, gitdir
from scanner.facts import Problem
from scanner.git_tree import GitTree, open_tree
from scanner.gitdir import Unreached

Make = Callable[..., Any]
LIMIT = 1_000_000
READERS = ("process", "git")
Reader = Literal["process", "git"]


def tree_of(path: Path, reader: Reader = "process", timeout: float = 30) -> GitTree:
    repository = gitdir.find(str(path))
    assert repository is not None
    return GitTree(repository, reader=reader, timeout=timeout)


def read(tree: GitTree, *paths: str, limit: int = LIMIT) -> list[bytes | str]:
    """Contents, or the codes of problems."""
    found = dict(tree.read(dict.fromkeys(paths, limit)))
    assert list(found) == list(paths)
    return [value.code if isinstance(value, Problem) else value for value in found.values()]


def codes(tree: GitTree) -> list[tuple[str, str]]:
    return [(p.code, p.at.path) for p in tree.problems]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> Reader:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("pack", [False, True])
def test_a_commit(make_repo: Make, reader: Reader, pack: bool) -> None:
    repo = make_repo()
    repo.git("remote", "add", "origin", "https://user:s3cret@git.example/acme/api.git")
    files = {"a.txt": "one\n", "b/c/d.txt": b"\0\xff" * 500, "b/empty": b""}
    commit = repo.commit(files)
    if pack:
        repo.git("gc", "--quiet")
    repo.write({"a.txt": "uncommitted", "new.txt": "x"})
    with tree_of(repo.path, reader) as tree:
        assert (tree.commit, tree.branch, tree.committed_at) == (commit, "main", "2026-11-01T10:00:00Z")
        assert tree.remote == "https://git.example/acme/api.git"
        assert [(e.path, e.kind) for e in tree.entries()] == [(path, "file") for path in sorted(files)]
        assert tree.entries()[0].blob == repo.git("rev-parse", "HEAD:a.txt")
        assert read(tree, *files) == [b"one\n", files["b/c/d.txt"], b""]
        assert read(tree, "nowhere", "b", "b/c/d.txt", limit=999) == ["missing-file", "missing-file", "too-large"]
        assert tree.problems == ()


def test_many_versions_in_one_pack(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    lines = [f"line {hashlib.sha256(str(n).encode()).hexdigest()}\n" for n in range(2000)]
    for number in range(12):
        lines[number * 80] = f"changed {number}\n"
        repo.commit({"big.txt": "".join(lines), f"n/{number}.txt": "".join(lines[number:])})
    repo.git("repack", "-adfq", "--depth=50", "--window=50")
    with tree_of(repo.path, reader) as tree:
        paths = [e.path for e in tree.entries()]
        assert len(paths) == 13
        assert read(tree, *paths) == [(repo.path / path).read_bytes() for path in paths]
        assert set(read(tree, *paths, limit=1000)) == {"too-large"}


def test_the_reader_agrees_with_git_on_every_object(make_repo: Make) -> None:
    repo = make_repo()
    for number in range(8):
        repo.commit({f"{n}/{n}.txt": f"{n * number}\n" * 300 for n in range(12)})
        if number == 5:
            repo.git("gc", "--quiet")
    names = repo.git("rev-list", "--objects", "--all", "--no-object-names").split()
    here, there = tree_of(repo.path), tree_of(repo.path, "git")
    for name in names:
        assert here._object(name, LIMIT) == there._object(name, LIMIT)
    there.close()


def test_no_commit_yet(make_repo: Make, reader: Reader) -> None:
    with tree_of(make_repo().path, reader) as tree:
        assert (tree.commit, tree.branch, tree.committed_at, tree.entries()) == (None, "main", None, ())
        assert read(tree, "a") == ["missing-file"]


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Unreached, match="no git repository"):
        open_tree(str(tmp_path))


def test_links(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    repo.write({"a.txt": "1", "sub/b.txt": "2"})
    links = {
        "to-file": "a.txt",
        "sub/up": "../a.txt",
        "to-link": "to-file",
        "to-folder": "sub",
        "through": "to-folder/b.txt",
        "out": "../../etc/passwd",
        "absolute": "/etc/passwd",
        "nowhere": "gone",
        "self": "self",
        "long": "x" * 4090,
    }
    for name, target in links.items():
        if name != "long":
            os.symlink(target, repo.path / name)
    repo.commit()
    with tree_of(repo.path, reader) as tree:
        assert {e.path for e in tree.entries() if e.kind == "link"} == set(links) - {"long"}
        found = dict(zip(links, read(tree, *links), strict=True))
    assert found == {
        "to-file": b"1",
        "sub/up": b"1",
        "to-link": "not-a-file",
        "to-folder": "missing-file",
        "through": "missing-file",
        "out": "leads-outside",
        "absolute": "leads-outside",
        "nowhere": "missing-file",
        "self": "not-a-file",
        "long": "missing-file",
    }


def test_submodules_are_noted(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    repo.tree(b"160000 commit " + b"1" * 40 + b"\tsub\0")
    with tree_of(repo.path, reader) as tree:
        assert [(e.path, e.kind) for e in tree.entries()] == [("sub", "submodule")]
        assert read(tree, "sub") == ["not-a-file"]


def test_names_that_are_not_utf_8(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"x")
    names = [b"caf\xe9.txt", "naïve.txt".encode(), b"a\nb", b"tab\there", b"\x1b[31m"]
    repo.tree(b"".join(f"100644 blob {blob}\t".encode() + name + b"\0" for name in names))
    with tree_of(repo.path, reader) as tree:
        assert sorted(e.path for e in tree.entries()) == sorted(
            ["caf\\xe9.txt", "naïve.txt", "a\nb", "tab\there", "\x1b[31m"]
        )
        assert read(tree, "caf\\xe9.txt", "a\nb") == [b"x", b"x"]


def raw_tree(repo: Any, entries: list[tuple[bytes, bytes, str]]) -> None:
    content = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    repo.commit_tree(raw_object(repo, b"tree", content))


def raw_object(repo: Any, kind: bytes, content: bytes) -> str:
    """A loose object as no git would write it."""
    data = kind + b" " + str(len(content)).encode() + b"\0" + content
    oid = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    repo.write({f".git/objects/{oid[:2]}/{oid[2:]}": zlib.compress(data)})
    return oid


def test_entries_that_git_does_not_allow(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    blob = raw_object(repo, b"blob", b"x")
    inner = raw_object(repo, b"tree", b"100644 evil\0" + bytes.fromhex(blob))
    raw_tree(
        repo,
        [
            (b"100644", b"..", blob),
            (b"100644", b"../../up", blob),
            (b"100644", b"/etc/passwd", blob),
            (b"40000", b".git", inner),
            (b"40000", b".GIT", inner),
            (b"100644", b"good", blob),
            (b"120000", b"twice", blob),
            (b"40000", b"twice", inner),
            (b"100664", b"old-mode", blob),
            (b"140000", b"odd-mode", blob),
        ],
    )
    with tree_of(repo.path, reader) as tree:
        kinds = {e.path: e.kind for e in tree.entries()}
        assert kinds == {"good": "file", "old-mode": "file", "twice": "link", "odd-mode": "other"}
        assert {code for code, _ in codes(tree)} == {"invalid-entry"}
        assert len(tree.problems) == 6


def test_a_damaged_folder(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    blob = raw_object(repo, b"blob", b"x")
    repo.commit_tree(raw_object(repo, b"tree", b"100644 good\0" + bytes.fromhex(blob) + b"100644 cut\0abc"))
    with tree_of(repo.path, reader) as tree:
        assert [e.path for e in tree.entries()] == ["good"]
        assert codes(tree) == [("unreadable", ".")]


def test_a_tree_that_unfolds(make_repo: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "MAX_ENTRIES", 5000)
    repo = make_repo()
    below = raw_object(repo, b"blob", b"x")
    mode = b"100644"
    for _ in range(12):
        listing = b"".join(mode + b" f%d\0" % n + bytes.fromhex(below) for n in range(10))
        below, mode = raw_object(repo, b"tree", listing), b"40000"
    blob = raw_object(repo, b"blob", b"y")
    raw_tree(repo, [(b"40000", b"bomb", below), (b"100644", b"pyproject.toml", blob)])
    with tree_of(repo.path) as tree:
        assert "pyproject.toml" in {e.path for e in tree.entries()}
        assert codes(tree) == [("too-large", ".")]
        assert "5000" in tree.problems[0].message


def test_a_tree_without_an_end(make_repo: Make) -> None:
    repo = make_repo()
    below, mode = raw_object(repo, b"blob", b"x"), b"100644"
    for _ in range(300):
        below, mode = raw_object(repo, b"tree", mode + b" f\0" + bytes.fromhex(below)), b"40000"
    raw_tree(repo, [(b"40000", b"d", below)])
    with tree_of(repo.path) as tree:
        assert tree.entries() == ()
        assert tree.problems[0].code == "too-deep"


def test_long_paths(make_repo: Make) -> None:
    repo = make_repo()
    blob = raw_object(repo, b"blob", b"x")
    raw_tree(repo, [(b"100644", b"n" * 5000, blob), (b"100644", b"ok", blob)])
    with tree_of(repo.path) as tree:
        assert [e.path for e in tree.entries()] == ["ok"]
        assert tree.problems[0].code == "too-large"


def test_missing_objects(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    repo.commit({"a": "1", "b": "2", "sub/c": "3"})
    for what in ("HEAD:a", "HEAD:sub"):
        oid = repo.git("rev-parse", what)
        (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with tree_of(repo.path, reader) as tree:
        assert [e.path for e in tree.entries()] == ["a", "b"]
        assert codes(tree) == [("missing-file", "sub")]
        assert read(tree, "a", "b") == ["missing-file", b"2"]


@pytest.mark.parametrize("what", ["HEAD", "HEAD^{tree}"])
@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "other"])
def test_a_lost_repository_is_one_clear_error(make_repo: Make, reader: Reader, what: str, damage: str) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    oid = repo.git("rev-parse", what)
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "garbage":
            path.write_bytes(os.urandom(100))
        case "other":
            path.write_bytes(zlib.compress(b"blob 1\0x"))
    with tree_of(repo.path, reader) as tree, pytest.raises(Unreached, match=oid[:12]):
        tree.entries()


def test_a_file_with_damaged_content(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1", "b": "2"})
    for name, content in (("a", zlib.compress(b"blob 1\0X")), ("b", zlib.compress(b"blob 100\0X"))):
        oid = repo.git("rev-parse", f"HEAD:{name}")
        path = repo.path / ".git/objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        path.write_bytes(content)
    with tree_of(repo.path) as tree:
        assert read(tree, "a", "b") == ["unreadable", "unreadable"]


def test_bombs_are_not_inflated(make_repo: Make) -> None:
    repo = make_repo()
    blob = raw_object(repo, b"blob", b"\0" * 20_000_000)
    lying = hashlib.sha1(b"blob 3\0abc", usedforsecurity=False).hexdigest()
    repo.write({f".git/objects/{lying[:2]}/{lying[2:]}": zlib.compress(b"blob 3\0" + b"a" * 20_000_000)})
    raw_tree(repo, [(b"100644", b"big", blob), (b"100644", b"lying", lying)])
    with tree_of(repo.path) as tree:
        assert read(tree, "big", "lying") == ["too-large", "unreadable"]


def test_sha_256(make_repo: Make, reader: Reader) -> None:
    repo = make_repo("repo", "--object-format=sha256")
    commit = repo.commit({"a": "1", "b/c": "2"})
    assert len(commit) == 64
    repo.git("gc", "--quiet")
    repo.commit({"d": "3"})
    with tree_of(repo.path, reader) as tree:
        assert [e.path for e in tree.entries()] == ["a", "b/c", "d"]
        assert read(tree, "a", "b/c", "d") == [b"1", b"2", b"3"]


def test_an_old_pack_index_is_left_to_git(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.git("-c", "pack.indexVersion=1", "gc", "--quiet")
    with tree_of(repo.path) as tree:
        assert read(tree, "a") == [b"1"]
        assert tree._in_git


def test_alternates(make_repo: Make, tmp_path: Path, reader: Reader) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.git("clone", "--quiet", "--shared", "--bare", ".", str(tmp_path / "shared.git"))
    assert not list((tmp_path / "shared.git/objects").glob("??"))
    with tree_of(tmp_path / "shared.git", reader) as tree:
        assert read(tree, "a") == [b"1"]


def test_alternates_in_a_ring(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.write({".git/objects/info/alternates": f"{repo.path}/.git/objects\n../objects\n/nowhere\n# x\n\0\n"})
    with tree_of(repo.path) as tree:
        assert read(tree, "a") == [b"1"]


def test_shallow(make_repo: Make, tmp_path: Path, reader: Reader) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    repo.commit({"a": "2"})
    repo.git("clone", "--quiet", "--depth=1", "--bare", f"file://{repo.path}", str(tmp_path / "shallow.git"))
    with tree_of(tmp_path / "shallow.git", reader) as tree:
        assert read(tree, "a") == [b"2"]


def test_a_commit_at_an_odd_time(make_repo: Make) -> None:
    repo = make_repo()
    tree = repo.git("mktree", stdin=b"")
    for time, expected in ((b"99999999999999999999", None), (b"-1", "1969-12-31T23:59:59Z"), (b"x", None)):
        text = (
            b"tree "
            + tree.encode()
            + b"\nauthor A <a> 1 +0000\ncommitter C <c> "
            + time
            + b" +0000\n\ncommitter C <c> 5 +0000\n"
        )
        repo.git("update-ref", "refs/heads/main", raw_object(repo, b"commit", text))
        with tree_of(repo.path) as found:
            assert found.committed_at == expected


def test_a_slow_repository_is_given_up(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    repo.commit({"a": "1"})
    with tree_of(repo.path, reader, timeout=0.0) as tree, pytest.raises(Unreached, match="took longer"):
        tree.entries()


@pytest.fixture
def trap(make_repo: Make, tmp_path: Path) -> tuple[Any, Path]:
    """A repository that would leave a mark if anything that it names were run."""
    mark = tmp_path / "ran"
    script = tmp_path / "trap.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {mark}\ncat\n')
    script.chmod(0o755)
    repo = make_repo("trapped")
    repo.commit({"a.txt": "1\n", "pyproject.toml": "[project]\n", ".gitattributes": "* filter=x diff=x text=auto\n"})
    hooks = repo.path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        shutil.copy(script, hooks / name)
    for key, value in {
        "core.fsmonitor": str(script),
        "core.hooksPath": str(hooks),
        "core.pager": str(script),
        "core.sshCommand": str(script),
        "core.gitProxy": str(script),
        "core.askPass": str(script),
        "core.editor": str(script),
        "core.alternateRefsCommand": str(script),
        "core.worktree": str(tmp_path / "elsewhere"),
        "credential.helper": f"!{script}",
        "filter.x.clean": str(script),
        "filter.x.smudge": str(script),
        "filter.x.process": str(script),
        "filter.x.required": "true",
        "diff.x.textconv": str(script),
        "diff.x.command": str(script),
        "diff.external": str(script),
        "gpg.program": str(script),
        "uploadpack.packObjectsHook": str(script),
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
        "remote.origin.url": f"ext::{script} %S",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": str(script),
        "extensions.partialClone": "origin",
        "alias.cat-file": f"!{script}",
        "trace2.normalTarget": str(mark),
        "include.path": str(tmp_path / "include"),
    }.items():
        subprocess.run(["git", "config", "--file", str(repo.path / ".git/config"), key, value], check=True)
    (tmp_path / "elsewhere").mkdir()
    return repo, mark


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    return {
        str(path): (state.st_mode, state.st_mtime_ns, state.st_size, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
        if not stat.S_ISLNK((state := path.lstat()).st_mode)
    }


def test_nothing_is_run_and_nothing_is_written(trap: tuple[Any, Path], reader: Reader, monkeypatch: Any) -> None:
    repo, mark = trap
    oid = "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d"  # 1\n
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    for name in ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_PAGER", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(mark.parent / "trap.sh"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    monkeypatch.setenv("GIT_TRACE", str(mark))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='x'")
    before = snapshot(repo.path)
    with tree_of(repo.path, reader) as tree:
        assert "a.txt" in {e.path for e in tree.entries()}
        assert read(tree, "a.txt", "pyproject.toml") == ["missing-file", b"[project]\n"]
        assert tree.remote is not None
    assert not mark.exists()
    assert snapshot(repo.path) == before
    assert os.environ["GIT_DIR"] == "/nowhere"


def test_references_in_tables_are_asked_of_git_and_nothing_is_run(trap: tuple[Any, Path]) -> None:
    repo, mark = trap
    repo.write({".git/HEAD": "ref: refs/heads/.invalid\n"})
    with pytest.raises(Unreached, match="a newer git may be needed"):
        tree_of(repo.path)
    assert not mark.exists()


def test_the_owner_does_not_matter(make_repo: Make, reader: Reader) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    repo = make_repo()
    repo.commit({"a": "1"})
    for path in (repo.path, *repo.path.rglob("*")):
        os.chown(path, 12345, 12345)
    with tree_of(repo.path, reader) as tree:
        assert read(tree, "a") == [b"1"]


def test_replacements_are_not_taken(make_repo: Make, reader: Reader) -> None:
    repo = make_repo()
    repo.commit({"a": "real"})
    fake = repo.git("hash-object", "-w", "--stdin", stdin=b"fake")
    repo.git("replace", repo.git("rev-parse", "HEAD:a"), fake)
    with tree_of(repo.path, reader) as tree:
        assert read(tree, "a") == [b"real"]


def test_pack_with_every_byte_changed_in_turn(make_repo: Make) -> None:
    """Whatever is wrong with a pack ends in an answer: the right content, a problem, or one clear error."""
    repo = make_repo()
    text = "".join(f"line {n}\n" for n in range(40))
    repo.commit({"a": text, "b": text + "more\n", "c": text.replace("line 7", "line seven")})
    repo.git("repack", "-adfq")
    right = {path: (repo.path / path).read_bytes() for path in ("a", "b", "c")}
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    original = pack.read_bytes()
    for position in range(8, len(original) - 20):
        pack.write_bytes(original[:position] + bytes([original[position] ^ 0x55]) + original[position + 1 :])
        try:
            with tree_of(repo.path) as tree:
                tree.entries()
                for path, found in tree.read(dict.fromkeys(right, LIMIT)):
                    assert isinstance(found, Problem) or found == right[path]
        except Unreached:
            pass


def test_index_with_every_byte_changed_in_turn(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"a": "1", "b": "2"})
    repo.git("repack", "-adfq")
    (index,) = (repo.path / ".git/objects/pack").glob("*.idx")
    index.chmod(0o644)
    original = index.read_bytes()
    for position in (*range(8, 1032, 37), *range(1032, len(original))):
        index.write_bytes(original[:position] + bytes([original[position] ^ 0xFF]) + original[position + 1 :])
        try:
            with tree_of(repo.path) as tree:
                tree.entries()
                for path, found in tree.read({"a": LIMIT, "b": LIMIT}):
                    assert isinstance(found, Problem) or found == (repo.path / path).read_bytes()
        except Unreached:
            pass


def pack_of(repo: Any, objects: list[tuple[bytes, bytes]]) -> None:
    """A pack (and index) of our own making: raw entries by object id."""
    body = b"PACK" + struct.pack(">LL", 2, len(objects))
    offsets: list[tuple[bytes, int]] = []
    for oid, entry in objects:
        offsets.append((oid, len(body)))
        body += entry
    body += hashlib.sha1(body, usedforsecurity=False).digest()
    offsets.sort()
    fan = [sum(oid[0] <= n for oid, _ in offsets) for n in range(256)]
    index = b"\xfftOc\0\0\0\2" + struct.pack(">256L", *fan) + b"".join(oid for oid, _ in offsets)
    index += b"\0\0\0\0" * len(offsets) + b"".join(struct.pack(">L", offset) for _, offset in offsets) + b"\0" * 40
    repo.write({".git/objects/pack/pack-x.pack": body, ".git/objects/pack/pack-x.idx": index})


def head(code: int, size: int) -> bytes:
    made = [(code << 4) | (size & 15)]
    size >>= 4
    while size:
        made[-1] |= 0x80
        made.append(size & 0x7F)
        size >>= 7
    return bytes(made)


def test_deltas_that_need_each_other(make_repo: Make) -> None:
    repo = make_repo()
    one, two = b"\x01" * 20, b"\x02" * 20
    delta = zlib.compress(b"\x01\x01\x01x")
    pack_of(repo, [(one, head(7, 4) + two + delta), (two, head(7, 4) + one + delta)])
    raw_tree(repo, [(b"100644", b"a", one.hex())])
    with tree_of(repo.path) as tree:
        assert read(tree, "a") == ["unreadable"]


def test_a_delta_that_promises_the_earth(make_repo: Make) -> None:
    repo = make_repo()
    one, two = b"\x01" * 20, b"\x02" * 20
    base = head(3, 4) + zlib.compress(b"base")
    huge = b"\x04" + b"\xff\xff\xff\xff\x7f" + b"\x90\x04" * 10
    pack_of(repo, [(one, base), (two, head(7, len(huge)) + one + zlib.compress(huge))])
    raw_tree(repo, [(b"100644", b"a", two.hex()), (b"100644", b"b", one.hex())])
    with tree_of(repo.path) as tree:
        assert read(tree, "a", "b") == ["too-large", "unreadable"]  # b: its content is not what its name says
