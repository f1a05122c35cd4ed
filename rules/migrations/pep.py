"""Requirements as PEP 508 text and Poetry's constraints in PEP 440, exact or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from scanner.poetry_constraints import alternatives, specifier

_MOST_HOLES = 40


def requirement_text(name: str, extras: Sequence[str] = (), wanted: str = "", marker: str | None = None) -> str:
    """``name[extra]>=1 ; marker``, with single quotes in the marker; raises ``ValueError`` when that is none."""
    inner = f"[{','.join(extras)}]" if extras else ""
    tail = f" ; {quoted_marker(marker)}" if marker else ""
    text = f"{name}{inner}{wanted}{tail}"
    try:
        Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    return text


def quoted_marker(marker: str) -> str:
    """A marker with single quotes where that changes nothing, as it stands between double ones in TOML."""
    try:
        Marker(marker)
    except InvalidMarker as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    return marker if "'" in marker and '"' in marker else marker.replace('"', "'")


def joined_markers(parts: Sequence[str]) -> str | None:
    """All of the markers, each in brackets where it holds an ``or``; raises ``ValueError`` where one is none."""
    kept = list(dict.fromkeys(quoted_marker(part.strip()) for part in parts if part and part.strip()))
    if len(kept) < 2:
        return kept[0] if kept else None
    return " and ".join(f"({part})" if " or " in part else part for part in kept)


def one_specifier(constraint: str) -> str | None:
    """Poetry's constraint as one PEP 440 specifier, with ``!=X.*`` for the gaps of ``||``; ``None`` if none says it."""
    if (found := specifier(constraint)) is not None:
        return _short(found, constraint)
    parts = alternatives(constraint)
    try:
        spans = sorted((_span(part) for part in parts), key=lambda s: s[0])
    except (InvalidVersion, ValueError):
        return None
    if not spans:
        return None
    texts = [f">={spans[0][0]}"]
    for (_, high), (low, _) in pairwise(spans):
        holes = _holes(high, low)
        if holes is None:
            return None
        texts += [f"!={hole}.*" for hole in holes]
    if spans[-1][1] is not None:
        texts.insert(1, f"<{spans[-1][1]}")
    return _short(",".join(texts), constraint)


def _short(found: str, constraint: str) -> str:
    """Upper bounds that ``^`` and ``~`` imply without their zeros: ``<3`` for ``<3.0.0``."""
    return _BOUND.sub(lambda m: m[0] if m[1] in constraint else "<" + re.sub(r"(?:\.0)+$", "", m[1]), found)


_BOUND = re.compile(r"<(\d[\d.]*)(?=,|$)")


def _span(part: str) -> tuple[Version, Version | None]:
    """``>=a,<b`` or ``==a.*`` as its bounds; raises ``ValueError`` for any other shape."""
    if part.startswith("==") and part.endswith(".*"):
        base = Version(part[2:-2])
        release = (*base.release[:-1], base.release[-1] + 1)
        return base, Version(".".join(map(str, release)))
    clauses = part.split(",")
    low = [c for c in clauses if c.startswith(">=")]
    high = [c for c in clauses if c.startswith("<") and not c.startswith("<=")]
    if len(low) != 1 or len(high) > 1 or len(low) + len(high) != len(clauses):
        raise ValueError(part)
    return Version(low[0][2:]), Version(high[0][1:]) if high else None


def _holes(start: Version | None, end: Version) -> list[str] | None:
    """The series (``2``, ``3.1``) that together are what lies from ``start`` to below ``end``; ``None`` if none are."""
    if start is None or start >= end:
        return []
    if start.is_prerelease or end.is_prerelease or start.epoch or end.epoch:
        return None
    low, high = _stripped(start.release), _stripped(end.release)
    found: list[str] = []
    while len(found) < _MOST_HOLES:
        if low == high or (*low, 0) == high:
            return found
        width = max(len(low), 1)
        if high[: width - 1] == low[: width - 1] and (high[width - 1] if width <= len(high) else 0) > low[-1]:
            found.append(".".join(map(str, low)))
            low = (*low[:-1], low[-1] + 1)
        elif high[:width] == low and len(high) > width:
            low = (*low, 0)
        else:
            return None
    return None


def _stripped(release: tuple[int, ...]) -> tuple[int, ...]:
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    return release


def is_prerelease_explicit(text: str) -> bool:
    """Whether a requirement's own specifier names a pre-release, which admits pre-releases in pip's and uv's eyes."""
    try:
        specifiers = Requirement(text).specifier
        return any(Version(s.version.removesuffix(".*")).is_prerelease for s in specifiers)
    except (InvalidRequirement, InvalidVersion, InvalidSpecifier):
        return False


def is_prerelease(version: str | None) -> bool:
    """Whether ``version`` is a pre-release."""
    try:
        return version is not None and Version(version).is_prerelease
    except InvalidVersion:
        return False


def is_specifier(text: str) -> bool:
    """Whether ``text`` is a PEP 440 specifier."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def admits(text: str, version: str | None) -> bool:
    """Whether a requirement admits a version; what cannot be read counts as admitting it."""
    try:
        return version is None or Requirement(text).specifier.contains(version, prereleases=True)
    except (InvalidRequirement, InvalidVersion):
        return True


def is_version(text: str) -> bool:
    """Whether ``text`` is a PEP 440 version."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
