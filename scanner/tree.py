"""The files of one repository, as a value to ask: what is there, and what stands in it.

Three trees with one face: :class:`~scanner.git_tree.GitTree` (a commit), :class:`~scanner.dir_tree.DirTree` (a folder
as it lies on disk), :class:`MemoryTree` (a mapping, for tests). Paths are POSIX text, bytes that are not UTF-8 shown as
``\\xNN``. What cannot be read is a :class:`~scanner.facts.Problem` in the place of content, never an exception and
never silence.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from scanner.facts import Location, Problem
from scanner.format import resolve_inside

MAX_ENTRIES = 250_000
MAX_TEXT = 48 * 1024 * 1024
MAX_DEPTH = 200
MAX_PATH = 4096
MAX_LINK = 4096
MAX_PROBLEMS = 200
TIMEOUT = 120.0

EntryKind = Literal["file", "link", "submodule", "other"]


class Entry(NamedTuple):
    """One entry of a tree; ``size`` in bytes and ``blob`` (the object's id) where the tree knows them beforehand.

    ``executable`` is the mode of a regular file of a commit.
    """

    path: str
    kind: EntryKind
    size: int | None = None
    blob: str | None = None
    executable: bool = False


class Tree(Protocol):
    """What everyone who reads a repository may ask."""

    @property
    def commit(self) -> str | None:
        """The commit's id; ``None`` before the first commit, and where there is no git."""

    @property
    def branch(self) -> str | None:
        """The branch that HEAD is on; ``None`` when detached."""

    @property
    def committed_at(self) -> str | None:
        """When the commit was made: RFC 3339, UTC."""

    @property
    def remote(self) -> str | None:
        """The address that the repository was cloned from, without credentials."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What :meth:`entries` had to leave out, and why; complete once that was called."""

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path."""

    def read(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes | Problem]]:
        """The contents of the files ``wanted`` (path → limit in bytes), each once, in that order."""

    def texts(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, str | Problem]]:
        """As :meth:`read`, decoded by :func:`decode`."""

    def close(self) -> None:
        """Let go of files and processes."""


def decode(path: str, data: bytes) -> str | Problem:
    """The text of a file: UTF-8, UTF-16 and UTF-32 by their marks, else Latin-1; a problem for what is no text."""
    if data.startswith(b"version https://git-lfs.github.com/spec/") and len(data) < 1024:
        return problem("lfs-pointer", "the content is kept in Git LFS and is not here", path)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            return problem("encoding", f"not valid {encoding}: byte {error.start}", path)
        text = data.decode("latin-1")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return problem("encoding", "not a text file: it holds NUL characters", path, line=line)
    return text


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(contents: Iterable[tuple[str, bytes | Problem]]) -> Iterator[tuple[str, str | Problem]]:
    """Contents as texts; problems stay what they are."""
    for path, data in contents:
        yield path, data if isinstance(data, Problem) else decode(path, data)


def problem(code: str, message: str, path: str, line: int | None = None) -> Problem:
    """A problem of the file at ``path``."""
    return Problem(code=code, message=message, at=Location(path=path, line=line))


def follow(entries: Mapping[str, Entry], entry: Entry, target: str) -> Entry | Problem:
    """The regular file in the repository that the link ``entry`` names; a link is followed once, never outside."""
    goal = resolve_inside(entry.path, target)
    if goal is None:
        return problem("leads-outside", f"a link that leads outside the repository: {target[:200]}", entry.path)
    found = entries.get(goal)
    if found is None:
        return problem("missing-file", f"a link to {goal[:200]}, where there is no file", entry.path)
    if found.kind != "file":
        return problem("not-a-file", f"a link to {goal[:200]}, which is no regular file", entry.path)
    return found


class Problems:
    """The problems of one tree, at most :data:`MAX_PROBLEMS` of them and a count of the others."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._more = 0

    def add(self, code: str, message: str, path: str) -> None:
        """Note one more."""
        if len(self._kept) < MAX_PROBLEMS:
            self._kept.append(problem(code, message, path))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        """What was noted."""
        if not self._more:
            return tuple(self._kept)
        return (*self._kept, problem("too-large", f"{self._more} more problems with this tree", "."))


class MemoryTree:
    """A tree from a mapping of paths to contents; ``links`` maps paths to what they point to."""

    def __init__(
        self,
        contents: Mapping[str, str | bytes],
        *,
        links: Mapping[str, str] | None = None,
        submodules: Iterable[str] = (),
        commit: str | None = None,
        branch: str | None = None,
        committed_at: str | None = None,
        remote: str | None = None,
    ) -> None:
        self._contents = {path: data.encode() if isinstance(data, str) else data for path, data in contents.items()}
        self._links = dict(links or {})
        found = [Entry(path, "file", len(data)) for path, data in self._contents.items()]
        found += [Entry(path, "link") for path in self._links] + [Entry(path, "submodule") for path in submodules]
        self._entries = {entry.path: entry for entry in sorted(found)}
        self.commit = commit
        self.branch = branch
        self.committed_at = committed_at
        self.remote = remote
        self.problems: tuple[Problem, ...] = ()

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path."""
        return tuple(self._entries.values())

    def read(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes | Problem]]:
        """The contents of the files ``wanted`` (path → limit in bytes)."""
        for path, limit in wanted.items():
            yield path, self._content(path, limit)

    def _content(self, path: str, limit: int) -> bytes | Problem:
        entry = self._entries.get(path)
        if entry is None:
            return problem("missing-file", "no such file", path)
        if entry.kind == "link":
            goal = follow(self._entries, entry, self._links[path])
            if isinstance(goal, Problem):
                return goal
            entry = goal
        if entry.kind != "file":
            return problem("not-a-file", "not a regular file", path)
        data = self._contents[entry.path]
        return data if len(data) <= limit else too_large(path, len(data), limit)

    def texts(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, str | Problem]]:
        """As :meth:`read`, decoded."""
        return decoded(self.read(wanted))

    def close(self) -> None:
        """Nothing to let go of."""


def too_large(path: str, size: int, limit: int) -> Problem:
    """The problem of a file above its limit."""
    return problem("too-large", f"{size} bytes; the limit is {limit}", path)
