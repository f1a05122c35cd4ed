"""What isort takes for the project's own and Ruff does not.

isort looks in the folder of its settings, or where it is started without any; Ruff in that of its configuration.
Then folders without ``__init__.py``, of a library's name:

``alembic/`` beside the code makes ``import alembic.op`` a first-party import to isort, which asks for a folder of that
name in the root or in ``src``; Ruff asks for the module itself (tried with 0.17.6).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from rules.ruff.isort_config import listed
from rules.ruff.runs import Run

MAX_FILES = 600
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(?P<name>[A-Za-z_]\w{0,80})\b", re.MULTILINE)


def directory(settings: str | None, runs: Iterable[Run], base: str) -> str:
    """The folder, from ``base``, that isort goes by: that of its ``settings``, else where all its commands start."""
    if settings is not None:
        return posixpath.dirname(settings)
    started = {"." if run.is_hook else run.folder for run in runs if run.tool == "isort"}
    folder = posixpath.relpath(started.pop(), base or ".") if len(started) == 1 else "."
    return "" if folder == "." or folder.startswith("..") else folder


def looked_in(options: Mapping[str, Any], folder: str, paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The option that says from the root what ``folder`` means to isort, nothing where Ruff looks there unasked."""
    given = next((options[name] for name in ("src_paths", "src-paths") if options.get(name)), None)
    if not folder:
        return {}
    if given is not None:
        return {"src_paths": tuple(posixpath.normpath(posixpath.join(folder, path)) for path in listed(given))}
    own = (folder, f"{folder}/src")
    return {"src_paths": own if any(path.startswith(f"{own[1]}/") for path in paths) else own[:1]}


def loose(sources: Iterable[str], read: Callable[[str], str | None], folder: str = "") -> tuple[str, ...]:
    """The names of such folders in ``folder`` that the code imports; none where there is too much of it to read."""
    paths = [path for path in sources if path.endswith(".py")]
    found = sorted(set(_folders(paths, (folder, posixpath.join(folder, "src")))))
    if not found or len(paths) > MAX_FILES:
        return ()
    named = {match["name"] for path in paths for match in _IMPORT.finditer(read(path) or "")}
    return tuple(name for name in found if name in named)


def _folders(paths: list[str], roots: Collection[str]) -> Iterator[str]:
    there = set(paths)
    for path in paths:
        folder = posixpath.dirname(path)
        root, name = posixpath.split(folder)
        if name and root in roots and f"{folder}/__init__.py" not in there:
            yield name
