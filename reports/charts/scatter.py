"""Value against effort: what pays at once stands top left. Dots that would cover each other become one, numbered."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import line, linked, picture, tag, words
from reports.table import Where
from scanner.words import in_hours

_LEFT, _TOP, _WIDE, _HIGH, _STEP, _PAD = 70, 28, 760, 320, 26, 24
_RISKS = (("v-good", "low risk"), ("v-warn", "medium risk"), ("v-bad", "high risk"), ("many", "several repositories"))
_HOURS = (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One repository: hours, value, its name, its class of colour."""

    name: str
    hours: float
    value: float
    colour: str
    where: Where


def scatter(label: str, dots: Sequence[Dot], whole: Where) -> Markup:
    """Hours to the right (each line is twice the one before), value upwards; ``whole`` is where all rows stand."""
    top = max((d.value for d in dots), default=1) or 1
    bottom = min(0.0, min((d.value for d in dots), default=0))
    least = max((h for h in _HOURS if all(d.hours >= h for d in dots)), default=_HOURS[0])
    most = min((h for h in _HOURS if all(d.hours <= h for d in dots)), default=_HOURS[-1])
    most = max(most, least * 2)

    def at(dot: Dot) -> tuple[float, float]:
        hours = math.log2(min(max(dot.hours, least), most) / least) / math.log2(most / least)
        return _LEFT + _WIDE * hours, _TOP + _HIGH * (1 - (dot.value - bottom) / (top - bottom or 1))

    parts = list(_axes(least, most, bottom, top))
    clusters: defaultdict[tuple[int, int], list[Dot]] = defaultdict(list)
    for dot in dots:
        x, y = at(dot)
        clusters[round(x / _STEP), round(y / _STEP)].append(dot)
    for members in clusters.values():
        places = [at(d) for d in members]
        middle = sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)
        parts.append(_dot(members, middle, whole))
    return picture(_LEFT + _WIDE + 40, _TOP + _HIGH + _PAD + 46, label, parts, name="chart scatter")


def _axes(least: float, most: float, bottom: float, top: float) -> Iterator[Markup]:
    for hour in (h for h in _HOURS if least <= h <= most):
        x = _LEFT + _WIDE * math.log2(hour / least) / math.log2(most / least)
        yield line(x, _TOP - _PAD / 2, x, _TOP + _HIGH + _PAD, "grid")
        yield words(x, _TOP + _HIGH + _PAD + 16, f"{hour:g} h", anchor="middle", name="small soft")
    step = next(s for s in (5, 10, 20, 50, 100, 1000, 10**9) if (top - bottom) / s <= 6)
    for value in range(math.ceil(bottom / step) * step, math.floor(top) + 1, step):
        y = _TOP + _HIGH * (1 - (value - bottom) / (top - bottom or 1))
        yield line(_LEFT - _PAD, y, _LEFT + _WIDE + _PAD, y, "grid")
        yield words(_LEFT - _PAD - 6, y + 4, str(value), anchor="end", name="small soft")
    yield words(_LEFT + _WIDE + _PAD, _TOP + _HIGH + _PAD + 36, "likely effort →", anchor="end", name="small")
    x = float(_LEFT)
    for colour, meaning in _RISKS:
        yield tag("circle", {"cx": x, "cy": _TOP + _HIGH + _PAD + 32.0, "r": 5, "class": f"dot {colour}"})
        yield words(x + 10, _TOP + _HIGH + _PAD + 36, meaning, name="small")
        x += 34 + 7 * len(meaning)
    yield words(12, _TOP - 14, "↑ value", name="small")


def _dot(members: Sequence[Dot], at: tuple[float, float], whole: Where) -> Markup:
    x, y = at
    first = members[0]
    if len(members) == 1:
        said = f"{first.name}: value {first.value:g}, {in_hours(first.hours)} likely"
        return linked(first.where, said, tag("circle", {"cx": x, "cy": y, "r": 5, "class": f"dot {first.colour}"}))
    names = ", ".join(d.name for d in members[:8]) + (f" and {len(members) - 8} more" if len(members) > 8 else "")
    radius = min(5 + 2.2 * math.sqrt(len(members)), 20)
    return linked(
        Where(table=whole.table, filters=(*whole.filters, *(("repository", d.name) for d in members[:40]))),
        f"{len(members)} repositories: {names}",
        tag("circle", {"cx": x, "cy": y, "r": radius, "class": "dot many"}),
        words(x, y + 4, str(len(members)), anchor="middle", name="small on-many"),
    )
