"""The waves one after the other: how many repositories move in each, how many hours that is likely to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import box, line, linked, picture, words
from reports.table import Where
from scanner.words import in_hours

_LEFT, _TOP, _HIGH = 56, 24, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One wave, or several in a row where there are too many to draw each."""

    name: str
    repositories: int
    low: float
    likely: float
    high: float
    kind: str
    where: Where


def timeline(label: str, steps: Sequence[Step]) -> Markup:
    """A column for each wave, with the span of its hours."""
    top = max((s.high for s in steps), default=1) or 1
    wide = max(13.0, min(64.0, 720 / max(1, len(steps))))
    parts: list[Markup] = []
    unit = next(u for u in (5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if top / u <= 5)
    for hours in range(0, int(top) + 1, unit):
        y = _TOP + _HIGH * (1 - hours / top)
        parts += [line(_LEFT, y, _LEFT + wide * len(steps), y, "grid")]
        parts += [words(_LEFT - 8, y + 4, f"{hours} h", anchor="end", name="small soft")]
    every = 1 if wide >= 24 else 5
    for i, step in enumerate(steps):
        parts.append(_column(step, _LEFT + i * wide, wide, top, named=i % every == 0))
    width = max(_LEFT + wide * len(steps) + 20, 360)
    parts.append(words(_LEFT, _TOP + _HIGH + 40, "wave; the thin line is the span from low to high", name="small"))
    x = float(_LEFT)
    for kind, colour in _COLOURS.items():
        parts += [box(x, _TOP + _HIGH + 51, 12, 12, colour), words(x + 17, _TOP + _HIGH + 61, kind, name="small")]
        x += 40 + 7 * len(kind)
    return picture(width, _TOP + _HIGH + 70, label, parts, name="chart waves")


def _column(step: Step, x: float, wide: float, top: float, *, named: bool) -> Markup:
    def y(hours: float) -> float:
        return _TOP + _HIGH * (1 - hours / top)

    middle = x + wide / 2
    return linked(
        step.where,
        f"{step.name}: {step.repositories} repositories, {in_hours(step.likely)} likely "
        f"({step.low:.0f} to {step.high:.0f}); {step.kind}",
        box(
            x + 1.5, y(step.likely), wide - 3, max(_TOP + _HIGH - y(step.likely), 1), _COLOURS.get(step.kind, "v-main")
        ),
        line(middle, y(step.low), middle, y(step.high), "whisker"),
        *(
            [words(middle, _TOP + _HIGH + 17, step.name.removeprefix("wave "), anchor="middle", name="small soft")]
            if named
            else []
        ),
    )


_COLOURS = {"pilot": "v-pilot", "foundation": "v-base", "by priority": "v-main", "kept for the end": "v-none"}
