"""What a command takes out of a compiled file after it was written, so that something else decides the version.

``sed '/^[dD]jango==/d' requirements/test.txt`` stands after ``pip-compile`` where the matrix of tox brings Django: what
is not in the file is left out on purpose, and a lock that lacks it is not stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from scanner.freshness.verdict import Scene

_DELETED = re.compile(r"/\^?(?P<name>[A-Za-z0-9_.\[\]\\-]{1,80}?)(?:[=<>~!@ ][^/]{0,80})?/[Id]{1,2}")
_EITHER_CASE = re.compile(r"\[([A-Za-z])([A-Za-z])\]")


def taken_out(scene: Scene) -> frozenset[str]:
    """The canonical names of the packages that a committed command deletes from the lock."""
    path = scene.lock.path
    return frozenset(
        name
        for extract in scene.extracts.values()
        for made in extract.invocations
        if made.argv[:1] == ("sed",) and path in made.argv
        for name in _deleted(made.argv)
    )


def _deleted(argv: Sequence[str]) -> Iterator[str]:
    for word in argv:
        for command in word.split(";"):
            if (found := _DELETED.fullmatch(command.strip())) is not None:
                name = _EITHER_CASE.sub(_letter, found["name"]).replace("\\", "")
                if "[" not in name and "]" not in name:
                    yield canonicalize_name(name)


def _letter(found: re.Match[str]) -> str:
    one, other = found[1].lower(), found[2].lower()
    return one if one == other else found[0]
