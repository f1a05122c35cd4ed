"""Patterns of file names as Ruff reads them.

flake8 and pydocstyle hold ``test*.py`` against a file's name. So does Ruff, and against the path from the root as well,
where ``*`` goes across slashes: the pattern catches ``tests/conftest.py`` too (tried with 0.17.6).
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Collection, Iterable


def of_names(pattern: str, sources: Collection[str]) -> tuple[str, ...]:
    """Ruff's patterns for the files that ``pattern`` catches by their names alone.

    Where it would catch more of ``sources``, the longest beginning that the names share is tried (``test_*.py``), then
    the files are named one by one.
    """
    if "/" in pattern or not set("*?[") & set(pattern) or pattern.startswith("*"):
        return (pattern,)
    meant = {path for path in sources if fnmatch.fnmatchcase(posixpath.basename(path), pattern)}
    if _catches(pattern, sources) == meant:
        return (pattern,)
    narrow = f"{_shared([posixpath.basename(path) for path in meant]).removesuffix('.py')}*.py"
    if _catches(narrow, sources) == meant:
        return (narrow,)
    return tuple(sorted(path if "/" in path else f"./{path}" for path in meant))


def _shared(names: Collection[str]) -> str:
    """The longest beginning of all ``names``."""
    first, last = min(names, default=""), max(names, default="")
    return first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _catches(pattern: str, sources: Collection[str]) -> set[str]:
    return {
        path
        for path in sources
        if fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(posixpath.basename(path), pattern)
    }


def catches(pattern: str, sources: Iterable[str]) -> bool:
    """Whether Ruff's ``pattern`` catches one of ``sources``."""
    if pattern.startswith("!"):
        return True
    plain = pattern.removeprefix("./")
    return any(
        fnmatch.fnmatchcase(way, p)
        for path in sources
        for way in (path, posixpath.basename(path))
        for p in (plain, plain.removeprefix("**/"))
    )
