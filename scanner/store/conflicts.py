"""Digests in a run's locks that cannot all be right.

Memory stays flat: the sets come a package at a time, the locks one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    found = [c for _, same in groupby(store.hash_sets(), key=lambda s: s.name) for c in contradictions(same)]
    wanted = frozenset(number for one in found for _, ids in one.sides for number in ids)
    holders: defaultdict[int, _Holders] = defaultdict(_Holders)
    for repository, path, packed in store.lock_hashes(run_id) if wanted else ():
        ids, lines = unpacked_lock(packed)
        for number in wanted.intersection(ids):
            held = holders[number]
            held.count += 1
            if len(held.first) < MAX_LOCKS:
                line = lines[ids.index(number)] or None
                held.first.append(HeldIn(repository=repository, path=path, line=line))
    made = (_conflict(one, holders) for one in found)
    return tuple(
        sorted((one for one in made if one is not None), key=lambda c: (c.name, c.version, c.kind))[:MAX_CONFLICTS]
    )


def _conflict(found: Contradiction, holders: defaultdict[int, _Holders]) -> HashConflict | None:
    sides = []
    for label, ids in found.sides:
        held = [holders[number] for number in ids if number in holders]
        locks = sorted(lock for one in held for lock in one.first)[:MAX_LOCKS]
        if locks:
            sides.append(HashSide(label=label, count=sum(one.count for one in held), locks=tuple(locks)))
    if len(sides) < 2:
        return None
    ranked = tuple(sorted(sides, key=lambda side: (-side.count, side.label)))[:MAX_SIDES]
    return HashConflict(kind=found.kind, name=found.name, version=found.version, what=found.what, sides=ranked)
