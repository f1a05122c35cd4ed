"""What: CI or an image installs from a compiled requirements file whose entries carry no hashes.

Why: the versions are fixed, the files are not: whoever can replace a file on the index (or stand between) is
believed. uv, Poetry, PDM and Pipenv record hashes in their locks; compiled requirements do so only when asked.

What to do: compile with ``--generate-hashes``; pip and uv then demand the hashes by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_lockfile, a_project, a_repository
from rules.reading import below, installs, is_compiled, locks, relock, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command, Lockfile, Project


def check(case: Case) -> Iterator[Answer]:
    """Compiled files without (all) hashes that an install command of CI or image names."""
    commands = list(installs(case.repository, "ci", "image"))
    for project, lock in locks(case.repository):
        if not is_compiled(lock) or not lock.packages or lock.hashed_packages >= lock.packages:
            continue
        users = [c for p, c in commands if _installs_from(project, lock, p, c)]
        if users:
            yield case.finding(
                lock.path,
                f"{lock.path} is installed without hashes ({lock.hashed_packages} of {lock.packages} entries have one)",
                project=project.path,
                evidence=(shown(c) for c in users),
                fix=f"Run `{relock(project, lock)} --generate-hashes`; pip then checks every file it downloads.",
            )


def _installs_from(project: Project, lock: Lockfile, served: Project, command: Command) -> bool:
    names = {lock.path, below(project.path, lock.path), lock.path.rpartition("/")[2]}
    return served.path == project.path and any(word.removeprefix("./") in names for word in command.argv)


_COMPILED = {"path": "requirements.txt", "tool": "pip-tools", "format": "pip-compile", "packages": 30}
_INSTALL = a_command("pip install -r requirements.txt", uses_lock=True, enforced="none")

RULE = Rule(
    name="unhashed-lock",
    title="A compiled file is installed without hashes",
    category="locking",
    level="note",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(
        a_repository("shop", a_project(lockfiles=(a_lockfile(**_COMPILED, hashed_packages=0),)), commands=(_INSTALL,))
    ),
    good=a_fleet(
        a_repository("shop", a_project(lockfiles=(a_lockfile(**_COMPILED, hashed_packages=30),)), commands=(_INSTALL,))
    ),
)
