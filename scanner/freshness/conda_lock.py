"""conda-lock: does ``conda-lock.yml`` hold what its source files ask for.

conda-lock has no check of its own short of solving again, and its digest depends on the version that computed it (its
tables of virtual packages are part of it), so the two sides are compared by what they say: platforms, channels, and
each requirement of each source on each platform. Explicit lists, and sources other than environment files, are
undecidable unless something is missing for certain.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from packaging.utils import canonicalize_name

from scanner import conda_spec
from scanner.facts import Lock, Manifest, Requirement
from scanner.format import resolve_inside
from scanner.freshness.coverage import admits
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import Reason
from scanner.markers import disjoint

_MAX_REASONS = 20


def check(scene: Scene) -> Verdict:
    """Compare the lock with its sources; explicit lists name no sources and are undecidable."""
    lock = scene.lock
    platforms: Mapping[str, Mapping[tuple[str, str], str]] = lock.data.get("platforms", {})
    if not platforms:
        return _undecided("an explicit list does not say what it was solved from", lock.path)
    manifests: list[Manifest] = []
    unread: list[Reason] = []
    for source in lock.data.get("sources", ()):
        path = resolve_inside(lock.path, source)
        extract = scene.extracts.get(path) if path is not None else None
        if path is not None and path not in scene.files:
            unread.append(Reason(message=f"the source {source} is missing", path=lock.path))
        elif extract is None or extract.manifest is None or extract.manifest.format != "conda":
            unread.append(Reason(message=f"the source {source} is not read as conda-lock reads it", path=lock.path))
        else:
            manifests.append(extract.manifest)
    missing, unknown = _compare(manifests, platforms)
    if missing:
        return Verdict(status="stale", covers=False, reasons=tuple(missing[:_MAX_REASONS]))
    if unread or unknown or not manifests:
        return Verdict(status="undecidable", covers=None, reasons=(*unread, *unknown)[:_MAX_REASONS])
    if (differs := _channels(manifests, lock)) is not None:
        return Verdict(status="stale", covers=True, reasons=(differs,))
    same = Reason(message="compared by content; conda-lock's own digest was not computed", path=lock.path)
    return Verdict(status="fresh", covers=True, reasons=(same,))


def _channels(manifests: list[Manifest], lock: Lock) -> Reason | None:
    """The first difference in channels, where each source names some and all name the same."""
    declared = {tuple(i.url for i in m.indexes if i.kind == "index" and i.url != "nodefaults") for m in manifests}
    declared = {channels for channels in declared if channels}
    locked = tuple(index.url for index in lock.indexes)
    if len(declared) != 1 or not locked or locked in declared:
        return None
    message = f"the channels are {', '.join(*declared)}, the lock was solved with {', '.join(locked)}"
    return Reason(message=message, path=manifests[0].path)


def _compare(
    manifests: list[Manifest], platforms: Mapping[str, Mapping[tuple[str, str], str]]
) -> tuple[list[Reason], list[Reason]]:
    missing: dict[Reason, None] = {}
    unknown: dict[Reason, None] = {}
    for manifest in manifests:
        wanted = set(manifest.data.get("platforms", ()))
        for platform in sorted(wanted - platforms.keys()):
            missing[Reason(message=f"the platform {platform} is not locked", path=manifest.path)] = None
        for platform, locked in platforms.items():
            here = conda_spec.platform_marker(platform)
            for requirement in manifest.requirements:
                if requirement.marker and here and disjoint(requirement.marker, here) is True:
                    continue
                met, message = _met(requirement, locked, platform)
                if met is not True:
                    reason = Reason(message=message, path=manifest.path, line=requirement.at.line)
                    (missing if met is False and not requirement.marker else unknown)[reason] = None
    return list(missing), list(unknown)


def _met(requirement: Requirement, locked: Mapping[tuple[str, str], str], platform: str) -> tuple[bool | None, str]:
    name = requirement.name.lower()
    if not name or name == "pip":
        return (True if name else None), "a requirement without a name cannot be compared"
    version = locked.get((requirement.ecosystem, name))
    if version is None and requirement.ecosystem == "pypi":
        names = {str(canonicalize_name(other)): version for (_, other), version in locked.items()}
        version = names.get(requirement.key)
    if version is None:
        return False, f"{requirement.raw} is not locked for {platform}"
    if requirement.specifier is None or requirement.source != "index":
        return (None if requirement.source == "index" else True), f"{requirement.raw} cannot be compared with {version}"
    return admits(requirement.specifier, version), f"{requirement.raw}, but {version} is locked for {platform}"


def _undecided(message: str, path: str) -> Verdict:
    return Verdict(status="undecidable", covers=None, reasons=(Reason(message=message, path=posixpath.normpath(path)),))


CHECK = LockCheck(tools=("conda-lock", "conda"), check=check)
