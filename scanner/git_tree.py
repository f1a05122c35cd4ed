"""The tree of a commit: HEAD and objects read in this process, by git itself where that is not enough.

No checkout, no index, no configuration: only objects. A missing object (a partial or shallow clone) is a problem of
that file and is never fetched.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, Self

from scanner import files, git, gitdir, giturl
from scanner.facts import Problem
from scanner.gitdir import GitDir, Head, Unreached
from scanner.objects import Damaged, Objects, Unsupported
from scanner.tree import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_LINK,
    MAX_PATH,
    MAX_TEXT,
    TIMEOUT,
    Entry,
    EntryKind,
    Problems,
    decoded,
    follow,
    problem,
    too_large,
)

_COMMIT_LIMIT = 16 * 1024 * 1024
_TREE_LIMIT = 64 * 1024 * 1024
_KINDS: dict[int, EntryKind] = {0o10: "file", 0o12: "link", 0o16: "submodule"}
_FOLDER = 0o4
_REGULAR = 0o10
_READ = (_FOLDER, _REGULAR)
_ENTRIES = {size: re.compile(rb"([0-7]{4,7}) ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
_COMMITTER = re.compile(rb"^committer [^\n]*> (-?\d{1,12}) [+-]\d+$", re.MULTILINE)
_PARENT = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit as its object says; ``at`` is when it was made: RFC 3339, UTC."""

    tree: str
    parents: tuple[str, ...]
    at: str | None


class _Reader(Protocol):
    def read(self, oid: str, limit: int) -> tuple[str, bytes | int] | None: ...
    def close(self) -> None: ...


def open_tree(path: str, *, timeout: float = TIMEOUT) -> GitTree:
    """The committed tree of the repository at ``path``; raises :class:`~scanner.gitdir.Unreached`."""
    repository = gitdir.find(path)
    if repository is None:
        raise Unreached("missing-file", "no git repository here")
    return GitTree(repository, timeout=timeout)


