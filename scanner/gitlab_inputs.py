"""Inputs of GitLab's included files and components: ``spec: inputs``, and ``$[[ inputs.name ]]`` where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import replace

from scanner.yaml_reader import Mapping, Node, Scalar, Sequence

MAX_DEPTH = 30
_INPUT = re.compile(r"\$\[\[\s{0,4}inputs\.(?P<name>[\w-]{1,100})\s{0,4}(?:\|[^\]]{0,200})?\]\]")


def defaults(header: Mapping) -> dict[str, Node]:
    """What the header of a file says of its inputs: those that have a value without being given one."""
    asked = header.map("spec", "inputs")
    found = ((name, node.get("default")) for name, node in asked.items() if isinstance(node, Mapping))
    return {name: value for name, value in found if value is not None}


def given(include: Mapping) -> dict[str, Node]:
    """What an ``include`` gives to the file that it names."""
    return dict(include.map("inputs").items())


def filled(mapping: Mapping, values: AnyMapping[str, Node]) -> Mapping:
    """The mapping with its inputs in place; those without a value stay as they are written."""
    made = _filled(mapping, values, 0) if values else mapping
    return made if isinstance(made, Mapping) else mapping


def _filled(node: Node, values: AnyMapping[str, Node], depth: int) -> Node:
    if depth > MAX_DEPTH:
        return node
    if isinstance(node, Scalar):
        return _in_scalar(node, values)
    if isinstance(node, Sequence):
        return replace(node, items=tuple(_filled(item, values, depth + 1) for item in node.items))
    names = {key: _text(key, values) for key in node.entries}
    return replace(
        node,
        entries={names[key]: _filled(value, values, depth + 1) for key, value in node.items()},
        key_lines={names.get(key, key): line for key, line in node.key_lines.items()},
    )


def _in_scalar(scalar: Scalar, values: AnyMapping[str, Node]) -> Node:
    if "$[[" not in scalar.text:
        return scalar
    whole = _INPUT.fullmatch(scalar.text.strip())
    value = values.get(whole["name"]) if whole is not None else None
    if isinstance(value, Sequence | Mapping):
        return value
    return replace(scalar, text=_text(scalar.text, values))


def _text(text: str, values: AnyMapping[str, Node]) -> str:
    def told(match: re.Match[str]) -> str:
        value = values.get(match["name"])
        return value.text if isinstance(value, Scalar) else match[0]

    return _INPUT.sub(told, text) if "$[[" in text else text
