"""Sentences that differ in names, versions and places alone are one: what a reason says, without what it says it of."""

from __future__ import annotations

import re
from collections.abc import Collection

_SPECIFIC = re.compile(r"[0-9/=<>_@\[\]~^*\"']|\w[.\-]\w")
_EDGES = "(),;:"


def gist(message: str, names: Collection[str] = ()) -> str:
    """``message`` with ``…`` for versions, paths, quotations and ``names`` (in lower case).

    >>> gist("flask>=2 (pyproject.toml:12) but 1.1 is locked")
    '… but … is locked'
    """
    made: list[str] = []
    for word in message[:400].split():
        bare = word.strip(_EDGES)
        specific = bare.lower() in names or _SPECIFIC.search(bare) is not None
        if not specific:
            made.append(word)
        elif made and made[-1].rstrip(_EDGES) == "…":
            made[-1] = "…" + word[len(word.rstrip(_EDGES.replace(")", ""))) :]
        else:
            made.append("…" + word[len(word.rstrip(_EDGES.replace(")", ""))) :])
    return " ".join(made)
