"""Which of several locked versions is for which environment, where the lock itself does not say. Pure.

Poetry before 2 wrote no markers for packages. Who asks for them did: ``<1.27`` for one Python, ``>=1.25`` for another.
Poetry took the newest version that each of these admits. Where nobody tells, a Python has the newest that is for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from rules.migration import Recorded
from scanner.facts import LockedPackage, normal_name


def told_apart(
    pins: Iterable[LockedPackage], asked: Iterable[str], recorded: Iterable[Recorded] = ()
) -> tuple[LockedPackage, ...]:
    """``pins`` with markers where a package has several versions and no marker.

    ``asked``: all known requirements; ``recorded``: what the lock says of its packages, the Pythons of each among it.
    """
    pins = tuple(pins)
    versions = _several(pins)
    if not versions:
        return pins
    markers: defaultdict[tuple[str, Version], list[str]] = defaultdict(list)
    for text in asked:
        requirement = _read(text)
        if requirement is None or requirement.marker is None or "extra" in str(requirement.marker):
            continue
        name = normal_name(requirement.name)
        fitting = [v for v in versions.get(name, ()) if requirement.specifier.contains(v, prereleases=True)]
        if fitting:
            markers[name, max(fitting)].append(str(requirement.marker).replace('"', "'"))
    known = {name for name, found in versions.items() if all(markers.get((name, v)) for v in found)}
    floors = _floors(recorded)
    for name in versions.keys() - known:
        told = _by_python([(v, floors.get((name, v))) for v in sorted(versions[name])])
        markers.update({(name, version): [marker] for version, marker in told.items()})
        known |= {name} if told else set()
    return tuple(_marked(pin, markers) if pin.key in known else pin for pin in pins)


def _floors(recorded: Iterable[Recorded]) -> dict[tuple[str, Version], int]:
    """The oldest minor version of Python 3 of each package, where that is all that the lock says of its Pythons."""
    found: dict[tuple[str, Version], int] = {}
    for known in recorded:
        floor = _FLOOR.fullmatch((known.pythons or "").replace(" ", ""))
        version = _version(known.version)
        if floor is not None and version is not None:
            found[normal_name(known.name), version] = int(floor[1])
    return found


_FLOOR = re.compile(r">=3\.(\d{1,2})(?:\.0)?(?:,<4(?:\.0){0,2})?")


def _by_python(versions: Sequence[tuple[Version, int | None]]) -> dict[Version, str]:
    """Markers for versions of which each newer one needs a later Python; empty where that does not tell them apart."""
    floors = [floor for _, floor in versions if floor is not None]
    if len(floors) < len(versions) or any(a >= b for a, b in pairwise(floors)):
        return {}
    found: dict[Version, str] = {}
    for number, (version, _) in enumerate(versions):
        ends = floors[number + 1 :]
        parts = [f"python_full_version >= '3.{floors[number]}'"] if number else []
        parts += [f"python_full_version < '3.{ends[0]}'"] if ends else []
        found[version] = " and ".join(parts)
    return found


def _several(pins: tuple[LockedPackage, ...]) -> dict[str, set[Version]]:
    found: defaultdict[str, set[Version]] = defaultdict(set)
    doubtful = {pin.key for pin in pins if pin.marker is not None or pin.source != "index"}
    for pin in pins:
        if (version := _version(pin.version)) is not None:
            found[pin.key].add(version)
        else:
            doubtful.add(pin.key)
    return {name: versions for name, versions in found.items() if len(versions) > 1 and name not in doubtful}


def _marked(pin: LockedPackage, markers: dict[tuple[str, Version], list[str]]) -> LockedPackage:
    version = _version(pin.version)
    found = list(dict.fromkeys(markers[pin.key, version])) if version is not None else []
    return replace(pin, marker=found[0] if len(found) == 1 else " or ".join(f"({m})" for m in found) or None)


def _version(text: str | None) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None


def _read(text: str) -> Requirement | None:
    try:
        return Requirement(text) if ";" in text else None
    except InvalidRequirement:
        return None
