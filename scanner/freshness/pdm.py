"""PDM: is ``pdm.lock`` in step with the ``pyproject.toml`` beside it.

PDM compares a digest of chosen keys (``content_hash``), or, since 2.28.1 and where asked to, recorded inputs. What goes
into the digest changed several times, so the generation whose digest the lock holds is the one that wrote it; the
lock's version says what other generations would do with it (``check_lockfile`` in ``pdm/cli/actions.py``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.facts import Lock, Manifest, Requirement
from scanner.freshness.coverage import coverage
from scanner.freshness.pdm_inputs import (
    GENERATIONS,
    Unknown,
    all_groups,
    digest,
    hashed,
    inputs_match,
    locked_groups,
    normal,
)
from scanner.freshness.verdict import DIGEST, DIGEST_ONLY, LockCheck, Scene, Verdict
from scanner.inventory import LockStatus, Reason
from scanner.toml_reader import strings, table

_CURRENT, _BEFORE_GROUPS = GENERATIONS[-1], GENERATIONS[-2]
_WRITERS = {
    "2": GENERATIONS[:4],
    "3": GENERATIONS[2:3],
    "3.1": GENERATIONS[2:4],
    "4.0": GENERATIONS[3:4],
    "4.1": GENERATIONS[4:5],
    "4.2": GENERATIONS[4:5],
    "4.3": GENERATIONS[4:5],
    "4.4": GENERATIONS[4:5],
    "4.4.1": GENERATIONS[4:6],
    "4.4.2": GENERATIONS[6:7],
    "4.5.0": GENERATIONS[6:8],
}
# PDM 2.11 to 2.19.1 never compared the digest of a lock whose version was an older one than their own.
_BLIND = {"4.0": "2.11-2.19.1", "4.1": "2.11-2.19.1", "4.2": "2.11-2.19.1", "4.3": "2.11-2.19.1"}
_BLIND |= {"4.4": "2.11-2.19.1", "4.4.1": "2.16-2.19.1", "4.4.2": "2.17-2.19.1"}


def check(scene: Scene) -> Verdict:
    """What ``pdm lock --check`` of the generation that wrote the lock would say, and what the other ones would."""
    lock = scene.lock
    metadata = lock.data
    groups = strings(metadata.get("groups")) or None
    recorded = metadata.get("content_hash") or metadata.get("root_hash")
    return verdict(scene, recorded, metadata.get("lock_inputs"), groups, _text(metadata.get("lock_version")))


def hashed_by_writer(lock: Lock, manifest: Manifest) -> Mapping[str, Any]:
    """What of the manifest the newest generation that can have written the lock takes the digest of."""
    own = table(manifest.data, "project")
    writers = _WRITERS.get(_text(lock.data.get("lock_version")) or "", (_CURRENT,)) if own else GENERATIONS[:1]
    return hashed(writers[-1], manifest.data)


CHECK = LockCheck(tools=("pdm",), check=check, manifest="pyproject.toml", hashed=hashed_by_writer)


def verdict(scene: Scene, recorded: object, inputs: object, groups: list[str] | None, version: str | None) -> Verdict:
    """The verdict on a lock of PDM's, whatever its format; ``version`` is ``None`` where the format has none."""
    path = posixpath.join(posixpath.dirname(scene.lock.path), "pyproject.toml")
    extract = scene.extracts.get(path)
    manifest = extract.manifest if extract is not None else None
    if manifest is None:
        why = "cannot be read" if path in scene.files else "is missing"
        return _undecidable(f"the pyproject.toml beside the lock {why}", path, None, ())
    if not table(manifest.data, "project"):
        return _without_project(scene, manifest, recorded, version)
    covers, missing = _coverage(scene.lock, manifest, groups)
    try:
        status, others, reasons = _compare(scene, manifest, recorded, inputs, version, covers)
    except Unknown as unknown:
        return _undecidable(str(unknown), path, covers, missing)
    if status != "stale" or covers is False or reasons:
        return Verdict(status=status, covers=covers, reasons=(*missing, *reasons), other_versions=others)
    reasons = (_difference(recorded, path, covers), *missing)
    by_digest = isinstance(recorded, str)
    return Verdict(status=status, covers=covers, reasons=reasons, other_versions=others, by_digest=by_digest)


def _without_project(scene: Scene, manifest: Manifest, recorded: object, version: str | None) -> Verdict:
    """PDM before 1.0 had its own tables; a later one converts other tools' tables, and that cannot be done here."""
    if not table(manifest.data, "tool", "pdm", "dependencies") or version not in (None, "2"):
        why = "the manifest has no [project] table: PDM would convert another tool's and take the digest of that"
        return _undecidable(why, manifest.path, None, ())
    algorithm, _, value = recorded.partition(":") if isinstance(recorded, str) else ("md5", "", "")
    try:
        same = digest(GENERATIONS[0], manifest, algorithm, scene) == value
    except Unknown as unknown:
        return _undecidable(str(unknown), manifest.path, None, ())
    reason = Reason(message="written by PDM before 1.0, whose manifests no later version reads", path=manifest.path)
    others: dict[str, LockStatus] = {">=1.0": "stale"} if same else {}
    return Verdict(status="fresh" if same else "stale", covers=None, reasons=(reason,), other_versions=others)


