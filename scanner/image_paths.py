"""Paths inside images, with variables in them that nobody knows: what is written alike is one place all the same."""

from __future__ import annotations

import posixpath
import re

_BRACED = re.compile(r"\$\{(\w{1,100})\}")
_FIRST = re.compile(r"\$(?:\w{1,100}|\{\w{1,100}\})(?=/|$)")


def image_path(folder: str, path: str) -> str:
    """``path`` as seen from ``folder``; one that begins with an unknown variable is taken as one from the root."""
    return image_paths(folder, path)[0]


def image_paths(folder: str, path: str) -> tuple[str, ...]:
    """The places that ``path`` may be, seen from ``folder``: an unknown variable may begin one from the root."""
    words = (f"/{path}", path) if begins_unknown(path) else (path,)
    return tuple(dict.fromkeys(posixpath.normpath(posixpath.join(folder, _BRACED.sub(r"$\1", word))) for word in words))


def begins_unknown(path: str) -> bool:
    """Whether a path begins with a variable that nobody knows."""
    return _FIRST.match(path) is not None
