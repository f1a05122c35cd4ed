"""Horizontal bars made of parts: one bar a category, one colour a value, lengths in numbers or in shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from reports.charts.svg import box, linked, picture, words
from reports.table import Count, share

_LEFT, _WIDE, _HIGH, _TOP = 130, 620, 34, 8


def bars(
    label: str,
    rows: Sequence[str],
    series: Sequence[str],
    cells: Mapping[tuple[str, str], Count],
    classes: Mapping[str, str],
) -> Markup:
    """``classes`` give each of the ``series`` its colour; bars are as long as the rows are large."""
    totals = {row: sum(_number(cells, row, one) for one in series) for row in rows}
    most = max(totals.values(), default=1) or 1
    parts: list[Markup] = []
    for i, row in enumerate(rows):
        y = _TOP + i * _HIGH
        parts.append(words(_LEFT - 10, y + 20, row, anchor="end", most=18))
        parts += _bar(row, y, series, cells, classes, most)
        parts.append(words(_LEFT + _WIDE * totals[row] / most + 8, y + 20, str(totals[row]), name="soft"))
    top = _TOP + len(rows) * _HIGH + 14
    seen = [one for one in series if any(_number(cells, row, one) for row in rows)]
    keys, bottom = _legend(seen, classes, top)
    return picture(_LEFT + _WIDE + 60, bottom, label, [*parts, *keys], name="chart bars")


def _number(cells: Mapping[tuple[str, str], Count], row: str, one: str) -> int:
    count = cells.get((row, one))
    return count.number if count else 0


def _bar(
    row: str,
    y: float,
    series: Sequence[str],
    cells: Mapping[tuple[str, str], Count],
    classes: Mapping[str, str],
    most: int,
) -> Iterator[Markup]:
    x = float(_LEFT)
    for one in series:
        count = cells.get((row, one))
        if count is None or not count.number:
            continue
        width = _WIDE * count.number / most
        colour = classes.get(one, "v-none")
        inside = [box(x, y + 3, max(width - 1, 1), _HIGH - 8, colour)]
        if width > 9 * len(str(count.number)) + 6:
            inside.append(words(x + width / 2, y + 20, str(count.number), anchor="middle", name=f"on-{colour}"))
        yield linked(count.where, f"{row}, {one}: {count.number} ({share(count) or 'all'})", *inside)
        x += width


def _legend(series: Sequence[str], classes: Mapping[str, str], top: float) -> tuple[list[Markup], float]:
    parts: list[Markup] = []
    x = float(_LEFT)
    for one in series:
        width = 30 + 8 * len(one)
        if x + width > _LEFT + _WIDE:
            x, top = float(_LEFT), top + 22
        parts += [box(x, top, 12, 12, classes.get(one, "v-none")), words(x + 17, top + 11, one, name="small")]
        x += width
    return parts, top + 22
