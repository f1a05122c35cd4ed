"""Waves: which repositories move together, and in what order.

Promises: every repository is in exactly one wave; no hard edge points to a later wave; members of a circle of hard
edges
share a wave; a wave holds at most ``capacity`` repositories, unless one such circle is larger. The order within these:

1. a pilot of one easy repository and two that are hard, yet worth it, among those that wait for nobody, to learn from
   both: the hard ones are of the better half by score and have no blocker that may end in "stays where it is";
2. foundation: what most others wait for, most first;
3. the rest by priority;
4. what is asleep (archived, inactive), at the end, unless something awake waits for it.

A repository whose providers move in wave n moves in wave n + 1 or later (the provider's change is merged by then).
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from scanner.config import NO_LIMIT
from scanner.graph.reach import components_of, transitive_dependents
from scanner.words import counted, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Repositories that move together; numbers count from 1."""

    number: int
    why: str
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the order needs of a repository; ``asleep`` says why it is kept for the end.

    ``name`` is what to call it in sentences, ``for_pilot`` whether the way can be learned from it.
    """

    repository: str
    score: float
    hours: float
    decisions: int = 0
    asleep: str | None = None
    name: str | None = None
    for_pilot: bool = True
    owners: tuple[str, ...] = ()


def waves(
    candidates: Iterable[Candidate], hard: Iterable[tuple[str, str]], capacity: int, team_capacity: int = NO_LIMIT
) -> tuple[Wave, ...]:
    """The waves; ``hard`` are ``(consumer, provider)`` pairs, those that touch no candidate are left aside.

    A wave holds at most ``capacity`` repositories, and of one owner at most ``team_capacity``; a circle of hard edges
    moves together whatever its size.
    """
    known = {c.repository: c for c in candidates}
    pairs = {(a, b) for a, b in hard if a in known and b in known and a != b}
    schedule = _Schedule(known, pairs, max(1, capacity), max(1, team_capacity))
    return tuple(schedule.run())


def unblocked(hard: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many repositories cannot move before each one."""
    return transitive_dependents({(a, b) for a, b in hard if a != b})


#: Asleep, negative number that wait, negative score, members, number of the group: the order in which groups are taken.
_Entry: TypeAlias = "tuple[bool, int, float, tuple[str, ...], int]"


@dataclass(slots=True)
class _Group:
    """Repositories that must move together (usually one)."""

    members: tuple[str, ...]
    score: float
    hours: float
    decisions: int
    unblocks: int
    asleep: bool
    for_pilot: bool
    waits: int = 0
    consumers: list[int] = field(default_factory=list)


