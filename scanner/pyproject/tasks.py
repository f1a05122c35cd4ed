"""Task runners' tables: Poe, PDM, Rye, taskipy, Pixi and Hatch's scripts, as tasks and the commands that they start.

Where a task names another one, that is something it needs and no command. Calls of Python functions start no command
and are left out.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from scanner import shell
from scanner.facts import Invocation, Location, Task
from scanner.pyproject.document import Document

_RUNNERS = (
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "rye", "scripts"),
    ("tool", "taskipy", "tasks"),
)
_COMMANDS = ("cmd", "shell", "command")
_LISTS = ("sequence", "composite", "chain", "parallel")
_NEEDS = ("deps", "depends-on", "depends_on")
_MAX_DEPTH = 4
_MAX_TASKS = 1_000
_HATCH_FIELD = re.compile(r"\{args(?::(?P<default>[^{}]{0,500}))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The tasks of a file and the commands that they start."""

    tasks: tuple[Task, ...] = ()
    invocations: tuple[Invocation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A task being read: where it stands, its name, what its commands run in, and the names of its table's tasks."""

    keys: tuple[str, ...]
    name: str
    directory: str | None
    known: frozenset[str] = frozenset()
    env: Mapping[str, str] = field(default_factory=dict)
    tolerated: bool = False
    hatch: bool = False


_Step = Invocation | str
"""What a task does: a command, or another task by its name."""


def read_tasks(doc: Document) -> Tasks:
    """The tasks of every runner in ``pyproject.toml``."""
    own = (_table(doc, keys) for keys in _RUNNERS)
    return _gathered([*own, _pixi(doc, ("tool", "pixi")), _hatch(doc, ("tool", "hatch"))])


def read_pixi_tasks(doc: Document, root: tuple[str, ...]) -> Tasks:
    """The tasks of Pixi's own manifest, whose tables stand below ``root``."""
    return _gathered([_pixi(doc, root)])


def read_hatch_scripts(doc: Document, root: tuple[str, ...]) -> Tasks:
    """The scripts of Hatch's environments (``environment:script``), and what these run around their installation."""
    return _gathered([_hatch(doc, root)])


def _gathered(parts: Iterable[Iterable[tuple[Task, list[Invocation]]]]) -> Tasks:
    found = list(islice(chain.from_iterable(parts), _MAX_TASKS))
    return Tasks(
        tasks=tuple(task for task, _ in found),
        invocations=tuple(invocation for _, invocations in found for invocation in invocations),
    )


def _pixi(doc: Document, root: tuple[str, ...]) -> Iterator[tuple[Task, list[Invocation]]]:
    for keys in (root, *doc.subtables(*root, "feature")):
        yield from _table(doc, (*keys, "tasks"))


def _hatch(doc: Document, root: tuple[str, ...]) -> Iterator[tuple[Task, list[Invocation]]]:
    for keys in doc.subtables(*root, "envs"):
        yield from _table(doc, (*keys, "scripts"), prefix=f"{keys[-1]}:")
        entry = _Entry(keys=keys, name=keys[-1], directory=_folder(doc), hatch=True)
        around = [
            invocation
            for key in ("pre-install-commands", "post-install-commands")
            for text, at in doc.strings(*keys, key)
            for invocation in _parse(entry, text, at)
        ]
        if around:
            yield Task(name=keys[-1], at=doc.at(*keys), runner="hatch"), around


def _table(doc: Document, keys: tuple[str, ...], prefix: str = "") -> Iterator[tuple[Task, list[Invocation]]]:
    """The tasks in the table at ``keys``; ``prefix`` goes before their names (Hatch's environment)."""
    table = doc.table(*keys)
    for name, value in table.items():
        entry = _Entry(
            keys=(*keys, name), name=prefix + name, directory=_folder(doc), known=frozenset(table), hatch=bool(prefix)
        )
        steps = list(_steps(doc, entry, value, 0, in_list=bool(prefix)))
        around = [other for other in (f"pre_{name}", f"post_{name}") if other in table and keys[1:2] == ("pdm",)]
        needs = dict.fromkeys([*(prefix + step for step in steps if isinstance(step, str)), *around])
        runner = "hatch" if prefix else keys[1] if keys[0] == "tool" else "pixi"
        task = Task(name=entry.name, at=doc.at(*keys, name), runner=runner, needs=tuple(needs))
        yield task, [step for step in steps if not isinstance(step, str)]


def _steps(doc: Document, entry: _Entry, value: object, depth: int, *, in_list: bool = False) -> Iterator[_Step]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        yield from _text(entry, value, doc.at(*entry.keys), in_list)
    elif isinstance(value, list):
        yield from _list(doc, entry, value, depth)
    elif isinstance(value, dict):
        yield from _options(doc, entry, value, depth)


def _text(entry: _Entry, text: str, at: Location, in_list: bool) -> Iterator[_Step]:
    """A command; in lists, and in Hatch's scripts, its first word may name another task instead."""
    first = next(iter(text.split(maxsplit=1)), "")
    if in_list and first in entry.known - {entry.keys[-1], entry.keys[-2]}:
        yield first
    else:
        yield from _parse(entry, text, at)


def _list(doc: Document, entry: _Entry, items: list[Any], depth: int) -> Iterator[_Step]:
    """One after the other; Rye's plain lists are the words of one command."""
    if entry.keys[1:2] == ("rye",) and depth == 0:
        yield from _parse(entry, _joined(items), doc.at(*entry.keys))
        return
    for number, item in enumerate(items):
        if isinstance(item, str):
            yield from _text(entry, item, doc.item_at(entry.keys, number), in_list=True)
        else:
            yield from _steps(doc, entry, item, depth + 1)


def _options(doc: Document, entry: _Entry, options: dict[str, Any], depth: int) -> Iterator[_Step]:
    env = options.get("env")
    entry = replace(
        entry,
        directory=_directory(entry.directory, options.get("cwd", options.get("working_dir"))),
        env={k: v for k, v in env.items() if isinstance(v, str)} if isinstance(env, dict) else {},
        tolerated=options.get("ignore_fail") is True,
    )
    yield from (name for key in _NEEDS for name in _names(options.get(key)) if name in entry.known)
    for key in _COMMANDS:
        value = options.get(key)
        text = _joined(value) if isinstance(value, list) else value
        if isinstance(text, str):
            yield from _parse(entry, text, doc.at(*entry.keys, key))
    for key in _LISTS:
        value = options.get(key)
        if isinstance(value, list):
            yield from _list(doc, replace(entry, keys=(*entry.keys, key)), value, depth + 1)


def _names(value: object) -> Iterator[str]:
    """Names of tasks: texts whose first word is one, or tables that say ``task = name``."""
    for item in value if isinstance(value, list) else [value]:
        name = item.get("task") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip():
            yield name.split()[0]


def _joined(words: list[Any]) -> str:
    return shlex.join(word for word in words if isinstance(word, str))


def _parse(entry: _Entry, text: str, at: Location) -> tuple[Invocation, ...]:
    tolerated = entry.tolerated
    if entry.hatch:
        text = _HATCH_FIELD.sub(lambda field: field["default"] or "", text)
        if text.startswith("- "):  # this one may fail
            text, tolerated = text[2:], True
    return shell.parse(
        text,
        at=at,
        context="task",
        env=entry.env,
        directory=entry.directory,
        job=entry.name,
        tolerated=tolerated,
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
