"""Proofs kept by content, so that a run that was stopped goes on where it was, and nothing is proved twice.

A proof depends on the manifests after the patch, the old pins, uv's version and the settings; its file's name is their
digest. Failures are not kept: an index may answer next time.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from rules.migration import Move
from scanner import __version__
from scanner.proof.outcome import Proved

FORMAT = 31


class ProofCache:
    """A folder of proofs; one that cannot be written keeps nothing, and nothing else happens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def key(self, move: Move, manifests: dict[str, str], settings: str) -> str:
        """What the proof of ``move`` depends on, as a digest."""
        told = (
            FORMAT,
            __version__,
            settings,
            move.manifest,
            move.lock,
            move.members,
            move.groups,
            move.environments,
            move.complete,
            move.by_hand,
            move.pins,
            move.recorded,
            move.by_extra,
            sorted(manifests.items()),
        )
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()

    def get(self, key: str) -> Proved | None:
        """A proof kept under ``key``."""
        try:
            return msgspec.json.decode(self._path(key).read_bytes(), type=Proved)
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, key: str, proved: Proved) -> None:
        """Keep a proof, whole or not at all."""
        if proved.proof.status == "failed":
            return
        path = self._path(key)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(msgspec.json.encode(proved))
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
