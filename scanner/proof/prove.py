"""One repository's patch tried: applied, locked by uv upon the old pins, and compared with the old lock.

The way (design: migration facts): uv is given a seed that holds the old versions; what moved all the same is held by
constraints, locked again, and locked once more without them; where they are needed to stay, they stay, and the proof
says so. Nothing of the repository is executed: see :mod:`scanner.proof.scratch`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rules.migration import Edit, Move, Recorded
from rules.migrations.pythons import used_python
from rules.patch import patch, reverse
from rules.plan import Proof
from scanner import sandbox
from scanner.facts import normal_name
from scanner.format import Unreadable
from scanner.markers import parse
from scanner.proof import scratch
from scanner.proof.bench import Bench, indexes, without_recorded
from scanner.proof.cache import ProofCache
from scanner.proof.causes import cause_of, culprits, said, unreached
from scanner.proof.compare import Comparison, compare
from scanner.proof.installed import PLATFORMS, holds, pythons
from scanner.proof.outcome import Proved, Trial
from scanner.proof.reasons import Reasons, assumptions, left_out, stale, windows_alone
from scanner.proof.seed import SEED_HOST
from scanner.proof.settings import Settings
from scanner.redact import redact_line
from scanner.toml_reader import strings, table

_TRIES = 6
_PYTHON_TOO_NEW = ("-compatible wheels", "for split (markers: python_full_version >= ")
_PYTHON_TOO_OLD = ("does not satisfy Python", "requires Python >")
_BOUND = re.compile(r"(?:does not satisfy|requires) Python\s*>=\s*(3\.\d{1,2}\.[1-9]\d{0,2})\b")
"""A release in the midst of a minor version that something asks for: it alone is left out below."""


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
            told = stale(move) if unreached(str(error)) is None and move.pins else None
            return _failed(move, settings, f"{error}. {told[0].upper()}{told[1:]}" if told else str(error))


class _Failed(Exception):
    """uv could not lock; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A lock that uv wrote, how it compares, and what stood in the manifest beside the conversion."""

    comparison: Comparison
    lock: str
    constraints: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    built_with: tuple[str, ...] = ()


class _Proving:
    """The calls of uv for one move, in a scratch copy under ``root``."""

    def __init__(self, move: Move, manifests: Mapping[str, str], settings: Settings, root: Path) -> None:
        self._move = move
        self._settings = settings
        self._bench = Bench(move, manifests, settings, root)
        self._requires = self._bench.requires
        self._pythons = pythons(",".join(self._requires) or None)
        self._indexes = [url for parsed in self._bench.parsed for url in _addresses(parsed)]
        groups = table(self._bench.manifest, "tool", "uv").get("default-groups", ["dev"])
        self._defaults = {normal_name(g) for g in strings(groups)} if isinstance(groups, list) else None
        self._stated = strings(table(self._bench.manifest, "tool", "uv").get("environments"))
        self._causes: dict[str, str] = {}
        self._error = ""

    def run(self) -> Proved:
        found, lock, kept = self._checked(self._found())
        return Proved(
            move=self._move.lock,
            proof=self._proof(found, kept),
            lock=lock,
            constraints=found.constraints,
            environments=found.environments,
            recorded=self._bench.recorded(kept),
            built_with=found.built_with,
            elsewhere=found.comparison.elsewhere,
        )

    def _found(self) -> _Attempt:
        found = self._attempt(())
        if found is None or (self._move.pins and not found.comparison.same):
            found = self._asked_again(self._narrowed(found))
        return found

    def _narrowed(self, found: _Attempt | None) -> _Attempt:
        """Lock for those environments alone that the old lock held for; raises :class:`_Failed` where nothing locks.

        Locks of pip-compile, Rye, Pipenv and (mostly) PDM were made with one Python for that Python.
        """
        error = self._error
        best = found
        known = list(self._environments(found))
        tried: list[str] = []
        while len(tried) < _TRIES:
            left = (e for e in (*self._complete(best), *known) if e not in tried and self._serves_own_python(e))
            environment = next(left, None)
            if environment is None:
                break
            tried.append(environment)
            attempt = self._attempt((self._within(environment),))
            if attempt is not None and (best is None or _loss(attempt.comparison) < _loss(best.comparison)):
                best = attempt
            if best is not None and (best.comparison.same or not self._move.pins):
                break
        if best is None:
            raise _Failed(error)
        return best

    def _serves_own_python(self, environment: str) -> bool:
        """Whether the Python that the project runs on, by its version file or image, is among these."""
        own = used_python(self._move.project)
        released = [python for python in self._pythons if own is not None and python.startswith(f"{own}.")]
        places = [f"{python}@{system}" if system else python for python in released for system in PLATFORMS]
        return not places or any(holds(environment, place) for place in places)

    def _within(self, environment: str) -> str:
        """An environment within those that the manifest states already."""
        stated = (
            " or ".join(f"({marker})" for marker in self._stated) if len(self._stated) > 1 else "".join(self._stated)
        )
        outer = f"({stated})" if " or " in stated else stated
        return f"{outer} and {environment}" if outer else environment

    def _asked_again(self, found: _Attempt) -> _Attempt:
        """Lock with the old lock's word for packages that have lost dependencies since, if that keeps more.

        Old source distributions without wheels, whose metadata readers disagree about; wheels that differ by platform.
        """
        lost = {change.name for change in found.comparison.changed if change.after is None}
        parents = {normal_name(known.name) for known in self._move.recorded if lost & _names(known)}
        trusted = self._bench.trust(parents - {change.name for change in found.comparison.changed})
        if not lost or not trusted:
            return found
        attempt = self._attempt(found.environments)
        if attempt is not None and _loss(attempt.comparison) < _loss(found.comparison):
            return attempt
        self._bench.distrust(trusted)
        return found

    def _complete(self, found: _Attempt | None) -> Iterator[str]:
        """The Pythons for which the old lock is complete, those first that it was made for."""
        if found is None or not found.comparison.complete:
            return
        complete, looked_at = found.comparison.complete, found.comparison.pythons
        made_for = [m[0] for text in self._move.environments[:1] if (m := re.search(r"\d+\.\d+", text))]
        runs = _runs(complete, looked_at) if len(complete) < len(looked_at) else []
        runs.sort(key=lambda run: not any(v.startswith(f"{release}.") for v in run for release in made_for))
        system = looked_at[0].partition("@")[2]
        for run in runs:
            within = _range([python.partition("@")[0] for python in run], self._pythons)
            yield f"{within} and sys_platform == '{system}'" if system else within

    def _environments(self, found: _Attempt | None) -> Iterator[str]:
        """Environments to try: what the converter knows of the old lock's making.

        Where nothing could be locked because of a Python that dependencies do not admit, or have no wheel for: newer
        and newer ones, or older and older ones.
        """
        yield from self._move.environments
        used = self._move.project.environments
        if found is not None and windows_alone(self._move) and used.ci is None and used.image is None:
            yield "sys_platform == 'win32'"  # nothing here runs elsewhere
        everything = self._pythons
        if found is None and any(words in self._error for words in _PYTHON_TOO_OLD):
            yield from (f"python_full_version >= '{bound}'" for bound in sorted(set(_BOUND.findall(self._error))))
            for start in range(1, len(everything)):
                yield _range(everything[start:], everything)
        if found is None and any(words in self._error for words in _PYTHON_TOO_NEW):
            for end in range(len(everything) - 1, 0, -1):
                yield _range(everything[:end], everything)

    def _attempt(self, environments: tuple[str, ...]) -> _Attempt | None:
        """Lock upon the seed, then hold what moved; ``None`` where uv cannot lock."""
        self._bench.sow((), environments)
        done = self._lock()
        if not done.ok:
            self._error = said(done, self._settings)
            return None
        comparison, lock = self._compared()
        found = _Attempt(comparison=comparison, lock=lock, environments=environments, built_with=self._bench.built_with)
        return found if comparison.same or not self._move.pins else self._held(found)

    def _held(self, found: _Attempt) -> _Attempt:
        """Hold by constraints what moved; without them again where that stays, with them where it does not."""
        constraints = self._constraints(found.comparison)
        held = self._constrained(found, constraints) if constraints else None
        if held is None or _loss(held.comparison) >= _loss(found.comparison):
            return found
        free = self._constrained(held, ())
        if free is not None and _loss(free.comparison) <= _loss(held.comparison):
            return free
        moved = _moved(free.comparison) if free is not None else frozenset()
        needed = tuple(c for c in held.constraints if _name(c) in moved)
        fewer = self._constrained(held, needed) if needed and needed != held.constraints else None
        return fewer if fewer is not None and _loss(fewer.comparison) <= _loss(held.comparison) else held

    def _constrained(self, start: _Attempt, constraints: tuple[str, ...]) -> _Attempt | None:
        """Lock again under ``constraints``; those that cannot be met are dropped, with their cause."""
        for _ in range(_TRIES):
            self._bench.put(start.lock, constraints, start.environments)
            done = self._lock()
            if done.ok:
                comparison, lock = self._compared()
                built_with = self._bench.built_with
                return replace(start, comparison=comparison, lock=lock, constraints=constraints, built_with=built_with)
            blamed = culprits(done.stderr, {_name(c) for c in constraints})
            for name in blamed:
                self._causes.setdefault(name, cause_of(name, done.stderr))
            constraints = tuple(c for c in constraints if _name(c) not in blamed)
            if not blamed or not constraints:
                break
        return None

    def _lock(self) -> sandbox.Completed:
        try:
            return self._bench.lock()
        except sandbox.NotStarted as error:
            raise _Failed(str(error)) from None

    def _constraints(self, found: Comparison) -> tuple[str, ...]:
        moved = _moved(found)
        pins = self._bench.pins
        several = {p.key for p in pins for q in pins if p.key == q.key and p.version != q.version}
        made = {
            f"{pin.key}=={pin.version}" + (f" ; {pin.marker}" if pin.key in several and _is_marker(pin.marker) else "")
            for pin in pins
            if pin.key in moved and pin.version and pin.source == "index"
            if pin.key not in several or _is_marker(pin.marker)
        }
        return tuple(sorted(made))

    def _compared(self) -> tuple[Comparison, str]:
        try:
            text = self._bench.locked()
            return compare(self._move, text, self._indexes, self._defaults), text
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise _Failed(f"uv wrote no lock that can be read: {error}") from None

    def _checked(self, found: _Attempt) -> tuple[_Attempt, str, frozenset[str]]:
        """The lock, that it is what uv would write and holds nothing of the seed, and whose metadata has to stay.

        That of packages that do not build or that the index says less of: every later lock would need it. Of the
        others the lock says enough. What other tries found out since may say otherwise: then it is locked once more.
        """
        if SEED_HOST in found.lock:
            raise _Failed("the lock still holds what was only asked for")
        self._bench.build_with(found.built_with)
        kept, done = self._agreed(found)
        again = self._constrained(found, found.constraints) if kept is None else None
        if again is not None and _loss(again.comparison) <= _loss(found.comparison):
            found = again
            kept, done = self._agreed(found)
        if kept is None:
            raise _Failed(f"uv lock --check: {said(done, self._settings)}")
        return found, without_recorded(found.lock, kept), kept

    def _agreed(self, found: _Attempt) -> tuple[frozenset[str] | None, sandbox.Completed]:
        """With whose metadata alone uv agrees with a lock (``None``: it does not), and what it said last."""
        assumed = self._bench.assumed
        unbuildable = frozenset(name for name, why in assumed.items() if why.stays)
        self._bench.put(None, found.constraints, found.environments)
        for kept in dict.fromkeys((unbuildable, frozenset(assumed))):
            done = self._bench.check(without_recorded(found.lock, kept), kept)
            if done.ok:
                return kept, done
        return None, done

    def _proof(self, attempt: _Attempt, kept: frozenset[str]) -> Proof:
        found = attempt.comparison
        same = found.same and not found.unserved and not any(self._left_out(attempt))
        whole = bool(self._move.pins) and not found.is_mostly_new(self._move)
        status = "drifted" if self._move.pins and not same else "proved" if whole else "resolved"
        return Proof(
            project=self._move.project.path,
            status=status,
            uv=self._settings.uv.version,
            locked=found.locked,
            kept=found.kept,
            changed=(*found.changed, *found.unserved),
            added=found.added,
            origin_changes=found.origin_changes,
            reason=self._reason(attempt, kept),
        )

    def _left_out(self, attempt: _Attempt) -> list[str]:
        """The Pythons of CI and images for which nothing is locked, where an environment was chosen here."""
        if not attempt.environments:
            return []
        return list(left_out(self._move, self._pythons, attempt.comparison.pythons))

    def _reason(self, attempt: _Attempt, kept: frozenset[str]) -> str | None:
        reasons = Reasons(
            move=self._move,
            found=attempt.comparison,
            requires=",".join(self._requires),
            lock=attempt.lock,
            avoided=self._bench.avoided,
        )
        told = [*reasons.differences(self._causes), *reasons.remarks()]
        if attempt.environments:
            why = "for others the old lock is incomplete" if self._move.pins else "for others nothing can be locked"
            told.append(f"locked for {', '.join(attempt.environments)} alone ([tool.uv] environments): {why}")
            told += self._left_out(attempt)
        if attempt.constraints:
            told.append(f"kept by [tool.uv] constraint-dependencies: {', '.join(attempt.constraints)}")
        if attempt.built_with:
            tools = ", ".join(attempt.built_with)
            told.append(f"{tools} builds what today's does not ([tool.uv] build-constraint-dependencies)")
        told += assumptions(self._bench.assumed, kept)
        return redact_line("; ".join(told)) or None


def _names(known: Recorded) -> set[str]:
    """What a package asked for when it was locked, extras aside."""
    texts = (text for text in known.requires if "extra ==" not in text)
    return {normal_name(found[0]) for text in texts if (found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", text))}


def _moved(found: Comparison) -> frozenset[str]:
    """The packages that are locked in another version, or in one more."""
    changed = {change.name for change in found.changed if change.after is not None}
    return frozenset(changed | {text.partition(" ")[0] for text in found.added if " " in text})


def _range(chosen: Sequence[str], everything: Sequence[str]) -> str:
    """A marker for the minor versions from the first to the last of ``chosen``; open where there are no others."""
    low, high = (".".join(version.split(".")[:2]) for version in (chosen[0], chosen[-1]))
    parts = [f"python_full_version >= '{low}'"] if chosen[0] != everything[0] else []
    if chosen[-1] != everything[-1]:
        parts.append(f"python_full_version < '3.{int(high.partition('.')[2]) + 1}'")
    return " and ".join(parts)


def _runs(chosen: Collection[str], everything: Sequence[str]) -> list[list[str]]:
    """The unbroken runs of ``chosen`` versions among all, the longest first."""
    found: list[list[str]] = [[]]
    for version in everything:
        if version in chosen:
            found[-1].append(version)
        elif found[-1]:
            found.append([])
    return sorted(filter(None, found), key=len, reverse=True)


def _loss(found: Comparison) -> tuple[int, int]:
    return len(found.changed) + len(found.origin_changes) + len(found.added), -found.kept


def _name(constraint: str) -> str:
    return constraint.partition("==")[0]


def _is_marker(text: str | None) -> bool:
    return bool(text) and parse(text or "") is not None


def _addresses(manifest: Mapping[str, Any]) -> list[str]:
    return [url for entry in indexes(manifest) if isinstance(url := entry.get("url"), str) and not entry.get("default")]
