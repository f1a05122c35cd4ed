"""Locks of several tools that cover one project: in which packages they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_version

from scanner.facts import Ecosystem, Lock, LockedPackage
from scanner.inventory import Reason

SHOWN = 20
_Key = tuple[Ecosystem, str]


def differences(locks: Sequence[Lock]) -> tuple[Reason, ...]:
    """What two locks pin at versions of which none is the same: how many, then the first :data:`SHOWN` by name.

    Locks of one tool (a file for each platform) count as one. Of more than two, each is compared with the first.
    """
    sides: dict[str, list[Lock]] = {}
    for lock in locks:
        sides.setdefault(lock.tool, []).append(lock)
    if len(sides) < 2:
        return ()
    first, *others = sides.values()
    return tuple(reason for other in others for reason in _between(first, other))


def _between(ours: list[Lock], theirs: list[Lock]) -> Iterator[Reason]:
    here, there = _pins(ours), _pins(theirs)
    both = sorted(here.keys() & there.keys())
    apart = [key for key in both if here[key].keys().isdisjoint(there[key])]
    names = f"{ours[0].path} and {theirs[0].path}"
    if not here or not there:
        return
    if not both:
        yield Reason(message=f"no package is in both {names}", path=ours[0].path)
        return
    counted = f"{len(apart)} of the {len(both)} packages that are in both {names} have other versions"
    yield Reason(message=counted if apart else f"{names} agree in all that is in both", path=ours[0].path)
    for key in apart[:SHOWN]:
        (path, package), (other_path, other) = _newest(here[key]), _newest(there[key])
        place = f"{other_path}:{other.line}" if other.line else other_path
        message = f"{key[1]} {package.version} here, {other.version} in {place}"
        yield Reason(message=message, path=path, line=package.line)


_Pin = tuple[str, LockedPackage]


def _pins(locks: list[Lock]) -> dict[_Key, dict[str, _Pin]]:
    """What is locked at a version, by name, then by version."""
    pins: dict[_Key, dict[str, _Pin]] = {}
    for lock in locks:
        for package in lock.packages:
            if package.version is not None and package.name:
                version = canonicalize_version(package.version)
                pins.setdefault((package.ecosystem, package.key), {}).setdefault(version, (lock.path, package))
    return pins


def _newest(versions: dict[str, _Pin]) -> _Pin:
    """The last one in the lock: lockers list the versions of a package in order."""
    return list(versions.values())[-1]
