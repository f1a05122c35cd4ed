"""Which generation of its tool wrote a lock, as its format tells, and which one most locks of a fleet are of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from packaging.version import InvalidVersion, Version

from rules.reading import locks
from scanner.inventory import Lockfile, Repository

LEAST = 3


def generation(lock: Lockfile) -> Version | None:
    """The version of a lock's format; ``None`` for exports, compiled files and formats without one."""
    name, _, version = lock.format.rpartition(" ")
    if not name.endswith((".lock", "-lock")) or lock.export_of is not None:
        return None
    try:
        return Version(version)
    except InvalidVersion:
        return None


def prevailing(repositories: Iterable[Repository]) -> Mapping[str, tuple[Lockfile, int]]:
    """For each tool, a lock of the generation that most of the fleet's locks are of, and how many these are.

    Where two have as many, the newer; left out where it is fewer than :data:`LEAST`.
    """
    counts: defaultdict[str, Counter[Version]] = defaultdict(Counter)
    examples: dict[tuple[str, Version], Lockfile] = {}
    for repository in repositories:
        for _, lock in locks(repository):
            if (found := generation(lock)) is not None:
                counts[lock.tool][found] += 1
                examples.setdefault((lock.tool, found), lock)
    most = {tool: max(counted, key=lambda one: (counted[one], one)) for tool, counted in counts.items()}
    return {
        tool: (examples[tool, found], counts[tool][found])
        for tool, found in most.items()
        if counts[tool][found] >= LEAST
    }
