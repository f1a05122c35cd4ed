"""How a repository has set up each of the smaller tools: the file that holds its options, and its runs.

A tool counts when something runs it, or when it is declared and configured; one that is only declared is nobody's gate.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rules.migration import Ground
from rules.ruff.linters import LINTERS, Asked, Linter
from rules.ruff.linters.options import is_short_for, options_in
from rules.ruff.runs import Run
from scanner import toml_reader
from scanner.format import Unreadable

_SHARED = ("setup.cfg", "tox.ini")


def asked(ground: Ground, runs: tuple[Run, ...]) -> Iterator[Asked]:
    """The tools that are in use, each with its options and runs."""
    uses = {tool.name: tool.use for tool in ground.repository.tools}
    for linter in LINTERS:
        own = tuple(run for run in runs if run.tool == linter.name)
        path, options = _configured(ground, linter, own)
        if own or (path is not None and uses.get(linter.name) == "declared"):
            yield Asked(
                tool=linter.name,
                options=options,
                path=path,
                gates=tuple(run for run in own if not run.advisory),
                runs=own,
                python=_lowest_python(ground),
                sources=tuple(sorted(p for p in ground.facts.files if p.endswith(".py"))),
                decided=linter.name in ground.config.ruff_replace,
            )


def _configured(ground: Ground, linter: Linter, runs: tuple[Run, ...]) -> tuple[str | None, Mapping[str, Any]]:
    """The file that the first gate names, else the first of the tool's own that has something for it."""
    sections = tuple(dict.fromkeys(name for _, names in linter.files for name in names)) or (linter.name,)
    for run in sorted(runs, key=lambda run: run.advisory):
        named = posixpath.normpath(_named(run.argv, linter.option) or ".")
        if (text := ground.read(named)) is not None:
            shared = posixpath.basename(named) in _SHARED
            return named, options_in(named, text, [s for s in sections if s or not shared]) or {}
    for path, names in linter.files:
        text = ground.read(path)
        found = options_in(path, text, names) if text is not None else None
        if found is not None:
            return path, found
    return None, {}


def _named(argv: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    """The file that a command names for its options."""
    for number, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in options or is_short_for(name, options):
            return value if equals else next(iter(argv[number + 1 :]), None)
        if len(word) > 2 and word[:2] in options and not word.startswith("--"):
            return word[2:]
    return None


def _lowest_python(ground: Ground) -> tuple[int, int] | None:
    """The lower bound of ``requires-python`` at the root, which is what Ruff aims at."""
    try:
        data = toml_reader.loads(ground.read("pyproject.toml") or "")
    except Unreadable:
        return None
    said = (toml_reader.table(data, "project") or {}).get("requires-python")
    found = re.search(r"(?:>=|~=|==)\s*3\.(\d{1,2})", said) if isinstance(said, str) else None
    return (3, int(found[1])) if found is not None else None
