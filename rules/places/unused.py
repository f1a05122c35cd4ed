"""Moves that change nothing but the manifest: what installs stays as it is, with all its files. Pure.

A lock that nothing reads, beside files that everything reads, is a second truth: such a project had better stay until
the places are changed that keep it, or take the low-effort route.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from rules.blockers import PlanBlocker
from rules.migration import Edit, Migration
from rules.places.context import Context

_CALLS = re.compile(
    r"(?<![\w./-])uv[\"']?,? [\"']?(?:sync|run|lock|pip|export|build|publish|venv)\b|setup-uv|uv-pre-commit"
)
_NEEDS = re.compile(r"still needs|may mean|compiles .* which stays")


def unused(context: Context, migration: Migration, edits: Mapping[str, Edit]) -> Iterator[tuple[str, PlanBlocker]]:
    """The projects whose old files all stay for commands, where nothing else would call uv; each with the reason."""
    if any(calls_more(edit) for edit in edits.values()):
        return
    went = {edit.path for edit in migration.edits if edit.after is None}
    for folder, target in sorted(context.targets.items()):
        own = {path for path in went if target.file(path) is not None or (posixpath.dirname(path) or ".") == folder}
        kept = next((note for note in context.notes if _NEEDS.search(note.message)), None)
        if not own or kept is None or any(path in edits and edits[path].after is None for path in own):
            continue
        why = next((note for note in context.notes if note.path == kept.path), kept)  # what was not understood there
        yield (
            folder,
            PlanBlocker(
                code="unused-lock",
                message=f"nothing would install from the new lock, all that installs stays: {why.message}",
                path=why.path,
                line=why.line,
                decision="Change what keeps these files first, or take the low-effort route (uv pip)?",
            ),
        )


def calls_more(edit: Edit) -> bool:
    """Whether a file calls uv more often than before."""
    if edit.after is None or edit.path.endswith(("pyproject.toml", ".gitignore", ".dockerignore")):
        return False
    return len(_CALLS.findall(edit.after)) > len(_CALLS.findall(edit.before or ""))
