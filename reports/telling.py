"""The most telling disagreements as a page shows them: whose, what, and the three environments line by line."""

from __future__ import annotations

from collections.abc import Sequence

from reports.table import Cell, Table
from rules.telling import PLACES, Side, Telling, sentences
from scanner.words import clipped, counted

MOST = 10
_SENTENCES = 4
_COMMAND = 100


def in_short(found: Sequence[Telling]) -> tuple[str, ...]:
    """The fleet's commonest differences, a sentence each; none where nothing differs."""
    said = sentences(found)
    left = len(said) - _SENTENCES
    return (*said[:_SENTENCES], *([f"and {counted(left, 'more kind')} of difference"] if left > 0 else []))


def telling_table(shown: Sequence[Telling], found: Sequence[Telling]) -> Table:
    """Some of what was ``found``, a block each: the project and what differs, then a line for each environment."""
    rows: list[tuple[Cell, ...]] = []
    for one in shown:
        apart = pinned_apart(one)
        lines = [_line(one.sides, place) for place in PLACES]
        rows.append((called(one), one.message, *lines, f"pinned apart: {apart}" if apart else None))
    left = len(found) - len(shown)
    return Table(
        name="telling",
        title="Most telling disagreements",
        columns=("project", "what differs", *PLACES.values(), "pinned apart"),
        rows=tuple(rows),
        note=f"One of each repository; {counted(left, 'more project')} differ{'s' if left == 1 else ''} for certain."
        if left
        else None,
        heading=2,
    )


def called(one: Telling) -> str:
    """The repository, and the project's folder in it."""
    path = one.project.path
    return one.repository.name if path == "." else f"{one.repository.name}/{path}"


def side_text(side: Side) -> str:
    """What an environment does, with the command that does it: ``pip, without the lock: pip install .``."""
    return side.way + (f": {clipped(side.text, _COMMAND)}" if side.text else "")


def pinned_apart(one: Telling) -> str | None:
    """The packages whose versions differ between the two sides, where both are known from files."""
    if not one.packages:
        return None
    named = ", ".join(f"{p.name} {p.versions[0]} and {p.versions[1]}" for p in one.packages)
    return f"{named}{f' and {one.more} more' if one.more else ''}"


def _line(sides: Sequence[Side], place: str) -> str | None:
    for side in sides:
        if side.place == place:
            at = side.path if side.line is None else f"{side.path}:{side.line}"
            return f"{PLACES[place]}: {at} · {side_text(side)}"
    return None
