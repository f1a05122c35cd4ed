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
from rules.reading import LOCKERS, installs, project_of, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command

_LOCKED_FORMS = {
    "uv": "--locked (or UV_LOCKED=1)",
    "poetry": "`poetry check --lock` before the install",
    "pdm": "`pdm install --check`",
    "pipenv": "`pipenv install --deploy`",
    "pixi": "`pixi install --locked`",
    "rye": "a move to uv: `rye sync` has no form that fails",
}
_CHECKS = (("lock", "--check"), ("lock", "--locked"), ("check", "--lock"), ("pipenv", "verify"), ("--locked",))


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project, file, tool and way of not asking."""
    checked = _checked_in_ci(case)
    found: defaultdict[tuple[str, str, str, str], list[Command]] = defaultdict(list)
    for project, command in installs(case.repository, "ci", "image"):
        weak = command.enforced in ("none", "frozen") and command.uses_lock
        if weak and command.tool in LOCKERS and not (command.enforced == "frozen" and project.path in checked):
            found[project.path, command.path, command.tool, command.enforced or ""].append(command)
    for (where, path, tool, enforced), commands in sorted(found.items()):
        yield case.finding(
            f"{path}:{tool}:{enforced}",
            _message(path, tool, enforced, commands[0]),
            project=where,
            level="note" if enforced == "frozen" else "warning",
            evidence=(shown(c) for c in commands),
            fix=f"Use {_LOCKED_FORMS[tool]}, at least once in CI for every commit.",
        )


def _checked_in_ci(case: Case) -> set[str]:
    """Projects for which some CI command fails on a stale lock."""
    checked = set()
    for command in case.repository.commands:
        if command.context not in ("ci", "hook"):
            continue
        asks = any(all(word in command.argv for word in words) for words in _CHECKS)
        project = project_of(case.repository, command)
        if project is not None and (asks or command.enforced == "locked"):
            checked.add(project.path)
    return checked


def _message(path: str, tool: str, enforced: str, first: Command) -> str:
    if enforced == "frozen":
        return f"{path} takes the lock as it is; nothing in CI asks whether it still fits the manifest"
    renews = tool == "uv"
    return f"{path} installs from the lock, but " + (
        f"`{' '.join(first.argv[:3])}` renews a stale one silently" if renews else "a stale one passes"
    )


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
        )
    ),
)
