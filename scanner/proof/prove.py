"""One repository's patch tried: applied, locked by uv upon the old pins, and compared with the old lock.

The way (design: migration facts): uv is given a seed that holds the old versions; what moved all the same is held by
constraints, locked again, and locked once more without them; where they are needed to stay, they stay, and the proof
says so. Nothing of the repository is executed: see :mod:`scanner.proof.scratch`.
"""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rules.migration import Edit, Move
from rules.patch import patch, reverse
from rules.plan import Proof
from scanner import sandbox
from scanner.facts import normal_name
from scanner.format import Unreadable
from scanner.markers import parse, possible
from scanner.proof import scratch
from scanner.proof.cache import ProofCache
from scanner.proof.causes import cause_of, culprits, said
from scanner.proof.compare import Comparison, compare
from scanner.proof.interpreter import interpreter
from scanner.proof.outcome import Proved, Trial
from scanner.proof.seed import SEED_HOST, seed
from scanner.proof.settings import Settings
from scanner.redact import redact_line
from scanner.toml_reader import loads, table
from scanner.words import listed

_TRIES = 5


def prove(trial: Trial) -> tuple[Proved, ...]:
    """Prove each move of a patch, in their order; never raises for what a repository holds."""
    try:
        _try_to_apply(trial.edits)
    except (scratch.NotApplied, OSError) as error:
        return tuple(_failed(move, trial.settings, f"the patch does not apply: {error}") for move in trial.moves)
    after = dict(trial.manifests) | {e.path: e.after for e in trial.edits if e.after is not None}
    gone = {edit.path for edit in trial.edits if edit.after is None}
    manifests = {path: text for path, text in after.items() if scratch.is_needed(path) and path not in gone}
    kept = ProofCache(Path(trial.kept)) if trial.kept is not None else None
    return tuple(_proved(move, manifests, trial.settings, kept) for move in trial.moves)


def _proved(move: Move, manifests: dict[str, str], settings: Settings, kept: ProofCache | None) -> Proved:
    if kept is None:
        return _prove_move(move, manifests, settings)
    key = kept.key(move, manifests, settings.key())
    found = kept.get(key)
    if found is None:
        found = _prove_move(move, manifests, settings)
        kept.put(key, found)
    return found


def _try_to_apply(edits: Iterable[Edit]) -> None:
    """Apply the patch to the files that it changes, and take it back; raises :class:`~scratch.NotApplied`."""
    edits = tuple(edits)
    text = patch(edits)
    if not text:
        return
    with tempfile.TemporaryDirectory(prefix="muster-apply-") as place:
        folder = Path(place)
        scratch.write(folder, {e.path: e.before.encode() for e in edits if e.before is not None})
        for step, wanted in ((text, edits), (patch(reverse(edits)), reverse(edits))):
            scratch.apply(folder, step)
            for edit in wanted:
                found = (folder / edit.path).read_bytes() if (folder / edit.path).is_file() else None
                if found != (edit.after.encode() if edit.after is not None else None):
                    raise scratch.NotApplied(f"{edit.path} is not what it should be afterwards")


def _failed(move: Move, settings: Settings, reason: str) -> Proved:
    proof = Proof(project=move.project.path, status="failed", uv=settings.uv.version, reason=redact_line(reason))
    return Proved(move=move.lock, proof=proof)


def _prove_move(move: Move, manifests: Mapping[str, str], settings: Settings) -> Proved:
    with tempfile.TemporaryDirectory(prefix="muster-proof-") as place:
        root = Path(place)
        scratch.write(root / "tree", {path: text.encode() for path, text in manifests.items()})
        scratch.disarm(root / "tree", [path for path in manifests if path.endswith("pyproject.toml")])
        try:
            return _Proving(move, manifests, settings, root).run()
        except _Failed as error:
            return _failed(move, settings, str(error))


class _Failed(Exception):
    """uv could not lock; says why."""


