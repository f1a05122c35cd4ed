"""The steps after the move to Ruff: what the baseline leaves out for now, the most valuable for its hours first. Pure.

Value is a visible sum, hours are counted from the reports by rates that can be set (``[ruff.minutes]``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.ruff.gate import Later, Measure
from rules.step import Step
from rules.uv import version
from scanner.config import MINUTES
from scanner.words import counted

FORMAT = "format"
# Families by what a report of them most often is, with the points that a rule of it is worth.
_WORTH: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("dead code", 2, ("F401", "F841", "ERA", "ARG", "F811")),
    ("finds mistakes", 5, ("F", "E9", "B", "PLE", "ASYNC", "RUF", "LOG", "PLW", "BLE", "TRY")),
    ("security", 4, ("S",)),
    ("old Python", 2, ("UP", "FA", "YTT")),
    ("performance", 2, ("PERF", "C4")),
)
_STYLE = ("style", 1.0)
_ASKED = 5.0
_BY_ITSELF = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One addend of a step's value."""

    factor: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStep:
    """A rule (or ``format``) to switch on where it is left out: what it reports there, its value, its hours.

    ``by_hand`` are reports that Ruff does not mend. The steps stand in the order of value for each hour.
    """

    code: str
    count: int
    files: int
    safe: int
    unsafe: int
    by_hand: int
    value: float
    because: tuple[Point, ...]
    low: float
    likely: float
    high: float


def later_steps(
    measure: Measure | None, wanted: Collection[str] = (), minutes: Mapping[str, float] = MINUTES
) -> tuple[LaterStep, ...] | None:
    """The steps that a measured patch leaves; ``None`` (unknown) where the old tools were not measured.

    ``wanted`` are the rules that the target asks for.
    """
    if measure is None or measure.status != "measured":
        return None
    found = [*measure.later, *measure.toward, *_formatting(measure)]
    made = [_step(later, wanted, minutes) for later in found]
    return tuple(sorted(made, key=lambda s: (-s.value / max(s.likely, 0.01), s.likely, s.code)))


def _formatting(measure: Measure) -> Iterator[Later]:
    """Files that the formatter leaves out: it mends them itself."""
    if count := measure.unformatted:
        yield Later(code=FORMAT, count=count, files=count, safe=count, unsafe=0)


def _step(later: Later, wanted: Collection[str], minutes: Mapping[str, float]) -> LaterStep:
    by_hand = max(0, later.count - later.safe - later.unsafe)
    likely = (
        minutes["step"]
        + minutes["file"] * later.files
        + minutes["safe"] * later.safe
        + minutes["unsafe"] * later.unsafe
        + minutes["by-hand"] * by_hand
    ) / 60
    because = tuple(_points(later, wanted))
    return LaterStep(
        code=later.code,
        count=later.count,
        files=later.files,
        safe=later.safe,
        unsafe=later.unsafe,
        by_hand=by_hand,
        value=round(sum(p.points for p in because), 1),
        because=because,
        low=round(likely / 2, 2),
        likely=round(likely, 2),
        high=round(likely * 2, 2),
    )


def _points(later: Later, wanted: Collection[str]) -> Iterator[Point]:
    name, points = _worth(later.code)
    yield Point(factor=name, points=points)
    if later.code in wanted:
        yield Point(factor="asked for by the target", points=_ASKED)
    yield Point(factor=counted(later.count, "report"), points=round(math.log2(1 + later.count), 1))
    if later.safe == later.count:
        yield Point(factor="mended by itself", points=_BY_ITSELF)


def _worth(code: str) -> tuple[str, float]:
    return next(((name, points) for name, points, prefixes in _WORTH if _is_of(code, prefixes)), _STYLE)


def _is_of(code: str, prefixes: Iterable[str]) -> bool:
    """Whether a code is of one of the families: ``F401`` of ``F`` and ``F4``, not ``FA100``."""
    letters = re.match(r"[A-Z]*", code)
    return any(code.startswith(p) and letters is not None and letters[0] == p.rstrip("0123456789") for p in prefixes)


TITLE = "Take back what the baseline leaves out, rule by rule"


def unknown_step() -> Step:
    """What stands in a plan before anything is measured."""
    return Step(
        title=TITLE,
        why="Which rules the baseline leaves out, how often they report and how many hours that is, is unknown until "
        "it is measured: `muster plan --to ruff --patches DIR --prove`.",
    )


def steps_of(found: Iterable[LaterStep]) -> tuple[Step, ...]:
    """The steps as a plan shows them."""
    return tuple(_told(step) for step in found)


def _told(step: LaterStep) -> Step:
    because = " + ".join(f"{p.points:g} {p.factor}" for p in step.because)
    hours = f"{step.likely:g} hours likely ({step.low:g} to {step.high:g})"
    ruff = f"uvx ruff@{version('ruff')}"
    if step.code == FORMAT:
        return Step(
            title=f"Format {counted(step.files, 'file')} that the formatter leaves out",
            why=f"Value {step.value:g} = {because}; {hours}. A commit of its own, listed in .git-blame-ignore-revs.",
            commands=("# take these files out of format.exclude first", f"{ruff} format ."),
            verify=(f"{ruff} format --check .",),
            rollback=("git restore --staged --worktree -- .",),
        )
    mended = f"{step.safe} mended safely, {step.unsafe} unsafely, {step.by_hand} by hand"
    return Step(
        title=f"Switch {step.code} on in {counted(step.files, 'file')}: {counted(step.count, 'report')}",
        why=f"Value {step.value:g} = {because}; {hours}: {mended}.",
        commands=(
            f"# take {step.code} out of per-file-ignores, or into select, first",
            *((f"{ruff} check --fix .",) if step.safe else ()),
            f"{ruff} check --output-format=concise .",
        ),
        verify=(f"{ruff} check .",),
        rollback=("git restore --staged --worktree -- .",),
    )
