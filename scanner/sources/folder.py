"""A repository, or a folder that is searched for repositories.

The search does not enter repositories and does not follow links. A plain folder that holds Python manifests, and no
repository anywhere inside, counts as one repository without git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from scanner import files, gitdir
from scanner.gitdir import Unreached
from scanner.inventory import Error
from scanner.source import Found, Source

MAX_DEPTH = 24
MAX_FOLDERS = 1_000_000
_SKIPPED = frozenset({b"node_modules", b"site-packages", b"__pycache__", b".venv", b".tox", b".nox", b".cache"})
_MANIFESTS = re.compile(
    rb"pyproject\.toml|setup\.(?:py|cfg)|Pipfile(?:\.lock)?|(?:poetry|uv|pdm)\.lock|pixi\.toml|environment\.ya?ml"
    rb"|[\w.-]*requirements[\w.-]*\.(?:txt|in)|pylock(?:\.[\w-]+)?\.toml"
)


def expand(source: str, folder: str) -> Iterator[Found | Error]:
    """The repository at ``source``, or all those below it, in the order of their paths."""
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(source)))
    if not os.path.isdir(path):
        what = "not a folder" if os.path.exists(path) else "no such folder"
        yield Error(path=files.shown(source), line=None, code="missing-file", message=what)
        return
    if found := _repository(path):
        yield found
        return
    search = _Search()
    below = search.visit(os.fsencode(path), 0)
    yield from below
    if not below:
        message = "no repository in this folder, and no Python manifest directly in it"
        yield Error(path=files.shown(path), line=None, code="missing-file", message=message)
    yield from search.errors


SOURCE = Source(name="folder", takes=lambda _word: True, expand=expand)


class _Search:
    def __init__(self) -> None:
        self.errors: list[Error] = []
        self._visited = 0

    def visit(self, folder: bytes, depth: int) -> list[Found]:
        """The repositories below ``folder``; the folder itself where it is a plain one with manifests."""
        self._visited += 1
        if depth > MAX_DEPTH or self._visited > MAX_FOLDERS:
            self._note(folder, "too-deep", f"not searched: more than {MAX_DEPTH} levels or {MAX_FOLDERS} folders")
            return []
        try:
            entries = files.listing(folder)
        except files.NotRead as error:
            self._note(folder, error.code, f"not searched: {error.message}")
            return []
        names = {entry.name for entry in entries}
        if (b".git" in names or (b"HEAD" in names and b"objects" in names)) and (
            found := _repository(os.fsdecode(folder))
        ):
            return [found]
        below: list[Found] = []
        for entry in entries:
            if entry.kind == "folder" and entry.name not in _SKIPPED and entry.name != b".git":
                below.extend(self.visit(os.path.join(folder, entry.name), depth + 1))
        has_manifest = any(entry.kind == "file" and _MANIFESTS.fullmatch(entry.name) for entry in entries)
        if has_manifest and all(found.kind == "folder" for found in below):
            return [Found(path=os.fsdecode(folder), kind="folder")]
        return below

    def _note(self, folder: bytes, code: str, message: str) -> None:
        if len(self.errors) < 100:
            self.errors.append(Error(path=files.shown(folder), line=None, code=code, message=message))


def _repository(path: str) -> Found | None:
    try:
        repository = gitdir.find(path)
    except Unreached as error:
        return Found(path=path, kind="work-tree", error=error)
    if repository is not None:
        place = repository.work_tree or repository.folder
        return Found(path=place, kind="work-tree" if repository.work_tree else "bare", repository=repository)
    if files.is_folder(os.path.join(path, ".git")):
        damaged = Unreached("unreadable", "its .git folder is no git directory: HEAD or the objects are missing")
        return Found(path=path, kind="work-tree", error=damaged)
    return None
