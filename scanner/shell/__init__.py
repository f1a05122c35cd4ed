"""Shell text in, invocations out: what a CI step, a recipe, a ``RUN`` line or a script would start.

tree-sitter's bash grammar reads the text; a small walk follows it as a shell would where that can be known without
running: literal variables and arrays, ``export``, ``cd``, functions with their arguments, loops over literal words,
``|| true``, heredocs, and the wrappers that start another command (``sudo``, ``env``, ``xargs``, ``bash -c`` …).
What cannot be known stays as its text (``${VERSION}``). Template expressions (``${{ }}``, ``{{ }}``, ``$[[ ]]``,
``<< >>``, ``{% %}``) are masked while parsing and restored afterwards.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scanner.facts import Context, Invocation, Location, Problem
from scanner.shell.masks import Masks
from scanner.shell.output import MAX_PROBLEMS, Writer, clean_value
from scanner.shell.state import State
from scanner.shell.walk import Walk
from scanner.shell.windows import windows

__all__ = ["MAX_PROBLEMS", "MAX_TEXT", "Parsed", "clean_value", "parse"]

MAX_TEXT = 512 * 1024
_NOTHING: Mapping[str, str] = MappingProxyType({})
_WINDOWS = frozenset({"pwsh", "powershell", "cmd", "batch", "bat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a text would start, and what it leaves behind.

    ``env``: literal variables exported when the text ends; ``passed_on``: those handed to later steps of the job
    (``echo K=V >> $GITHUB_ENV``); ``directory``: the working folder at the end, ``None`` when unknown; ``functions``:
    those of a library by name and line, whose commands have their name as the job.
    """

    invocations: tuple[Invocation, ...] = ()
    problems: tuple[Problem, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    passed_on: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = "."
    functions: tuple[tuple[str, int | None], ...] = ()


def parse(
    text: str,
    *,
    at: Location,
    context: Context,
    env: Mapping[str, str] = _NOTHING,
    directory: str | None = ".",
    job: str | None = None,
    disabled: str | None = None,
    tolerated: bool = False,
    shell: str | None = None,
    unset: frozenset[str] = frozenset(),
    library: bool = False,
    arguments: tuple[str, ...] | None = None,
) -> Parsed:
    """Read ``text``, whose first line is ``at.line``, and return every command that it would start, in order.

    ``env`` are the variables in force before it, ``directory`` the folder it starts in (an absolute path is one
    inside an image). ``shell`` is the interpreter's name where it is not a POSIX one: PowerShell and cmd are split by
    line as well as can be, anything else (``python``) yields nothing. ``unset`` are variables that are empty unless
    somebody sets them, which decides tests upon them; a ``library`` is a file whose functions others may call: each
    that the text itself does not call is a job of its own. ``arguments`` are those that it is started with, where they
    are known. Never raises; what could not be understood is a
    problem with its line, and the rest still counts.
    """
    name = posixpath.basename((shell or "bash").split()[0]).lower().removesuffix(".exe") if shell != "" else "bash"
    if len(text) > MAX_TEXT:
        problem = Problem(code="too-large", message=f"more than {MAX_TEXT} characters of shell", at=at)
        return Parsed(problems=(problem,), directory=directory)
    writer = Writer(at, context, job, disabled, tolerated, library)
    state = State(
        dict(env), set(env), directory, unset=unset - env.keys(), handed=context == "script" and arguments is None
    )
    state.positional = arguments
    state.asked = "$PWD" if library and directory == "." else None
    text = text.replace("\r\n", "\n").replace("\0", "")
    if name in _WINDOWS:
        windows(text, state, writer)
    elif name in {"bash", "sh", "dash", "ash", "zsh", "ksh"}:
        Walk(writer, Masks(at, context)).run(text, state)
    return Parsed(
        invocations=tuple(writer.invocations),
        problems=tuple(writer.problems),
        env={k: clean_value(k, v) for k, v in state.variables.items() if v is not None and k in state.exported},
        passed_on=writer.passed_on,
        directory=state.directory,
        functions=tuple(writer.functions),
    )