class _Schedule:
    def __init__(
        self, known: Mapping[str, Candidate], pairs: set[tuple[str, str]], capacity: int, team_capacity: int
    ) -> None:
        self._known = known
        self._capacity = capacity
        self._team_capacity = team_capacity
        self._groups = _groups(known, pairs)
        index = {name: i for i, group in enumerate(self._groups) for name in group.members}
        for a, b in sorted({(index[a], index[b]) for a, b in pairs}):
            if a != b:
                self._groups[b].consumers.append(a)
                self._groups[a].waits += 1
        self._wake()
        self._done: set[int] = set()
        self._number = 0

    def run(self) -> Iterator[Wave]:
        """The waves in order."""
        pilot = self._pilot()
        if pilot:
            yield self._wave(pilot, self._why_pilot(pilot))
        ready = [self._entry(i) for i, g in enumerate(self._groups) if i not in self._done and not g.waits]
        heapq.heapify(ready)
        while ready:
            taken = self._fill(ready)
            yield self._wave(taken, self._why(taken))
            for i in taken:
                for entry in self._released(i):
                    heapq.heappush(ready, entry)

    def _wake(self) -> None:
        """What something awake waits for is not left for the end."""
        awake = [i for i, g in enumerate(self._groups) if not g.asleep]
        providers: defaultdict[int, list[int]] = defaultdict(list)
        for i, group in enumerate(self._groups):
            for consumer in group.consumers:
                providers[consumer].append(i)
        while awake:
            for provider in providers.pop(awake.pop(), ()):
                if self._groups[provider].asleep:
                    self._groups[provider].asleep = False
                    awake.append(provider)

    def _entry(self, i: int) -> _Entry:
        group = self._groups[i]
        return group.asleep, -group.unblocks, -group.score, group.members, i

    def _released(self, i: int) -> Iterator[_Entry]:
        for consumer in self._groups[i].consumers:
            self._groups[consumer].waits -= 1
            if not self._groups[consumer].waits and consumer not in self._done:
                yield self._entry(consumer)

    def _fill(self, ready: list[_Entry]) -> list[int]:
        """Take from the heap what fits into one wave; the awake and the asleep never share one."""
        taken: list[int] = []
        left: list[_Entry] = []
        room = self._capacity
        busy: Counter[str] = Counter()
        sleeping = ready[0][0]
        while ready and room > 0 and ready[0][0] == sleeping:
            entry = heapq.heappop(ready)
            work = self._work(entry[3])
            fits = len(entry[3]) <= room and all(busy[o] + n <= self._team_capacity for o, n in work.items())
            if fits or not taken:
                taken.append(entry[4])
                room -= len(entry[3])
                busy += work
            else:
                left.append(entry)
        for entry in left:
            heapq.heappush(ready, entry)
        return taken

    def _work(self, members: Iterable[str]) -> Counter[str]:
        """Repositories by owner; nothing where teams have no limit."""
        if self._team_capacity >= NO_LIMIT:
            return Counter()
        return Counter(owner for name in members for owner in self._known[name].owners)

    def _wave(self, taken: Sequence[int], why: str) -> Wave:
        self._number += 1
        self._done.update(taken)
        members = sorted(name for i in taken for name in self._groups[i].members)
        return Wave(number=self._number, why=why, repositories=tuple(members))

    def _pilot(self) -> list[int]:
        """One easy group and two hard ones that wait for nobody, each a single repository that is awake."""
        free = [i for i, g in enumerate(self._groups) if not g.waits and not g.asleep and g.for_pilot]
        if len(self._groups) <= 3 or len(free) < 3 or self._capacity < 3:
            return []
        easy = min(free, key=lambda i: (self._groups[i].decisions, self._groups[i].hours, *self._worth(i)))
        rest = sorted((i for i in free if i != easy), key=self._worth)
        least = self._groups[rest[max(1, (len(rest) - 1) // 2)]].score
        better = [i for i in rest if self._groups[i].score >= least]
        better.sort(key=lambda i: (-self._groups[i].hours, -self._groups[i].decisions, *self._worth(i)))
        pilot = [easy, *better[:2]]
        work = self._work(name for i in pilot for name in self._groups[i].members)
        return pilot if all(n <= self._team_capacity for n in work.values()) else []

    def _worth(self, i: int) -> tuple[float, tuple[str, ...]]:
        return -self._groups[i].score, self._groups[i].members

    def _why_pilot(self, pilot: Sequence[int]) -> str:
        easy, *hard = (self._name(self._groups[i].members[0]) for i in pilot)
        for i in pilot:
            for consumer in self._groups[i].consumers:
                self._groups[consumer].waits -= 1
        return f"pilot: one easy repository ({easy}) and two hard ones ({listed(hard)}), to learn from both"

    def _name(self, repository: str) -> str:
        return self._known[repository].name or repository

    def _why(self, taken: Sequence[int]) -> str:
        groups = [self._groups[i] for i in taken]
        told = []
        if groups[0].asleep:
            reasons = sorted({self._known[n].asleep or "" for g in groups for n in g.members} - {""})
            told.append("kept for the end: " + ", ".join(reasons[:3]) + (" and others" if len(reasons) > 3 else ""))
        elif (most := max(groups, key=lambda g: g.unblocks)).unblocks:
            waiting = counted(most.unblocks, "repository")
            told.append(f"foundation: {self._name(most.members[0])} alone unblocks {waiting}")
        else:
            scores = f"{max(g.score for g in groups):g} to {min(g.score for g in groups):g}"
            told.append(f"by priority: scores {scores}, about {counted(round(sum(g.hours for g in groups)), 'hour')}")
        for group in groups:
            if len(group.members) > 1:
                over = f", more than the capacity of {self._capacity}" if len(group.members) > self._capacity else ""
                told.append(f"{len(group.members)} repositories depend on each other and move together{over}")
        return "; ".join(told)


def _groups(known: Mapping[str, Candidate], pairs: set[tuple[str, str]]) -> list[_Group]:
    waiting = unblocked(pairs)
    members = components_of(pairs)
    inside = {name for group in members for name in group}
    members += [(name,) for name in known if name not in inside]
    return [_group(tuple(sorted(group)), known, waiting) for group in sorted(members)]


def _group(members: tuple[str, ...], known: Mapping[str, Candidate], waiting: Mapping[str, int]) -> _Group:
    mine = [known[name] for name in members]
    return _Group(
        members=members,
        score=max(c.score for c in mine),
        hours=sum(c.hours for c in mine),
        decisions=sum(c.decisions for c in mine),
        unblocks=max(waiting.get(name, 0) for name in members) - (len(members) - 1),
        asleep=all(c.asleep for c in mine),
        for_pilot=len(mine) == 1 and mine[0].for_pilot,
    )