def _undecidable(message: str, path: str, covers: bool | None, reasons: tuple[Reason, ...]) -> Verdict:
    reason = Reason(message=message, path=path)
    return Verdict(status="undecidable", covers=covers, reasons=(reason, *reasons))


def _difference(recorded: object, path: str, covers: bool | None) -> Reason:
    if not isinstance(recorded, str):
        return Reason(message="the lock holds no content_hash", path=path)
    return Reason(message=DIGEST_ONLY if covers else DIGEST, path=path)


_Answer = tuple[LockStatus, dict[str, LockStatus], tuple[Reason, ...]]


def _compare(
    scene: Scene, manifest: Manifest, recorded: object, inputs: object, version: str | None, covers: bool | None
) -> _Answer:
    if version is not None or scene.lock.tool == "pdm":
        readable, why = _readable(version)
        if not readable:
            return "stale", {}, (Reason(message=why, path=scene.lock.path),)
    if inputs is not None:
        return _by_inputs(manifest, inputs, covers)
    if not isinstance(recorded, str):
        return "stale", {}, ()
    return _by_digest(scene, manifest, recorded, version)


def _readable(version: str | None) -> tuple[bool, str]:
    """Whether any known PDM takes a lock of this version for one that it may compare."""
    try:
        number = Version(version or "")
    except InvalidVersion:
        return False, "the lock names no lock_version"
    return number < Version("4.6"), f"no PDM up to 2.29 reads lock_version {version}"


def _by_inputs(manifest: Manifest, inputs: object, covers: bool | None) -> _Answer:
    same, difference = inputs_match(manifest, inputs)
    if not same:
        return "stale", {}, (Reason(message=difference, path=manifest.path),)
    if covers is None:
        raise Unknown("not every requirement can be compared with the locked versions")
    return ("fresh" if covers else "stale"), {}, ()


def _by_digest(scene: Scene, manifest: Manifest, recorded: str, version: str | None) -> _Answer:
    algorithm, separator, value = recorded.partition(":")
    if not separator:
        algorithm, value = "md5", recorded
    answers = {g: digest(g, manifest, algorithm, scene) == value for g in GENERATIONS}
    wants_inputs = table(manifest.data, "tool", "pdm", "resolution").get("lock_inputs") is True
    if wants_inputs:
        why = "the manifest asks for lock_inputs, the lock has none"
        return "stale", {}, (Reason(message=why, path=manifest.path),)
    candidates = _WRITERS.get(version or "", (_CURRENT,))
    writers = [generation for generation in candidates if answers[generation]]
    if writers == [_BEFORE_GROUPS] and _CURRENT in candidates:
        writers = _told_apart(scene.lock, manifest)
    elif answers[_CURRENT]:
        writers = [_CURRENT]  # no other generation's digest has its shape: whatever version the lock names
    status: LockStatus = "fresh" if writers else "stale"
    return status, _others(status, answers, version), _explained(writers, manifest.path)


def _told_apart(lock: Lock, manifest: Manifest) -> list[str]:
    """Whether 2.16-2.19, whose digest leaves out ``[dependency-groups]``, wrote a lock that 2.20 finds changed.

    2.20 normalises the names of groups; and a standard group that is locked was not locked by a version before it.
    """
    groups = strings(lock.data.get("groups"))
    standard = {normal(name) for name in table(manifest.data, "dependency-groups")}
    older = {normal(name) for name in table(manifest.data, "tool", "pdm", "dev-dependencies")}
    if any(normal(group) != group for group in groups):
        return [_BEFORE_GROUPS]
    if (standard - older) & set(groups):
        return []
    raise Unknown(f"fresh if PDM {_BEFORE_GROUPS} wrote it, stale if a later one did: the lock does not say which")


def _explained(writers: list[str], path: str) -> tuple[Reason, ...]:
    if not writers or _CURRENT in writers:
        return ()
    return (Reason(message=f"fresh for PDM {writers[-1]}; later versions compute another digest", path=path),)


def _others(status: LockStatus, answers: Mapping[str, bool], version: str | None) -> dict[str, LockStatus]:
    others: dict[str, LockStatus] = {}
    if status == "stale" and (blind := _BLIND.get(version or "")) is not None:
        others[blind] = "fresh"
    current: LockStatus = "fresh" if answers[_CURRENT] and not (version or "4").startswith(("2", "3")) else "stale"
    if current != status:
        others[_CURRENT] = current
    return others


def _coverage(lock: Lock, manifest: Manifest, groups: list[str] | None) -> tuple[bool | None, tuple[Reason, ...]]:
    """Coverage of the runtime and the groups that the lock says it holds; the left out ones are named."""
    known = all_groups(manifest)
    held = {"default", *map(normal, groups)} if groups else set(known)
    overrides: tuple[Requirement, ...] = manifest.overrides
    own = frozenset({str(canonicalize_name(manifest.name))} if manifest.name else ())
    excluded = strings(table(manifest.data, "tool", "pdm", "resolution").get("excludes"))
    covers, reasons = coverage(
        locked_groups(manifest, held),
        lock.packages,
        overrides=overrides,
        local=own | {str(canonicalize_name(name)) for name in excluded},
        requires_python=manifest.requires_python,
    )
    left_out = sorted(set(known) - held)
    if left_out:
        note = f"the lock leaves out the group{'s' if len(left_out) > 1 else ''} {', '.join(left_out)}"
        reasons = (*reasons, Reason(message=note, path=lock.path))
    return covers, reasons


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
