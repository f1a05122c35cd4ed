"""Taskfiles (taskfile.dev): tasks and the commands they start; ``{{.NAME}}`` is filled in where it is literal."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scanner import shell
from scanner.facts import Extract, Invocation, Location, Problem, Task
from scanner.format import Format, named
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

_VARIABLE = re.compile(r"\{\{-?\s{0,8}\.(?P<name>\w{1,100})\s{0,8}-?\}\}")


def read(path: str, text: str) -> Extract | None:
    """Read a Taskfile; ``None`` for a YAML file of that name without tasks."""
    root = load_mapping(text)
    tasks = root.map("tasks")
    if not tasks.entries:
        return None
    variables = _literals(root.map("vars"))
    env = _literals(root.map("env"))
    invocations: list[Invocation] = []
    problems: list[Problem] = []
    made: list[Task] = []
    for name, node in tasks.items():
        at = Location(path=path, line=tasks.line_of(name))
        needs = [called for item in _steps(node, "deps") if (called := _called(item)) is not None]
        for step in _steps(node, "cmds"):
            if (called := _called(step)) is not None and isinstance(step, Mapping):
                needs.append(called)
            elif (command := _command(step)) is not None:
                parsed = _parse(command, path, name, node, {**variables, **_local(node, "vars")}, env)
                invocations.extend(parsed.invocations)
                problems.extend(parsed.problems)
        made.append(Task(name=name, at=at, needs=tuple(needs), default=name == "default"))
    return Extract(
        path=path,
        format="taskfile",
        invocations=tuple(invocations),
        tasks=tuple(made),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


FORMAT = Format(
    name="taskfile",
    matches=named("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml"),
    read=read,
)


def _literals(node: Mapping) -> dict[str, str]:
    return {k: v.text for k, v in node.items() if isinstance(v, Scalar) and "{{" not in v.text}


def _local(node: Node, key: str) -> dict[str, str]:
    return _literals(node.map(key)) if isinstance(node, Mapping) else {}


def _steps(node: Node, key: str) -> Iterator[Node]:
    """The commands or dependencies of a task in any of its short forms."""
    if isinstance(node, Mapping):
        yield from node.seq(key)
        if key == "cmds":
            yield from node.seq("cmd")
    elif key == "cmds":
        yield from node.items if isinstance(node, Sequence) else (node,)


def _called(node: Node) -> str | None:
    """The task that a dependency (a name) or a step (``task: name``) calls."""
    if isinstance(node, Mapping):
        return node.text("task")
    return node.text if isinstance(node, Scalar) else None


def _command(node: Node) -> Scalar | None:
    if isinstance(node, Scalar):
        return node
    found = node.get("cmd") or node.get("defer") if isinstance(node, Mapping) else None
    return found if isinstance(found, Scalar) else None


def _parse(
    command: Scalar, path: str, name: str, node: Node, variables: dict[str, str], env: dict[str, str]
) -> shell.Parsed:
    folder = posixpath.dirname(path) or "."
    if isinstance(node, Mapping) and (inner := node.text("dir")) is not None:
        folder = posixpath.normpath(posixpath.join(folder, inner))
    text = _VARIABLE.sub(lambda m: variables.get(m["name"], m[0]), command.text)
    return shell.parse(
        text,
        at=Location(path=path, line=command.first_line),
        context="task",
        env={**env, **_local(node, "env")},
        directory=None if "{{" in folder or folder.startswith(("..", "/")) else folder,
        job=name,
    )
