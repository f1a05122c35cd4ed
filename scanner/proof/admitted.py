"""Projects that show no Python anywhere, but hold versions: which Pythons those admit, as an index has it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from rules.migration import Edit, Ground, Migration, Move
from rules.migrations import migrate
from rules.pythons import dotted, oldest_for_uv
from scanner.proof.outcome import Proved, Trial
from scanner.proof.prove import prove


def with_admitted(ground: Ground, migration: Migration, trial: Trial) -> Ground:
    """The ground with what the held versions admit, for the projects that ``migration`` refuses for want of a Python.

    They are locked from the oldest Python that uv works with on; where that has to be narrowed for the old versions to
    stay, the narrower range is the answer; where they cannot be locked, there is none. ``trial`` has the settings.
    """
    unknown = {refusal.project for refusal in migration.refusals if refusal.blocker.code == "python-undeclared"}
    if not unknown:
        return ground
    widest = f">={dotted(oldest_for_uv())}"
    tried = migrate(replace(ground, admitted=dict.fromkeys(unknown, widest)))
    moves = tuple(move for move in tried.moves if move.project.path in unknown and move.pins)
    proved = prove(replace(trial, edits=_of(tried.edits, moves), moves=moves)) if moves else ()
    found = {p.proof.project: _range(p, widest) if p.lock is not None else "" for p in proved}
    return replace(ground, admitted=found) if found else ground


def _of(edits: Iterable[Edit], moves: Iterable[Move]) -> tuple[Edit, ...]:
    manifests = {move.manifest for move in moves}
    return tuple(edit for edit in edits if edit.path in manifests)


def _range(proved: Proved, widest: str) -> str:
    text = " and ".join(proved.environments)
    low, high = (re.search(rf"python(?:_full)?_version {sign} '(3\.\d+)'", text) for sign in (">=", "<"))
    return (f">={low[1]}" if low else widest) + (f",<{high[1]}" if high else "")
