"""The past of a repository's locks: when each was last written, and its manifest then where that tells what changed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from scanner.collect import RepoFacts
from scanner.dir_tree import DirTree
from scanner.facts import Extract, Problem
from scanner.format import LOCK_LIMIT, MANIFEST_LIMIT, Unreadable
from scanner.formats import formats_for
from scanner.freshness.verdict import Verdict
from scanner.git_tree import GitTree
from scanner.gitdir import Unreached
from scanner.history import UNCOMMITTED, History, Written
from scanner.locks import Past, needs_manifest
from scanner.tree import Tree, decode

MAX_LOCKS = 200


def look_back(tree: Tree, facts: RepoFacts, verdicts: Mapping[str, Verdict]) -> dict[str, Past]:
    """The past of the locks, by path: at most :data:`MAX_LOCKS` of them, the uppermost first; empty without git.

    Never raises: where reading takes too long, what was found until then counts.
    """
    committed = tree if isinstance(tree, GitTree) else tree.committed if isinstance(tree, DirTree) else None
    if committed is None or committed.commit is None:
        return {}
    locks = sorted((p for p in verdicts if facts.extracts[p].lock is not None), key=lambda p: (p.count("/"), p))
    manifests = {lock: name for lock in locks if (name := _manifest(lock, verdicts, facts)) is not None}
    history = History(committed, (*locks, *manifests.values()))
    found: dict[str, Past] = {}
    try:
        for lock in locks[:MAX_LOCKS]:
            written = history.last_written(lock) if _is_committed(lock, tree, committed) else Written(why=UNCOMMITTED)
            found[lock] = Past(written=written, manifest=_then(history, written, manifests.get(lock)))
    except Unreached:
        pass
    return found


def _manifest(lock: str, verdicts: Mapping[str, Verdict], facts: RepoFacts) -> str | None:
    name = needs_manifest(verdicts[lock], facts.extracts[lock])
    return posixpath.join(posixpath.dirname(lock), name) if name is not None else None


def _is_committed(path: str, tree: Tree, committed: GitTree) -> bool:
    """Whether a file lies on disk as it was committed."""
    if tree is committed:
        return True
    here, there = (next(iter(place.read({path: LOCK_LIMIT})))[1] for place in (tree, committed))
    return not isinstance(here, Problem) and here == there


def _then(history: History, written: Written, path: str | None) -> Extract | None:
    """The manifest at the commit that wrote the lock; ``None`` where it is not needed or cannot be read."""
    if path is None or written.commit is None:
        return None
    data = history.read(written.commit, path, MANIFEST_LIMIT)
    text = decode(path, data) if data is not None else None
    return next(_readings(path, text), None) if isinstance(text, str) else None


def _readings(path: str, text: str) -> Iterator[Extract]:
    for form in formats_for(path):
        try:
            extract = form.read(path, text)
        except Unreadable:
            return
        if extract is not None:
            yield extract
