"""Git's objects, branch and index, written without git: the same bytes everywhere, whatever git is installed or set to.

Format: git's manual pages ``gitformat-loose`` and ``gitformat-index`` (version 2), and ``git hash-object``.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from scanner.demo.history import Commit

BRANCH = "refs/heads/main"
_FILE, _FOLDER = 0o100644, 0o40000


def begin(git_dir: Path, remote: str) -> None:
    """An empty git directory of a work tree, on the branch ``main``, cloned from ``remote`` as far as can be seen."""
    for part in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (git_dir / part).mkdir(parents=True)
    (git_dir / "HEAD").write_text(f"ref: {BRANCH}\n", encoding="utf-8")
    (git_dir / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n"
        f'[remote "origin"]\n\turl = {remote}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n',
        encoding="utf-8",
    )


def write(git_dir: Path, commits: Iterable[Commit], before: Mapping[str, str]) -> dict[str, str]:
    """Put ``commits`` on the branch, whose files are ``before``; the index follows. Returns the files afterwards."""
    objects = git_dir / "objects"
    branch = git_dir / BRANCH
    files = dict(before)
    parent = branch.read_text(encoding="utf-8").strip() if branch.exists() else None
    for commit in commits:
        for path, text in commit.files.items():
            if text is None:
                del files[path]
            else:
                files[path] = text
        parent = _object(objects, "commit", _commit(commit, _tree(objects, files), parent))
    if parent is not None:
        branch.write_text(f"{parent}\n", encoding="utf-8")
        (git_dir / "index").write_bytes(_index(files))
    return files


def _commit(commit: Commit, tree: str, parent: str | None) -> bytes:
    stamp = f"{commit.author} {int(commit.when.timestamp())} {commit.when:%z}"
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {stamp}", f"committer {stamp}"]
    return ("\n".join(lines) + f"\n\n{commit.message}").encode()


def _tree(objects: Path, files: Mapping[str, str]) -> str:
    """The tree of ``files``, by paths relative to it; folders sort as if their names ended in a slash."""
    folders: dict[str, dict[str, str]] = {}
    entries: list[tuple[str, int, str, str]] = []
    for path, text in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = text
        else:
            entries.append((name, _FILE, name, _object(objects, "blob", text.encode())))
    entries += [(f"{name}/", _FOLDER, name, _tree(objects, inner)) for name, inner in folders.items()]
    listed = (f"{mode:o} {name}\0".encode() + bytes.fromhex(oid) for _, mode, name, oid in sorted(entries))
    return _object(objects, "tree", b"".join(listed))


def _object(objects: Path, kind: str, content: bytes) -> str:
    """Write a loose object, unless it is there; returns its id."""
    oid, whole = _identified(kind, content)
    place = objects / oid[:2] / oid[2:]
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(zlib.compress(whole))
    return oid


def _identified(kind: str, content: bytes) -> tuple[str, bytes]:
    whole = f"{kind} {len(content)}\0".encode() + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest(), whole


def _index(files: Mapping[str, str]) -> bytes:
    """The index of ``files``, without what ``stat`` says of them: git fills that in when it first looks."""
    parts = [struct.pack(">4sII", b"DIRC", 2, len(files))]
    for name, text in sorted((path.encode(), text) for path, text in files.items()):
        oid, _ = _identified("blob", text.encode())
        entry = struct.pack(">10I20sH", *[0] * 6, _FILE, *[0] * 3, bytes.fromhex(oid), min(len(name), 0xFFF)) + name
        parts.append(entry + b"\0" * (8 - len(entry) % 8))
    content = b"".join(parts)
    return content + hashlib.sha1(content, usedforsecurity=False).digest()
