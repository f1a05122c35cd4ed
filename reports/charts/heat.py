"""A table whose cells are the darker the more they count; cells that deserve a look are framed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from reports.charts.svg import box, linked, picture, words
from reports.table import Count

_LEFT, _TOP, _WIDE, _HIGH, _GAP = 110, 58, 58, 32, 18


def heat(
    label: str,
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, tuple[str, str]], Count],
    framed: frozenset[tuple[str, tuple[str, str]]] = frozenset(),
    aside: Sequence[str] = (),
) -> Markup:
    """``columns`` are (group, name), those of a group side by side; a cell that is missing counts nothing.

    Columns called as one of ``aside`` have no shade: what is not known is neither much nor little.
    """
    most = max((c.number for at, c in cells.items() if at[1][1] not in aside), default=1)
    at: dict[tuple[str, str], float] = {}
    x = float(_LEFT)
    heads: list[Markup] = []
    for group, members in groupby(columns, key=lambda c: c[0]):
        heads.append(words(x, 20, group, name="strong"))
        for column in members:
            at[column] = x
            heads.append(words(x + _WIDE / 2, _TOP - 10, column[1], anchor="middle", name="small", most=10))
            x += _WIDE
        x += _GAP
    parts = [*heads]
    for i, row in enumerate(rows):
        y = _TOP + i * _HIGH
        parts.append(words(_LEFT - 10, y + _HIGH / 2 + 5, row, anchor="end", most=15))
        parts += _row(row, y, at, cells, most, framed, aside)
    return picture(max(x, 320), _TOP + len(rows) * _HIGH + 8, label, parts, name="chart heat")


def _row(
    row: str,
    y: float,
    at: Mapping[tuple[str, str], float],
    cells: Mapping[tuple[str, tuple[str, str]], Count],
    most: int,
    framed: frozenset[tuple[str, tuple[str, str]]],
    aside: Sequence[str],
) -> Iterator[Markup]:
    for column, x in at.items():
        count = cells.get((row, column))
        if count is None or not count.number:
            yield box(x + 1, y + 1, _WIDE - 2, _HIGH - 2, "heat0")
            continue
        shade = 1 + min(5, int(6 * (count.number / most) ** 0.5 - 0.001))
        if column[1] in aside:
            shade = 0
        name = f"heat{shade} framed" if (row, column) in framed else f"heat{shade}"
        said = f"{row}, {column[0]} {column[1]}: {count.number}"
        yield linked(
            count.where,
            said,
            box(x + 1, y + 1, _WIDE - 2, _HIGH - 2, name),
            words(x + _WIDE / 2, y + _HIGH / 2 + 5, str(count.number), anchor="middle", name=f"on{shade}"),
        )
