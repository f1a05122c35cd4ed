"""What goes into a proof and what comes out of it; values that can be sent to another process and kept."""

from __future__ import annotations

from dataclasses import dataclass

from rules.migration import Edit, Move, Recorded
from rules.plan import Proof
from scanner.proof.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A patch to prove: its edits without locks, the moves, and the manifests of the commit that it leaves alone.

    ``kept`` is the folder of proofs made before.
    """

    repository: str
    edits: tuple[Edit, ...]
    moves: tuple[Move, ...]
    manifests: tuple[tuple[str, str], ...] = ()
    settings: Settings
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A proof, the lock that uv wrote (``None``: none), and what the manifest needs beside it.

    That is ``constraints`` that hold versions, ``environments`` where the old lock was not for all that the project
    admits, ``recorded`` metadata of packages that do not build, and ``built_with``, tools that others need to build.
    ``move`` is the path of the lock; ``elsewhere`` are packages that only other platforms or interpreters install.
    """

    move: str
    proof: Proof
    lock: str | None = None
    constraints: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    built_with: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
