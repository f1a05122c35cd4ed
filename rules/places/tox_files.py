"""The ``uv sync`` that stands for the requirements files of a tox environment. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence

from rules.places.pip_answers import options_of_files
from rules.places.target import Target

Read = Callable[[str], str | None]

_INCLUDED = re.compile(r"^[ \t]*(?:-r|--requirement)[ =\t]*(?P<file>[^\s#;]+)", re.MULTILINE)
_COMPILED = re.compile(r"^#.{0,80}(?:pip-compile|uv pip compile)", re.MULTILINE)
_BY_FACTOR = re.compile(
    r"^[ \t]*(?:deps[ \t]*=[ \t]*)?(?P<factors>[\w{},!.-]+):[ \t]*(?P<name>[A-Za-z][\w.-]*)[^\n:]*?(?:[=<>~]=|[<>])",
    re.MULTILINE,
)


def sync_of(files: Sequence[str], target: Target, read: Read) -> str | None:
    """The command that installs what these files (from the root) held, and no more; ``None`` where one is unknown."""
    options = options_of_files(files, target) if files else None
    if options is None:
        return None
    base = "uv sync --locked --active --inexact"
    groups = [new.removeprefix("group:") for file in files if (new := target.file(file)) is not None]
    if not any(holds_project(file, target, read) for file in files):
        return " ".join([base, *dict.fromkeys(f"--only-group {name}" for name in groups)])
    return " ".join([base, *(["--no-install-project"] if target.package else []), *options])


def holds_project(file: str, target: Target, read: Read) -> bool:
    """Whether a file has what the project itself requires: by itself, by what it includes or was compiled from."""
    seen: set[str] = set()
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        new = target.file(path)
        if new is not None and not new.startswith("group:"):
            return True
        text = read(path) or ""
        source = f"{posixpath.splitext(path)[0]}.in"
        if path.endswith(".txt") and _COMPILED.search(text) is not None:
            if read(source) is None:
                return True  # from what, nothing says
            waiting.append(source)
        folder = posixpath.dirname(path)
        waiting += [posixpath.normpath(posixpath.join(folder, m["file"])) for m in _INCLUDED.finditer(text)]
    return False


def varies(body: str) -> str | None:
    """A package whose version the factors of an environment choose, so that a lock's would undo what is tested."""
    by_file = re.search(
        r"^[ \t]*(?:deps[ \t]*=[ \t]*)?(?!py)[\w{},!.-]+:[ \t]*-r[ \t]*(?P<file>\S+)", body, re.MULTILINE
    )
    if by_file is not None:
        return by_file["file"]
    found = (m for m in _BY_FACTOR.finditer(body) if not re.fullmatch(r"(?:py(?:py)?[\d.]*|[{},])+", m["factors"]))
    return next((m["name"] for m in found), None)
