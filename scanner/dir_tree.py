"""A folder as it lies on disk: for ``muster check``, and for folders that no git knows.

What ``.gitignore`` leaves out is left out here too, unless the commit has it. Nested repositories and submodules are
noted, not entered; links are followed once and never outside.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from scanner import files, gitdir
from scanner.facts import Problem
from scanner.git_tree import GitTree
from scanner.gitdir import Unreached
from scanner.tree import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_LINK,
    MAX_PATH,
    MAX_TEXT,
    TIMEOUT,
    Entry,
    Problems,
    decoded,
    follow,
    problem,
    too_large,
)

MAX_RULES = 10_000
MAX_RULE = 1000
MAX_STARS = 5  # in one part of a path: matching takes time to the power of their number
_NAME = ".gitignore"
_IGNORE_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Rules:
    """One file of ignore rules, in force for the paths under ``prefix``; ``above`` are those of the folders above."""

    prefix: str
    spec: GitIgnoreSpec
    above: _Rules | None


class DirTree:
    """The files under ``folder``; raises :class:`Unreached` when it is no folder that can be read."""

    def __init__(self, folder: str, *, timeout: float = TIMEOUT) -> None:
        if not os.path.isdir(folder):
            raise Unreached("missing-file", "no such folder")
        self._folder = os.fsencode(folder)
        self._deadline = time.monotonic() + timeout
        self._timeout = timeout
        self._problems = Problems()
        self._places: dict[str, bytes] = {}
        self._entries: dict[str, Entry] | None = None
        self._committed: GitTree | None = None
        self._exclude: str | None = None
        try:
            self._open_git(folder)
        except Unreached as error:  # what lies on disk can be read all the same
            self._problems.add(error.code, error.message, ".git")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def committed(self) -> GitTree | None:
        """The tree of that commit, without what was changed since."""
        return self._committed

    @property
    def commit(self) -> str | None:
        """The commit that the folder's files were checked out from, whatever was changed since."""
        return self._committed.commit if self._committed else None

    @property
    def branch(self) -> str | None:
        """The branch that HEAD is on."""
        return self._committed.branch if self._committed else None

    @property
    def committed_at(self) -> str | None:
        """When that commit was made: RFC 3339, UTC; ``None`` also where its object is missing."""
        try:
            return self._committed.committed_at if self._committed else None
        except Unreached:
            return None

    @property
    def remote(self) -> str | None:
        """The address that the repository was cloned from, without credentials."""
        return self._committed.remote if self._committed else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What :meth:`entries` had to leave out, and why."""
        return self._problems.all()

    def entries(self) -> Sequence[Entry]:
        """Everything but folders and what is ignored, sorted by path."""
        return tuple(self._known().values())

    def read(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes | Problem]]:
        """The contents of the files ``wanted`` (path → limit in bytes), each once, in that order."""
        for path, limit in wanted.items():
            yield path, self._content(path, limit)

    def texts(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, str | Problem]]:
        """As :meth:`read`, decoded."""
        return decoded(self.read(wanted))

    def close(self) -> None:
        """Let go of files and processes."""
        if self._committed is not None:
            self._committed.close()

    def _open_git(self, folder: str) -> None:
        repository = gitdir.find(folder)
        if repository is not None:
            self._exclude = os.path.join(repository.common, "info", "exclude")
            self._committed = GitTree(repository, timeout=self._timeout)

    def _known(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = {entry.path: entry for entry in sorted(self._walk())}
        return self._entries

    def _content(self, path: str, limit: int) -> bytes | Problem:
        if time.monotonic() > self._deadline:
            raise Unreached("too-large", f"reading it took longer than {self._timeout:g} s")
        entry = self._known().get(path)
        if entry is None:
            return problem("missing-file", "no such file", path)
        if entry.kind == "link":
            target = files.link_target(self._places[path]) or ""
            if len(target) > MAX_LINK:
                return too_large(path, len(target), MAX_LINK)
            goal = follow(self._known(), entry, files.shown(target))
            if isinstance(goal, Problem):
                return goal
            entry = goal
        if entry.kind != "file":
            return problem("not-a-file", "not a regular file", path)
        try:
            return files.read(self._places[entry.path], limit)
        except files.NotRead as error:
            return problem(error.code, error.message, path)

    def _walk(self) -> Iterator[Entry]:
        """Level by level, so that a limit leaves out the deepest."""
        level = [("", self._folder, self._top_rules(), False)]
        count = text = 0
        for _ in range(MAX_DEPTH):
            below: list[tuple[str, bytes, _Rules | None, bool]] = []
            for prefix, folder, rules, ignored in level:
                found = self._listing(folder, prefix)
                if prefix and any(item.name == b".git" for item in found):
                    yield Entry(prefix[:-1], "submodule")
                    continue
                rules = self._more_rules(found, folder, prefix, rules)
                for item in found:
                    path = prefix + files.shown(item.name)
                    is_folder = item.kind == "folder"
                    out = ignored or _is_ignored(rules, path, is_folder)
                    if item.name == b".git" or (out and not self._is_committed(path, is_folder)):
                        continue
                    if path in self._places or len(path) > MAX_PATH:
                        self._problems.add(
                            "invalid-entry", "a path that is too long, or shown as another one is", path[:200]
                        )
                        continue
                    count, text = count + 1, text + len(path)
                    if count > MAX_ENTRIES or text > MAX_TEXT:
                        self._problems.add("too-large", f"more than {count - 1} entries; the deepest are left out", ".")
                        return
                    place = self._places[path] = os.path.join(folder, item.name)
                    if item.kind == "folder":
                        below.append((path + "/", place, rules, out))
                    else:
                        yield Entry(path, item.kind)
            level = below
        for prefix, *_ in level:
            self._problems.add("too-deep", f"more than {MAX_DEPTH} levels deep", prefix[:-1])

    def _listing(self, folder: bytes, prefix: str) -> list[files.Found]:
        if time.monotonic() > self._deadline:
            raise Unreached("too-large", f"reading it took longer than {self._timeout:g} s")
        try:
            return files.listing(folder)
        except files.NotRead as error:
            if not prefix:
                raise Unreached(error.code, f"the folder cannot be listed: {error.message}") from None
            self._problems.add(error.code, f"a folder that cannot be listed: {error.message}", prefix[:-1])
            return []

    def _top_rules(self) -> _Rules | None:
        return self._rules(self._exclude, "", None) if self._exclude else None

    def _more_rules(
        self, found: Sequence[files.Found], folder: bytes, prefix: str, rules: _Rules | None
    ) -> _Rules | None:
        if not any(item.name == b".gitignore" and item.kind == "file" for item in found):
            return rules
        return self._rules(os.path.join(folder, b".gitignore"), prefix, rules)

    def _rules(self, path: files.Path, prefix: str, above: _Rules | None) -> _Rules | None:
        try:
            data = files.read_if_there(path, _IGNORE_LIMIT)
        except files.NotRead as error:
            self._problems.add(error.code, error.message, prefix + _NAME)
            return above
        patterns = [pattern for line in _lines(data or b"") if (pattern := self._pattern(line, prefix)) is not None]
        return _Rules(prefix, GitIgnoreSpec(patterns), above) if patterns else above

    def _pattern(self, line: str, prefix: str) -> GitIgnoreSpecPattern | None:
        if len(line) > MAX_RULE or any(part.count("*") > MAX_STARS for part in line.split("/")):
            self._problems.add(
                "too-large", f"a rule that is too long or has too many stars: {line[:50]}", prefix + _NAME
            )
            return None
        try:
            with warnings.catch_warnings(action="ignore"):
                return GitIgnoreSpecPattern(line)
        except (ValueError, re.error):  # git passes it over too
            return None

    def _is_committed(self, path: str, is_folder: bool) -> bool:
        return path in (self._committed_folders if is_folder else self._committed_files)

    @cached_property
    def _committed_files(self) -> frozenset[str]:
        try:
            return frozenset(entry.path for entry in self._committed.entries()) if self._committed else frozenset()
        except Unreached:
            return frozenset()

    @cached_property
    def _committed_folders(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self._committed_files:
            while (path := path.rpartition("/")[0]) and path not in found:
                found.add(path)
        return frozenset(found)


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "backslashreplace").removeprefix("\ufeff").splitlines()[:MAX_RULES]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _is_ignored(rules: _Rules | None, path: str, is_folder: bool) -> bool:
    """Whether the nearest rule that speaks of ``path`` leaves it out."""
    while rules is not None:
        name = path.removeprefix(rules.prefix) + ("/" if is_folder else "")
        verdict = rules.spec.check_file(name).include
        if verdict is not None:
            return verdict
        rules = rules.above
    return False
