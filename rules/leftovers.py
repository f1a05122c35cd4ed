"""Commands of committed automation that still call what the project moves away from, and what replaces them."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rules.reading import area_of, project_of
from rules.uv import CONDA, join, starts, translate
from scanner.inventory import Command, Repository
from scanner.words import counted, listed

#: Programs that uv replaces, with the manager each belongs to.
_PROGRAMS = {
    "poetry": "poetry",
    "pdm": "pdm",
    "pipenv": "pipenv",
    "rye": "rye",
    "pip-compile": "pip-tools",
    "pip-sync": "pip-tools",
}
_INSTALLING = frozenset({"uv", "tox", "nox", "conda-lock", "setup.py", "python", "python3", "easy_install", *CONDA})
_MANAGERS = frozenset(_PROGRAMS.values())
_INSTALLERS = _MANAGERS | {"pip", "conda", "setuptools"}
#: What a manager's scripts are kept in; a name run by the manager may be one of these, not a program.
_SCRIPTS = {"pdm": "[tool.pdm.scripts]", "pipenv": "the Pipfile's [scripts]", "rye": "[tool.rye.scripts]"}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A command, the old tool that it calls, and what replaces it (``None``: a person has to look)."""

    command: Command
    tool: str
    replacement: str | None


def leftovers(repository: Repository, *contexts: str) -> Iterator[Leftover]:
    """What is left of the old tools in ``contexts``, in the order of the files; every line once."""
    found = [
        (command, tool)
        for command in repository.commands
        if command.context in contexts and (tool := _old_tool(command)) is not None
    ]
    actions = {(c.path, c.line) for c, _ in found if c.argv[0].startswith("uses:")}
    seen: set[tuple[str, int | None, tuple[str, ...]]] = set()
    for command, tool in sorted(found, key=lambda f: (f[0].path, f[0].line or 0, f[0].argv)):
        place = (command.path, command.line, command.argv)
        if not command.argv[0].startswith("uses:") and place[:2] in actions:
            continue  # what the action does is not written there
        if place in seen or (command.project is not None and project_of(repository, command) is None):
            continue
        seen.add(place)
        yield Leftover(command, tool, _replacement(command, tool))


def by_file(repository: Repository, *, pipelines: bool) -> dict[str, list[Leftover]]:
    """The leftovers of pipelines, or those of hooks, task runners and scripts (also where a pipeline runs them)."""
    others = {c.path for c in repository.commands if c.context in ("hook", "task", "script")}
    files: defaultdict[str, list[Leftover]] = defaultdict(list)
    if others or pipelines:
        for found in leftovers(repository, "ci", "hook", "task", "script"):
            files[found.command.path].append(found)
    return {p: f for p, f in sorted(files.items()) if (area_of(p) == "ci" or p not in others) is pipelines}


def told(found: Sequence[Leftover], most: int) -> str:
    """``line 20: `poetry install` → `uv sync --locked```, the same on several lines once, separated by semicolons."""
    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for item in found:
        texts = join(item.command.argv)[:120], item.replacement or "look at it"
        lines[texts] += [item.command.line] if item.command.line else []
    parts = [f"{_where(at)}`{old}` → {new}" for (old, new), at in lines.items()]
    return "; ".join(parts[:most]) + (f"; and {counted(len(parts) - most, 'other line')}" if len(parts) > most else "")


def _where(lines: list[int]) -> str:
    if not lines:
        return ""
    unique = sorted(set(lines))
    return f"line{'s' if len(unique) > 1 else ''} {listed([str(n) for n in unique], 6)}: "


def pattern(found: Iterable[Leftover]) -> str | None:
    """An extended regular expression for the calls of the old managers that are left; ``None`` where none is."""
    tools = sorted({f.tool for f in found if f.tool in _MANAGERS})
    return "|".join(_CALLS.get(t, f"(^|[^a-z-]){t}[^a-z-]+(install|sync|run|lock|export|build)") for t in tools) or None


_CALLS = {"pip-tools": "pip-(compile|sync)"}


def _old_tool(command: Command) -> str | None:
    """The tool to move away from that a command installs, sets up or calls; ``poetry run pytest`` calls Poetry."""
    words = starts(command.argv)
    program = posixpath.basename(words[0]) if words else ""
    if words and words[0].startswith("uses:"):
        return _set_up(words)
    if program in _PROGRAMS:
        return _PROGRAMS[program]
    if program in CONDA and words[1:2] == ("run",):
        return "conda"
    if command.kind == "bootstrap":
        named = (word.partition("=")[0].partition("[")[0].lower() for word in command.argv[1:])
        return next((n for n in named if n in _MANAGERS), command.tool if command.tool in _MANAGERS else None)
    if command.kind == "install" and (program in _INSTALLING or program.startswith("pip")):
        if command.context != "image" and command.tool == "pip" and _is_trial(words):
            return None
        return command.tool if command.tool in _INSTALLERS else None
    return None  # what a script or a target does stands in its own lines


def _is_trial(words: Sequence[str]) -> bool:
    """Whether pip is to install nothing but what was built just now: what users do, whatever manages the project."""
    operands = [w for w in words[words.index("install") + 1 :] if not w.startswith("-")] if "install" in words else []
    return bool(operands) and all(w.endswith((".whl", ".tar.gz")) and "://" not in w for w in operands)


def _set_up(words: Sequence[str]) -> str | None:
    """The old manager that an action of another repository sets up, or whose cache it keeps."""
    action = words[0].removeprefix("uses:").partition("@")[0].lower()
    if action.startswith("."):
        return None
    parts = frozenset(re.split(r"[^a-z]+", action))
    return next(
        (tool for tool in ("poetry", "pdm", "pipenv", "rye") if tool in parts or f"cache={tool}" in words[1:]), None
    )


def _replacement(command: Command, tool: str) -> str | None:
    words = starts(command.argv)
    if words and words[0].startswith("uses:"):
        keeps = f"cache={tool}" in words[1:]
        return f"without `cache: {tool}`; setup-uv has its own cache" if keeps else "astral-sh/setup-uv in its place"
    if command.kind == "bootstrap" or (tool in _MANAGERS and words[1:2] and words[1] in _SETTINGS):
        return "remove"
    new = translate(command.argv)
    return None if new is None else f"`{new}`{_perhaps_a_script(command, tool, words)}"


_SETTINGS = frozenset({"config", "self", "env", "use", "venv", "cache", "pin", "--version", "--rm", "--venv"})


def _perhaps_a_script(command: Command, tool: str, words: Sequence[str]) -> str:
    """A name that is no known program may be one of the manager's scripts, which uv does not have."""
    if tool not in _SCRIPTS or command.tool is not None or words[1:2] != ("run",):
        return ""
    name = next((w for w in words[2:] if not w.startswith("-")), "python")
    if posixpath.basename(name).startswith("python") or "/" in name:
        return ""
    return f" (or, where {name} is one of {_SCRIPTS[tool]}, the command line that it stands for)"
