"""The versions that a lock or a requirements file pins, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from scanner.facts import Extract, Requirement
from scanner.inventory import VersionPair

MAX_INCLUDES = 20


def pinned_versions(paths: Iterable[str], extracts: Mapping[str, Extract]) -> dict[str, str]:
    """The one version of each package that is pinned in these files and those that they include.

    A package that is pinned to several versions (by marker, or file) is left out.
    """
    found: dict[str, set[str]] = {}
    pending, seen = list(paths), set[str]()
    while pending and len(seen) <= MAX_INCLUDES:
        path = pending.pop()
        extract = extracts.get(path)
        if path in seen or extract is None:
            continue
        seen.add(path)
        for name, version in _pins(extract):
            found.setdefault(name, set()).add(version)
        includes = (*extract.includes, *(extract.manifest.includes if extract.manifest is not None else ()))
        pending += [i.path for i in includes if i.path is not None and i.kind == "requirements"]
    return {name: versions.pop() for name, versions in found.items() if len(versions) == 1}


def pairs(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[VersionPair, ...]:
    """The packages that both pin, to different versions, by name."""
    both = sorted(left.keys() & right.keys())
    return tuple(VersionPair(name=n, versions=(left[n], right[n])) for n in both if not _same(left[n], right[n]))


def _pins(extract: Extract) -> Iterable[tuple[str, str]]:
    if extract.lock is not None:
        return [(p.key, p.version) for p in extract.lock.packages if p.version and p.ecosystem == "pypi"]
    manifest = extract.manifest
    if manifest is None or manifest.format != "requirements":
        return []
    return [(r.key, version) for r in manifest.requirements if (version := _exact(r)) is not None]


def _exact(requirement: Requirement) -> str | None:
    if requirement.source != "index" or not requirement.name:
        return None
    try:
        clauses = list(SpecifierSet(requirement.specifier or ""))
    except InvalidSpecifier:
        return None
    return next((c.version for c in clauses if c.operator in ("==", "===") and not c.version.endswith(".*")), None)


def _same(left: str, right: str) -> bool:
    try:
        return Version(Version(left).public) == Version(Version(right).public)
    except InvalidVersion:
        return left == right
