"""Whether version specifiers (PEP 440) leave a version that all of them admit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def can_hold_together(specifiers: Iterable[str]) -> bool | None:
    """Whether some version lies in all ``specifiers``, released or not; ``None`` where one of them cannot be read.

    Every interval that the clauses leave begins at a bound or just above one, so that these versions decide.
    """
    return _decided(tuple(sorted({s for s in specifiers if s})))


@lru_cache(maxsize=65_536)
def _decided(specifiers: tuple[str, ...]) -> bool | None:
    try:
        joined = SpecifierSet(",".join(specifiers))
        versions = [Version(c.version.removesuffix(".*")) for c in joined]
    except (InvalidSpecifier, InvalidVersion):
        return None
    tried = [Version("0.dev0"), *versions, *(_above(v) for v in versions)]
    return any(joined.contains(version, prereleases=True) for version in tried)


def _above(version: Version) -> Version:
    """A version just above: nothing that a specifier names lies between."""
    release = ".".join(map(str, version.release))
    return Version(f"{version.epoch}!{release}.0.0.0.0.1")
