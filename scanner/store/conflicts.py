"""Digests in a run's locks that cannot all be right.

Memory stays flat: the sets come a package at a time, the locks one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from scanner.hash_sets import Contradiction, HashSet, contradictions, unpacked_lock
from scanner.inventory import HashConflict, HashSide, HeldIn

MAX_CONFLICTS = 1_000
MAX_SIDES = 10
MAX_LOCKS = 50  # shown for a side


class _Source(Protocol):
    def hash_sets(self) -> Iterator[HashSet]: ...
    def lock_hashes(self, run_id: int) -> Iterator[tuple[str, str, bytes]]: ...


@dataclass(slots=True)
class _Holders:
    count: int = 0
    first: list[HeldIn] = field(default_factory=list)


def find_conflicts(store: _Source, run_id: int) -> tuple[HashConflict, ...]:
    """By name and version, at most :data:`MAX_CONFLICTS`; sets that no lock of this run holds do not count."""
    packages = (tuple(same) for _, same in groupby(store.hash_sets(), key=lambda one: one.name))
    suspects = [sets for sets in packages if next(contradictions(sets), None) is not None]
    holders = _holders(store, run_id, frozenset(one.id for sets in suspects for one in sets))
    found: list[HashConflict] = []
    for sets in suspects:
        held = {one.id: one for one in sets if one.id in holders}
        found.extend(_conflict(one, held, holders) for one in contradictions(held.values()))
    return tuple(sorted(found, key=lambda c: (c.name, c.version, c.kind))[:MAX_CONFLICTS])


def _holders(store: _Source, run_id: int, wanted: frozenset[int]) -> dict[int, _Holders]:
    holders: defaultdict[int, _Holders] = defaultdict(_Holders)
    for repository, path, packed in store.lock_hashes(run_id) if wanted else ():
        ids, lines = unpacked_lock(packed)
        for number in wanted.intersection(ids):
            held = holders[number]
            held.count += 1
            if len(held.first) < MAX_LOCKS:
                line = lines[ids.index(number)] or None
                held.first.append(HeldIn(repository=repository, path=path, line=line))
    return dict(holders)


def _conflict(found: Contradiction, sets: Mapping[int, HashSet], holders: Mapping[int, _Holders]) -> HashConflict:
    sides = [
        HashSide(
            label=label,
            count=sum(holders[number].count for number in ids),
            locks=tuple(sorted(lock for number in ids for lock in holders[number].first)[:MAX_LOCKS]),
            indexes=tuple(sorted({sets[number].index for number in ids})),
        )
        for label, ids in found.sides
    ]
    ranked = tuple(sorted(sides, key=lambda side: (-side.count, side.label)))[:MAX_SIDES]
    return HashConflict(kind=found.kind, name=found.name, version=found.version, what=found.what, sides=ranked)
