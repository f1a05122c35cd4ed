"""Folders that isort takes for the project's own and Ruff does not: without ``__init__.py``, of a library's name.

``alembic/`` beside the code makes ``import alembic.op`` a first-party import to isort, which asks for a folder of that
name in the root or in ``src``; Ruff asks for the module itself (tried with 0.17.6).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

MAX_FILES = 600
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(?P<name>[A-Za-z_]\w{0,80})\b", re.MULTILINE)


def loose(sources: Iterable[str], read: Callable[[str], str | None]) -> tuple[str, ...]:
    """The names of such folders that the code imports; nothing where there is more code than is looked through."""
    paths = [path for path in sources if path.endswith(".py")]
    found = sorted(set(_folders(paths)))
    if not found or len(paths) > MAX_FILES:
        return ()
    named = {match["name"] for path in paths for match in _IMPORT.finditer(read(path) or "")}
    return tuple(name for name in found if name in named)


def _folders(paths: list[str]) -> Iterator[str]:
    there = set(paths)
    for path in paths:
        folder = posixpath.dirname(path)
        root, name = posixpath.split(folder)
        if name and root in ("", "src") and f"{folder}/__init__.py" not in there:
            yield name
