"""What: a lock in a format that is older than the one most of the fleet's locks of that tool have.

Why: the next person who locks does it with the tool that the others have: the whole file is written anew, a review
drowns in changed lines, and generations judge the same lock differently (fresh for one, stale for the next).

What to do: agree on a version of the tool, state it where the tool can check it, and lock again in a change of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence
from rules.lock_writers import generation
from rules.reading import about_relock, locks, relock
from rules.rule import Answer, Case, Rule
from scanner.inventory import Lockfile


def check(case: Case) -> Iterator[Answer]:
    """Locks of main projects that are a generation behind; those that are ahead lead the way."""
    for project, lock in locks(case.repository):
        found, common = generation(lock), case.survey.lock_writers.get(lock.tool)
        if found is None or common is None:
            continue
        example, count = common
        newer = generation(example)
        if newer is None or found >= newer:
            continue
        yield case.finding(
            lock.path,
            f"{lock.path} is in the format {_called(lock)}; {count} locks of the fleet are in {_called(example)}",
            project=project.path,
            evidence=(
                Evidence(path=lock.path, line=1, text=f"written by {lock.tool} {lock.written_by or '(unknown)'}"),
            ),
            fix=f"Agree on a version of {lock.tool}{_STATED.get(lock.tool, '')}, run `{relock(project, lock)}` with it "
            f"and let nothing else be in that change.{about_relock(lock)}",
        )


_STATED = {
    "uv": " (`required-version` in `[tool.uv]`)",
    "poetry": " (`requires-poetry` in `[tool.poetry]`, from Poetry 2.0 on)",
}


def _called(lock: Lockfile) -> str:
    by = f" ({lock.tool} {lock.written_by})" if lock.written_by else ""
    return lock.format + by


_NEW = tuple(a_repository(name, a_project(lockfiles=(a_lockfile(format="uv.lock 1.3"),))) for name in ("a", "b", "c"))
_OLD = a_repository("shop", a_project(lockfiles=(a_lockfile(format="uv.lock 1.1"),)))
RULE = Rule(
    name="lock-writer-skew",
    title="A lock was written by an older generation of its tool than the fleet's others",
    category="locking",
    level="note",
    check=check,
    reads=("lock",),
    bad=a_fleet(*_NEW, _OLD),
    good=a_fleet(*_NEW),
)
