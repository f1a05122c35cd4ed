"""Commands that a workflow hands on to actions and workflows of the repository itself, and their defaults. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.context import Context
from rules.places.script import Script
from rules.places.yaml_text import documents, window
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence

_COMMAND = re.compile(r"^[ \t]*(?:poetry|pipenv|pdm|rye)[ \t]+(?:install|sync|run|lock)\b", re.MULTILINE)


def hand_on(script: Script, text: str) -> None:
    """Rewrite the commands among what is handed on, where the one that takes them moves."""
    script.handed_on = True
    for document in documents(text)[:1]:
        for scalar in (*_given(document, script.context, 0), *_defaults(document)):
            if _COMMAND.search(scalar.text) is not None and (found := window(text, scalar)) is not None:
                known = len(script.splices)
                if script.window(found).looked:
                    del script.splices[known:]
    script.handed_on = False


def _given(node: Node, context: Context, depth: int) -> Iterator[Scalar]:
    """What stands below ``with`` of a step, or a job, that uses something of the repository."""
    if depth > 12:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _given(item, context, depth + 1)
    if not isinstance(node, Mapping):
        return
    used = (node.text("uses") or "").removeprefix("./").rstrip("/")
    if used and (node.text("uses") or "").startswith("./"):
        files = {used, f"{used}/action.yml", f"{used}/action.yaml"}
        if files & set(context.ground.facts.files) and not files & context.left:
            yield from (value for value in node.map("with").entries.values() if isinstance(value, Scalar))
    for value in node.entries.values():
        yield from _given(value, context, depth + 1)


def _defaults(document: Node) -> Iterator[Scalar]:
    """The defaults of an action's or a workflow's own inputs."""
    if not isinstance(document, Mapping):
        return
    on = document.map("on")
    for inputs in (document.map("inputs"), on.map("workflow_call").map("inputs")):
        for given in inputs.entries.values():
            default = given.get("default") if isinstance(given, Mapping) else None
            if isinstance(default, Scalar):
                yield default
