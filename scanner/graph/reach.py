"""How far a change goes: strongly connected components, and who depends on whom through others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scanner.inventory import Graph


def reach(graph: Graph) -> dict[str, int]:
    """For each repository that an edge touches, how many others depend on it, directly or through others."""
    return transitive_dependents({(e.consumer, e.provider) for e in graph.edges})


def components_of(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of a directed graph given as (from, to), each sorted, providers first."""
    import networkx as nx

    digraph: nx.DiGraph[str] = nx.DiGraph()
    digraph.add_edges_from(sorted(set(pairs)))
    return [tuple(sorted(c)) for c in nx.strongly_connected_components(digraph)]


def transitive_dependents(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many nodes reach each node along ``(consumer, provider)`` pairs; members of a circle count each other."""
    pairs = set(pairs)
    components = components_of(pairs)
    index = {name: i for i, component in enumerate(components) for name in component}
    consumers: list[set[int]] = [set() for _ in components]
    waiting = [0] * len(components)
    for consumer, provider in pairs:
        a, b = index[consumer], index[provider]
        if a != b and a not in consumers[b]:
            consumers[b].add(a)
            waiting[a] += 1
    own = _masks(components, index)
    above = [0] * len(components)
    counts: dict[str, int] = {}
    # Components come providers first, so that in reverse every consumer's set is complete before it is read.
    for i in range(len(components) - 1, -1, -1):
        bits = own[i]
        for above_it in consumers[i]:
            bits |= above[above_it]
            waiting[above_it] -= 1
            if not waiting[above_it]:
                above[above_it] = 0
        above[i] = bits if waiting[i] else 0
        for name in components[i]:
            counts[name] = bits.bit_count() - 1
    return counts


def _masks(components: Sequence[tuple[str, ...]], index: Mapping[str, int]) -> list[int]:
    position = {name: n for n, name in enumerate(index)}
    masks = []
    for component in components:
        mask = 0
        for name in component:
            mask |= 1 << position[name]
        masks.append(mask)
    return masks
