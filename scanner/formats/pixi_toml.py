"""pixi.toml: Pixi's manifest (the tables are read by :mod:`scanner.pixi_tables`)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.facts import Extract, Invocation, Location, Manifest, Table
from scanner.format import Format, named
from scanner.pixi_tables import read_pixi
from scanner.redact import redact
from scanner.toml_reader import Lines, loads, table

NAME = "pixi.toml"


def read(path: str, text: str) -> Extract | None:
    """Read a Pixi manifest; ``None`` for a TOML file that is none (no workspace, project, package or dependencies)."""
    data = loads(text)
    if not data.keys() & {"workspace", "project", "package", "dependencies", "environments", "feature"}:
        return None
    lines = Lines(text)
    tables = read_pixi(data, lines, path)
    manifest = Manifest(
        path=path,
        format=NAME,
        name=tables.name,
        version=tables.version,
        description=tables.description,
        build_backend=_backend(data),
        has_build_system=bool(table(data, "package", "build")),
        requirements=tables.requirements,
        indexes=tables.indexes,
        tables=tuple(Table(name=name, at=Location(path=path, line=lines.of(name))) for name in data),
        data=data,
    )
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        indexes=tables.indexes,
        pythons=tables.pythons,
        invocations=tuple(_tasks(data, lines, path)),
    )


def _backend(data: Mapping[str, Any]) -> str | None:
    backend = table(data, "package", "build").get("backend")
    name = backend.get("name") if isinstance(backend, dict) else backend
    return name if isinstance(name, str) else None


def _tasks(data: Mapping[str, Any], lines: Lines, path: str) -> Iterator[Invocation]:
    """What the tasks run; Pixi's shell splits at ``&&`` and ``;`` like any other."""
    features: list[tuple[str, ...]] = [(), *(("feature", name) for name in table(data, "feature"))]
    for where in features:
        for name, task in table(data, *where, "tasks").items():
            command = task.get("cmd") if isinstance(task, dict) else task
            at = Location(path=path, line=lines.of(*where, "tasks", name))
            if isinstance(command, list) and all(isinstance(word, str) for word in command):
                yield Invocation(argv=tuple(redact(word) for word in command), at=at, context="task", job=name)
            elif isinstance(command, str):
                for words in _commands(command):
                    yield Invocation(argv=words, at=at, context="task", job=name)


def _commands(command: str) -> Iterator[tuple[str, ...]]:
    lexer = shlex.shlex(redact(command), posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for token in lexer:
            if token.strip(";&|"):
                words.append(token)
                continue
            if words:
                yield tuple(words)
            words = []
    except ValueError:
        return
    if words:
        yield tuple(words)


FORMAT = Format(name=NAME, matches=named("pixi.toml"), read=read)
