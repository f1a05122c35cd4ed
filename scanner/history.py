"""What the commits before HEAD say of a file: which of them wrote it last, and what stood in others then.

The walk follows each file alone from commit to commit, reads nothing but commits and the folders on the file's way,
and ends after a number of commits (never after a time: the same commit gives the same answer).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.git_tree import Commit, GitTree

MAX_COMMITS = 500

SHALLOW = "the clone is shallow, and the history before it is missing"
UNCOMMITTED = "it is in no commit yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The commit that last wrote a file, and when (RFC 3339, UTC); without a commit, ``why`` says what is known."""

    commit: str | None = None
    at: str | None = None
    why: str | None = None


class History:
    """The past of ``paths``, as seen from the commit that ``tree`` shows; what several walks need is read once.

    Raises :class:`~scanner.gitdir.Unreached` where the time that the tree has for all reading is over.
    """

    def __init__(self, tree: GitTree, paths: Iterable[str], *, limit: int = MAX_COMMITS) -> None:
        self._tree = tree
        self._limit = limit
        self._names = frozenset(part for path in paths for part in _parts(path))
        self._commits: dict[str, Commit | None] = {}
        self._folders: dict[str, dict[bytes, str]] = {}

    def last_written(self, path: str) -> Written:
        """Which commit gave the file ``path`` the content that it has at HEAD.

        At a merge the walk follows a parent that has the same content, as ``git log -- path`` does.
        """
        oid = self._tree.commit
        commit = self._commit(oid) if oid is not None else None
        here = self._blob(commit, path) if commit is not None else None
        if oid is None or commit is None or here is None:
            return Written(why=UNCOMMITTED)
        for _ in range(self._limit):
            parents = [(parent, self._commit(parent)) for parent in commit.parents]
            same = next(((p, c) for p, c in parents if c is not None and self._blob(c, path) == here), None)
            if same is None:
                lost = any(c is None for _, c in parents)
                return Written(why=SHALLOW) if lost else Written(commit=oid, at=commit.at)
            oid, commit = same
        return Written(why=f"it was written more than {self._limit} commits ago")

    def read(self, commit: str, path: str, limit: int) -> bytes | None:
        """What stood in ``path`` at ``commit``; ``None`` where it was not there, or is not in this clone."""
        found = self._commit(commit)
        blob = self._blob(found, path) if found is not None else None
        return self._tree.blob_of(blob, limit) if blob is not None else None

    def _commit(self, oid: str) -> Commit | None:
        if oid not in self._commits:
            self._commits[oid] = self._tree.commit_of(oid)
        return self._commits[oid]

    def _blob(self, commit: Commit, path: str) -> str | None:
        oid = commit.tree
        for name in _parts(path):
            if oid not in self._folders:
                self._folders[oid] = self._tree.folder_of(oid, self._names) or {}
            found = self._folders[oid].get(name)
            if found is None:
                return None
            oid = found
        return oid


def _parts(path: str) -> list[bytes]:
    return path.encode("utf-8", "surrogateescape").split(b"/")
