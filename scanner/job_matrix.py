"""The legs of a GitHub job's matrix: every combination of its axes, with ``exclude`` and ``include`` as GitHub does it.

After *Running variations of jobs in a workflow* of GitHub's documentation: an entry of ``include`` is added to every
combination of which it changes no original value, and is a leg of its own where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from scanner.format import Unreadable
from scanner.github_expressions import EXPRESSION
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Node, Scalar, Sequence, load

MAX_LEGS = 256
MAX_VALUES = 64
_FROM_JSON = "fromjson("
_OPEN = Scalar("${{ unknown }}", 0)

Leg = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class JobMatrix:
    """All legs; ``is_open`` where some of them, or values of them, only running would tell."""

    legs: tuple[Leg, ...] = ()
    is_open: bool = False

    def value(self, leg: Leg, path: tuple[str, ...]) -> str | bool | None:
        """What ``matrix.<path>`` is in a leg; ``None`` where that is not written down."""
        node: Node | None = leg.get(path[0])
        for key in path[1:]:
            node = node.get(key) if isinstance(node, YamlMapping) else None if node is None else _OPEN
        if node is None:
            return None if self.is_open else ""
        if not isinstance(node, Scalar) or "${{" in node.text:
            return None
        return node.text == "true" if node.plain and node.text in ("true", "false") else node.text

    def rows(self, paths: Iterable[str], at_most: int) -> tuple[Mapping[str, str | bool], ...]:
        """The different combinations of the values of ``paths``; none where one is not known or they are too many."""
        wanted = {path: tuple(path.split(".")) for path in paths}
        found: dict[tuple[str | bool | None, ...], None] = {}
        for leg in self.legs:
            found[tuple(self.value(leg, keys) for keys in wanted.values())] = None
        if len(found) > at_most or any(value is None for row in found for value in row):
            return ()
        return tuple({p: v for p, v in zip(wanted, row, strict=True) if v is not None} for row in found)


def job_matrix(node: Node | None) -> JobMatrix:
    """The matrix as its legs; one without legs for a job without a matrix, or with one that is computed."""
    if not isinstance(node, YamlMapping):
        return JobMatrix(is_open=node is not None)
    axes = {name: list(literal_items(values)) for name, values in node.items() if name not in ("include", "exclude")}
    included, excluded = (_entries(node.get(name)) for name in ("include", "exclude"))
    computed = any(_is_computed(values) for values in node.entries.values())
    legs: list[dict[str, Node]] = [
        dict(zip(axes, row, strict=True)) for row in islice(product(*axes.values()), MAX_LEGS + 1) if axes
    ]
    if len(legs) > MAX_LEGS:
        return JobMatrix(is_open=True)
    legs = [leg for leg in legs if not any(_fits(entry, leg) for entry in excluded)]
    original = [dict(leg) for leg in legs]
    for entry in included:
        taking = [n for n, leg in enumerate(original) if all(_same(leg[k], v) for k, v in entry.items() if k in leg)]
        for number in taking:
            legs[number].update(entry)
        if not taking:
            legs.append(dict(entry))
    return JobMatrix(tuple(legs), is_open=computed)


def literal_items(node: Node) -> Iterator[Node]:
    """The items of a list, the node itself, or what literal ``fromJSON('[…]')`` expressions hold."""
    if isinstance(node, Sequence):
        yield from node.items[:MAX_VALUES]
    elif isinstance(node, Scalar) and (texts := _json_texts(node.text)):
        for text in texts[:MAX_VALUES]:
            try:
                inner = load("\n" * (node.line - 1) + text)
            except Unreadable:
                continue
            if inner is not None:
                yield from inner.items[:MAX_VALUES] if isinstance(inner, Sequence) else (inner,)
    else:
        yield node


def _json_texts(text: str) -> list[str]:
    """The literals that ``fromJSON`` is called with."""
    found: list[str] = []
    lowered = text.lower()
    at = lowered.find(_FROM_JSON)
    while at >= 0 and len(found) < MAX_VALUES:
        rest = text[at + len(_FROM_JSON) :].lstrip()
        if rest.startswith("'") and (end := rest.find("'", 1)) > 0:
            found.append(rest[1:end])
        at = lowered.find(_FROM_JSON, at + 1)
    return found


def _is_computed(node: Node) -> bool:
    return isinstance(node, Scalar) and EXPRESSION.search(node.text) is not None and not _json_texts(node.text)


def _entries(node: Node | None) -> tuple[Leg, ...]:
    items = literal_items(node) if node is not None else ()
    return tuple(item.entries for item in items if isinstance(item, YamlMapping))[:MAX_LEGS]


def _fits(entry: Leg, leg: Leg) -> bool:
    return all(key in leg and _same(leg[key], value) for key, value in entry.items())


def _same(left: Node, right: Node) -> bool:
    return _plain(left) == _plain(right)


def _plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {key: _plain(value) for key, value in node.items()}
