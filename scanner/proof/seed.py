"""A ``uv.lock`` that only serves to be wished for: the old lock's versions, with their markers, for uv to keep. Pure.

uv takes the versions of an existing lock as preferences, even where the lock fits nothing else of the project: such a
seed has no roots and no files, so that uv must resolve and write all of it anew, and nothing of the seed is left. Where
a package has several versions, their markers become the seed's forks, and uv forks in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from rules.migrations.toml_text import string
from scanner.facts import LockedPackage
from scanner.markers import covered, disjoint, parse, possible

SEED_HOST = "seed.invalid"
_INDEX = f"https://{SEED_HOST}/simple"
_MAX_FORKS = 24


def seed(
    pins: Sequence[LockedPackage],
    requires_python: str | None,
    environments: Sequence[str] = (),
    queries: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The text of a seed for ``pins``; what has no version (paths, some git sources) is left out.

    With ``environments`` there are no forks: the old lock was for one of them alone. ``queries`` say by name what the
    manifest asks of a git repository (``branch=dev``): uv keeps a commit only for what was asked in the same words.
    """
    packages = _versions(pins)
    forks = [] if environments else _forks(packages, requires_python)
    lines = ["version = 1", "revision = 3", f"requires-python = {string(requires_python or '>=3.7')}"]
    if forks:
        lines.append(f"resolution-markers = [{', '.join(string(fork) for fork in forks)}]")
    for name, versions in sorted(packages.items()):
        several = len(versions) > 1
        for version, package in sorted(versions.items()):
            source = _source(package, queries.get(name, ""))
            lines += ["", "[[package]]", f"name = {string(name)}", f"version = {string(version)}", source]
            if several and package.marker and parse(package.marker) is not None:
                lines.append(f"resolution-markers = [{string(package.marker)}]")
    return "\n".join(lines) + "\n"


def _versions(pins: Iterable[LockedPackage]) -> dict[str, dict[str, LockedPackage]]:
    found: defaultdict[str, dict[str, LockedPackage]] = defaultdict(dict)
    for pin in pins:
        if pin.version is not None and pin.source in ("index", "git") and (version := _normal(pin.version)):
            if pin.source == "git" and not (pin.origin and pin.ref):
                continue
            known = found[str(canonicalize_name(pin.name))]
            if not known or (pin.marker and all(other.marker for other in known.values())):
                known.setdefault(version, pin)  # versions that no marker tells apart cannot all be preferred
    return found


def _normal(version: str) -> str | None:
    try:
        return str(Version(version))
    except InvalidVersion:
        return None


def _forks(packages: dict[str, dict[str, LockedPackage]], requires_python: str | None) -> list[str]:
    """Environments that tell several versions apart: each combination of the markers of packages that have several.

    Only markers that exclude each other and together leave nothing out can be forks.
    """
    forks = [""]
    for versions in packages.values():
        markers = [package.marker for package in versions.values()]
        if len(markers) < 2 or not _is_partition(markers, requires_python):
            continue
        finer = [_both(fork, marker) for fork in forks for marker in markers if marker]
        finer = [fork for fork in dict.fromkeys(finer) if possible(fork, requires_python)]
        if len(finer) <= _MAX_FORKS:
            forks = finer
    return sorted(fork for fork in forks if fork)


def _is_partition(markers: Sequence[str | None], requires_python: str | None) -> bool:
    return (
        all(markers)
        and all(disjoint(a, b, requires_python) is True for n, a in enumerate(markers) for b in markers[n + 1 :])
        and covered([None], markers, requires_python) is True
    )


def _both(one: str, other: str) -> str:
    if not one or covered([other], [one]) is True:
        return other
    return one if covered([one], [other]) is True else f"({one}) and ({other})"


def _source(package: LockedPackage, query: str) -> str:
    if package.source == "git":
        place = f"{package.origin}?{query}" if query else package.origin
        return f"source = {{ git = {string(f'{place}#{package.ref}')} }}"
    return f"source = {{ registry = {string(_INDEX)} }}"
