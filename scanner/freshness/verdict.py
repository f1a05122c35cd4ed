"""The seam of lock checks: what a check is given, and what it answers.

Two answers are kept apart. ``status`` is what the check of the tool generation that wrote the lock would say, or
``undecidable`` with the reason (never a guess), or ``broken`` for a lock that its own tool could not read. ``covers``
is as it is: does every declared requirement have a satisfying locked version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.facts import Extract, Lock, Manifest
from scanner.inventory import Fault, LockStatus, Reason, Verified

DIGEST = "the manifest is not the one whose digest the lock records"
DIGEST_ONLY = f"digest only: every declared requirement is locked at a version that it admits, but {DIGEST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A check's answer; each reason names the requirement, and its place in the manifest or the lock.

    ``by_digest``: stale by the recorded digest alone, of which the first reason speaks; nothing else says what changed.
    ``written_at`` is when the lock was last written, where the history tells (RFC 3339, UTC); ``faults`` are what
    contradicts itself inside the lock, which no tool's check looks at; ``verified_by`` what the tool itself said.
    """

    status: LockStatus
    covers: bool | None
    reasons: tuple[Reason, ...] = ()
    other_versions: dict[str, LockStatus] = field(default_factory=dict)
    by_digest: bool = False
    written_at: str | None = None
    faults: tuple[Fault, ...] = ()
    verified_by: Verified | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a check may look at: the lock, and everything that was read from the same repository, by path.

    ``files`` are all paths of the repository (so that "missing" can be told from "not read").
    """

    lock: Lock
    extracts: Mapping[str, Extract]
    files: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCheck:
    """A lock format's check; ``tools`` are the values of ``Lock.tool`` that it judges.

    ``formats``, where given, are the values of ``Lock.format`` that it judges alone: it goes before one by the tool.
    Where the lock records a digest of its manifest, ``manifest`` is that file's name, in the lock's folder, and
    ``hashed`` says what of the manifest the digest is taken of.
    """

    tools: tuple[str, ...]
    check: Callable[[Scene], Verdict]
    formats: tuple[str, ...] = ()
    manifest: str | None = None
    hashed: Callable[[Lock, Manifest], Mapping[str, Any]] | None = None
