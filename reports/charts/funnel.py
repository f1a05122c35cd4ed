"""A funnel: how many are left at each stage, out of all; a stage that is not known is drawn as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import box, linked, picture, words
from reports.table import Count, share

_LEFT, _WIDE, _HIGH, _TOP = 210, 480, 44, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage; ``count`` is ``None`` where it is unknown, ``meaning`` says what it takes to be in it."""

    name: str
    meaning: str
    count: Count | None


def funnel(label: str, stages: Sequence[Stage], total: int) -> Markup:
    """A bar for each stage, against the whole."""
    parts: list[Markup] = []
    for i, stage in enumerate(stages):
        y = _TOP + i * _HIGH
        parts += [words(_LEFT - 12, y + 16, stage.name, anchor="end", name="strong")]
        parts += [words(_LEFT - 12, y + 31, stage.meaning, anchor="end", name="small soft", most=30)]
        if stage.count is None:
            parts += [box(_LEFT, y + 3, _WIDE, _HIGH - 12, "v-unknown"), words(_LEFT + 10, y + 22, "unknown")]
            continue
        width = _WIDE * stage.count.number / max(1, total)
        parts.append(box(_LEFT, y + 3, _WIDE, _HIGH - 12, "heat0"))
        told = f"{stage.count.number} ({share(stage.count)})"
        parts.append(
            linked(
                stage.count.where,
                f"{stage.name}: {told}",
                box(_LEFT, y + 3, max(width, 1), _HIGH - 12, "v-main"),
                words(_LEFT + _WIDE + 10, y + 22, told),
            )
        )
    return picture(_LEFT + _WIDE + 110, _TOP + len(stages) * _HIGH, label, parts, name="chart funnel")
