"""Pipenv: is ``Pipfile.lock`` in step with the ``Pipfile`` beside it.

Pipenv compares one digest of the Pipfile and nothing else (``pipenv verify``, ``pipenv install --deploy``). What goes
into the digest changed twice, and the lock does not say which Pipenv wrote it (pypa/pipenv: ``pipenv/project.py``,
``pipenv/vendor/plette/pipfiles.py``): where the generations disagree, the one whose digest the lock holds wrote it.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from scanner.facts import Lock, Manifest
from scanner.freshness.coverage import coverage
from scanner.freshness.verdict import DIGEST, DIGEST_ONLY, LockCheck, Scene, Verdict
from scanner.inventory import LockStatus, Reason
from scanner.toml_reader import table

_BEFORE, _CATEGORIES, _NAMES = "<2022.10.9", ">=2022.10.9", ">=2026.4"
_NEW_DEFAULT = ">=2018.5"
_NO_CATEGORIES = frozenset(
    {"source", "requires", "packages", "dev-packages", "scripts", "pipfile", "pipenv", "default", "develop"}
)


def check(scene: Scene) -> Verdict:
    """What ``pipenv verify`` of the generation that wrote the lock would say, and what the other ones would."""
    lock = scene.lock
    path = posixpath.join(posixpath.dirname(lock.path), "Pipfile")
    extract = scene.extracts.get(path)
    manifest = extract.manifest if extract is not None else None
    if manifest is None:
        why = "cannot be read" if path in scene.files else "is missing"
        return _verdict("undecidable", None, f"the Pipfile beside the lock {why}", path)
    covers, missing = coverage(manifest.requirements, lock.packages, requires_python=None)
    status, others, reason = _compare(lock, manifest, covers)
    by_digest = status == "stale" and covers is not False
    first = (reason,) if reason is not None else ()
    reasons = (*first, *missing) if covers is not False else (*missing, *first)
    return Verdict(status=status, covers=covers, reasons=reasons, other_versions=others, by_digest=by_digest)


def hashed(_lock: Lock, manifest: Manifest) -> Mapping[str, Any]:
    """What of the Pipfile the digest is taken of, under the Pipfile's own keys."""
    kept = {"source", "requires", "packages", "dev-packages"}
    return {key: value for key, value in manifest.data.items() if key in kept or key not in _NO_CATEGORIES}


def _compare(
    lock: Lock, manifest: Manifest, covers: bool | None
) -> tuple[LockStatus, dict[str, LockStatus], Reason | None]:
    recorded = table(lock.data, "_meta", "hash").get("sha256")
    if not isinstance(recorded, str):
        # A missing _meta is rebuilt from the Pipfile and then called up to date; a missing digest alone is not.
        status: LockStatus = "stale" if table(lock.data, "_meta") else "undecidable"
        return status, {}, Reason(message="the lock holds no digest of the Pipfile", path=lock.path)
    sources = _sources(lock, manifest)
    if sources is None:
        message = "the Pipfile names no [[source]], and the lock does not show the default that was hashed"
        return "undecidable", {}, Reason(message=message, path=manifest.path)
    try:
        digests = {label: _digest(content) for label, content in _generations(lock, manifest, sources)}
    except (TypeError, ValueError, RecursionError):
        return "undecidable", {}, Reason(message="the Pipfile holds values that JSON cannot", path=manifest.path)
    if recorded not in digests.values():
        return "stale", {}, Reason(message=DIGEST_ONLY if covers else DIGEST, path=manifest.path)
    others: dict[str, LockStatus]
    if [label for label, digest in digests.items() if digest == recorded] == [_BEFORE]:
        others = {label: "fresh" if label == _BEFORE else "stale" for label in digests}
        message = f"fresh if Pipenv {_BEFORE} wrote it, stale if a later one did, which takes in every category"
        return "undecidable", others, Reason(message=message, path=manifest.path)
    others = {label: "stale" for label, digest in digests.items() if digest != recorded}
    if "source" not in manifest.data and _is_old_default(sources):
        others = {_NEW_DEFAULT: "stale"}
    reason = Reason(message=f"Pipenv {' and '.join(others)} computes another digest", path=lock.path)
    return "fresh", others, reason if others else None


def _sources(lock: Lock, manifest: Manifest) -> Any:
    """The sources that were hashed: the Pipfile's, or else the default ones, which the lock repeats."""
    if "source" in manifest.data:
        return manifest.data["source"]
    return table(lock.data, "_meta").get("sources") or None


def _is_old_default(sources: Any) -> bool:
    """Whether what was hashed in place of a ``[[source]]`` is the default of before 2018.5: other host, no name."""
    source = sources[0] if isinstance(sources, list) and sources and isinstance(sources[0], dict) else {}
    host = urlsplit(str(source.get("url"))).hostname or ""
    return source.get("name") != "pypi" or host.count(".") != 1


def _generations(lock: Lock, manifest: Manifest, sources: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data = manifest.data
    oldest = {
        "_meta": {"sources": sources, "requires": data.get("requires", {})},
        "default": data.get("packages", {}),
        "develop": data.get("dev-packages", {}),
    }
    if lock.written_by is None:
        yield _BEFORE, oldest
    categories = {**oldest, **{name: value for name, value in data.items() if name not in _NO_CATEGORIES}}
    yield _CATEGORIES, categories
    yield _NAMES, {name: value if name == "_meta" else _normal(value) for name, value in categories.items()}


def _normal(entries: Any) -> Any:
    if not isinstance(entries, dict):
        return entries
    return {str(canonicalize_name(name)): entry for name, entry in entries.items()}


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _verdict(status: LockStatus, covers: bool | None, message: str, path: str) -> Verdict:
    return Verdict(status=status, covers=covers, reasons=(Reason(message=message, path=path),))


CHECK = LockCheck(tools=("pipenv",), check=check, manifest="Pipfile", hashed=hashed)
