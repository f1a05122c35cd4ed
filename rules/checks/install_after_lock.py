"""What: after CI has installed from the lock, a second command installs packages by name, or a project with its
dependencies, into the same environment.

Why: the second install may change what the first one took from the lock, so that what is tested is not what is locked.
In an image the same is part of its grade.

What to do: declare these packages in a group and lock them; install the project itself with ``--no-deps``; run tools
apart from the environment (``uvx``, ``pipx``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rules.examples import a_command, a_fleet, a_repository
from rules.reading import is_deployed, project_of, shown
from rules.rule import Answer, Case, Rule
from scanner.commands.place import environment_of
from scanner.commands.words import program
from scanner.inventory import Command


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project and pipeline file."""
    jobs: defaultdict[tuple[str, str | None], list[Command]] = defaultdict(list)
    for command in case.repository.commands:
        if command.context == "ci" and command.kind in ("install", "adhoc", "test"):
            jobs[command.path, command.job].append(command)
    found: dict[tuple[str, str], list[Command]] = {}
    for (path, _), commands in jobs.items():
        for first, second in _changed(commands):
            project = project_of(case.repository, first)
            if project is not None:
                found.setdefault((project.path, path), []).extend((first, second))
    projects = {p.path: p for p in case.repository.projects}
    for (where, path), commands in sorted(found.items()):
        first, second = commands[:2]
        yield case.finding(
            path,
            f"{path}:{second.line} installs into the environment that line {first.line} installed from the lock",
            project=where,
            level="warning" if is_deployed(projects[where]) else "note",
            evidence=(shown(c) for c in dict.fromkeys(commands)),
            fix="Declare and lock what is installed there, or install it with --no-deps or apart (uvx, pipx).",
        )


def _changed(commands: Sequence[Command]) -> Iterator[tuple[Command, Command]]:
    """An install from a lock and a later one that resolves, in the same environment of a job that tests."""
    if not any(c.kind == "test" for c in commands):
        return
    locked: dict[str, Command] = {}
    for command in commands:
        if command.kind == "test" or _APART.search(command.path) or _is_apart(command):
            continue
        place = environment_of(command.argv, ())
        if command.kind == "install" and command.uses_lock:
            locked.setdefault(place, command)
        elif command.uses_lock is False and place in locked and "--no-deps" not in command.argv:
            yield locked[place], command


def _is_apart(command: Command) -> bool:
    """Whether what it installs goes into a container, or into the environments of tox and its like."""
    started = program(command.argv)
    wrapped = started.name == "uvx" or started.sub in ("run", "tool")
    return started.name in _CONTAINERS | _RUNNERS or (wrapped and not _RUNNERS.isdisjoint(command.argv))


# environments of tox and nox are apart from each other, and so are containers
_APART = re.compile(r"(?:^|/)(?:tox\.(?:ini|toml)|noxfile\.py|setup\.cfg|pyproject\.toml|hatch\.toml)$")
_RUNNERS = frozenset({"tox", "nox", "hatch", "pre-commit", "prek"})
_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "podman-compose", "nerdctl"})
_LOCKED = a_command("uv sync --locked", tool="uv", uses_lock=True, enforced="locked", line=8)
_TEST = a_command("pytest", kind="test", tool="pytest", line=10)
RULE = Rule(
    name="install-after-lock",
    title="A second install may change what the lock gave",
    category="locking",
    level="warning",
    check=check,
    reads=("ci",),
    bad=a_fleet(
        a_repository(
            "shop",
            commands=(
                _LOCKED,
                a_command("uv pip install moto", kind="adhoc", tool="uv", uses_lock=False, line=9),
                _TEST,
            ),
        )
    ),
    good=a_fleet(
        a_repository(
            "shop",
            commands=(
                _LOCKED,
                a_command("pip install codecov", kind="adhoc", tool="pip", uses_lock=False, line=9),
                _TEST,
            ),
        ),
        a_repository(
            "till",
            commands=(
                a_command("pip install -r requirements.txt", tool="pip", uses_lock=True, line=8),
                a_command("python -m tox", tool="pip", uses_lock=False, line=9),
                a_command("poetry run nox -s tests", tool="pip", uses_lock=False, line=9),
                _TEST,
            ),
        ),
    ),
)
