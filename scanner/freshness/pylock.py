"""``pylock.toml`` (PEP 751): the standard keeps no inputs, so only coverage can be told.

PDM adds its own digest or recorded inputs under ``[tool.pdm]``; such a lock is judged as PDM does.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from scanner.facts import Lock, Manifest, Requirement
from scanner.freshness import compiled, pdm
from scanner.freshness.coverage import coverage
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import Reason
from scanner.toml_reader import strings, table


def check(scene: Scene) -> Verdict:
    """PDM's verdict where the lock is PDM's, an export's against its lock, else ``undecidable`` with the coverage."""
    if scene.lock.export_of is not None:
        return compiled.check(scene)
    data = scene.lock.data
    settings = table(data, "tool", "pdm")
    digests = [f"{kind}:{value}" for kind, value in table(settings, "hashes").items() if isinstance(value, str)]
    if digests or "lock_inputs" in settings:
        groups = [*strings(data.get("dependency-groups")), *strings(data.get("extras"))]
        return pdm.verdict(scene, next(iter(digests), None), settings.get("lock_inputs"), groups or None, None)
    return _standard(scene)


CHECK = LockCheck(tools=("pylock",), check=check)


def _standard(scene: Scene) -> Verdict:
    lock = scene.lock
    path = posixpath.join(posixpath.dirname(lock.path), "pyproject.toml")
    extract = scene.extracts.get(path)
    silent = Reason(message="a pylock.toml does not record what it was made from", path=lock.path)
    if extract is None or extract.manifest is None:
        why = "cannot be read" if path in scene.files else "is missing"
        beside = Reason(message=f"the pyproject.toml beside the lock {why}", path=path)
        return Verdict(status="undecidable", covers=None, reasons=(silent, beside))
    if posixpath.basename(lock.path) != "pylock.toml":
        named = Reason(message="a lock with a name of its own may hold any part of the project", path=lock.path)
        return Verdict(status="undecidable", covers=None, reasons=(silent, named))
    manifest = extract.manifest
    covers, reasons = coverage(
        _held(lock, manifest),
        lock.packages,
        local=frozenset({str(canonicalize_name(manifest.name))} if manifest.name else ()),
        requires_python=manifest.requires_python,
    )
    return Verdict(status="undecidable", covers=covers, reasons=(silent, *reasons))


def _held(lock: Lock, manifest: Manifest) -> Iterator[Requirement]:
    """The runtime's requirements, and those of the extras and groups that the lock says it holds."""
    extras = {str(canonicalize_name(name)) for name in strings(lock.data.get("extras"))}
    groups = {str(canonicalize_name(name)) for name in strings(lock.data.get("dependency-groups"))}
    held = {"runtime": {""}, "optional": extras, "group": groups}
    for item in manifest.requirements:
        if canonicalize_name(item.group or "") in held.get(item.scope, ()):
            yield item
