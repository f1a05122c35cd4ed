"""What ``.dockerignore`` keeps out of a build context, after Docker's reference for its patterns."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

MAX_PARTS = 40


def is_ignored(patterns: Sequence[str], path: str) -> bool:
    """Whether ``path`` (seen from the context) or a folder above it is left out; the last pattern that fits decides."""
    parts = path.split("/")[:MAX_PARTS]
    left_out = False
    for pattern in patterns:
        back = pattern.startswith("!")
        if back is left_out and _fits(pattern.removeprefix("!").split("/")[:MAX_PARTS], parts):
            left_out = not back
    return left_out


def _fits(pattern: list[str], parts: list[str]) -> bool:
    """Whether the pattern's parts match the first of the path's, or all; ``**`` stands for any number of them."""
    reached = {0}
    for number, part in enumerate(pattern):
        if part == "**":
            first = min(reached, default=len(parts) + 1)
            reached = set(range(first, len(parts) + 1))
            if number == len(pattern) - 1:
                return first < len(parts)
        else:
            reached = {n + 1 for n in reached if n < len(parts) and fnmatchcase(parts[n], part)}
    return bool(reached)
