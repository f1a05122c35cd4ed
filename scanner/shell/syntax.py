"""What the syntax of a statement says by itself: arms of an ``if``, what cannot fail, what leaves, what is piped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from scanner.shell.expansion import text_of

_HARMLESS = frozenset({"true", ":", "echo", "printf", "exit 0", "return 0", "warn", "logger"})
# what these write may be installed later on, so that where they write it belongs to the command
_WRITES_LISTING = re.compile(
    r"(?:\S{0,200}/)?(?:(?:poetry|pipenv|pdm|uv|pip3?|pip-compile|python\S{0,8} -m \S{1,20})\s.{0,200}"
    r"\b(?:export|requirements|lock|compile|freeze)\b"
    r"|(?:sed|grep|egrep|cat|awk|head|tail|sort|jq)\s.{0,400}\.(?:txt|in|lock|pip)\b)",
    re.DOTALL,
)
_WRITES_YAML = re.compile(
    r"(?:\S{0,200}/)?(?:sed|grep|egrep|cat|awk|head|tail|yq|conda-merge)\s.{0,400}\.ya?ml\b", re.DOTALL
)


def writes_listing(command: str, target: str) -> bool:
    """Whether what the ``command`` writes to the file ``target`` may be installed later on."""
    if target.endswith((".yml", ".yaml")):
        return _WRITES_YAML.match(command) is not None
    return bool(target) and _WRITES_LISTING.match(command) is not None


def arms(node: Node) -> Iterator[tuple[list[Node], list[Node]]]:
    """The arms of an ``if`` as (its conditions, its commands); ``else`` has no condition."""
    conditions: list[Node] = []
    bodies: list[Node] = []
    later: list[Node] = []
    current = conditions if node.type != "else_clause" else bodies
    for child in node.children:
        if child.type == "then":
            current = bodies
        elif child.type in ("elif_clause", "else_clause"):
            later.append(child)
        elif child.is_named:
            current.append(child)
    yield conditions, bodies
    for child in later:
        yield from arms(child)


def is_harmless(node: Node) -> bool:
    """Whether this part after ``||`` makes the whole succeed."""
    text = text_of(node).strip()
    return text in _HARMLESS or text.split(maxsplit=1)[:1] in (["echo"], ["printf"])


def leaves(node: Node) -> bool:
    """Whether what follows this part is not run."""
    text = text_of(node).strip(" {(\n\t;")
    return text.startswith(("exit", "return", "die", "fail", "break", "continue")) or "exit 1" in text[-12:]


def file_of_cat(node: Node | None) -> str | None:
    """``$(<F)`` for ``cat F |``, the text by which a following ``xargs`` shows its input."""
    if node is None or node.type != "command":
        return None
    words = text_of(node).split()
    return f"$(<{words[1]})" if len(words) == 2 and words[0] == "cat" else None
