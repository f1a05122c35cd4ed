"""Versions of the fleet's own distributions against what their consumers ask for (PEP 440)."""

from __future__ import annotations

from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

PLACEHOLDER_VERSIONS = frozenset({"0", "0.0", "0.0.0", "0.0.0.dev0", "0.dev0", "999", "9999"})


@lru_cache(maxsize=65_536)
def satisfies(specifier: str | None, version: str | None) -> bool | None:
    """Whether ``version`` lies in ``specifier`` (pre-releases admitted); ``None`` where that is unknown."""
    present = known_version(version)
    if specifier is None or present is None:
        return None
    try:
        return SpecifierSet(specifier).contains(present, prereleases=True)
    except InvalidSpecifier:
        return None


def known_version(text: str | None) -> Version | None:
    """The version; ``None`` for what is none and for placeholders that are filled in at release time (``0.0.0``)."""
    if text is None or text in PLACEHOLDER_VERSIONS:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None
