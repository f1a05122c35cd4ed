"""Requirements as declared against those that a uv lock records: which have no counterpart."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Location
from scanner.freshness.uv_ground import Ground, Note
from scanner.freshness.uv_requirements import Wanted
from scanner.markers import Formula, equivalent


class Matching:
    """Compares lists of requirements; ``only_written`` tells afterwards that markers differ in their text alone.

    ``as_written``: markers are compared as they are written, not as they are meant.
    """

    def __init__(self, ground: Ground, *, as_written: bool) -> None:
        self.ground = ground
        self.as_written = as_written
        self.only_written = False

    def compare(self, wanted: list[Wanted], locked: list[Wanted], what: str) -> Iterator[Note]:
        """What is declared and not recorded so, and what is recorded and not declared so; ``what`` names the list."""
        missing, unsure = self._unmatched(wanted, locked)
        surplus, _ = self._unmatched(locked, wanted)
        for one in unsure:
            yield self.ground.unknown(f"the marker of {one.text} cannot be compared", one.at)
        recorded_as: dict[str, list[Wanted]] = {}
        for one in surplus:
            recorded_as.setdefault(one.name, []).append(one)
        for one in missing:
            before = recorded_as.pop(one.name, [])
            said = f"the lock records {', '.join(b.text for b in before)}" if before else "the lock does not record it"
            yield self.ground.stale(f"{one.text}{_place(one.at)} of {what} is declared, but {said}", one.at)
        for left in recorded_as.values():
            for one in left:
                yield self.ground.stale(f"the lock records {one.text} for {what}, which is not declared so (any more)")

    def same(self, these: list[Wanted], those: list[Wanted]) -> bool:
        """Whether each has its counterpart."""
        return not any((*self._unmatched(these, those), *self._unmatched(those, these)))

    def _alike(self, one: Formula, two: Formula) -> bool | None:
        """Whether markers are alike within ``requires-python``: as written before 0.7.22, as meant in what follows.

        Revision 2 is of versions on either side of that.
        """
        if not self.as_written or not equivalent(one, two, self.ground.python):
            return equivalent(one, two, self.ground.python)
        exact = equivalent(one, two)
        self.only_written |= exact is False
        return None if exact is False and self.ground.revision == 2 else exact

    def _unmatched(self, these: list[Wanted], those: list[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
        known: dict[object, list[Formula]] = {}
        for one in those:
            known.setdefault(one.identity, []).append(one.marker)
        missing: list[Wanted] = []
        unsure: list[Wanted] = []
        for one in these:
            markers = known.get(one.identity, ())
            if one.marker in markers:
                continue
            answers = {self._alike(one.marker, marker) for marker in markers}
            if True not in answers:
                (unsure if None in answers else missing).append(one)
        return missing, unsure


def _place(at: Location | None) -> str:
    if at is None:
        return ""
    return f" ({at.path}:{at.line})" if at.line is not None else f" ({at.path})"
