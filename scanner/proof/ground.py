"""A repository opened again at the scanned commit: what a converter reads, and what else the patch must know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from rules.migration import Ground
from rules.patch import EXECUTABLE, REGULAR
from scanner import gitdir, own_bug
from scanner.collect import collect
from scanner.config import Config
from scanner.dir_tree import DirTree
from scanner.facts import Problem
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.formats.shell_script import STARTED
from scanner.git_tree import GitTree
from scanner.gitdir import Unreached
from scanner.inventory import Repository
from scanner.survey import excluded
from scanner.tree import Entry, Tree, decode

TEXT_LIMIT = 32 * 1024 * 1024


Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A repository as it was scanned. ``remark`` says where it has moved on since, or was never committed."""

    ground: Ground
    tree: Tree
    remark: str | None = None

    def modes(self) -> dict[str, str]:
        """The modes of all regular files, as git writes them."""
        return {e.path: EXECUTABLE if e.executable else REGULAR for e in self.tree.entries() if e.kind == "file"}


@contextmanager
def opened(repository: Repository, config: Config, as_of: date) -> Iterator[Opened]:
    """Open ``repository`` where it was scanned; raises :class:`~scanner.gitdir.Unreached`."""
    tree, remark = _open(repository)
    try:
        facts = collect(tree, formats_for, REQUIREMENTS, excluded(config.exclude), STARTED)
        reader = _Reader(tree)
        ground = Ground(
            repository=repository,
            facts=facts,
            read=reader.text,
            config=config,
            as_of=as_of,
            decoded=reader.decoded,
        )
        yield Opened(ground=ground, tree=tree, remark=remark)
    finally:
        tree.close()


def upon(
    repository: Repository, config: Config, as_of: date, work: Callable[[Opened], Made], failed: Callable[[str], Made]
) -> Made:
    """``work`` upon the repository; never raises: what goes wrong costs this repository alone, and ``failed`` tells it.

    One of the ``except Exception`` around one repository stands here: a bug of ours becomes this repository's error.
    """
    try:
        with opened(repository, config, as_of) as found:
            return work(found)
    except Unreached as error:
        return failed(error.message)
    except Exception as error:  # noqa: BLE001 (around one repository, as a survey has it)
        return failed(own_bug.told(error))


# Seconds from the opening to the last read: uv or the old linters may run in between.
READING = 3_000.0


def _open(repository: Repository) -> tuple[Tree, str | None]:
    found = gitdir.find(repository.location)
    if found is None or repository.commit is None:
        return DirTree(repository.location), "no commit was scanned: the patch is for the files as they lie there"
    tree = GitTree(found, commit=repository.commit, timeout=READING)
    try:
        tree.entries()
    except Unreached:
        tree.close()
        raise Unreached("missing-file", f"the scanned commit {repository.commit} is no longer there") from None
    now = gitdir.head(found).commit
    if now != repository.commit:
        return tree, f"HEAD is at {now} now; the patch is for {repository.commit}, which was scanned"
    return tree, None


class _Reader:
    """Texts of regular files, exactly: UTF-8 without loss, or nothing."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, Entry] = {entry.path: entry for entry in tree.entries() if entry.kind == "file"}

    def text(self, path: str) -> str | None:
        if path not in self._files:
            return None
        data = next(iter(self._tree.read({path: TEXT_LIMIT})))[1]
        if isinstance(data, Problem):
            return None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text if "\0" not in text and not text.startswith("version https://git-lfs.") else None

    def decoded(self, path: str) -> str | None:
        """The text of a file in whatever encoding the scanner takes it for."""
        if path not in self._files:
            return None
        data = next(iter(self._tree.read({path: TEXT_LIMIT})))[1]
        text = data if isinstance(data, Problem) else decode(path, data)
        return text if isinstance(text, str) else None
