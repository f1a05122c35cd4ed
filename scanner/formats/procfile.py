"""Procfiles: process types and their commands; a web or worker process says that this is a service."""

from __future__ import annotations

import posixpath
import re

from scanner import shell
from scanner.facts import Extract, Hint, Invocation, Location, Task
from scanner.format import Format, like

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]{1,60}):\s{0,20}(?P<command>.{1,4000})")
_JOBS = frozenset({"release", "postdeploy", "cron", "migrate"})


def read(path: str, text: str) -> Extract | None:
    """Read a Procfile; ``None`` for a file without a process type."""
    invocations: list[Invocation] = []
    tasks: list[Task] = []
    hints: list[Hint] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line.strip())
        if match is None or line.lstrip().startswith("#"):
            continue
        name = match["name"]
        at = Location(path=path, line=number)
        folder = posixpath.dirname(path) or "."
        parsed = shell.parse(match["command"], at=at, context="task", directory=folder, job=name)
        invocations.extend(parsed.invocations)
        tasks.append(Task(name=name, at=at, default=name == "web"))
        hints.append(Hint(kind="job" if name in _JOBS else "service", what=f"Procfile {name}", at=at))
    if not tasks:
        return None
    return Extract(path=path, format="procfile", invocations=tuple(invocations), tasks=tuple(tasks), hints=tuple(hints))


FORMAT = Format(name="procfile", matches=like(r"(?:.*/)?Procfile(?:\.[\w-]+)?"), read=read)
