"""Task runners' tables: Poe, PDM, Rye, taskipy, Pixi and Hatch's scripts, as the commands that a task would start.

A task that names other tasks starts nothing itself: those have their own entries. Calls of Python functions start no
command and are left out.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner import shell
from scanner.facts import Invocation
from scanner.pyproject.document import Document

_RUNNERS = (
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "rye", "scripts"),
    ("tool", "taskipy", "tasks"),
    ("tool", "pixi", "tasks"),
)
_COMMANDS = ("cmd", "shell", "command")
_LISTS = ("sequence", "composite", "chain", "parallel")
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """Where a task stands, its name, what its commands run in; ``scripts`` are Hatch's, whose text may name others."""

    keys: tuple[str, ...]
    name: str
    directory: str | None
    known: frozenset[str] = frozenset()
    scripts: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    tolerated: bool = False


def invocations(doc: Document) -> Iterator[Invocation]:
    """The commands of every task in ``pyproject.toml``."""
    for keys in _RUNNERS:
        yield from task_table(doc, keys)
    for feature in doc.subtables("tool", "pixi", "feature"):
        yield from task_table(doc, (*feature, "tasks"))
    yield from hatch_scripts(doc, ("tool", "hatch"))


def hatch_scripts(doc: Document, root: tuple[str, ...]) -> Iterator[Invocation]:
    """The scripts of Hatch's environments, and what these run around their installation."""
    for keys in doc.subtables(*root, "envs"):
        yield from task_table(doc, (*keys, "scripts"), prefix=f"{keys[-1]}:")
        task = _Task(keys=keys, name=keys[-1], directory=_folder(doc))
        for key in ("pre-install-commands", "post-install-commands"):
            for text, at in doc.strings(*keys, key):
                yield from _parse(doc, task, text, at.line)


def task_table(doc: Document, keys: tuple[str, ...], prefix: str = "") -> Iterator[Invocation]:
    """The commands of the tasks in the table at ``keys``; ``prefix`` goes before their names."""
    table = doc.table(*keys)
    for name, value in table.items():
        task = _Task(
            keys=(*keys, name), name=prefix + name, directory=_folder(doc), known=frozenset(table), scripts=bool(prefix)
        )
        yield from _commands(doc, task, value, 0)


def _commands(doc: Document, task: _Task, value: object, depth: int) -> Iterator[Invocation]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        yield from _parse(doc, task, value, None) if not task.scripts else _command(doc, task, value)
    elif isinstance(value, list):
        yield from _list(doc, task, value, depth)
    elif isinstance(value, dict):
        yield from _options(doc, task, value, depth)


def _command(doc: Document, task: _Task, text: str, line: int | None = None) -> Iterator[Invocation]:
    """A command where the name of another task would be that task."""
    words = text.split(maxsplit=1)
    if words and words[0] not in task.known - {task.name}:
        yield from _parse(doc, task, text, line)


def _list(doc: Document, task: _Task, items: list[Any], depth: int) -> Iterator[Invocation]:
    """Commands one after the other; Rye's plain lists are the words of one command."""
    if task.keys[1] == "rye" and depth == 0:
        yield from _parse(doc, task, shlex.join(item for item in items if isinstance(item, str)), None)
        return
    for number, item in enumerate(items):
        if isinstance(item, str):
            yield from _command(doc, task, item, doc.item_at(task.keys, number).line)
        else:
            yield from _commands(doc, task, item, depth + 1)


def _options(doc: Document, task: _Task, options: dict[str, Any], depth: int) -> Iterator[Invocation]:
    env = options.get("env")
    task = _Task(
        keys=task.keys,
        name=task.name,
        directory=_directory(task.directory, options.get("cwd", options.get("working_dir"))),
        known=task.known,
        env={k: v for k, v in env.items() if isinstance(v, str)} if isinstance(env, dict) else {},
        tolerated=options.get("ignore_fail") is True,
    )
    for key in _COMMANDS:
        value = options.get(key)
        if isinstance(value, list):
            value = shlex.join(item for item in value if isinstance(item, str))
        if isinstance(value, str):
            yield from _parse(doc, task, value, doc.at(*task.keys, key).line)
    for key in _LISTS:
        value = options.get(key)
        if isinstance(value, list):
            inner = _Task(
                keys=(*task.keys, key), name=task.name, directory=task.directory, known=task.known, env=task.env
            )
            yield from _list(doc, inner, value, depth + 1)


def _parse(doc: Document, task: _Task, text: str, line: int | None) -> Iterator[Invocation]:
    at = doc.at(*task.keys)
    if line is not None:
        at = type(at)(path=at.path, line=line)
    tolerated = task.tolerated
    if text.startswith("- "):  # Hatch: failure of this one is ignored
        text, tolerated = text[2:], True
    yield from shell.parse(
        text, at=at, context="task", env=task.env, directory=task.directory, job=task.name, tolerated=tolerated
    ).invocations


def _folder(doc: Document) -> str:
    return posixpath.dirname(doc.path) or "."


def _directory(start: str | None, target: object) -> str | None:
    if target is None or start is None:
        return start
    if not isinstance(target, str) or target.startswith(("/", "~")) or "$" in target or "{" in target:
        return None
    joined = posixpath.normpath(posixpath.join(start, target))
    return None if joined == ".." or joined.startswith("../") else joined
