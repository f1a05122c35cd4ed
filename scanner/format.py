"""The seam between the walk and the readers: what a file format is.

A format answers two questions: *is this mine?* (by path alone, so that nothing is read in vain) and *what does it say?*
(by content alone: readers are pure functions, so that their answers can be cached by blob id). A reader that finds
that the content is something else returns ``None`` ("not mine after all"); one that cannot make sense of content that
*is* its own raises :class:`Unreadable`, or returns what it could read together with problems.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from scanner.facts import Extract

MANIFEST_LIMIT = 4 * 1024 * 1024
LOCK_LIMIT = 64 * 1024 * 1024


class Unreadable(Exception):
    """The content claims to be this format, but cannot be read. ``line`` counts from 1; ``code`` as in ``Problem``."""

    def __init__(self, message: str, *, line: int | None = None, code: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format: its name, whose files it takes, and its reader.

    ``limit`` is in bytes: a larger file becomes a ``too-large`` problem and is not read. A file that only ``quiet``
    formats want is no problem when it cannot be read: it is read for signs alone.
    """

    name: str
    matches: Callable[[str], bool]
    read: Callable[[str, str], Extract | None]
    limit: int = MANIFEST_LIMIT
    quiet: bool = False


def named(*names: str) -> Callable[[str], bool]:
    """Match files by their exact last path part."""
    wanted = frozenset(names)
    return lambda path: posixpath.basename(path) in wanted


def like(pattern: str, *, flags: int = 0) -> Callable[[str], bool]:
    """Match files whose whole repository path fits the regular expression ``pattern``."""
    compiled = re.compile(pattern, flags)
    return lambda path: compiled.fullmatch(path) is not None


def resolve_inside(path: str, target: str) -> str | None:
    """Resolve ``target``, as named in the file ``path``, to a path in the repository; ``None`` if it leads outside."""
    if not target or target.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target.replace("\\", "/")))
    return None if joined == ".." or joined.startswith("../") else joined


def conflict_line(text: str) -> int | None:
    """The line of the first merge conflict marker, or ``None``; both an opening and a closing one must stand there."""
    if "<<<<<<< " not in text or ">>>>>>> " not in text:
        return None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("<<<<<<< "):
            return number
    return None
