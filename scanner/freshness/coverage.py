"""Coverage: does each declared requirement have a locked version that satisfies it.

This asks nothing of the tool's own bookkeeping (digests, recorded inputs): it compares what is declared with what is
pinned, as any reader of the two files could.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from scanner.facts import LockedPackage, Requirement
from scanner.inventory import Reason
from scanner.markers import anywhere, disjoint
from scanner.redact import redact

_MANY = 3
ANOTHER = "it looks like the lock of another project"


def coverage(
    requirements: Iterable[Requirement],
    packages: Iterable[LockedPackage],
    *,
    overrides: Iterable[Requirement] = (),
    local: frozenset[str] = frozenset(),
    requires_python: str | None = None,
) -> tuple[bool | None, tuple[Reason, ...]]:
    """Whether every requirement that can apply is locked at a version which its specifier admits.

    ``False`` comes with a reason for each that is not, naming the requirement, its place and what is locked instead;
    ``None`` (with reasons) when none is missing for certain, but some cannot be judged. ``overrides`` replace what a
    requirement of the same name demands; ``local`` are the (normalised) names of the project itself and its workspace,
    which need no entry. Pre-releases count as they are locked. A requirement by git, path or URL is met by an entry of
    its name, and so is any by an entry without a version. Where none of several is locked at all, that comes first.
    """
    locked: dict[str, list[LockedPackage]] = {}
    for package in packages:
        locked.setdefault(package.key, []).append(package)
    instead = {override.key: override for override in overrides}
    missing: list[Reason] = []
    unknown: list[Reason] = []
    counted = strange = 0
    for requirement in requirements:
        if requirement.key in local or not anywhere(requirement.marker, requires_python):
            continue
        candidates = locked.get(requirement.key, [])
        met = _met(instead.get(requirement.key, requirement), candidates, requires_python)
        if met is None:
            unknown.append(_reason(f"{_text(requirement)} cannot be compared with the lock", requirement))
        elif not met:
            missing.append(_reason(f"{_text(requirement)}{_locked(candidates)}", requirement))
        strange += not candidates
        counted += 1
    if locked and len(missing) == strange == counted >= _MANY:
        message = f"none of the {counted} declared requirements is locked: {ANOTHER}"
        missing.insert(0, replace(missing[0], message=message, line=None))
    return (False if missing else None if unknown else True), (*missing, *unknown)


def _met(requirement: Requirement, candidates: list[LockedPackage], requires_python: str | None) -> bool | None:
    if not requirement.name:
        return None
    if not candidates:
        return False
    if requirement.source != "index":
        return True
    versions = [
        candidate.version
        for candidate in candidates
        if not (requirement.marker and candidate.marker)
        or not disjoint(requirement.marker, candidate.marker, requires_python)
    ] or [candidate.version for candidate in candidates]
    if requirement.specifier is None:
        return None
    answers = [admits(requirement.specifier, version) for version in versions]
    return True if True in answers else None if None in answers else False


@lru_cache(maxsize=16384)
def admits(specifier: str, version: str | None) -> bool | None:
    """Whether a PEP 440 specifier admits a locked version; ``None`` where either is not PEP 440.

    An entry without a version is admitted by all, and a pre-release is judged by its number alone.
    """
    if version is None or not specifier.strip():
        return True
    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def _text(requirement: Requirement) -> str:
    """The requirement as the reason names it: as written, with the place (``requests>=3 (pyproject.toml:12)``)."""
    written = redact(requirement.raw.strip()) or requirement.name
    if not written.lower().replace("_", "-").startswith(requirement.name.lower().replace("_", "-")):
        written = f"{requirement.name} {written}"
    place = requirement.at.path if requirement.at.line is None else f"{requirement.at.path}:{requirement.at.line}"
    return f"{written} ({place})"


def _locked(candidates: list[LockedPackage]) -> str:
    versions = sorted({candidate.version or "no version" for candidate in candidates})
    return f" but {', '.join(versions)} is locked" if versions else ", which is not locked"


def _reason(message: str, requirement: Requirement) -> Reason:
    return Reason(message=message, path=requirement.at.path, line=requirement.at.line)
