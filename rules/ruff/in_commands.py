"""Old tools that a command starts and goes on starting: through a variable, or in a way that Ruff has no words for.

Where such a command stays, the tool stays with its configuration and its package, as the command needs both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.ruff import commands, prose
from rules.ruff.runs import HOOKS
from scanner.lint_use import is_test_data


def staying(ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, PlanBlocker]]:
    """The tools that a command will start after the patch, each with the first place where one does."""
    left = set(tools)
    for path in sorted(ground.facts.extracts):
        text = ground.read(path) if left and not _is_no_command(path) else None
        for tool in sorted(left) if text is not None else ():
            for line, why in _kept(path, text or "", ground, tool):
                left.discard(tool)
                message, decision = f"{tool} stays: a command {why}", f"Start Ruff there instead, and let {tool} go?"
                blocker = PlanBlocker(code="lint-in-command", message=message, path=path, line=line, decision=decision)
                yield tool, blocker
                break


def _kept(path: str, text: str, ground: Ground, tool: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []

    def look(line: int, why: str) -> None:
        if why.startswith(("starts", "calls")):
            found.append((line, why))

    commands.edit(path, text, ground, commands.Swap(tools=frozenset({tool}), packages=frozenset()), look)
    return found


def _is_no_command(path: str) -> bool:
    return path.endswith(".py") or path in HOOKS or prose.is_prose(path) or is_test_data(path)
