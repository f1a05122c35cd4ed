"""What: a lock that its own tool cannot read: conflict markers, cut off, edited by hand beyond repair.

Why: an install from it fails at best; some tools fall back to resolving anew without saying so (Pipenv before 2026
even calls such a lock up to date).

What to do: take the last good version from history and lock again; do not mend it by hand.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence
from rules.reading import about_relock, area_of, locks, project_around, reasons, relock, sentence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Error, Reason

_BROKEN = frozenset({"syntax", "conflict-markers"})


def check(case: Case) -> Iterator[Answer]:
    """Locks of main projects that are broken, and lock files that could not be parsed at all."""
    for project, lock in locks(case.repository):
        if lock.status == "broken":
            yield case.finding(
                lock.path,
                f"{lock.path} cannot be read by {lock.tool}: {sentence(lock.reasons, 'it is damaged')}",
                project=project.path,
                evidence=reasons(lock.reasons, lock.path) or (Evidence(path=lock.path, text="damaged"),),
                fix=_fix(lock.path, relock(project, lock)) + about_relock(lock),
            )
    for error in case.repository.errors:
        project_here = project_around(case.repository, error.path) if error.path else None
        if _is_broken_lock(error) and error.path and (project_here is None or project_here.role == "main"):
            yield case.finding(
                error.path,
                f"{error.path} cannot be read: {error.message}",
                project=project_here.path if project_here else None,
                evidence=(Evidence(path=error.path, line=error.line, text=error.message),),
                fix=_fix(error.path, "the manager's lock command"),
            )


def _is_broken_lock(error: Error) -> bool:
    return error.path is not None and error.code in _BROKEN and area_of(error.path) == "lock"


def _fix(path: str, command: str) -> str:
    history = f"git log --oneline -- {shlex.quote(path)}"
    return f"Find the last good version (`{history}`), check it out, then run {_quoted(command)}."


def _quoted(command: str) -> str:
    return command if command.startswith("the ") else f"`{command}`"


RULE = Rule(
    name="broken-lock",
    title="A lock cannot be read by its own tool",
    category="locking",
    level="error",
    check=check,
    reads=(),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(
                lock_discipline="unknown",
                lockfiles=(
                    a_lockfile(
                        status="broken",
                        covers=None,
                        reasons=(Reason(message="conflict markers", path="uv.lock", line=88),),
                    ),
                ),
            ),
        )
    ),
    good=a_fleet(a_repository("shop")),
)
