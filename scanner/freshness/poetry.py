"""Poetry: is ``poetry.lock`` in step with the ``pyproject.toml`` beside it.

Poetry compares one digest of chosen keys of the manifest and nothing else (``Locker.is_fresh`` in
``poetry/packages/locker.py``). What goes into the digest changed with 1.2, 2.0 and 2.3; ``lock-version`` and the header
tell which of them wrote the lock.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.facts import Lock, Manifest, Requirement
from scanner.freshness.coverage import coverage
from scanner.freshness.verdict import DIGEST, DIGEST_ONLY, LockCheck, Scene, Verdict
from scanner.inventory import LockStatus, Reason
from scanner.poetry_constraints import admits, alternatives, specifier
from scanner.toml_reader import table

_OLDEST, _GROUPS, _PROJECT, _CURRENT = "<1.2", "1.2-1.8", "2.0-2.2", ">=2.3"
_GENERATIONS = (_OLDEST, _GROUPS, _PROJECT, _CURRENT)
_LEGACY_KEYS = ("dependencies", "dev-dependencies", "source", "extras")
_POETRY_KEYS = ("dependencies", "source", "extras", "dev-dependencies", "group")
_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")


def check(scene: Scene) -> Verdict:
    """What ``poetry check --lock`` of the generation that wrote the lock would say, and what the other ones would."""
    lock = scene.lock
    path = posixpath.join(posixpath.dirname(lock.path), "pyproject.toml")
    extract = scene.extracts.get(path)
    manifest = extract.manifest if extract is not None else None
    if manifest is None:
        why = "cannot be read" if path in scene.files else "is missing"
        reason = Reason(message=f"the pyproject.toml beside the lock {why}", path=path)
        return Verdict(status="undecidable", covers=None, reasons=(reason,))
    covers, missing = _coverage(lock, manifest)
    status, others, reasons = _compare(lock, manifest)
    reasons = (*missing, *reasons, *_left_out(lock, manifest))
    by_digest = status == "stale" and covers is not False
    if by_digest:
        reasons = (_difference(lock, path, covers), *reasons)
    return Verdict(status=status, covers=covers, reasons=reasons, other_versions=others, by_digest=by_digest)


def _difference(lock: Lock, path: str, covers: bool | None) -> Reason:
    recorded = lock.data.get("content-hash")
    if not isinstance(recorded, str):
        whole = lock.written_by is not None
        what = (
            "holds no content-hash" if whole else "has no [metadata]: it is cut off, or not a lock of Poetry's at all"
        )
        return Reason(message=f"the lock {what}", path=lock.path)
    return Reason(message=DIGEST_ONLY if covers else DIGEST, path=path)


def hashed(lock: Lock, manifest: Manifest) -> Mapping[str, Any]:
    """What of the manifest the generation that wrote the lock takes the digest of."""
    return _relevant(_writer(lock, manifest.data) or _CURRENT, manifest.data)


CHECK = LockCheck(tools=("poetry",), check=check, manifest="pyproject.toml", hashed=hashed)


def _compare(lock: Lock, manifest: Manifest) -> tuple[LockStatus, dict[str, LockStatus], tuple[Reason, ...]]:
    recorded = lock.data.get("content-hash")
    if not isinstance(recorded, str):
        return "stale", {}, ()
    try:
        answers = {g: _answer(g, lock, manifest.data, recorded) for g in _GENERATIONS}
    except (TypeError, ValueError, RecursionError):
        reason = Reason(message="the manifest holds values that JSON cannot", path=manifest.path)
        return "undecidable", {}, (reason,)
    writer = _writer(lock, manifest.data)
    if writer is None and answers[_PROJECT] != answers[_CURRENT]:
        message = "Poetry 2.0-2.2 and 2.3 disagree on this lock, and it does not say which of them wrote it"
        others = {_PROJECT: answers[_PROJECT], _CURRENT: answers[_CURRENT]}
        return "undecidable", others, (Reason(message=message, path=lock.path),)
    status = answers[writer or _CURRENT]
    return status, _others(status, writer or _CURRENT, answers), _remarks(status, lock, writer)


def _remarks(status: LockStatus, lock: Lock, writer: str | None) -> tuple[Reason, ...]:
    if status == "fresh" and writer in (_OLDEST, _GROUPS) and lock.data.get("lock-version") is None:
        return (Reason(message="written before Poetry 1.0; current versions do not read it", path=lock.path),)
    return ()


def _others(status: LockStatus, writer: str, answers: Mapping[str, LockStatus]) -> dict[str, LockStatus]:
    """Generations that can read the lock and its manifest and judge otherwise."""
    readers = _GENERATIONS[1:] if writer in (_OLDEST, _GROUPS) else _GENERATIONS[2:]
    others = {label: answers[label] for label in readers if label != writer and answers[label] != status}
    if others.get(_PROJECT) is not None and others.get(_PROJECT) == others.get(_CURRENT):
        others = {**{label: other for label, other in others.items() if label == _GROUPS}, ">=2.0": others[_CURRENT]}
    return others


def _writer(lock: Lock, data: Mapping[str, Any]) -> str | None:
    """The generation that wrote the lock; ``None`` for a 2.x of which the header does not say more.

    One that could not have read the manifest as it is now (1.x needs ``[tool.poetry]``) gives way to the current one.
    """
    version = lock.data.get("lock-version")
    poetry = table(data, "tool", "poetry")
    if version in (None, "1.0", "1.1", "2.0"):
        if not poetry:
            return _CURRENT
        return _GROUPS if version == "2.0" or (version == "1.1" and "group" in poetry) else _OLDEST
    if version == "2.1":
        number = _header(lock)
        return None if number is None else _PROJECT if number < Version("2.3") else _CURRENT
    return _CURRENT


def _header(lock: Lock) -> Version | None:
    try:
        return Version(lock.data.get("header") or "")
    except InvalidVersion:
        return None


def _answer(generation: str, lock: Lock, data: Mapping[str, Any], recorded: str) -> LockStatus:
    if _digest(_relevant(generation, data)) == recorded:
        return "fresh"
    number = _header(lock)
    if generation == _CURRENT and number is not None and number < Version("2.3"):
        return _answer(_PROJECT, lock, data, recorded)  # 2.3 forgives its predecessors the groups they did not hash
    return "stale"


def _relevant(generation: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    poetry, project = table(data, "tool", "poetry"), table(data, "project")
    chosen: dict[str, Any] = {}
    if generation in (_PROJECT, _CURRENT):
        if fields := {key: project[key] for key in _PROJECT_KEYS if project.get(key) is not None}:
            chosen["project"] = fields
        if generation == _CURRENT and (groups := data.get("dependency-groups")):
            chosen["dependency-groups"] = groups
    if chosen:
        tool = {key: poetry[key] for key in _POETRY_KEYS if key in poetry}
        return {**chosen, "tool": {"poetry": tool}}
    legacy = {key: poetry.get(key) for key in _LEGACY_KEYS}
    if generation != _OLDEST and "group" in poetry:
        legacy["group"] = poetry["group"]
    return legacy


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _coverage(lock: Lock, manifest: Manifest) -> tuple[bool | None, tuple[Reason, ...]]:
    python = manifest.requires_python
    own = frozenset({str(canonicalize_name(manifest.name))} if manifest.name else ())
    return coverage(
        _decided(_locked_by_poetry(lock, manifest), lock),
        lock.packages,
        local=own,
        requires_python=specifier(python) if python else None,
    )


def _locked_by_poetry(lock: Lock, manifest: Manifest) -> Iterator[Requirement]:
    """What Poetry locks: the runtime, the extras, its own groups, and since 2.2 the standard ones."""
    poetry = table(manifest.data, "tool", "poetry")
    groups = {canonicalize_name(name) for name in table(poetry, "group")}
    groups |= {canonicalize_name("dev")} if "dev-dependencies" in poetry else set()
    if _holds_standard_groups(lock):
        groups |= {canonicalize_name(name) for name in table(manifest.data, "dependency-groups")}
    for item in manifest.requirements:
        if item.scope in ("runtime", "optional") or (
            item.scope == "group" and canonicalize_name(item.group or "") in groups
        ):
            yield item


def _holds_standard_groups(lock: Lock) -> bool:
    number = _header(lock)
    return lock.data.get("lock-version") == "2.1" and (number is None or number >= Version("2.2"))


def _left_out(lock: Lock, manifest: Manifest) -> Iterator[Reason]:
    """The standard groups, where the lock is of a Poetry that does not know them."""
    groups = sorted(table(manifest.data, "dependency-groups"))
    if groups and lock.written_by is not None and not _holds_standard_groups(lock):
        message = f"the lock leaves out the standard group{'s' if len(groups) > 1 else ''} {', '.join(groups)}"
        yield Reason(message=f"{message}, which Poetry locks since 2.2", path=lock.path)


def _decided(requirements: Iterator[Requirement], lock: Lock) -> Iterator[Requirement]:
    """Requirements that PEP 440 cannot say (``^2 || ^4``) as the alternative that holds, or else the first one."""
    versions: dict[str, list[str]] = {}
    for package in lock.packages:
        if package.version is not None:
            versions.setdefault(package.key, []).append(package.version)
    for item in requirements:
        if item.specifier is None and (choices := alternatives(item.raw)):
            held = (choice for choice in choices for v in versions.get(item.key, ()) if admits(choice or "*", v))
            yield replace(item, specifier=next(held, choices[0]))
        else:
            yield item
