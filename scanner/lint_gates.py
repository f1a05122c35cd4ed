"""Where a linter, formatter or type checker can stop a change: commands in CI, and hooks that CI runs.

A hook alone runs on the machine of whoever installed it; it is no gate. A command that cannot fail (``--exit-zero``, a
formatter that only writes, a failure that is ignored) is none either.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.commands.words import after_options, program
from scanner.facts import Setting
from scanner.inventory import Command, Evidence
from scanner.lint_tools import unwrap

# Formatters write unless told to look only.
_LOOKING = {
    "black": frozenset({"--check", "check"}),
    "ruff-format": frozenset({"--check", "--diff"}),
    "isort": frozenset({"--check", "--check-only", "-c"}),
    "yapf": frozenset({"--diff", "-d", "--quiet", "-q"}),
    "autoflake": frozenset({"--check", "-c", "--check-diff", "-cd"}),
}
_HARMLESS = frozenset({"--exit-zero", "--exit-zero-even-if-changed"})
_RUN_VALUES = frozenset(
    "-c --config --color --files -s --source --from-ref -o --origin --to-ref --hook-stage --remote-branch "
    "--local-branch --checkout-type --is-squash-merge --rewrite-command --commit-msg-filename -j".split()
)


def can_fail(tool: str, argv: Iterable[str]) -> bool:
    """Whether the command's exit status depends on what the tool finds."""
    words = frozenset(word for part in argv for word in part.split())
    looking = _LOOKING.get(tool)
    return words.isdisjoint(_HARMLESS) and (looking is None or not words.isdisjoint(looking))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Which hooks CI runs: ``all`` are the places that run every one, ``named`` those that run one by its id."""

    all: tuple[Evidence, ...] = ()
    named: tuple[tuple[str, Evidence], ...] = ()
    skipped: frozenset[str] = frozenset()

    def run(self, ids: Iterable[str]) -> Iterator[Evidence]:
        """The places where CI runs a hook that goes by one of ``ids``."""
        known = frozenset(ids)
        if known.isdisjoint(self.skipped):
            yield from self.all
        yield from (place for name, place in self.named if name in known)


def hooks_in_ci(commands: Iterable[Command], settings: Iterable[Setting]) -> dict[str, Hooks]:
    """The hooks that CI runs, by the program whose hooks they are: ``pre-commit`` and ``lefthook``."""
    whole: dict[str, list[Evidence]] = {"pre-commit": [], "lefthook": []}
    named: list[tuple[str, Evidence]] = []
    for command in commands:
        started = program(tuple(unwrap(command.argv)[0]))
        if command.context != "ci" or command.tolerated or started.sub != "run":
            continue
        place = Evidence(path=command.path, line=command.line, kind="ci-hooks")
        if started.name == "lefthook":
            whole["lefthook"].append(place)
        elif started.name in ("pre-commit", "prek"):
            asked = after_options(started.args[started.args.index("run") + 1 :], _RUN_VALUES)
            if asked and "$" not in asked[0]:
                named.append((asked[0], place))
            else:
                whole["pre-commit"].append(place)
    service = [s for s in settings if s.tool == "pre-commit"]
    whole["pre-commit"] += [Evidence(path=s.at.path, line=s.at.line, kind="ci-hooks") for s in service if s.key == "ci"]
    skipped = frozenset(name for s in service if s.key == "ci.skip" for name in s.values)
    return {
        "pre-commit": Hooks(all=tuple(whole["pre-commit"]), named=tuple(named), skipped=skipped),
        "lefthook": Hooks(all=tuple(whole["lefthook"])),
    }


def runner_of(path: str) -> str:
    """Whose hooks those are that stand in the file at ``path``, or that start what stands there."""
    if "lefthook" in posixpath.basename(path):
        return "lefthook"
    return "husky" if ".husky/" in path else "pre-commit"