class _Proving:
    """The calls of uv for one move, in a scratch copy under ``root``."""

    def __init__(self, move: Move, manifests: Mapping[str, str], settings: Settings, root: Path) -> None:
        self._move = move
        self._settings = settings
        self._folder = root / "tree" / posixpath.dirname(move.lock)
        self._lock = root / "tree" / move.lock
        self._manifest = root / "tree" / move.manifest
        self._plain = self._manifest.read_text(encoding="utf-8")
        served = {move.manifest, *move.members}
        parsed = [_parsed(text) for path, text in manifests.items() if path in served]
        self._requires = [r for p in parsed if isinstance(r := table(p, "project").get("requires-python"), str)]
        self._indexes = [index for p in parsed for index in _indexes(p)]
        self._python = interpreter(self._requires, root)
        self._causes: dict[str, str] = {}

    def run(self) -> Proved:
        move = self._move
        found, text = self._seeded()
        constraints: tuple[str, ...] = ()
        if not found.same and move.pins:
            found, text, constraints = self._held(found, text)
        self._check(text, constraints)
        return Proved(
            move=move.lock,
            proof=self._proof(found, constraints),
            lock=text,
            constraints=constraints,
            elsewhere=found.elsewhere,
        )

    def _seeded(self) -> tuple[Comparison, str]:
        requires = ",".join(self._requires) or None
        if self._move.pins:
            self._lock.write_text(seed(self._move.pins, requires), encoding="utf-8")
        done = self._uv("lock")
        if not done.ok:
            raise _Failed(said(done, self._settings))
        return self._compared()

    def _held(self, found: Comparison, text: str) -> tuple[Comparison, str, tuple[str, ...]]:
        """Hold by constraints what moved; without them again where that stays, with them where it does not."""
        constraints = self._constraints(found)
        held = self._constrained(constraints, text) if constraints else None
        if held is None:
            return found, text, ()
        self._write(held[1], ())
        free = self._compared() if self._uv("lock").ok else (found, text)
        if _loss(free[0]) <= _loss(held[0]):
            return (*(free if _loss(free[0]) < _loss(found) else (found, text)), ())
        needed = tuple(c for c in held[2] if _name(c) in _moved(free[0]))
        fewer = self._constrained(needed, held[1]) if needed and needed != held[2] else None
        best = fewer if fewer is not None and _loss(fewer[0]) <= _loss(held[0]) else held
        return best if _loss(best[0]) < _loss(found) else (found, text, ())

    def _constrained(self, constraints: tuple[str, ...], lock: str) -> tuple[Comparison, str, tuple[str, ...]] | None:
        """Lock under ``constraints``; those that cannot be met are dropped, with their cause."""
        for _ in range(_TRIES):
            self._write(lock, constraints)
            done = self._uv("lock")
            if done.ok:
                return (*self._compared(), constraints)
            blamed = culprits(done.stderr, {_name(c) for c in constraints})
            for name in blamed:
                self._causes.setdefault(name, cause_of(name, done.stderr))
            constraints = tuple(c for c in constraints if _name(c) not in blamed)
            if not blamed or not constraints:
                break
        return None

    def _write(self, lock: str, constraints: tuple[str, ...]) -> None:
        """Put a lock and the manifest with ``constraints`` in place."""
        manifest = scratch.with_constraints(self._plain, constraints) if constraints else self._plain
        self._manifest.write_text(manifest, encoding="utf-8")
        self._lock.write_text(lock, encoding="utf-8")

    def _constraints(self, found: Comparison) -> tuple[str, ...]:
        moved = _moved(found)
        several = {p.key for p in self._move.pins for q in self._move.pins if p.key == q.key and p.version != q.version}
        made = {
            f"{pin.key}=={pin.version}" + (f" ; {pin.marker}" if pin.key in several and _is_marker(pin.marker) else "")
            for pin in self._move.pins
            if pin.key in moved and pin.version and pin.source == "index"
            if pin.key not in several or _is_marker(pin.marker)
        }
        return tuple(sorted(made))

    def _compared(self) -> tuple[Comparison, str]:
        try:
            text = self._lock.read_text(encoding="utf-8")
            return compare(self._move, text, self._indexes), text
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise _Failed(f"uv wrote no lock that can be read: {error}") from None

    def _check(self, text: str, constraints: tuple[str, ...]) -> None:
        """The lock is what uv would write, and nothing of the seed is in it."""
        if SEED_HOST in text:
            raise _Failed("the lock still holds what was only asked for")
        self._write(text, constraints)
        done = self._uv("lock", "--check")
        if not done.ok:
            raise _Failed(f"uv lock --check: {said(done, self._settings)}")

    def _uv(self, *arguments: str) -> sandbox.Completed:
        settings = self._settings
        env = dict(settings.env) | {
            "UV_CACHE_DIR": dict(settings.env).get("UV_CACHE_DIR", settings.cache),
            "UV_PYTHON": self._python,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
        }
        builds = [] if settings.allow_build else ["--no-build"]
        own_default = any(index.get("default") is True for index in _tables(self._manifest))
        try:
            return sandbox.run(
                [settings.uv.path, *arguments, *settings.options(own_default=own_default), *builds],
                cwd=str(self._folder),
                env=env,
                timeout=settings.timeout,
                network=settings.network,
            )
        except sandbox.NotStarted as error:
            raise _Failed(str(error)) from None

    def _proof(self, found: Comparison, constraints: tuple[str, ...]) -> Proof:
        status = "resolved" if not self._move.pins else "proved" if found.same else "drifted"
        return Proof(
            project=self._move.project.path,
            status=status,
            uv=self._settings.uv.version,
            locked=found.locked,
            kept=found.kept,
            changed=found.changed,
            added=found.added,
            origin_changes=found.origin_changes,
            reason=self._reason(found, constraints),
        )

    def _reason(self, found: Comparison, constraints: tuple[str, ...]) -> str | None:
        parts = [f"{change.name}: {self._cause(change.name, change.after)}" for change in found.changed[:20]]
        if (found.changed or found.added) and (stale := self._stale()):
            parts.insert(0, stale)
        if constraints:
            parts.append(f"kept by [tool.uv] constraint-dependencies: {', '.join(constraints)}")
        return redact_line("; ".join(parts)) or None

    def _stale(self) -> str | None:
        """Why the old lock is no fair measure, where it was out of step with its own manifest."""
        locks = (lock for lock in self._move.project.lockfiles if lock.path == self._move.old_lock)
        lock = next((lock for lock in locks if lock.status != "fresh"), None)
        if lock is None:
            return None
        return f"the old lock is {lock.status}: {'; '.join(r.message for r in lock.reasons[:2]) or lock.path}"

    def _cause(self, name: str, after: str | None) -> str:
        if name in self._causes:
            return self._causes[name]
        if after is not None:
            return "uv resolves it otherwise"
        range_ = ",".join(self._requires)
        pins = [pin for pin in self._move.pins if pin.key == name]
        if pins and not any(possible(pin.marker, range_) for pin in pins):
            return f"its marker holds for no Python of {range_}"
        parents = sorted({pin.key for pin in self._move.pins if name in map(normal_name, pin.dependencies)})
        if parents:
            return f"the old lock has it for {listed(parents, 3)}, which no longer asks for it"
        return "nothing requires it any more"


def _moved(found: Comparison) -> frozenset[str]:
    """The packages that are locked in another version, or in one more."""
    changed = {change.name for change in found.changed if change.after is not None}
    return frozenset(changed | {text.partition(" ")[0] for text in found.added if " " in text})


def _loss(found: Comparison) -> tuple[int, int]:
    return len(found.changed) + len(found.origin_changes) + len(found.added), -found.kept


def _name(constraint: str) -> str:
    return constraint.partition("==")[0]


def _is_marker(text: str | None) -> bool:
    return bool(text) and parse(text or "") is not None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return loads(text)
    except Unreadable:
        return {}


def _tables(manifest: Path) -> list[dict[str, Any]]:
    listed = table(_parsed(manifest.read_text(encoding="utf-8")), "tool", "uv").get("index")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _indexes(parsed: dict[str, Any]) -> list[str]:
    listed = table(parsed, "tool", "uv").get("index")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [url for entry in entries if isinstance(url := entry.get("url"), str) and not entry.get("default")]
