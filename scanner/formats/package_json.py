"""``package.json``: only its scripts, as tasks; repositories in several languages start their Python from there."""

from __future__ import annotations

import json
import posixpath
import re

from scanner import shell
from scanner.facts import Extract, Invocation, Location, Problem, Task
from scanner.format import Format, Unreadable, named


def read(path: str, text: str) -> Extract | None:
    """Read the scripts; ``None`` for a file without any."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError as error:
        raise Unreadable("not valid JSON", line=getattr(error, "lineno", None)) from None
    scripts = data.get("scripts") if isinstance(data, dict) else None
    if not isinstance(scripts, dict) or not scripts:
        return None
    invocations: list[Invocation] = []
    problems: list[Problem] = []
    tasks: list[Task] = []
    for name, command in scripts.items():
        if not isinstance(command, str):
            continue
        at = Location(path=path, line=_line(text, name))
        around = tuple(f"{hook}{name}" for hook in ("pre", "post") if f"{hook}{name}" in scripts)
        tasks.append(Task(name=name, at=at, needs=around, default=name == "start"))
        parsed = shell.parse(command, at=at, context="task", directory=posixpath.dirname(path) or ".", job=name)
        invocations.extend(i for i in parsed.invocations)
        problems.extend(parsed.problems)
    return Extract(
        path=path,
        format="package.json",
        invocations=tuple(invocations),
        tasks=tuple(tasks),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


FORMAT = Format(name="package.json", matches=named("package.json"), read=read)


def _line(text: str, name: str) -> int | None:
    start = text.find('"scripts"')
    match = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s{0,20}:").search(text, max(start, 0))
    return text.count("\n", 0, match.start()) + 1 if match else None
