"""Who owns a repository and how critical it is, as its own files say."""

from __future__ import annotations

from typing import get_args

from scanner.collect import RepoFacts
from scanner.facts import Ownership
from scanner.inventory import Criticality

_WHOLE = frozenset({"*", "**", "/", "/*", "/**", "**/*"})


def owners_of(facts: RepoFacts) -> tuple[str, ...]:
    """The owners of the whole repository: CODEOWNERS' last line for everything, else the catalogue's entry."""
    stated = [o for e in facts.extracts.values() for o in e.ownership if o.owners and o.pattern in _WHOLE]
    if not stated:
        return ()
    by_file: dict[str, Ownership] = {o.at.path: o for o in stated}
    first = min(by_file, key=lambda path: (not path.endswith("CODEOWNERS"), path))
    return tuple(sorted(set(by_file[first].owners)))


def criticality_of(facts: RepoFacts) -> Criticality | None:
    """The criticality that a catalogue entry states, where it is one of ours."""
    for extract in facts.extracts.values():
        for ownership in extract.ownership:
            for known in get_args(Criticality):
                if ownership.criticality == known:
                    return known  # type: ignore[no-any-return]
    return None
