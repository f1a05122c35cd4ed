"""Nx's ``project.json``: the targets of one part of a monorepo, as tasks.

Commands start in the workspace's root unless ``cwd`` says otherwise. The executors of Nx's plug-in for Python are
known by what they start.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from scanner import shell
from scanner.facts import Extract, Invocation, Location, Problem, Task
from scanner.format import Format, Unreadable, named
from scanner.toml_reader import table

MAX_TARGETS = 200
_EXECUTORS: Mapping[str, str] = MappingProxyType(
    {
        "@nxlv/python:flake8": "flake8",
        "@nxlv/python:ruff-check": "ruff check",
        "@nxlv/python:ruff-format": "ruff format",
    }
)


def read(path: str, text: str) -> Extract | None:
    """Read the targets; ``None`` for a file of that name without any."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError:
        return None  # the name is a common one
    targets = data.get("targets") if isinstance(data, dict) else None
    if not isinstance(targets, dict) or not targets:
        return None
    invocations: list[Invocation] = []
    problems: list[Problem] = []
    tasks: list[Task] = []
    for name, target in list(targets.items())[:MAX_TARGETS]:
        if not isinstance(target, dict):
            continue
        at = Location(path=path, line=_line(text, name))
        tasks.append(Task(name=name, at=at, needs=tuple(_needs(target))))
        for command, directory in _commands(target, posixpath.dirname(path) or "."):
            parsed = shell.parse(command, at=at, context="task", directory=directory, job=name)
            invocations += parsed.invocations
            problems += parsed.problems
    return Extract(
        path=path,
        format=FORMAT.name,
        invocations=tuple(invocations),
        tasks=tuple(tasks),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


FORMAT = Format(name="nx-project", matches=named("project.json"), read=read, quiet=True)


def _needs(target: Mapping[str, Any]) -> Iterator[str]:
    """The targets of the same project that run before this one; ``^name`` are those of other projects."""
    listed = target.get("dependsOn")
    for needed in listed if isinstance(listed, list) else ():
        if isinstance(needed, str) and not needed.startswith("^"):
            yield needed


def _commands(target: Mapping[str, Any], folder: str) -> Iterator[tuple[str, str | None]]:
    """The command lines of a target, each with the folder that it starts in."""
    executor = target.get("executor")
    if isinstance(executor, str) and executor in _EXECUTORS:
        yield _EXECUTORS[executor], folder
        return
    options = table(target, "options")
    written = options.get("cwd")
    directory = _folder(written, folder) if isinstance(written, str) else "."
    several = options.get("commands")
    for entry in (target.get("command"), options.get("command"), *(several if isinstance(several, list) else ())):
        command = entry.get("command") if isinstance(entry, dict) else entry
        if isinstance(command, str):
            yield _filled(command, folder, directory), directory


def _folder(written: str, folder: str) -> str | None:
    path = posixpath.normpath(written.replace("{projectRoot}", folder).replace("{workspaceRoot}", "."))
    return None if "{" in path or "$" in path or path.startswith(("/", "..")) else path


def _filled(command: str, folder: str, directory: str | None) -> str:
    """The command with Nx's places as seen from the folder that it starts in."""
    if directory is None:
        return command
    place = {name: posixpath.relpath(path, directory) for name, path in (("project", folder), ("workspace", "."))}
    return command.replace("{projectRoot}", place["project"]).replace("{workspaceRoot}", place["workspace"])


def _line(text: str, name: str) -> int | None:
    start = text.find(json.dumps(name, ensure_ascii=False), max(text.find('"targets"'), 0))
    return text.count("\n", 0, start) + 1 if start >= 0 else None
