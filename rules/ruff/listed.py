"""``$(git ls-files '*.py' ':!vendor')`` on a command line: the files that it stands for."""

from __future__ import annotations

import fnmatch
import re
import shlex
from collections.abc import Collection

_LISTS = re.compile(
    r"[\"']?(?:\$\((?:shell[ \t]+)?|`)[ \t]*git[ \t]+ls-files(?P<rest>[^|`;&<>$]{0,2000}?)(?:\)|`)[\"']?"
)
_OUT = re.compile(r":(?:[!^]|\(exclude\))")


def listed(word: str, files: Collection[str]) -> tuple[str, ...] | None:
    """Those of ``files`` that ``word`` lists, in order; ``None`` where it lists in another way, or not at all."""
    match = _LISTS.fullmatch(word)
    try:
        specs = shlex.split(match["rest"]) if match is not None else None
    except ValueError:
        return None
    if specs is None or any(s.startswith("-") and s not in ("-z", "--") for s in specs):
        return None
    plain = [s for s in specs if not s.startswith("-")]
    gone = [_OUT.sub("", s) for s in plain if _OUT.match(s)]
    wanted = [s for s in plain if not _OUT.match(s)]
    if any(s.startswith(":") for s in wanted):
        return None
    return tuple(
        sorted(f for f in files if (not wanted or _is_one_of(f, wanted)) and not (gone and _is_one_of(f, gone)))
    )


def spread(word: str, files: Collection[str]) -> tuple[str, ...]:
    """The files that a command names by ``word``: as git lists them, as the shell spreads ``src/*``, or itself."""
    found = listed(word, files)
    if found is not None or not set("*?[") & set(word):
        return (word,) if found is None else found
    steps = word.split("/")
    parts = ((path, path.split("/")) for path in files)
    return tuple(path for path, own in parts if len(own) == len(steps) and all(map(fnmatch.fnmatchcase, own, steps)))


def _is_one_of(path: str, specs: Collection[str]) -> bool:
    """git's way: a pattern whose ``*`` goes across slashes, or a folder or file."""
    return any(fnmatch.fnmatchcase(path, s) or f"{path}/".startswith(f"{s.rstrip('/')}/") for s in specs)