class GitTree:
    """The tree of the commit that HEAD names, or of ``commit``; raises :class:`Unreached` where it cannot be read.

    Making one reads HEAD only; ``timeout`` (seconds) is for all reading together. ``reader`` ``git`` leaves the
    objects to a git process from the start.
    """

    def __init__(
        self,
        repository: GitDir,
        *,
        timeout: float = TIMEOUT,
        reader: Literal["process", "git"] = "process",
        commit: str | None = None,
    ) -> None:
        self._repository = repository
        self._head = _head(repository) if commit is None else Head(commit=commit, branch=None)
        self._deadline = time.monotonic() + timeout
        self._timeout = timeout
        self._in_git = reader == "git"
        self._reader: _Reader | None = None
        self._commit: tuple[str, str | None] | None = None
        self._entries: dict[str, Entry] | None = None
        self._problems = Problems()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def commit(self) -> str | None:
        """The commit's id; ``None`` before the first commit."""
        return self._head.commit

    @property
    def branch(self) -> str | None:
        """The branch that HEAD is on; ``None`` when detached."""
        return self._head.branch

    @property
    def committed_at(self) -> str | None:
        """When the commit was made: RFC 3339, UTC."""
        return self._root()[1] if self.commit else None

    @property
    def remote(self) -> str | None:
        """The address that the repository was cloned from, without credentials."""
        url = gitdir.remote(self._repository)
        return giturl.redacted(url) if url else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What :meth:`entries` had to leave out, and why."""
        return self._problems.all()

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path."""
        return tuple(self._known().values())

    def read(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes | Problem]]:
        """The contents of the files ``wanted`` (path → limit in bytes), each once, in that order."""
        for path, limit in wanted.items():
            yield path, self._content(path, limit)

    def texts(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, str | Problem]]:
        """As :meth:`read`, decoded."""
        return decoded(self.read(wanted))

    def commit_of(self, oid: str) -> Commit | None:
        """Any commit of the repository; ``None`` where this clone does not have it (a shallow one) or it is damaged."""
        text = self._any(oid, "commit", _COMMIT_LIMIT)
        header = text.partition(b"\n\n")[0] if text is not None else b""
        match = re.match(rb"tree ([0-9a-f]+)\n", header)
        if match is None or len(match[1]) != len(oid):
            return None
        parents = tuple(parent.decode() for parent in _PARENT.findall(header))
        return Commit(tree=match[1].decode(), parents=parents, at=_time(header))

    def folder_of(self, oid: str, names: frozenset[bytes]) -> dict[bytes, str] | None:
        """The objects of those folders and regular files in a tree object that have one of these names.

        ``None`` where it is not to be had.
        """
        data = self._any(oid, "tree", _TREE_LIMIT)
        if data is None:
            return None
        found = _ENTRIES[len(oid) // 2].findall(data)
        return {name: entry.hex() for mode, name, entry in found if name in names and int(mode, 8) >> 12 in _READ}

    def blob_of(self, oid: str, limit: int) -> bytes | None:
        """The content of a blob; ``None`` where it is not to be had, or larger."""
        return self._any(oid, "blob", limit)

    def close(self) -> None:
        """Let go of files and processes."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _any(self, oid: str, kind: str, limit: int) -> bytes | None:
        try:
            found = self._object(oid, limit)
        except Damaged:
            return None
        return found[1] if found is not None and found[0] == kind and isinstance(found[1], bytes) else None

    def _known(self) -> dict[str, Entry]:
        if self._entries is None:
            found = self._walk(self._root()[0]) if self.commit else []
            self._entries = {entry.path: entry for entry in sorted(found)}
        return self._entries

    def _content(self, path: str, limit: int) -> bytes | Problem:
        entry = self._known().get(path)
        if entry is None:
            return problem("missing-file", "no such file", path)
        if entry.kind == "link":
            target = self._blob(entry, path, MAX_LINK)
            if isinstance(target, Problem):
                return target
            goal = follow(self._known(), entry, files.shown(target))
            if isinstance(goal, Problem):
                return goal
            entry = goal
        if entry.kind != "file":
            return problem("not-a-file", "not a regular file", path)
        return self._blob(entry, path, limit)

    def _blob(self, entry: Entry, path: str, limit: int) -> bytes | Problem:
        assert entry.blob is not None
        try:
            found = self._object(entry.blob, limit)
        except Damaged as error:
            return problem("unreadable", str(error), path)
        if found is None:
            return problem("missing-file", f"its content (object {entry.blob}) is not in this clone", path)
        kind, content = found
        if kind != "blob":
            return problem("unreadable", f"object {entry.blob} is a {kind}, not a file's content", path)
        return too_large(path, content, limit) if isinstance(content, int) else content

    def _root(self) -> tuple[str, str | None]:
        """The root folder's object and the commit's time."""
        if self._commit is None:
            assert self.commit is not None
            text = self._essential(self.commit, "commit", _COMMIT_LIMIT)
            match = re.match(rb"tree ([0-9a-f]+)\n", text)
            if match is None or len(match[1]) != len(self.commit):
                raise Unreached("unreadable", f"commit {self.commit} names no tree")
            self._commit = match[1].decode(), _time(text.partition(b"\n\n")[0])
        return self._commit

    def _essential(self, oid: str, kind: str, limit: int) -> bytes:
        try:
            found = self._object(oid, limit)
        except Damaged as error:
            raise Unreached("unreadable", f"the {kind} cannot be read: {error}") from None
        if found is None:
            raise Unreached("missing-file", f"{kind} {oid} is not in this clone")
        if found[0] != kind or isinstance(found[1], int):
            raise Unreached("unreadable", f"object {oid} is no {kind}, or a far too large one")
        return found[1]

    def _object(self, oid: str, limit: int) -> tuple[str, bytes | int] | None:
        if time.monotonic() > self._deadline:
            raise Unreached("too-large", f"reading it took longer than {self._timeout:g} s")
        if self._reader is None:
            self._reader = self._open()
        try:
            return self._reader.read(oid, limit)
        except Unsupported:
            self.close()
            self._in_git = True
            self._reader = self._open()
            return self._reader.read(oid, limit)

    def _open(self) -> _Reader:
        assert self.commit is not None
        size = len(self.commit) // 2
        if self._in_git:
            left = max(0.1, self._deadline - time.monotonic())
            return git.ObjectReader(self._repository, oid_size=size, timeout=left)
        return Objects(self._repository, oid_size=size)

    def _walk(self, root: str) -> list[Entry]:
        """All entries, level by level, so that a limit leaves out the deepest."""
        assert self.commit is not None
        pattern = _ENTRIES[len(self.commit) // 2]
        found: list[Entry] = []
        seen: set[str] = set()
        text = count = 0
        folders = deque([("", self._essential(root, "tree", _TREE_LIMIT), 0)])
        while folders:
            prefix, data, depth = folders.popleft()
            size = 0
            for mode, raw, oid in pattern.findall(data):
                size += len(mode) + len(raw) + len(oid) + 2
                name = raw.decode("utf-8", "backslashreplace")
                path = prefix + name
                if not self._is_fit(path, name, seen):
                    continue
                seen.add(path)
                text += len(path)
                count += 1
                if count > MAX_ENTRIES or text > MAX_TEXT:
                    self._problems.add("too-large", f"more than {count - 1} entries; the deepest are left out", ".")
                    return found
                kind = int(mode, 8) >> 12
                if kind != _FOLDER:
                    runs = bool(int(mode, 8) & 0o111) and kind == _REGULAR
                    found.append(Entry(path, _KINDS.get(kind, "other"), None, oid.hex(), runs))
                elif depth >= MAX_DEPTH:
                    self._problems.add("too-deep", f"more than {MAX_DEPTH} levels deep", path)
                elif (below := self._folder(oid.hex(), path)) is not None:
                    folders.append((path + "/", below, depth + 1))
            if size != len(data):
                self._problems.add("unreadable", "a damaged folder; some of its entries are missing", prefix or ".")
        return found

    def _is_fit(self, path: str, name: str, seen: set[str]) -> bool:
        if "/" in name or name in (".", "..") or name.lower() == ".git":
            self._problems.add("invalid-entry", "an entry with a name that git does not allow", path)
        elif len(path) > MAX_PATH:
            self._problems.add("too-large", f"a path of more than {MAX_PATH} characters", path[:200])
        elif path in seen:
            self._problems.add("invalid-entry", "an entry that occurs twice; the first counts", path)
        else:
            return True
        return False

    def _folder(self, oid: str, path: str) -> bytes | None:
        try:
            found = self._object(oid, _TREE_LIMIT)
        except Damaged as error:
            self._problems.add("unreadable", f"a folder that cannot be read: {error}", path)
            return None
        if found is None:
            self._problems.add("missing-file", f"a folder (object {oid}) that is not in this clone", path)
        elif found[0] != "tree" or isinstance(found[1], int):
            self._problems.add("unreadable", f"object {oid} is no folder, or a far too large one", path)
        else:
            return found[1]
        return None


def _head(repository: GitDir) -> Head:
    found = gitdir.head(repository)
    return git.resolve_head(repository) if found.reference == gitdir.REFTABLE else found


def _time(header: bytes) -> str | None:
    found = _COMMITTER.search(header)
    if found is None:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
