"""The one door to YAML: a bounded tree of mappings, sequences and *text*, each with its line.

Built from libyaml's event stream, so that there are no objects, no YAML 1.1 surprises (``on``, ``3.10``, ``22:22`` stay
text), unknown tags do no harm, and depth, size and aliases are limited while reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from scanner.format import Unreadable, conflict_line
from scanner.redact import redact_line

MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_ALIASES = 2_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as text; ``plain`` is true when it was not quoted, ``tag`` its explicit tag (``!reference``).

    ``start`` and ``end`` are where it stands in the file, in characters, with its quotes or indicator.
    """

    text: str
    line: int
    plain: bool = True
    tag: str | None = None
    block: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def first_line(self) -> int:
        """The line on which the text itself begins (a block scalar begins below its indicator)."""
        return self.line + 1 if self.block else self.line


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence of nodes."""

    items: tuple[Node, ...]
    line: int
    tag: str | None = None

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping with text keys in file order; of duplicate keys the last one counts. ``key_lines`` are theirs.

    ``shadowed`` are the values that a later duplicate put out of force, with their keys.
    """

    entries: dict[str, Node]
    key_lines: dict[str, int]
    line: int
    duplicates: tuple[str, ...] = ()
    tag: str | None = None
    shadowed: tuple[tuple[str, Node], ...] = ()

    def get(self, *path: str) -> Node | None:
        """The node at ``path`` through nested mappings, or ``None``."""
        node: Node | None = self
        for key in path:
            node = node.entries.get(key) if isinstance(node, Mapping) else None
        return node

    def text(self, *path: str) -> str | None:
        """The text of the scalar at ``path``; ``None`` for anything else."""
        node = self.get(*path)
        return node.text if isinstance(node, Scalar) else None

    def map(self, *path: str) -> Mapping:
        """The mapping at ``path``, or an empty one."""
        node = self.get(*path)
        return node if isinstance(node, Mapping) else Mapping({}, {}, self.line)

    def seq(self, *path: str) -> tuple[Node, ...]:
        """The items of the sequence at ``path``; a lone scalar or mapping counts as a sequence of one."""
        node = self.get(*path)
        if isinstance(node, Sequence):
            return node.items
        return () if node is None or (isinstance(node, Scalar) and not node.text) else (node,)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and nodes in file order."""
        return iter(self.entries.items())

    def line_of(self, key: str) -> int:
        """The line of ``key``, or of the mapping when the key is missing."""
        return self.key_lines.get(key, self.line)


Node: TypeAlias = Scalar | Sequence | Mapping


def load(text: str) -> Node | None:
    """The first document of ``text`` (``None`` when empty); raises :class:`Unreadable` with the line."""
    documents = load_all(text, limit=1)
    return documents[0] if documents else None


def load_mapping(text: str) -> Mapping:
    """The first document, which must be a mapping; an empty file is an empty one."""
    node = load(text)
    if node is None or (isinstance(node, Scalar) and not node.text):
        return Mapping({}, {}, 1)
    if not isinstance(node, Mapping):
        raise Unreadable("a mapping was expected at the top", line=node.line)
    return node


def load_all(text: str, *, limit: int = 100, above: int = 0) -> list[Node]:
    """All documents of ``text``, at most ``limit``; lines are counted as if ``above`` others stood before them."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    try:
        return list(_Builder(limit, above).build(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = redact_line(str(error.problem or error.context or "syntax error"))
        raise Unreadable(f"not valid YAML: {message}", line=mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:
        before = text.encode("utf-8", "replace")[: max(error.position, 0)]
        raise Unreadable(f"not valid YAML: {error.reason}", line=before.count(b"\n") + 1) from None
    except yaml.YAMLError as error:
        raise Unreadable(f"not valid YAML: {redact_line(str(error))[:200]}") from None
    except ValueError as error:
        raise Unreadable(f"not valid YAML: {str(error)[:200]}") from None


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    def __init__(self, limit: int, above: int = 0) -> None:
        self._limit = limit
        self._above = above
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._nodes = 0
        self._aliases = 0

    def build(self, events: Iterator[Any]) -> Iterator[Node]:
        made = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
            elif isinstance(event, yaml.NodeEvent):
                yield self._node(event, events, 0)
                made += 1
                if made >= self._limit:
                    return

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line = event.start_mark.line + 1 + self._above
        before = self._nodes
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unreadable(f"more than {MAX_NODES} nodes", line=line, code="too-large")
        if depth > MAX_DEPTH:
            raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", line=line, code="too-deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        tag = event.tag if isinstance(event.tag, str) and not event.tag.startswith("tag:yaml.org") else None
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            block = event.style in ("|", ">")
            node = Scalar(
                event.value, line, not event.style, tag, block, _index(event.start_mark), _index(event.end_mark)
            )
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(events, line, tag, depth)
        else:
            node = self._mapping(events, line, tag, depth)
        if event.anchor:
            self._anchors[event.anchor] = node, self._nodes - before
        return node

    def _alias(self, event: Any, line: int) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise Unreadable(f"more than {MAX_ALIASES} aliases", line=line, code="too-large")
        if event.anchor not in self._anchors:
            raise Unreadable(f"alias of an unknown anchor: {event.anchor}", line=line)
        node, weight = self._anchors[event.anchor]
        self._nodes += weight
        if self._nodes > MAX_NODES:
            raise Unreadable(f"aliases unfold to more than {MAX_NODES} nodes", line=line, code="too-large")
        return node

    def _sequence(self, events: Iterator[Any], line: int, tag: str | None, depth: int) -> Sequence:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1))
        return Sequence(tuple(items), line, tag)

    def _mapping(self, events: Iterator[Any], line: int, tag: str | None, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[Mapping] = []
        duplicates: list[str] = []
        shadowed: list[tuple[str, Node]] = []
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                continue
            if key.text == "<<" and key.plain:
                merged.extend(
                    m for m in (value.items if isinstance(value, Sequence) else (value,)) if isinstance(m, Mapping)
                )
                continue
            if key.text in entries:
                duplicates.append(key.text)
                shadowed.append((key.text, entries[key.text]))
            entries[key.text] = value
            lines[key.text] = key.line
        for base in merged:
            self._nodes += len(base.entries)
            if self._nodes > MAX_NODES:
                raise Unreadable(f"more than {MAX_NODES} nodes", line=line, code="too-large")
            for name, value in base.entries.items():
                entries.setdefault(name, value)
                lines.setdefault(name, base.key_lines.get(name, base.line))
        return Mapping(entries, lines, line, tuple(duplicates), tag, tuple(shadowed))


def _index(mark: Any) -> int:
    return int(mark.index)
