"""What: CI or an image installs from a lock without asking whether it still fits the manifest: a bare ``uv sync``
(which locks anew by itself), ``--frozen`` or ``UV_FROZEN`` where ``--locked`` was meant, ``pdm sync``, ``pipenv
sync``.

Why: a forgotten lock then passes all checks: either it is silently renewed for this one build, or the new
requirement is silently missing from it.

What to do: use the form that fails. ``--frozen`` in an image is fine once CI has checked the same commit with
``--locked``; a project where CI does so is not reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_repository
from rules.reading import LOCKERS, installs, is_deployed, project_of, several, shown
from rules.rule import Answer, Case, Rule
from scanner.commands.words import program
from scanner.inventory import Command, Project

_LOCKED_FORMS = {
    "uv": "--locked (or UV_LOCKED=1)",
    "poetry": "`poetry check --lock` before the install",
    "pdm": "`pdm install --check`",
    "pipenv": "`pipenv install --deploy`",
    "pixi": "`pixi install --locked`",
}
_CHECKS = (("lock", "--check"), ("lock", "--locked"), ("check", "--lock"), ("pipenv", "verify"), ("--locked",))


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project, place, tool and way of not asking; none where CI asks elsewhere."""
    projects: dict[str, Project] = {}
    found: defaultdict[tuple[str, str, str, str], list[Command]] = defaultdict(list)
    for project, command in installs(case.repository, "ci", "image"):
        weak = command.enforced in ("none", "frozen") and command.uses_lock
        if weak and command.tool in LOCKERS and program(command.argv).sub != "pip":  # a compiled list has no manifest
            projects[project.path] = project
            found[project.path, command.context, command.tool, command.enforced or ""].append(command)
    checked = _checked_in_ci(case) if found else set()
    for (where, context, tool, enforced), commands in sorted(found.items()):
        if where in checked:
            continue
        quiet = enforced == "frozen" or not is_deployed(projects[where])
        yield case.finding(
            f"{context}:{tool}:{enforced}",
            _message(tool, enforced, commands),
            project=where,
            level="note" if quiet else "warning",
            evidence=(shown(c) for c in commands),
            fix=_fix(tool),
        )


def _checked_in_ci(case: Case) -> set[str]:
    """Projects for which some CI command fails on a stale lock, or a hook that CI runs rewrites one."""
    checked = set()
    commands = case.repository.commands
    hooks_run = any(c.context == "ci" and c.tool == "pre-commit" and c.kind == "lint" for c in commands)
    for command in commands:
        if command.context not in ("ci", "hook"):
            continue
        asks = any(all(word in command.argv for word in words) for words in _CHECKS)
        asks |= hooks_run and command.context == "hook" and command.kind == "lock"
        project = project_of(case.repository, command)
        if project is not None and (asks or command.enforced == "locked"):
            checked.add(project.path)
    return checked


def _message(tool: str, enforced: str, commands: list[Command]) -> str:
    paths = several(sorted({c.path for c in commands}))
    if enforced == "frozen":
        return f"{paths} takes the lock as it is; nothing in CI asks whether it still fits the manifest"
    if tool == "uv":
        return f"{paths} installs from the lock, but uv without --locked renews a stale one silently"
    return f"{paths} installs from the lock of {tool} in a way that a stale one passes"


def _fix(tool: str) -> str:
    if tool == "rye":
        return "`rye sync` has no form that fails: move to uv, whose `uv sync --locked` does."
    return f"Use {_LOCKED_FORMS[tool]}, at least once in CI for every commit."


RULE = Rule(
    name="lock-not-enforced",
    title="A stale lock would pass CI or the image build",
    category="locking",
    level="warning",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(a_repository("shop", commands=(a_command("uv sync", uses_lock=True, enforced="none"),))),
    good=a_fleet(
        a_repository(
            "shop",
            commands=(
                a_command("uv sync --locked", uses_lock=True, enforced="locked"),
                a_command("uv sync --frozen", uses_lock=True, enforced="frozen", context="image", path="Dockerfile"),
            ),
        ),
        a_repository(
            "till",
            commands=(
                a_command("uv sync", uses_lock=True, enforced="none"),
                a_command("pre-commit run -a", kind="lint", tool="pre-commit"),
                a_command("uv lock", kind="lock", tool="uv", context="hook", path=".pre-commit-config.yaml"),
                a_command("uv pip install -r requirements/test.txt", uses_lock=True, enforced="none"),
            ),
        ),
    ),
)
