"""Minor versions of Python 3 in versions and ranges, as files write them."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def overlap(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether two sets of Python versions or ranges have a minor version in common; what cannot be read overlaps."""
    a, b = _minors(left), _minors(right)
    return a is None or b is None or not a or not b or not a.isdisjoint(b)


def _minors(texts: Iterable[str]) -> set[int] | None:
    found: set[int] = set()
    for text in texts:
        minors = python_minors(text)
        if minors is None:
            return None
        found |= minors
    return found


def python_minors(text: str) -> set[int] | None:
    """The minor versions of Python 3 that a version (``3.11``, ``3.11.4``) or range admits; ``None`` if unreadable."""
    text = text.strip()
    try:
        version = Version(text.removeprefix("python").lstrip("-@ ").removesuffix(".x").removesuffix(".*"))
    except InvalidVersion:
        pass
    else:
        if version.major != 3:
            return set()
        return {version.minor} if len(version.release) > 1 else None
    try:
        specifier = SpecifierSet(text)
    except InvalidSpecifier:
        return None
    return {minor for minor in range(30) if _admits(specifier, minor)}


def _admits(specifier: SpecifierSet, minor: int) -> bool:
    return any(specifier.contains(f"3.{minor}.{patch}", prereleases=True) for patch in (0, 1, 5, 10, 99))
