"""The dependency graph in layers: what needs nobody at the left, what stands on it to the right.

A picture of more than :data:`MOST` nodes cannot be read: then the most needed repositories stand alone, and the rest
are drawn as groups of those that need them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.charts.svg import Value, box, linked, picture, tag, words
from reports.table import Where
from scanner.graph.reach import components_of, transitive_dependents

MOST = 60
_ALONE = 28
_WIDE, _HIGH, _ACROSS, _DOWN, _LEFT, _TOP = 150, 26, 220, 36, 16, 34
_SWEEPS = 6

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What is drawn as one box: a repository, or ``members`` of them."""

    id: str
    name: str
    where: Where
    members: tuple[str, ...]


@dataclass(slots=True)
class _Placed:
    layers: list[list[str]]
    at: dict[str, tuple[float, float]] = field(default_factory=dict)


def layered(label: str, pairs: Iterable[Pair], names: Mapping[str, str]) -> Markup:
    """``pairs`` are (consumer, provider) of repository ids."""
    joined = {(a, b) for a, b in pairs if a != b}
    nodes, drawn = _grouped(joined, names)
    rings = {name: i for i, c in enumerate(components_of(drawn.keys())) if len(c) > 1 for name in c}
    placed = _placed(sorted(nodes), set(drawn))
    parts = [_arrow(placed.at[a], placed.at[b], n, rings.get(a, -1) == rings.get(b, -2)) for (a, b), n in drawn.items()]
    parts += [_node(nodes[name], placed.at[name], ring=name in rings) for name in sorted(nodes)]
    heads = [
        words(_LEFT + i * _ACROSS, 18, "needs nobody here" if i == 0 else f"layer {i + 1}", name="small soft")
        for i in range(len(placed.layers))
    ]
    tall = max((len(layer) for layer in placed.layers), default=1)
    size = _LEFT * 2 + max(1, len(placed.layers)) * _ACROSS - (_ACROSS - _WIDE), _TOP + tall * _DOWN + 10
    return picture(*size, label, [tag("g", {"class": "move"}, *heads, *parts)], name="chart layers")


def _grouped(pairs: set[Pair], names: Mapping[str, str]) -> tuple[dict[str, Node], Counter[Pair]]:
    """The nodes to draw, and the arrows between them with the numbers of edges that they stand for."""
    everyone = sorted({name for pair in pairs for name in pair})
    owner = {name: name for name in everyone} if len(everyone) <= MOST else _owners(pairs, everyone)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name in everyone:
        members[owner[name]].append(name)
    nodes = {group: _made(group, tuple(inside), names) for group, inside in members.items()}
    drawn: Counter[Pair] = Counter()
    for a, b in sorted(pairs):
        if owner[a] != owner[b]:
            drawn[owner[a], owner[b]] += 1
    return nodes, drawn


def _made(group: str, inside: tuple[str, ...], names: Mapping[str, str]) -> Node:
    if inside == (group,):
        where = Where(table="edges", filters=(("repository", group),))
        return Node(id=group, name=names.get(group, group), where=where, members=inside)
    needed = group.removeprefix("\0")
    title = f"{len(inside)} that need {names.get(needed, needed)}" if needed else f"{len(inside)} others"
    filters = tuple(("repository", name) for name in inside[:60])
    return Node(id=group, name=title, where=Where(table="edges", filters=filters), members=inside)


def _owners(pairs: set[Pair], everyone: Sequence[str]) -> dict[str, str]:
    """The most needed stand alone; each other one is in the group of the most needed that it needs."""
    reach = transitive_dependents(pairs)
    alone = set(sorted(everyone, key=lambda n: (-reach.get(n, 0), n))[:_ALONE])
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        needs[a].add(b)
    owner = {}
    for name in everyone:
        best = min((b for b in needs[name] if b in alone), key=lambda b: (-reach.get(b, 0), b), default="")
        owner[name] = name if name in alone else f"\0{best}"
    sizes = Counter(owner.values())
    return {name: name if sizes[group] == 1 else group for name, group in owner.items()}


def _placed(nodes: Sequence[str], pairs: set[Pair]) -> _Placed:
    depth = _depths(nodes, pairs)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name in nodes:
        layers[depth[name]].append(name)
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for a, b in sorted(pairs):
        neighbours[a].append(b)
        neighbours[b].append(a)
    _untangle(layers, neighbours)
    placed = _Placed(layers)
    tall = max((len(layer) for layer in layers), default=1)
    for i, layer in enumerate(layers):
        first = _TOP + (tall - len(layer)) * _DOWN / 2
        for j, name in enumerate(layer):
            placed.at[name] = (_LEFT + i * _ACROSS, first + j * _DOWN)
    return placed


def _depths(nodes: Sequence[str], pairs: set[Pair]) -> dict[str, int]:
    """How many layers each node stands on; the members of a circle share a layer."""
    components = components_of(pairs)
    index = {name: i for i, component in enumerate(components) for name in component}
    below: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        if index[a] != index[b]:
            below[index[a]].add(index[b])
    depth: dict[int, int] = {}
    for i in range(len(components)):
        depth[i] = max((depth[j] + 1 for j in below[i]), default=0)
    return {name: depth[index[name]] if name in index else 0 for name in nodes}


def _untangle(layers: list[list[str]], neighbours: Mapping[str, Sequence[str]]) -> None:
    """Order each layer by the middle of its neighbours, to and fro."""
    for sweep in range(_SWEEPS):
        position = {name: j / max(1, len(layer)) for layer in layers for j, name in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            middle = {
                name: sum(position[n] for n in neighbours[name]) / len(neighbours[name]) if name in neighbours else 0.5
                for name in layer
            }
            layer.sort(key=lambda name: (middle[name], name))
            position.update({name: j / max(1, len(layer)) for j, name in enumerate(layer)})


def _arrow(consumer: tuple[float, float], provider: tuple[float, float], edges: int, ring: bool) -> Markup:
    (x1, y1), (x2, y2) = consumer, provider
    start, end = (x1, y1 + _HIGH / 2), (x2 + _WIDE, y2 + _HIGH / 2)
    if x1 <= x2:  # within a layer, or backwards in a circle: around the right
        start, bends = (x1 + _WIDE, start[1]), (50.0, 50.0)
    else:
        reach = max(30.0, abs(start[0] - end[0]) / 2)
        bends = (-reach, reach)
    first, last = (start[0] + bends[0], start[1]), (end[0] + bends[1], end[1])
    path = f"M{_point(start)}C{_point(first)} {_point(last)} {_point(end)}"
    width = min(1 + (edges - 1) * 0.3, 5)
    return tag("path", {"d": path, "class": "arrow ring" if ring else "arrow", "stroke-width": float(width)})


def _point(at: tuple[float, float]) -> str:
    return f"{at[0]:.0f} {at[1]:.0f}"


def _node(node: Node, at: tuple[float, float], *, ring: bool) -> Markup:
    """A box with its name, cut off at its edge: the whole name is there to be heard and searched."""
    x, y = at
    kind = "node group" if len(node.members) > 1 else "node ringed" if ring else "node"
    size: dict[str, Value] = {"x": x, "y": y, "width": float(_WIDE - 4), "height": float(_HIGH)}
    return linked(
        node.where, node.name, box(x, y, _WIDE, _HIGH, kind, 5), tag("svg", size, words(8, 17, node.name, name="small"))
    )
