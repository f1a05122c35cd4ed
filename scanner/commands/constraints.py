"""Files of constraints: they fix what an install takes only as far as they name it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from scanner.commands.lookup import Held, Lookup, both
from scanner.commands.words import PACKAGING
from scanner.facts import Requirement


def held_together(paths: Sequence[str | None], lookup: Lookup) -> Held | None:
    """What files of constraints hold together; ``None`` where one of them is not known."""
    found = [lookup.held(path) if path is not None else None for path in paths]
    known = [held for held in found if held is not None]
    return reduce(both, known) if known and len(known) == len(found) else None


def left_open(needed: Iterable[Requirement], allowed: Held | None, lookup: Lookup) -> str | None:
    """Why constraints do not fix what is ``needed``: a name that they leave out, if there is one."""
    for one in needed if allowed is not None else ():
        own = one.source != "index" or one.key in PACKAGING or lookup.manifest_of(one.key) is not None
        if not own and one.marker is None and one.key not in (allowed or {}):
            return f"{one.key} is not among the constraints"
    return None
