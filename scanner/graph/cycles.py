"""Circles between repositories, and the cheapest edges to cut."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.graph.reach import components_of
from scanner.inventory import Edge, Graph
from scanner.words import counted

_EXHAUSTIVE_CUT = 150
_COST: dict[str | None, float] = {"optional": 1, "group": 1, "build": 2, "runtime": 3, None: 3}
_VIA_COST: dict[str, float] = {"index": 0, "git": 1, "service": 1, "submodule": 3, "ci": 4, "image": 4, "path": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Repositories that depend on each other in a circle, the edges between them, and what to cut to open it.

    ``cut`` are edges without which no circle is left among these repositories; ``why`` says why these were taken.
    """

    repositories: tuple[str, ...]
    edges: tuple[Edge, ...]
    cut: tuple[Edge, ...]
    why: str


def cycles(graph: Graph, *, hard: Callable[[Edge], bool] | None = None) -> tuple[Cycle, ...]:
    """The cycles between repositories (strongly connected sets), largest first; ``hard`` limits the edges looked at."""
    edges = [e for e in graph.edges if hard is None or hard(e)]
    components = [c for c in components_of((e.consumer, e.provider) for e in edges) if len(c) > 1]
    number = {name: i for i, component in enumerate(components) for name in component}
    inner: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        if (i := number.get(edge.consumer)) is not None and number.get(edge.provider) == i:
            inner[i].append(edge)
    made = [_cycle(component, tuple(inner[i])) for i, component in enumerate(components)]
    return tuple(sorted(made, key=lambda c: (-len(c.repositories), c.repositories)))


def cost_of_cutting(edge: Edge) -> float:
    """How much it takes to remove an edge: extras and groups least, runtime more, paths, images and templates most."""
    return _COST[edge.scope] + _VIA_COST[edge.via]


def _cycle(members: tuple[str, ...], edges: tuple[Edge, ...]) -> Cycle:
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for edge in edges:
        weights[edge.consumer, edge.provider] += cost_of_cutting(edge)
    pairs = _cheapest_cut(members, dict(weights))
    cut = tuple(e for e in edges if (e.consumer, e.provider) in pairs)
    return Cycle(repositories=members, edges=edges, cut=cut, why=_why_cut(cut))


def _cheapest_cut(members: Sequence[str], weights: dict[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Pairs whose removal leaves no circle: the single cheapest one where one is enough, else by a greedy order.

    The order is that of Eades, Lin and Smyth (1993) with weights, made minimal afterwards for all but huge circles.
    """
    greedy = _back_edges(members, weights)
    if len(weights) > _EXHAUSTIVE_CUT:
        return greedy
    for pair in sorted(greedy, key=lambda p: (-weights[p], p)):
        if _acyclic(weights.keys() - (greedy - {pair})):
            greedy.discard(pair)
    total = sum(weights[p] for p in greedy)
    for pair in sorted(weights, key=lambda p: (weights[p], p)):
        if weights[pair] > total:
            break
        if _acyclic(weights.keys() - {pair}):
            return {pair}
    return greedy


def _acyclic(pairs: Iterable[tuple[str, str]]) -> bool:
    return all(len(c) == 1 for c in components_of(pairs))


def _back_edges(members: Sequence[str], weights: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    balance: dict[str, float] = dict.fromkeys(members, 0.0)
    neighbours: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for (consumer, provider), weight in weights.items():
        balance[consumer] += weight
        balance[provider] -= weight
        neighbours[consumer].append((provider, weight))
        neighbours[provider].append((consumer, -weight))
    heap = [(-value, name) for name, value in balance.items()]
    heapq.heapify(heap)
    position: dict[str, int] = {}
    while heap:
        value, name = heapq.heappop(heap)
        if name in position or -value != balance[name]:
            continue
        position[name] = len(position)
        for other, weight in neighbours[name]:
            if other not in position:
                balance[other] += weight
                heapq.heappush(heap, (-balance[other], other))
    return {(a, b) for a, b in weights if position[a] > position[b]}


def _why_cut(cut: Sequence[Edge]) -> str:
    scopes = sorted({e.scope or e.via for e in cut})
    pairs = sorted({(e.consumer, e.provider) for e in cut})
    soft = all(e.scope in ("optional", "group") for e in cut)
    kind = "only extras or development groups" if soft else "edges of scope " + ", ".join(scopes)
    amount = "one connection" if len(pairs) == 1 else f"{len(pairs)} connections"
    declared = counted(len(cut), "declaration")
    return f"cutting {amount} ({declared}, {kind}) leaves no circle; extras and groups are preferred"


def shortest_circle(cycle: Cycle) -> tuple[str, ...]:
    """One shortest way round the cycle from its first repository back to it, for messages."""
    onward: defaultdict[str, set[str]] = defaultdict(set)
    for edge in cycle.edges:
        onward[edge.consumer].add(edge.provider)
    return _way_back(cycle.repositories[0], onward)


def _way_back(start: str, onward: Mapping[str, set[str]]) -> tuple[str, ...]:
    came: dict[str, str] = {}
    frontier = [start]
    while frontier:
        following: list[str] = []
        for name in frontier:
            for target in sorted(onward.get(name, ())):
                if target == start:
                    return (*_trail(name, came), start)
                if target not in came:
                    came[target] = name
                    following.append(target)
        frontier = following
    return (start,)


def _trail(name: str, came: Mapping[str, str]) -> Iterator[str]:
    trail = [name]
    while trail[-1] in came:
        trail.append(came[trail[-1]])
    return reversed(trail)
