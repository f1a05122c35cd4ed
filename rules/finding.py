"""What rules answer: findings and unknowns, in the shape of the published document ``muster.findings/1``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
State = Literal["new", "known", "fixed", "regressed", "suppressed"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """A place that shows what is said; ``text`` is what stands there. ``path`` is null for facts of the fleet."""

    path: str | None
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's answer about one repository. ``fix`` says what to do here; ``reason`` why it is suppressed."""

    fingerprint: str
    rule: str
    level: Level
    repository: str
    project: str | None
    message: str
    evidence: tuple[Evidence, ...]
    fix: str
    state: State = "new"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unknown:
    """A rule could not be answered about a project (or the whole repository, ``project`` null), and why."""

    rule: str
    repository: str
    project: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All answers about a fleet, sorted."""

    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()


def fingerprint(rule: str, repository: str, project: str | None, subject: str) -> str:
    """An identity that survives edits elsewhere in the file: no line numbers, no wording of messages."""
    return hashlib.sha256("\0".join((rule, repository, project or "", subject)).encode()).hexdigest()[:20]
