"""flake8's ``filename``, which says what files it looks at in the folders that it is given (``*.py`` where not said).

Ruff reads Python alone: files of Cython and the like are checked no more, and a gate over nothing else stays. A file
that a command names, as pre-commit's do, is looked at whatever ``filename`` says.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from rules.ruff.flake8_config import Flake8Config
from rules.ruff.runs import Run
from rules.ruff.translate import RuffLint

_PYTHON = (".py", ".pyi")
_CYTHON = (".pyx", ".pxd", ".pxi")


def foreign(configs: Iterable[Flake8Config], runs: Iterable[Run]) -> tuple[str, ...]:
    """What a gate of flake8 looks at that Ruff cannot read, where it looks at nothing else."""
    runs = [run for run in runs if run.tool == "flake8" and not run.advisory]
    found = [_shown(c) for c in configs if _is_elsewhere(c)] if any(not r.is_hook for r in runs) or not runs else []
    for run in runs:
        named = [w for w in run.argv if not w.startswith("-") and posixpath.splitext(w)[1] in _CYTHON]
        if named:
            found.append(" ".join(named))
        elif run.is_hook and set(run.types) & {"cython", "pyx"} and "python" not in run.types:
            found.append(f"files of type {' '.join(run.types)}")
        elif run.is_hook and run.files and not _sees(run, _PYTHON) and _sees(run, _CYTHON):
            found.append(run.files)
    return tuple(dict.fromkeys(found))


def _shown(config: Flake8Config) -> str:
    return f"filename = {','.join(config.get('filename') or ())}"


def _is_elsewhere(config: Flake8Config) -> bool:
    """Whether no file of Python can be among those that ``filename`` names."""
    patterns = config.get("filename")
    return bool(patterns) and not any(_may_be_python(pattern) for pattern in patterns or ())


def _may_be_python(pattern: str) -> bool:
    """Whether a pattern can end as a file of Python does: ``test_*.py``, ``*.py?``, ``src/*``, not ``*.px*``."""
    kind = posixpath.splitext(pattern)[1]
    return not kind or any(fnmatch.fnmatchcase(python, kind) for python in _PYTHON) or "/" in kind


def _sees(run: Run, kinds: Collection[str]) -> bool:
    return any(run.covers(f"{folder}a{kind}") for kind in kinds for folder in ("", "src/", "a/b/"))


def narrowed(lint: RuffLint, config: Flake8Config, sources: Collection[str], files: Collection[str]) -> RuffLint:
    """``lint`` over the files of Python that ``filename`` names, with what is checked no more."""
    patterns = config.get("filename")
    if not patterns:
        return lint
    gone = tuple(("filename", f"Ruff reads no {pattern}") for pattern in _unread(patterns, files))
    lint = replace(lint, uncovered=(*lint.uncovered, *gone))
    seen = {path for path in sources if _matches(path, patterns)}
    if seen >= {path for path in sources if path.endswith(".py")}:
        return lint
    ours = tuple(dict.fromkeys(_as_ruffs(p) for p in patterns if _may_be_python(p)))
    if {path for path in sources if _in_ruff(path, ours)} != seen:
        gone = (("filename", f"which files are looked at is decided by other patterns: {', '.join(patterns)}"),)
        return replace(lint, uncovered=(*lint.uncovered, *gone))
    outside = f"!{ours[0]}" if len(ours) == 1 else f"!{{{','.join(ours)}}}"
    return replace(lint, per_file=(*lint.per_file, (outside, lint.select)))


def _unread(patterns: Iterable[str], files: Collection[str]) -> Iterator[str]:
    for pattern in patterns:
        if any(not path.endswith(_PYTHON) and _matches(path, (pattern,)) for path in files):
            yield pattern


def _matches(path: str, patterns: Iterable[str]) -> bool:
    """flake8 compares the path as it walks to it, ``./src/a.py`` or ``src/a.py``, with ``*`` across slashes."""
    return any(fnmatch.fnmatchcase(way, p) for p in patterns for way in (path, f"./{path}"))


def _as_ruffs(pattern: str) -> str:
    plain = pattern.removeprefix("./")
    return f"**/{plain[2:]}" if plain.startswith("*/") else plain


def _in_ruff(path: str, patterns: Iterable[str]) -> bool:
    """Ruff compares the name and the path from the root; ``**/`` may be nothing."""
    ways = (path, posixpath.basename(path))
    return any(fnmatch.fnmatchcase(way, p) for p in patterns for way in ways) or any(
        fnmatch.fnmatchcase(path, p.removeprefix("**/")) for p in patterns
    )
