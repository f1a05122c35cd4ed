"""What: a CI job that tests makes the lock anew, or brings it up to date, before it installs from it (``uv lock``,
``poetry lock``, ``poetry update``, ``pip-compile``).

Why: the job then tests what the index serves today and not what is committed; a forgotten or broken lock passes, and
the next image is built from another one. A job that only proposes updates does not test, and is left alone.

What to do: let CI check the lock (``uv lock --check``, ``poetry check --lock``, ``pdm lock --check``, ``pipenv
verify``) and install from it; renew it in a change of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rules.examples import a_command, a_fleet, a_repository
from rules.reading import LOCKERS, is_deployed, project_of, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command, Project, Repository

_ASKS = frozenset({"--check", "--locked", "--check-exists", "--lock", "verify", "export", "requirements", "--dry-run"})
_UPDATES = re.compile(r"updat|upgrad|bump|renew", re.IGNORECASE)
_CHECKS = {
    "uv": "uv lock --check",
    "poetry": "poetry check --lock",
    "pdm": "pdm lock --check",
    "pipenv": "pipenv verify",
    "pixi": "pixi lock --check",
}


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project, file and tool."""
    jobs: defaultdict[tuple[str, str | None], list[Command]] = defaultdict(list)
    for command in case.repository.commands:
        if command.context == "ci":
            jobs[command.path, command.job].append(command)
    found: dict[tuple[str, str, str], list[Command]] = {}
    for (path, _), commands in jobs.items():
        for lock, install in _rewritten(commands):
            project = project_of(case.repository, install)
            if project is not None and _is_committed(case.repository, project):
                found.setdefault((project.path, path, install.tool or ""), []).extend((lock, install))
    projects = {p.path: p for p in case.repository.projects}
    for (where, path, tool), commands in sorted(found.items()):
        written = commands[0]
        yield case.finding(
            f"{path}:{tool}",
            f"{path}:{written.line} writes the lock of {tool} before CI installs from it and tests",
            project=where,
            level="warning" if is_deployed(projects[where]) else "note",
            evidence=(shown(c) for c in dict.fromkeys(commands)),
            fix=_fix(tool),
        )


def _rewritten(commands: Sequence[Command]) -> Iterator[tuple[Command, Command]]:
    """Commands of a testing job that write a lock, with the first install after each by the same tool.

    A job that compares what it wrote with what is committed checks; a file that is called after updates makes them.
    """
    compares = any(c.argv[:2] == ("git", "diff") and {"--exit-code", "--quiet"} & set(c.argv) for c in commands)
    if compares or not any(c.kind == "test" for c in commands):
        return
    for number, command in enumerate(commands):
        if _UPDATES.search(command.path):
            continue
        if command.kind == "install" and command.tool in LOCKERS and "update" in command.argv[:3]:
            yield command, command
        elif command.kind == "lock" and _ASKS.isdisjoint(command.argv):
            tools = {"pip", "pip-tools", "uv"} if "compile" in " ".join(command.argv[:2]) else {command.tool}
            later = (c for c in commands[number + 1 :] if c.kind == "install" and c.tool in tools)
            if (install := next(later, None)) is not None:
                yield command, install


def _is_committed(repository: Repository, project: Project) -> bool:
    """Whether there is a lock that is written anew: the project's own, or that of its workspace."""
    homes = (project.path, project.workspace_root)
    return any(p.lockfiles for p in repository.projects if p.path in homes)


def _fix(tool: str) -> str:
    asks = _CHECKS.get(tool)
    instead = f"Use `{asks}` instead" if asks else "Compare the compiled file with the committed one instead"
    return f"{instead}, which fails when the lock is out of step; renew the lock in a change of its own."


_INSTALL = a_command("poetry install", tool="poetry", uses_lock=True, enforced="none", line=8)
_TEST = a_command("pytest", kind="test", tool="pytest", line=9)
RULE = Rule(
    name="lock-rewritten-in-ci",
    title="CI renews the lock before it tests",
    category="locking",
    level="warning",
    check=check,
    reads=("ci",),
    bad=a_fleet(
        a_repository("shop", commands=(a_command("poetry lock", kind="lock", tool="poetry", line=7), _INSTALL, _TEST))
    ),
    good=a_fleet(
        a_repository(
            "shop",
            commands=(a_command("poetry check --lock", kind="lock", tool="poetry", line=7), _INSTALL, _TEST),
        ),
        a_repository("till", commands=(a_command("poetry update", tool="poetry", line=7),)),
    ),
)
