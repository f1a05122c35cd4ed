"""What stands in an old lock although nothing there asks for it: no tool installed it, and nobody misses it. Pure.

Poetry 1 installs what it finds on its way from the project through the lock. What an update or a merge left behind in
there is not on any way. Poetry 2, whose lock says whom each package serves, installs it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from rules.migration import Move
from scanner.facts import LockedPackage, normal_name


def unreachable(move: Move) -> tuple[LockedPackage, ...]:
    """The pins that no dependency of the project leads to by name; none where the lock's tool does not walk."""
    if not _walked(move):
        return ()
    needs: dict[str, set[str]] = {}
    for pin in move.pins:
        needs.setdefault(pin.key, set()).update(map(normal_name, pin.dependencies))
    waiting = [normal_name(item.name) for item in move.project.dependencies if item.name]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += needs.get(name, ())
    return tuple(pin for pin in move.pins if pin.key not in seen) if seen & needs.keys() else ()


def _walked(move: Move) -> bool:
    lock = next((lock for lock in move.project.lockfiles if lock.path == move.old_lock), None)
    if lock is None or lock.tool != "poetry" or move.members or lock.status == "broken":
        return False
    found = re.search(r" (\d+)\.(\d+)", lock.format)
    return found is not None and (int(found[1]), int(found[2])) < (2, 1)


def told(names: Collection[str]) -> str:
    """The sentence about them."""
    return f"unreachable in the old lock, where nothing asks for it: {', '.join(sorted(names))}"
