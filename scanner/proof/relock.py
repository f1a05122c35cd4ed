"""A lock written again by uv, upon an earlier one, for manifests that have changed since."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.migration import Move
from scanner import sandbox
from scanner.format import Unreadable
from scanner.lock_tables import package_tables
from scanner.proof import scratch
from scanner.proof.bench import Bench
from scanner.proof.settings import Settings
from scanner.toml_reader import loads


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocked:
    """The new lock, and the packages that came, went, and changed their version."""

    lock: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def relocked(move: Move, manifests: Mapping[str, str], lock: str, settings: Settings) -> Relocked | None:
    """The lock for ``manifests``, upon ``lock``; ``None`` where uv cannot write one."""
    with tempfile.TemporaryDirectory(prefix="muster-proof-") as place:
        root = Path(place)
        scratch.write(root / "tree", {path: text.encode() for path, text in manifests.items()})
        scratch.disarm(root / "tree", [path for path in manifests if path.endswith("pyproject.toml")])
        bench = Bench(move, manifests, settings, root)
        try:
            bench.put(lock, (), ())
            if not bench.lock().ok:
                return None
            text = bench.locked()
            before, after = _versions(lock), _versions(text)
        except (sandbox.NotStarted, OSError, UnicodeDecodeError, Unreadable):
            return None
    return Relocked(
        lock=text,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        moved=tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
    )


def _versions(lock: str) -> dict[str, set[str]]:
    """The versions of a ``uv.lock`` by package."""
    found: dict[str, set[str]] = {}
    for entry in package_tables(loads(lock).get("package")):
        found.setdefault(str(entry.get("name")), set()).add(str(entry.get("version")))
    return found
