"""Files that were compiled once for each Python: one list whose markers say for which Pythons each line is. Pure."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from rules.migrations.draft import Wish
from rules.migrations.pep import joined_markers
from rules.migrations.pins import normal_version
from rules.pythons import dotted
from scanner.facts import Lock, LockedPackage

Release = tuple[int, int]
_TOKEN = re.compile(r"(?:^|(?<=[-_.]))(?:py|python|cp)?[-_]?3[._]?(?P<minor>\d{1,2})(?=$|[-_.])")
_OLDEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Files that differ in nothing but the Python that they are for: (release, path), oldest first."""

    members: tuple[tuple[Release, str], ...]

    @property
    def path(self) -> str:
        """The file that stands for all of them."""
        return self.members[0][1]

    @property
    def others(self) -> tuple[str, ...]:
        """The paths of the rest."""
        return tuple(path for _, path in self.members[1:])


def families(paths: Iterable[str], locks: Mapping[str, Lock], inputs: Callable[[Lock], Sequence[str]]) -> list[Family]:
    """The families among requirements files: the same inputs and name but for the Python, each Python once."""
    found: defaultdict[tuple[str, tuple[str, ...]], list[tuple[Release, str]]] = defaultdict(list)
    for path in paths:
        lock = locks.get(path)
        release = _release(path, lock)
        if release is not None and (lock is not None or stem_without_python(path) != _stem(path)):
            key = posixpath.join(posixpath.dirname(path), stem_without_python(path))
            found[(key, tuple(inputs(lock)) if lock is not None else ())].append((release, path))
    kept = (sorted(members) for members in found.values())
    return [Family(members=tuple(m)) for m in kept if len(m) > 1 and len({release for release, _ in m}) == len(m)]


def stem_without_python(path: str) -> str:
    """The name of a file without its ending and without the Python in it: ``dev`` of ``dev-3.11.txt``."""
    return re.sub(r"[-_.]{2,}", "-", _TOKEN.sub("", _stem(path))).strip("-_.")


def _stem(path: str) -> str:
    return re.sub(r"\.(?:txt|in|pip|lock)$", "", posixpath.basename(path).lower())


def _release(path: str, lock: Lock | None) -> Release | None:
    """The Python of a file by its header and its name; ``None`` where nothing says it, or both disagree."""
    named = {int(m["minor"]) for m in _TOKEN.finditer(_stem(path)) if int(m["minor"]) >= _OLDEST}
    header = re.search(r"\b3\.(\d+)", (lock.requires_python or "") if lock is not None else "")
    told = named | ({int(header[1])} if header else set())
    return (3, told.pop()) if len(told) == 1 else None


def merged_pins(family: Family, pins: Mapping[str, Sequence[LockedPackage]]) -> list[LockedPackage]:
    """The pins of a family's files as one list: what is the same for all has no marker of ours."""
    runs = _runs(family, pins, lambda pin: (pin.key, normal_version(pin.version) or pin.origin or "", pin.marker or ""))
    return [replace(pin, marker=_with(pin.marker, marker)) if marker else pin for pin, marker in runs]


def merged_wishes(family: Family, wishes: Mapping[str, Sequence[Wish]]) -> list[Wish]:
    """The wishes of a family's files as one list."""
    made = []
    for wish, marker in _runs(family, wishes, lambda wish: (wish.name.lower(), wish.text, str(wish.source))):
        bare, _, own = wish.text.partition(" ; ")
        both = _with(own or None, marker)
        made.append(replace(wish, text=f"{bare} ; {both}", marker=both) if marker else wish)
    return made


def _with(own: str | None, marker: str) -> str | None:
    return joined_markers([text for text in (own, marker) if text])


_Item = TypeVar("_Item")


def _runs(
    family: Family, items: Mapping[str, Sequence[_Item]], key: Callable[[_Item], tuple[str, ...]]
) -> list[tuple[_Item, str]]:
    """Each item once for every unbroken run of Pythons that has it, with the run's marker (``""``: all of them)."""
    where: dict[tuple[str, ...], dict[int, _Item]] = {}
    for number, (_, path) in enumerate(family.members):
        for item in items.get(path, ()):
            where.setdefault(key(item), {}).setdefault(number, item)
    found: list[tuple[_Item, str]] = []
    for numbers in where.values():
        for start in (n for n in numbers if n - 1 not in numbers):
            stop = next(n for n in count(start) if n + 1 not in numbers)
            found.append((numbers[start], _range(family, start, stop)))
    return found


def _range(family: Family, start: int, stop: int) -> str:
    """The Pythons from one member to another; open at the ends of the family."""
    parts = [f"python_full_version >= '{dotted(family.members[start][0])}'"] if start > 0 else []
    if stop + 1 < len(family.members):
        parts.append(f"python_full_version < '{dotted(family.members[stop + 1][0])}'")
    return " and ".join(parts)
