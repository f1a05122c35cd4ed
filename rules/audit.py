"""What changed since an earlier run: each finding new, known, regressed or fixed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from rules.finding import Finding, Findings


def compare(
    current: Findings,
    previous: Iterable[Finding],
    ever_seen: Collection[str],
    *,
    scanned: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """The findings of ``current`` with their state against ``previous``, and those of ``previous`` that are fixed.

    ``previous`` are the open findings of the run compared with, ``ever_seen`` the fingerprints of all runs before this
    one. A finding that is gone counts as fixed only when its repository was scanned (``scanned``: their ids, ``None``
    for all) and the rule could be answered there; otherwise it stays ``known`` with the reason.
    """
    before = {f.fingerprint: f for f in previous if f.state != "fixed"}
    now = {f.fingerprint for f in current.findings}
    blind = {(u.rule, u.repository, u.project) for u in current.unknowns}
    made = [_dated(f, before, ever_seen) for f in current.findings]
    made += [_gone(f, blind, scanned) for key, f in before.items() if key not in now and f.state != "suppressed"]
    return tuple(sorted(made, key=lambda f: (f.rule, f.repository, f.project or "", f.fingerprint)))


def _dated(finding: Finding, before: Collection[str], ever_seen: Collection[str]) -> Finding:
    if finding.state == "suppressed":
        return finding
    if finding.fingerprint in before:
        return replace(finding, state="known")
    return replace(finding, state="regressed" if finding.fingerprint in ever_seen else "new")


def _gone(finding: Finding, blind: set[tuple[str, str, str | None]], scanned: Collection[str] | None) -> Finding:
    if scanned is not None and finding.repository not in scanned:
        return replace(finding, state="known", reason="the repository was not scanned this time")
    if blind & {(finding.rule, finding.repository, p) for p in (finding.project, None)}:
        return replace(finding, state="known", reason="the rule could not be answered this time")
    return replace(finding, state="fixed", reason=None)
