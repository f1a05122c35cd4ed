"""The paths of a repository, for questions that commands ask of them: is it there, what does a pattern match."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

MAX_MATCHES = 5_000


@dataclass(frozen=True, slots=True)
class FileTree:
    """All files and all folders that hold some; made by :func:`file_tree`."""

    files: frozenset[str]
    folders: frozenset[str]
    _children: dict[str, set[str]] = field(default_factory=dict, repr=False, compare=False)

    def exists(self, path: str) -> bool:
        """Whether the repository has this file or folder."""
        return path == "." or path in self.files or path in self.folders

    def has_name(self, name: str) -> bool:
        """Whether a file or folder of this name lies anywhere."""
        return any(name in names for names in self._by_folder().values())

    def glob(self, pattern: str) -> list[str]:
        """Files and folders whose path fits ``pattern``; a wildcard but ``**`` stays within one part of the path."""
        found = [""]
        for part in pattern.split("/"):
            if part == "**":
                below = (f for f in self.folders if any(f"{f}/".startswith(f"{top}/" if top else "") for top in found))
                found = list({*found, *(path for path, _ in zip(below, range(MAX_MATCHES), strict=False))})
            elif any(c in part for c in "*?["):
                below = (
                    posixpath.join(f, name)
                    for f in found
                    for name in self._by_folder().get(f, ())
                    if fnmatchcase(name, part)
                )
                found = [path for path, _ in zip(below, range(MAX_MATCHES), strict=False)]
            else:
                found = [path for f in found if self.exists(path := posixpath.join(f, part))]
        return sorted(found)

    def _by_folder(self) -> dict[str, set[str]]:
        if not self._children:
            for path in (*self.files, *self.folders):
                parent, name = posixpath.split(path)
                self._children.setdefault(parent, set()).add(name)
        return self._children


def file_tree(files: frozenset[str]) -> FileTree:
    """The tree of these files."""
    folders: set[str] = set()
    for path in files:
        folder = posixpath.dirname(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)
    return FileTree(files, frozenset(folders))
