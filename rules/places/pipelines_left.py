"""Projects all of whose pipelines go on to install with Poetry or PDM: their lock would be gone, and CI red. Pure.

Where at least one job moves, the others are told line by line (:mod:`rules.places.remains`): the patch is a beginning.
Where none does, it had better wait.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from rules.blockers import PlanBlocker
from rules.migration import Edit
from rules.places.context import Context
from rules.places.mentions import ASIDE
from rules.places.remains import installs_of, is_quoted
from rules.places.target import Target
from rules.places.unused import calls_more
from rules.reading import area_of

_STARTED = {"makefile": "make", "justfile": "just", "tox": "tox", "nox": "nox", "taskfile": "task"}


def broken_pipelines(context: Context, edits: Mapping[str, Edit]) -> Iterator[tuple[str, PlanBlocker]]:
    """Such projects, each by its folder with the first line that would fail."""
    paths = sorted(_pipelines(context))
    for folder, target in sorted(context.targets.items()):
        managers = target.tools & {"poetry", "pdm"}
        if not managers or any(path in edits and calls_more(edits[path]) for path in paths):
            continue
        found = next((hit for path in paths if (hit := _goes_on(path, target, managers, context, edits))), None)
        if found is None:
            continue
        path, line, tool = found
        note = next((n for n in context.notes if n.path == path), None)
        why = f": {note.message}" if note is not None else ""
        yield (
            folder,
            PlanBlocker(
                code="shared-ci",
                message=f"{path} goes on to install with {tool}, whose lock would be gone, and no pipeline moves{why}",
                path=path,
                line=line,
                decision="Change what installs there so that it can be understood, or move this project by hand?",
            ),
        )


def _pipelines(context: Context) -> Iterator[str]:
    """The files of CI, and the Makefiles and scripts that they start."""
    extracts = context.ground.facts.extracts
    own = [p for p in context.ground.facts.files if area_of(p) == "ci" and not ASIDE.search(p)]
    yield from own
    rows = "\n".join(
        row for p in own for row in (context.ground.read(p) or "").splitlines() if not row.lstrip().startswith("#")
    )
    for path, extract in extracts.items():
        name = _STARTED.get(extract.format, posixpath.basename(path) if extract.format == "shell" else "")
        if name and path not in own and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", rows):
            yield path


def _goes_on(
    path: str, target: Target, managers: frozenset[str], context: Context, edits: Mapping[str, Edit]
) -> tuple[str, int, str] | None:
    text = (edits[path].after if path in edits else context.ground.read(path)) or ""
    for number, row in enumerate(text.splitlines(), start=1):
        for tool in sorted(managers):
            if len(row) > 2000 or installs_of({tool}).search(row) is None or is_quoted(row):
                continue
            seen = context.seen(path, range(number, number + 1), tool, "install")
            if seen.project == target.folder if seen is not None and seen.project else context.any_of(tool) is not None:
                return path, number, tool
    return None
