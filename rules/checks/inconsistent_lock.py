"""What: a lock contradicts itself: a version with the files of another, one file with two digests, an entry twice.

Why: the tools' checks look at none of this, so it passes until somebody installs: then the download is refused, or
another file is taken than the one that was reviewed. Hand edits and merges leave such traces, and so does tampering.

What to do: take the last good version from history and lock again; do not mend it by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence
from rules.reading import about_relock, locks, relock
from rules.rule import Answer, Case, Rule
from scanner.inventory import Fault, Lockfile, Project

_NOTES = frozenset({"no-digest", "index-digests"})


def check(case: Case) -> Iterator[Answer]:
    """Locks of main projects with faults; where only digests are missing, it is a note."""
    for project, lock in locks(case.repository):
        if not lock.faults:
            continue
        first, *others = lock.faults
        more = f" (and {len(others)} more)" if others else ""
        yield case.finding(
            lock.path,
            f"{lock.path}: {first.message}{more}",
            project=project.path,
            level="note" if all(fault.code in _NOTES for fault in lock.faults) else None,
            evidence=(Evidence(path=fault.path, line=fault.line, text=fault.message) for fault in lock.faults),
            fix=_fix(project, lock),
        )


def _fix(project: Project, lock: Lockfile) -> str:
    if all(fault.code == "index-digests" for fault in lock.faults):
        return "Serve these packages from an index that gives digests, such as a mirror: locking again cannot add them."
    how = f"(`git log -p -- {lock.path}`)"
    return f"Find out how it came about {how}, then run `{relock(project, lock)}`.{about_relock(lock)}"


_FAULT = Fault(
    code="foreign-file",
    message="httpx 0.28.1 is locked with httpx-0.27.0-py3-none-any.whl, which is a file of 0.27.0",
    path="uv.lock",
    line=88,
)
RULE = Rule(
    name="inconsistent-lock",
    title="A lock contradicts itself",
    category="locking",
    level="error",
    check=check,
    reads=("lock",),
    bad=a_fleet(a_repository("shop", a_project(lockfiles=(a_lockfile(faults=(_FAULT,)),)))),
    good=a_fleet(a_repository("shop")),
)
