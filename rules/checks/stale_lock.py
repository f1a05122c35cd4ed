"""What: a lock is out of step with its manifest: the tool's own check would fail, or a requirement is not covered.

Why: depending on tool and options the next install either fails, silently installs what the manifest no longer asks
for, or silently resolves anew; local, CI and production then differ.

It is an error where the project runs; where only developers install from the lock (a library's, a compiled test or
documentation file, an export), it is a warning, and a note when every requirement is covered.

What to do: lock again with as few version changes as the tool can, and let CI run the tool's check.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import about_relock, is_deployed, locks, reasons, relock, sentence, verify
from rules.rule import Answer, Case, Rule
from scanner.freshness.coverage import ANOTHER
from scanner.inventory import Lockfile, Project, Reason
from scanner.requirement_files import is_dev_file


def check(case: Case) -> Iterator[Answer]:
    """Stale locks of main projects; undecidable ones are unknown."""
    for project, lock in locks(case.repository):
        if lock.status == "undecidable" and lock.covers is not False:
            why = sentence(lock.reasons, "its state cannot be decided offline")
            yield case.unknown(f"{lock.path}: {why}", project=project.path)
        elif lock.status == "stale" or lock.covers is False:
            yield case.finding(
                lock.path,
                _message(lock),
                project=project.path,
                level=_level(project, lock),
                evidence=reasons(sorted(lock.reasons, key=_is_uncertain), lock.path)
                or (Evidence(path=lock.path, text="stale"),),
                fix=_fix(project, lock),
            )


def _level(project: Project, lock: Lockfile) -> Level:
    """An error where what runs is not what is asked for; less where only developers install from it."""
    for_developers = is_dev_file(lock.path) or not (is_deployed(project) or project.kind == "unknown")
    disputed = lock.status in ("fresh", "undecidable")
    if lock.covers is False and not (for_developers or disputed or lock.export_of):
        return "error"
    return "note" if lock.covers is True and for_developers else "warning"


def _message(lock: Lockfile) -> str:
    # that the lock looks like another project's says it all; what sums the others up is none of them
    told = sorted(lock.reasons, key=lambda r: (ANOTHER not in r.message, _is_uncertain(r)))
    certain = [r for r in told if ANOTHER in r.message or not _is_uncertain(r)]
    why = sentence(certain if len(certain) > 3 else told, "it does not match its manifest")
    if lock.export_of:
        return f"{lock.path} was exported from the lock of {lock.export_of} and is out of step: {why}"
    if lock.covers is True:
        return f"{lock.path} fails the check of {lock.tool}, although every requirement is covered: {why}"
    if lock.covers is False:
        passed = f", though {lock.tool}'s own check does not see it" if lock.status == "fresh" else ""
        return f"{lock.path} does not hold all that the manifest asks for{passed}: {why}"
    return f"{lock.path} is stale: {why}"


def _is_uncertain(reason: Reason) -> bool:
    """Reasons that name no line tell what could not be seen: they come after those that say what is wrong."""
    return reason.line is None


def _fix(project: Project, lock: Lockfile) -> str:
    if lock.export_of:
        return f"Export {lock.path} again from the lock of {lock.export_of} and let CI compare the two."
    gate = verify(project, lock)
    return f"Run `{relock(project, lock)}` and commit {lock.path}.{about_relock(lock)}" + (
        f" Let CI run `{gate}`." if gate else ""
    )


_STALE = a_lockfile(
    status="stale", covers=False, reasons=(Reason(message="httpx is not locked", path="pyproject.toml", line=9),)
)
RULE = Rule(
    name="stale-lock",
    title="A lock is out of step with its manifest",
    category="locking",
    level="error",
    check=check,
    reads=("manifest", "lock"),
    bad=a_fleet(a_repository("shop", a_project(lock_discipline="stale", lockfiles=(_STALE,)))),
    good=a_fleet(a_repository("shop")),
)
