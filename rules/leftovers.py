"""Commands of committed automation that still call what the project moves away from, and what replaces them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rules.reading import project_of
from rules.uv import translate
from scanner.inventory import Command, Repository

_OLD = frozenset({"poetry", "pdm", "pipenv", "rye", "pip", "pip-tools", "conda", "setuptools"})
_MANAGERS = frozenset({"poetry", "pdm", "pipenv", "rye", "pip-tools"})


@dataclass(frozen=True, slots=True)
class Leftover:
    """A command and the one that replaces it (``None``: to be removed, or for a person to look at)."""

    command: Command
    replacement: str | None

    @property
    def told(self) -> str:
        """``line 20: `poetry install` → `uv sync --locked```."""
        where = f"line {self.command.line}: " if self.command.line else ""
        new = f"`{self.replacement}`" if self.replacement else _otherwise(self.command)
        return f"{where}`{shlex.join(self.command.argv)[:120]}` → {new}"


def _otherwise(command: Command) -> str:
    return "remove" if command.kind == "bootstrap" else "look at it"


def leftovers(repository: Repository, *contexts: str) -> Iterator[Leftover]:
    """What is left of the old tools in ``contexts``, in the order of the files."""
    for command in sorted(repository.commands, key=lambda c: (c.path, c.line or 0, c.argv)):
        if command.context not in contexts or not _is_old(command):
            continue
        if command.project is not None and project_of(repository, command) is None:
            continue
        yield Leftover(command, None if command.kind == "bootstrap" else translate(command.argv))


def _is_old(command: Command) -> bool:
    if command.kind == "bootstrap":
        return any(word.partition("=")[0].partition("[")[0].lower() in _MANAGERS for word in command.argv[1:])
    if command.tool not in _OLD:
        return False
    if command.kind == "install":
        return True
    return command.tool in _MANAGERS and command.kind in ("lock", "build", "test", "lint", "other")
