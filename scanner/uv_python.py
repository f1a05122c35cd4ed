"""Which Python uv takes for a project, whatever a step put on the path before.

Source: uv's documentation, *Python version files*, and uv itself (0.13): ``uv sync`` and ``uv run`` read the file that
lies with the project or at the root of its workspace, and none above; the first of several versions counts. An
interpreter on the path is taken only if it is the one that is asked for.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from scanner.commands.words import program
from scanner.inventory import Command, DeclaredPython

_FILES = (".python-version", ".python-versions")


def version_file(pythons: Iterable[DeclaredPython], project: str, workspace: str | None) -> DeclaredPython | None:
    """The version that uv reads from a file, with its place; ``project`` and ``workspace`` are their folders."""
    homes = (project, project if workspace is None else workspace)
    found: dict[tuple[int, int], DeclaredPython] = {}
    for python in pythons:
        folder, name = posixpath.split(python.path)
        if python.kind == "version-file" and name in _FILES and (folder or ".") in homes:
            found.setdefault((homes.index(folder or "."), _FILES.index(name)), python)
    return found[min(found)] if found else None


def takes_version_file(used: Sequence[Command], beside: Iterable[Command]) -> bool:
    """Whether all of ``used`` are uv's, of the project, in jobs of which no command in ``beside`` asks for a Python."""
    asking = {(c.path, c.job) for c in beside if c.python is not None or program(c.argv).args[:2] == ("python", "pin")}
    return bool(used) and all(
        program(c.argv).name == "uv" and program(c.argv).sub in ("sync", "run") and (c.path, c.job) not in asking
        for c in used
    )
