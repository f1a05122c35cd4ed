"""Python versions against their end-of-life dates: how far each is from its end, and how many projects say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reports.charts.svg import line, linked, picture, tag, words
from reports.table import Count

_LEFT, _WIDE, _HIGH, _TOP = 70, 560, 34, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A Python version, the day on which its support ends (``None``: not known here), and who declares it."""

    version: str
    end: date | None
    count: Count


def ends_chart(label: str, runtimes: Sequence[Runtime], today: date) -> Markup:
    """A row for each version: a line from today to its end, a disc as large as its use."""
    days = [r.end for r in runtimes if r.end] + [today]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 1, 1)

    def x(day: date) -> float:
        return _LEFT + _WIDE * (day - first).days / max(1, (last - first).days)

    height = _TOP + len(runtimes) * _HIGH
    parts = list(_years(first, last, height, x))
    parts += [line(x(today), _TOP - 14, x(today), height, "today")]
    parts += [words(x(today), _TOP - 20, f"{today.isoformat()}", anchor="middle", name="small strong")]
    most = max((r.count.number for r in runtimes), default=1) or 1
    for i, runtime in enumerate(runtimes):
        parts.append(_row(runtime, _TOP + i * _HIGH + _HIGH / 2, x, today, most))
    return picture(_LEFT + _WIDE + 240, height + 26, label, parts, name="chart eol")


def _years(first: date, last: date, height: float, x: object) -> Iterator[Markup]:
    assert callable(x)
    step = 1 if last.year - first.year <= 14 else 2
    for year in range(first.year, last.year + 1, step):
        at = x(date(year, 1, 1))
        yield line(at, _TOP - 8, at, height, "grid")
        yield words(at, height + 16, str(year), anchor="middle", name="small soft")


def _row(runtime: Runtime, y: float, x: object, today: date, most: int) -> Markup:
    assert callable(x)
    radius = 4 + 11 * (runtime.count.number / most) ** 0.5
    told = f"{runtime.count.number} project{'' if runtime.count.number == 1 else 's'}"
    name = words(_LEFT - 14, y + 5, runtime.version, anchor="end", name="strong")
    if runtime.end is None:
        said = f"{told}, end not known"
        return linked(runtime.count.where, f"{runtime.version} {said}", name, words(_LEFT, y + 5, said, name="small"))
    over = runtime.end < today
    colour = "v-bad" if over else "v-warn" if (runtime.end - today).days < 366 else "v-good"
    verb = "ended" if over else "ends"
    said = f"{told}, {verb} {runtime.end.isoformat()}"
    return linked(
        runtime.count.where,
        "",
        name,
        line(x(today), y, x(runtime.end), y, f"stem {colour}"),
        tag("circle", {"cx": float(x(runtime.end)), "cy": y, "r": radius, "class": colour}),
        words(_LEFT + _WIDE + 14, y + 5, said, name="small"),
    )
