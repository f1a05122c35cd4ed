"""The locks of one repository: each one's verdict, and what its history adds to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scanner.collect import RepoFacts
from scanner.facts import Extract, Manifest
from scanner.freshness import check_of, judge
from scanner.freshness.changes import Change, changes
from scanner.freshness.verdict import Scene, Verdict
from scanner.history import Written
from scanner.inventory import Reason
from scanner.lock_health import faults

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What history says of a lock: when it was written, and its manifest as it stood then, where that was read."""

    written: Written
    manifest: Extract | None = None


def judge_locks(facts: RepoFacts) -> dict[str, Verdict]:
    """The verdict on every lock, by path; one that cannot be read is ``broken``."""
    broken = {p.at.path: p for p in facts.problems if p.code != "invalid-entry"}
    verdicts: dict[str, Verdict] = {}
    for path, extract in facts.extracts.items():
        if extract.lock is not None:
            verdict = judge(Scene(lock=extract.lock, extracts=facts.extracts, files=facts.files))
            verdicts[path] = replace(verdict, faults=faults(extract.lock))
        elif extract.unreadable:
            problem = broken.get(path)
            message = problem.message if problem is not None else "cannot be read"
            line = problem.at.line if problem is not None else None
            reason = Reason(message=message, path=path, line=line)
            verdicts[path] = Verdict(status="broken", covers=None, reasons=(reason,))
    return verdicts


def with_pasts(verdicts: Mapping[str, Verdict], facts: RepoFacts, pasts: Mapping[str, Past]) -> dict[str, Verdict]:
    """The verdicts with the days on which the locks were written, and with what changed where only a digest differs."""
    made = dict(verdicts)
    for path, past in pasts.items():
        verdict = replace(verdicts[path], written_at=past.written.at)
        made[path] = _explained(verdict, facts.extracts[path], facts, past) if verdict.by_digest else verdict
    return made


def needs_manifest(verdict: Verdict, extract: Extract) -> str | None:
    """The name of the manifest whose past would tell why a lock is stale; ``None`` where that is told already."""
    check = check_of(extract.lock) if extract.lock is not None else None
    return check.manifest if check is not None and verdict.by_digest else None


def _explained(verdict: Verdict, extract: Extract, facts: RepoFacts, past: Past) -> Verdict:
    first, *rest = verdict.reasons
    told, named = _told(extract, facts, past)
    return replace(verdict, reasons=(replace(first, message=f"{first.message}; {told}"), *named, *rest))


def _told(extract: Extract, facts: RepoFacts, past: Past) -> tuple[str, tuple[Reason, ...]]:
    """What the history says in short, and each change with its place."""
    lock, written, then = extract.lock, past.written, past.manifest
    check = check_of(lock) if lock is not None else None
    now = facts.extracts.get(then.path) if then is not None else None
    if written.commit is None:
        return f"what changed cannot be told: {written.why}", ()
    when = f"on {(written.at or '?')[:10]} (commit {written.commit[:10]})"
    if lock is None or check is None or check.hashed is None or then is None or then.manifest is None or now is None:
        return f"the lock was last written {when}; its manifest of that commit cannot be read", ()
    assert now.manifest is not None
    found = changes(check.hashed(lock, then.manifest), check.hashed(lock, now.manifest))
    if not found:
        return f"the manifest has not changed since the lock was last written {when}: they never matched", ()
    scene = Scene(lock=lock, extracts={**facts.extracts, then.path: then}, files=facts.files)
    matched = "" if check.check(scene).status == "fresh" else ", and it did not match then either"
    names = list(dict.fromkeys(change.name for change in found))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    told = f"since the lock was last written {when}, the manifest changed in {', '.join(names[:3])}{more}{matched}"
    return told, tuple(_reason(change, now.manifest) for change in found[:SHOWN])


def _reason(change: Change, now: Manifest) -> Reason:
    here = next((r.at for r in now.requirements if change.requirement and r.name == change.name), None)
    return Reason(message=str(change), path=now.path, line=here.line if here is not None else None)
