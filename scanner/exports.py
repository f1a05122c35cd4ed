"""Exports that do not say so: requirements files and ``pylock.toml`` that repeat the lock beside them. Pure.

A requirements file without a header is taken for an export of the lock in its folder when all that it holds is pinned
and stands in the lock, nearly all of it at the lock's version, and some of it is declared nowhere (what ``pip freeze``
of another environment never gives). A ``pylock.toml`` says who made it; beside the maker's own lock it is an export.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.collect import RepoFacts
from scanner.facts import Extract, Location, Lock, LockedPackage, ManagerSignal, Manifest, Requirement

_MANIFESTS = {"poetry.lock": "pyproject.toml", "uv.lock": "pyproject.toml", "pdm.lock": "pyproject.toml"}
_MANIFESTS |= {"Pipfile.lock": "Pipfile"}
_FORMATS = {"poetry": "poetry export", "uv": "uv export", "pdm": "pdm export", "pipenv": "pipenv requirements"}
_LEAST = 3
_TRANSITIVE = 2
_PINNED = re.compile(r"={2,3}\s*([^,*\s]+)")


def with_exports(facts: RepoFacts) -> RepoFacts:
    """The facts, in which exports are locks that know what they were exported from."""
    origins: dict[str, list[Lock]] = {}
    for path, extract in facts.extracts.items():
        if extract.lock is not None and posixpath.basename(path) in _MANIFESTS:
            origins.setdefault(posixpath.dirname(path), []).append(extract.lock)
    if not origins:
        return facts
    extracts = {
        path: _seen(extract, origins.get(posixpath.dirname(path), ()), facts.extracts)
        for path, extract in facts.extracts.items()
    }
    return replace(facts, extracts=extracts)


def _seen(extract: Extract, origins: Iterable[Lock], extracts: Mapping[str, Extract]) -> Extract:
    if extract.lock is None:
        manifest = extract.manifest
        if manifest is None or manifest.format != "requirements" or manifest.path.endswith(".in"):
            return extract
        origin = next((one for one in origins if _repeats(manifest, one, _direct(one, extracts))), None)
        return _as_export(extract, manifest, origin) if origin is not None else extract
    if extract.lock.tool == "pylock" and extract.lock.export_of is None:
        made = extract.lock.written_by
        if "compile" not in extract.lock.command and any(made == origin.tool for origin in origins):
            return replace(extract, lock=replace(extract.lock, export_of=made))
    return extract


def _direct(origin: Lock, extracts: Mapping[str, Extract]) -> frozenset[str]:
    """What the manifest of a lock declares by name."""
    folder, name = posixpath.split(origin.path)
    beside = extracts.get(posixpath.join(folder, _MANIFESTS[name]))
    return (
        frozenset(r.key for r in beside.manifest.requirements)
        if beside is not None and beside.manifest
        else frozenset()
    )


def _repeats(manifest: Manifest, origin: Lock, direct: frozenset[str]) -> bool:
    """Whether the file's pins are the lock's: all names, nine of ten versions, some that are declared nowhere."""
    asked = [made for made in manifest.requirements if made.source == "index"]
    pins = {made.key: _PINNED.fullmatch(made.specifier or "") for made in asked}
    if len(pins) < _LEAST or len(pins.keys() - direct) < _TRANSITIVE or manifest.includes or None in pins.values():
        return False
    spelled = {package.name for package in origin.packages}
    if any(made.name not in spelled for made in asked):
        return False  # an export spells as its lock does; ``pip freeze`` as each distribution says of itself
    versions: dict[str, set[str | None]] = {}
    for package in origin.packages:
        versions.setdefault(package.key, set()).add(package.version)
    same = sum(found is not None and found[1] in versions.get(key, ()) for key, found in pins.items())
    return pins.keys() <= versions.keys() and same * 10 >= len(pins) * 9


def _as_export(extract: Extract, manifest: Manifest, origin: Lock) -> Extract:
    lock = Lock(
        path=manifest.path,
        tool=origin.tool,
        format=_FORMATS[origin.tool],
        packages=tuple(_package(made) for made in manifest.requirements),
        export_of=origin.tool,
        indexes=manifest.indexes,
    )
    what = f"exported from {posixpath.basename(origin.path)}"
    return replace(
        extract, lock=lock, signals=(ManagerSignal(tool=origin.tool, what=what, at=Location(path=manifest.path)),)
    )


def _package(made: Requirement) -> LockedPackage:
    pinned = _PINNED.fullmatch(made.specifier or "")
    return LockedPackage.of(made, pinned[1] if pinned is not None else None)
