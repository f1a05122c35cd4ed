"""Where Ruff itself is started: by the commands of today, and by hooks, those too that a patch wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.migration import Ground
from rules.ruff.arguments import RUFF_VALUED
from rules.ruff.runs import HOOKS, Run, hooks_in, started_in
from scanner.lint_tools import tools_of_command, unwrap
from scanner.yaml_reader import Mapping

_IDS = {"ruff": "ruff", "ruff-check": "ruff", "ruff-format": "ruff-format"}
_CHOOSING = frozenset({"--select", "--extend-select", "--ignore", "--extend-ignore", "--line-length", "--preview"})


def ruff_runs(ground: Ground) -> tuple[Run, ...]:
    """Every hook and command of today that can fail; where none is seen and Ruff runs, one over everything."""
    if not any(tool.name == "ruff" and tool.use == "run" for tool in ground.repository.tools):
        return ()
    found = [run for path in HOOKS if (text := ground.read(path)) is not None for run in ruff_hooks(path, text)]
    found += _commands(ground)
    if not found:
        return (Run(tool="ruff", argv=(), path="", line=None),)
    return tuple(run for run in found if not run.advisory)


def ruff_hooks(path: str, text: str) -> Iterator[Run]:
    """The hooks of Ruff in a configuration of pre-commit."""
    for run in hooks_in(path, text, _tool):
        yield replace(run, advisory="--exit-zero" in run.argv)


def _tool(hook: Mapping) -> str | None:
    name = hook.text("id") or ""
    started = tools_of_command((hook.text("entry") or "").split())
    return _IDS.get(name) if not started else next((use.tool for use in started if use.tool in _IDS.values()), None)


def _commands(ground: Ground) -> Iterator[Run]:
    for command in ground.repository.commands:
        if command.context == "hook":
            continue
        words = tuple(unwrap(command.argv)[0][1:])
        for use in tools_of_command(command.argv):
            if use.tool in _IDS.values():
                yield Run(
                    tool=use.tool,
                    argv=words,
                    path=command.path,
                    line=command.line,
                    advisory=command.tolerated or "--exit-zero" in words,
                    folder=started_in(ground, command, list(words)),
                )


def choosing(run: Run) -> tuple[str, ...]:
    """The words of a run of Ruff that choose its rules."""
    kept: list[str] = []
    words = iter(run.argv)
    for word in words:
        name, equals, _ = word.partition("=")
        value = next(words, "") if name in RUFF_VALUED and not equals else None
        if name in _CHOOSING and not set("${}") & set(f"{word}{value or ''}"):
            kept.append(word.strip("'\"") if value is None else f"{word}={value}")
    return tuple(kept)
