"""Which files a tool is run over: the paths of its commands, the patterns of its hooks. Patterns of Ruff come out."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rules.ruff.arguments import arguments
from rules.ruff.expressions import searched
from rules.ruff.runs import Run
from rules.ruff.scripts import is_script


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """``paths``: patterns of all that is looked at, ``None`` for everything; ``excluded``: patterns of what is not."""

    paths: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()


def scope(runs: Sequence[Run], files: Collection[str]) -> Scope:
    """What ``runs`` of one tool look at together; ``files`` are the repository's."""
    sources = [path for path in files if path.endswith((".py", ".pyi")) or is_script(path)]
    seen: set[str] = set()
    everything = not runs
    known = [run for run in runs if run.is_hook or not _is_unknown(run)] or runs
    for run in known:
        paths = searched(run.files) if run.is_hook else _named(run, sources)
        everything = everything or not paths
        seen.update(paths or ())
    left_out = [{p for text in run.exclude if text for p in searched(text) or ()} for run in runs]
    excluded = set.intersection(*left_out) if left_out else set()
    if everything or all(any(fnmatch.fnmatchcase(f, p.removeprefix("./")) for p in seen) for f in sources):
        return Scope(excluded=_that_match(excluded, sources))
    return Scope(paths=tuple(sorted(seen)), excluded=_that_match(excluded, sources))


def _is_unknown(run: Run) -> bool:
    """Whether a command names its paths through variables: the other gates say more."""
    words = [w for w in (arguments(run.tool, run.argv) or ())[1:] if not w.startswith("-")]
    return bool(words) and all(set("${}") & set(word) for word in words)


def _named(run: Run, sources: Iterable[str]) -> tuple[str, ...]:
    """The folders and files that a command names; nothing where one of them is not known, or is the root."""
    words = [w.strip("'\"") for w in (arguments(run.tool, run.argv) or ())[1:] if not w.startswith("-")]
    found = []
    for word in words:
        plain = word.removeprefix("./").rstrip("/")
        if plain in ("", ".") or set("${}") & set(plain):
            return ()
        if any(path.startswith(f"{plain}/") for path in sources):
            found.append(f"{plain}/**")
        elif plain in sources or "*" in plain:
            found.append(plain if "/" in plain else f"./{plain}")
    return tuple(found)


def _that_match(patterns: Iterable[str], sources: Collection[str]) -> tuple[str, ...]:
    """Patterns by which a file of today is left out: the others say nothing about this repository."""
    return tuple(sorted(p for p in patterns if any(fnmatch.fnmatchcase(path, p) for path in sources)))
