"""uv: is ``uv.lock`` what ``uv lock --check`` would leave as it is.

uv first compares the inputs recorded in the lock with the manifests' (``ValidatedLock::validate``, ``Lock::satisfies``
in uv 0.12); what differs there ends in another lock, so that the first comparison decides. Each comparison below is one
of uv's, in its order. Registry and git packages are never looked at by uv; whether they satisfy what is declared is
``covers``. The revision of the lock says which generation of uv wrote it; where generations disagree, so do
``other_versions``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from scanner.facts import Extract, Location
from scanner.freshness.uv_coverage import covers
from scanner.freshness.uv_ground import BEFORE_0_8, FROM_0_8, FROM_0_13, Generation, Ground, Note
from scanner.freshness.uv_matching import Matching
from scanner.freshness.uv_packages import Packages
from scanner.freshness.uv_requirements import Refused, sources_of
from scanner.freshness.uv_settings import settings_notes
from scanner.freshness.uv_workspace import Workspace, root_above
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import LockStatus, Reason

_MOST_REASONS = 20


def check(scene: Scene) -> Verdict:
    """Judge a uv lock."""
    lock = scene.lock
    if (broken := lock.data.get("broken")) is not None:
        return Verdict(
            status="broken", covers=None, reasons=(Reason(message=broken[0], path=lock.path, line=broken[1]),)
        )
    if posixpath.basename(lock.path) != "uv.lock":
        reason = Reason(message="the metadata inside the script that this locks were not read", path=lock.path)
        return Verdict(status="undecidable", covers=None, reasons=(reason,))
    try:
        workspace = Workspace(posixpath.dirname(lock.path), scene.extracts, scene.files)
        _refuse_leftover(workspace, scene.extracts)
        comparison = _Comparison(scene, workspace)
        generation = comparison.ground.written_by
        verdicts = {generation: comparison.notes(generation)}
        for other in comparison.others(generation):
            verdicts[other] = comparison.notes(other)
    except Refused as refused:
        answer, reasons = covers(scene, None)
        return Verdict(status="undecidable", covers=answer, reasons=(refused.reason, *reasons))
    answer, reasons = covers(scene, workspace)
    status = _status(verdicts[generation])
    others = _labelled({g: s for g, notes in verdicts.items() if (s := _status(notes)) != status})
    told = [note for note in verdicts[generation] if note.certain or status == "undecidable"]
    only_own = status == "stale" and all(note.own for note in told)
    wanted = [_own_version_only(note.reason) if only_own else note.reason for note in told]
    said = {reason.message for reason in wanted}
    wanted += [reason for reason in reasons if reason.message not in said]
    return Verdict(status=status, covers=answer, reasons=tuple(wanted[:_MOST_REASONS]), other_versions=others)


def _own_version_only(reason: Reason) -> Reason:
    """uv refuses the lock all the same (``uv lock --check``), but every dependency in it is as declared."""
    return replace(reason, message=f"own version only: {reason.message}")


def _labelled(others: Mapping[Generation, LockStatus]) -> dict[str, LockStatus]:
    """Other generations' answers by their names; the two latest under one, where they say the same."""
    if others.get(FROM_0_8) is not None and others.get(FROM_0_8) == others.get(FROM_0_13):
        return {">=0.8": others[FROM_0_8]}
    return {generation.label: status for generation, status in others.items()}


def _status(notes: list[Note]) -> LockStatus:
    if any(note.certain for note in notes):
        return "stale"
    return "undecidable" if notes else "fresh"


def _refuse_leftover(workspace: Workspace, extracts: Mapping[str, Extract]) -> None:
    """A folder that belongs to the workspace of a folder above is locked there: uv never reads this lock."""
    if isinstance(workspace.uv.get("workspace"), dict) or workspace.folder == ".":
        return
    root = root_above(workspace.folder, extracts)
    if root is not None:
        where = posixpath.join(root, "uv.lock") if root else "uv.lock"
        message = f"this folder is a member of a workspace; uv reads {where} instead of this lock"
        raise Refused(message, Location(path=workspace.root.path))


class _Comparison:
    """One lock against its workspace, as each generation of uv makes it."""

    def __init__(self, scene: Scene, workspace: Workspace) -> None:
        self.ground = Ground(scene, workspace)
        self._only_written = False

    def notes(self, generation: Generation) -> list[Note]:
        """All that differs for this generation of uv, in the order in which uv looks."""
        matching = Matching(self.ground, as_written=generation is BEFORE_0_8 and self.ground.revision <= 2)
        found = [*settings_notes(self.ground), *Packages(self.ground, matching).notes(generation)]
        self._only_written |= matching.only_written
        return found

    def others(self, generation: Generation) -> list[Generation]:
        """The other generations, where what they do differently is used here at all."""
        uv = self.ground.workspace.uv
        found = []
        touched = any(
            uv.get(key) for key in ("constraint-dependencies", "override-dependencies", "exclude-dependencies")
        )
        touched |= self.ground.revision >= 5
        members = self.ground.workspace.members.values()
        unbuilt = any(
            "build-system" not in member.manifest.data
            for member in members
            if member.name in self.ground.workspace.required
        )
        if unbuilt or any(
            "path" in source for member in members for s in sources_of(member.uv).values() for source in s
        ):
            found.append(FROM_0_8 if generation is BEFORE_0_8 else BEFORE_0_8)
        if self._only_written:
            found.append(FROM_0_8)
        if touched:
            found.append(FROM_0_8 if generation is FROM_0_13 else FROM_0_13)
        if found and generation is BEFORE_0_8:
            found = [FROM_0_8, FROM_0_13]
        return [other for other in dict.fromkeys(found) if other is not generation]


CHECK = LockCheck(tools=("uv",), check=check)
