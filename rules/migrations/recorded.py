"""What old locks record of their packages' own dependencies: static metadata for what cannot be built or reached.

uv asks a package for its dependencies: its wheel, or a build where there is none, or its git repository. Where that
fails, the old lock knows the answer of the day when it was made. Poetry and PDM keep whole requirements; files of
pip-compile and Rye only say who needs whom, which is enough where every version is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from rules.migration import Recorded
from rules.migrations.pep import joined_markers, one_specifier
from scanner.facts import LockedPackage
from scanner.format import Unreadable
from scanner.lock_tables import package_tables
from scanner.poetry_constraints import python_marker
from scanner.redact import redact
from scanner.toml_reader import loads, strings, table


def of_poetry(text: str | None) -> tuple[Recorded, ...]:
    """The packages of a ``poetry.lock`` whose dependencies can all be said in PEP 508."""
    return tuple(found for entry in _packages(text) if (found := _poetry_package(entry)) is not None)


def of_pdm(text: str | None) -> tuple[Recorded, ...]:
    """The packages of a ``pdm.lock``."""
    return of_pdm_entries(_packages(text))


def of_pdm_entries(packages: Iterable[Mapping[str, Any]]) -> tuple[Recorded, ...]:
    """The packages of a lock of PDM; a package with extras is an entry of its own there."""
    entries: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for entry in packages:
        name, version = entry.get("name"), entry.get("version")
        if isinstance(name, str) and isinstance(version, str):
            entries[str(canonicalize_name(name)), version].append(entry)
    return tuple(found for key, same in entries.items() if (found := _pdm_package(*key, same)) is not None)


def of_annotations(pins: Sequence[LockedPackage]) -> tuple[Recorded, ...]:
    """The packages of a compiled file, by the ``via`` comments of the others: names alone."""
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for pin in pins:
        text = f"{pin.key} ; {pin.marker}" if pin.marker and _is_requirement(f"{pin.key} ; {pin.marker}") else pin.key
        for parent in pin.via:
            needed[str(canonicalize_name(parent.partition("[")[0]))].add(text)
    if not needed:
        return ()
    return tuple(
        Recorded(name=pin.key, version=pin.version, requires=tuple(sorted(needed[pin.key])))
        for pin in pins
        if pin.version is not None and pin.source in ("index", "git")
    )


def _packages(text: str | None) -> list[dict[str, Any]]:
    try:
        return package_tables(loads(text or "").get("package"))
    except Unreadable:
        return []


def _made(name: str, version: str, requires: Iterable[str | None], extras: Iterable[str]) -> Recorded | None:
    texts = list(requires)
    if not all(text is not None and _is_requirement(text) for text in texts):
        return None
    unique = tuple(dict.fromkeys(text for text in texts if text))
    return Recorded(name=name, version=version, requires=unique, extras=tuple(dict.fromkeys(extras)))


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def _poetry_package(entry: Mapping[str, Any]) -> Recorded | None:
    name, version = entry.get("name"), entry.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    found: list[str | None] = []
    for wanted, value in table(entry, "dependencies").items():
        found += [_poetry_requirement(wanted, part) for part in (value if isinstance(value, list) else [value])]
    made = _made(str(canonicalize_name(name)), version, found, table(entry, "extras"))
    told = entry.get("python-versions")
    return replace(made, pythons=told) if made is not None and isinstance(told, str) else made


def _poetry_requirement(name: str, value: object) -> str | None:
    """An entry of a package's dependencies; ``None`` for what leads to a path.

    A constraint that one specifier cannot say is left out: the version is known.
    """
    told = {"version": value} if isinstance(value, str) else value
    if not isinstance(told, dict) or {"path", "file"} & told.keys():
        return None
    texts = {key: part for key, part in told.items() if isinstance(part, str)}
    extras = strings(told.get("extras"))
    head = f"{name}[{','.join(extras)}]" if extras else name
    if "git" in texts:
        rev = texts.get("rev") or texts.get("tag") or texts.get("branch")
        head += f" @ git+{redact(texts['git'].removeprefix('git+'))}" + (f"@{rev}" if rev else "")
    elif "url" in texts:
        head += f" @ {redact(texts['url'])}"
    else:
        head += one_specifier(texts.get("version", "*")) or ""
    try:
        marker = joined_markers([texts.get("markers", ""), python_marker(texts.get("python", "*")) or ""])
    except ValueError:
        return None
    return f"{head} ; {marker}" if marker else head


def _pdm_package(name: str, version: str, entries: Sequence[Mapping[str, Any]]) -> Recorded | None:
    plain = [text for entry in entries if not entry.get("extras") for text in strings(entry.get("dependencies"))]
    found: list[str | None] = [*plain]
    extras = [extra for entry in entries for extra in strings(entry.get("extras"))]
    for entry in entries:
        own = [text for text in strings(entry.get("dependencies")) if text not in plain and not _is_of(text, name)]
        found += [_with_extra(text, extra) for extra in strings(entry.get("extras")) for text in own]
    return _made(name, version, found, extras)


def _is_of(text: str, name: str) -> bool:
    try:
        return canonicalize_name(Requirement(text).name) == name
    except InvalidRequirement:
        return False


def _with_extra(text: str, extra: str) -> str | None:
    try:
        requirement = Requirement(text)
        marker = joined_markers([str(requirement.marker or ""), f"extra == '{extra}'"])
    except (InvalidRequirement, ValueError):
        return None
    requirement.marker = None
    return f"{requirement} ; {marker}"
