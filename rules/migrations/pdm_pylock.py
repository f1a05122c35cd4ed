"""PDM's lock in the standard's format (``pylock.toml``): whom a package serves stands in its marker there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from packaging.markers import InvalidMarker, Marker

from rules.migration import Recorded
from rules.migrations.recorded import of_pdm_entries
from scanner.facts import LockedPackage
from scanner.format import Unreadable
from scanner.lock_tables import package_tables
from scanner.toml_reader import loads, strings, table

_SERVED = frozenset({"extras", "dependency_groups"})


def with_groups(pins: Iterable[LockedPackage]) -> tuple[LockedPackage, ...]:
    """The packages with the groups and extras that their markers name, and with what else these ask for."""
    return tuple(replace(pin, marker=marker, groups=groups) for pin in pins for marker, groups in [_split(pin.marker)])


def _split(text: str | None) -> tuple[str | None, tuple[str, ...]]:
    groups = tuple(dict.fromkeys(re.findall(r"[\"']([^\"']+)[\"']\s+in\s+(?:extras|dependency_groups)\b", text or "")))
    try:
        return (_rest(Marker(text)._markers) if text else None), groups or ("default",)
    except InvalidMarker:
        return None, groups or ("default",)


def _rest(parts: Sequence[Any]) -> str | None:
    """What a marker asks of the environment, whomever the package serves; ``None`` where that is nothing."""
    ways: list[list[str]] = [[]]
    for part in parts:
        if part == "or":
            ways.append([])
        elif part != "and" and (told := _told(part)) is not None:
            ways[-1].append(told)
    if not all(ways):
        return None
    return " or ".join(dict.fromkeys(" and ".join(way) for way in ways))


def _told(part: Any) -> str | None:
    if isinstance(part, list):
        inner = _rest(part)
        return f"({inner})" if inner is not None else None
    left, operator, right = part
    return None if right.value in _SERVED else f"{left.serialize()} {operator.serialize()} {right.serialize()}"


def recorded(text: str | None) -> tuple[Recorded, ...]:
    """What PDM records there of its packages' own dependencies."""
    try:
        entries = package_tables(loads(text or "").get("packages"))
    except Unreadable:
        return ()
    return of_pdm_entries(
        [{**e, "dependencies": strings(table(e, "tool", "pdm").get("dependencies"))} for e in entries]
    )
