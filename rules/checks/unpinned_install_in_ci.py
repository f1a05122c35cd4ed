"""What: CI installs a deployed project's dependencies by resolving them, not from its lock.

Why: the tests then pass for other versions than those that are deployed, and a failure may have nothing to do with
the change at hand. Libraries that test against what the index serves today do so on purpose and are left alone.

What to do: install from the lock in CI; where there is none yet, lock first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_project, a_repository
from rules.reading import installs, is_compiled, is_deployed, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command, Project

_INSTALLS = {
    "uv": "uv sync --locked",
    "poetry": "poetry check --lock && poetry install",
    "pdm": "pdm install --check",
    "pipenv": "pipenv install --deploy --dev",
    "pixi": "pixi install --locked",
}
_HAS_LOCK = ("locked", "stale", "conflicting")


def check(case: Case) -> Iterator[Answer]:
    """One finding for each deployed project and pipeline file that installs it without its lock."""
    found: defaultdict[tuple[str, str], list[Command]] = defaultdict(list)
    projects: dict[str, Project] = {}
    for project, command in installs(case.repository, "ci"):
        if not is_deployed(project) or project.lock_discipline in ("none", "unknown"):
            continue
        if command.uses_lock is None:
            why = command.because or "whether it reads a lock is not plain"
            yield case.unknown(f"{command.path}:{command.line}: {why}", project=project.path)
        elif not command.uses_lock:
            projects[project.path] = project
            found[project.path, command.path].append(command)
    for (where, path), commands in sorted(found.items()):
        has_lock = projects[where].lock_discipline in _HAS_LOCK
        yield case.finding(
            path,
            _message(path, commands, has_lock=has_lock),
            project=where,
            level="warning" if has_lock and not _by_hand(commands) else "note",
            evidence=(shown(c) for c in commands),
            fix=_fix(projects[where], has_lock=has_lock),
        )


def _message(path: str, commands: list[Command], *, has_lock: bool) -> str:
    why = "although the project has a lock" if has_lock else "and there is no lock to install from"
    because = commands[0].because or ""
    what = "installs pins made by hand" if _by_hand(commands) else "resolves dependencies at install time"
    return f"{path} {what}, {why}" + (f": {because}" if because else "")


def _by_hand(commands: list[Command]) -> bool:
    """Whether all that is installed is pinned exactly, though by no locker (the vocabulary's *pinned*)."""
    return all("pinned by hand" in (c.because or "") for c in commands)


def _fix(project: Project, *, has_lock: bool) -> str:
    if not has_lock:
        return "Lock the project first (see missing-lock), then install from the lock here."
    install = _INSTALLS.get(project.primary_manager or "")
    compiled = [lock.path for lock in project.lockfiles if is_compiled(lock)]
    if install is None and compiled:
        return f"Install from the compiled files alone ({', '.join(compiled[:4])}), with --no-deps or hashes."
    return f"Replace it by `{install or 'the install command of the lock’s tool'}`."


RULE = Rule(
    name="unpinned-install-in-ci",
    title="CI resolves the dependencies of what is deployed",
    category="environments",
    level="warning",
    check=check,
    reads=("ci",),
    bad=a_fleet(a_repository("shop", commands=(a_command("pip install .", uses_lock=False, enforced="none"),))),
    good=a_fleet(
        a_repository("shop", commands=(a_command("uv sync --locked", uses_lock=True, enforced="locked"),)),
        a_repository(
            "lib",
            a_project(name="lib", kind="library", publishes=True, lock_discipline="unlocked"),
            commands=(a_command("pip install -e .[test]", uses_lock=False, enforced="none"),),
        ),
    ),
)
