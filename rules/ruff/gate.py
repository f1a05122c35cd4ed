"""The gate: what may pass on the day it lands. Reports of both tools in, what is taken over, new and lost out. Pure.

A report of Ruff is *taken over* when flake8 reports the same place under the code that Ruff's rule stands for; lines
may differ within one statement, so that another line counts where a rule reports as often in that file. What only Ruff
reports is new: the rule is left out in that file until somebody takes the step. What only flake8 reports is lost
where Ruff has the rule, uncovered where it has not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Place = tuple[str, int, str]  # path, line, code
_BLOCKS = frozenset({"I001"})  # reported once for a block of imports, not for each line


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``kept`` pairs of reports; ``new`` those of Ruff alone; ``lost`` and ``uncovered`` those of flake8 alone.

    ``both``: how many pairs there are by file and rule of Ruff.
    """

    kept: int
    new: tuple[Place, ...]
    lost: tuple[Place, ...]
    uncovered: tuple[Place, ...]
    both: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def to_leave_out(self, *, strictly: bool = False) -> tuple[Place, ...]:
        """What is new in a file where that rule says more alone than with the old tools; ``strictly``: where the old
        tools say nothing under it. Left out elsewhere, the rule would hide what is reported today."""
        fresh = Counter((path, code) for path, _, code in self.new)
        keeps = {pair for pair, count in self.both.items() if strictly or fresh[pair] <= count}
        return tuple(place for place in self.new if (place[0], place[2]) not in keeps)

    def hidden_by(self, out: Iterable[Place]) -> int:
        """How many pairs lie where leaving out these places leaves out the rule."""
        return sum(self.both.get(pair, 0) for pair in {(path, code) for path, _, code in out})

    @property
    def recall(self) -> float | None:
        """The share of flake8's reports, of codes that Ruff has, that Ruff makes too; ``None`` without any."""
        total = self.kept + len(self.lost)
        return self.kept / total if total else None


def compare(old: Iterable[Place], new: Iterable[Place], counterparts: Mapping[str, Collection[str]]) -> Comparison:
    """``old`` are flake8's reports, ``new`` Ruff's; ``counterparts`` says which rules stand for a code."""
    waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for path, line, code in sorted(set(new)):
        waiting[path, code].append(line)
    sorted_files = {(path, code) for path, code in waiting if code in _BLOCKS}
    seen_blocks: set[tuple[str, str]] = set()
    both: Counter[tuple[str, str]] = Counter()
    lost: list[Place] = []
    uncovered: list[Place] = []
    later: list[Place] = []
    taken: set[Place] = set()
    for path, line, code in sorted(set(old)):
        rules = counterparts.get(code, ())
        if not rules:
            uncovered.append((path, line, code))
        elif (block := next((r for r in rules if r in _BLOCKS and (path, r) in sorted_files), None)) is not None:
            seen_blocks.add((path, block))
            both[path, block] += 1
        elif (rule := next((r for r in rules if line in waiting[path, r]), None)) is not None:
            waiting[path, rule].remove(line)
            taken.add((path, line, rule))
            both[path, rule] += 1
        elif (rule := next((r for r in rules if (path, line, r) in taken), None)) is not None:
            both[path, rule] += 1  # two plug-ins say the same, Ruff says it once
        else:
            later.append((path, line, code))
    for path, line, code in later:
        rule = next((r for r in counterparts[code] if waiting[path, r]), None)
        if rule is None:
            lost.append((path, line, code))
        else:
            nearest = min(waiting[path, rule], key=lambda other: abs(other - line))
            waiting[path, rule].remove(nearest)
            both[path, rule] += 1
    left = tuple(
        sorted(
            (p, line, rule) for (p, rule), lines in waiting.items() if (p, rule) not in seen_blocks for line in lines
        )
    )
    return Comparison(kept=both.total(), new=left, lost=tuple(lost), uncovered=tuple(uncovered), both=dict(both))


def baseline(new: Iterable[Place]) -> dict[str, dict[str, int]]:
    """What only Ruff reports, as counts by file and rule: what the gate leaves out there for now."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, _, code in new:
        counts[path][code] += 1
    return {path: dict(sorted(found.items())) for path, found in sorted(counts.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A rule that the gate leaves out in some files for now: how often it speaks, and what Ruff mends by itself."""

    code: str
    count: int
    files: int
    safe: int
    unsafe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrower:
    """Reports of an old tool that Ruff does not make, though it has the ``rule``: the difference called ``name``.

    ``differs`` says what the rule does otherwise, ``instead`` what a person can do.
    """

    code: str
    name: str
    rule: str
    differs: str
    instead: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What trying the patch of the Ruff track showed.

    ``status``: ``measured`` with the old tools, ``ruff-only`` without. ``before`` and ``after`` say whether the gate
    passes (``None``: a tool was not measured whose rules report something), ``format_before`` and ``format_after`` the
    same of the formatter. ``kept``, ``lost`` and ``uncovered`` are reports of the old tools that Ruff makes too, does
    not make though it has the rule, has no rule for; ``narrower``
    those that it does not make by a difference that is known; ``new`` what Ruff reports alone without the baseline,
    ``left`` with it; ``hidden`` what both report and the baseline leaves out, as Ruff says more there. ``later`` are
    the steps that follow, by code; ``unformatted`` files that Black leaves and Ruff's formatter would change.
    ``toward`` are rules that the target asks for and nothing checks yet, with what they would report.
    """

    status: Literal["measured", "ruff-only", "failed"]
    tools: tuple[str, ...] = ()
    before: bool | None = None
    after: bool | None = None
    format_before: bool | None = None
    format_after: bool | None = None
    kept: int = 0
    new: int = 0
    left: int = 0
    lost: tuple[tuple[str, int], ...] = ()
    uncovered: tuple[tuple[str, int], ...] = ()
    later: tuple[Later, ...] = ()
    unformatted: int = 0
    reason: str | None = None
    toward: tuple[Later, ...] = ()
    narrower: tuple[Narrower, ...] = ()
    hidden: int = 0

    @property
    def recall(self) -> float | None:
        """The share of what the old tools report under codes that Ruff has that Ruff reports too."""
        total = self.kept + sum(count for _, count in self.lost)
        return self.kept / total if total else None

    @property
    def breaks(self) -> bool:
        """Whether a gate that passes today would fail."""
        return (self.before is True and self.after is False) or (
            self.format_before is True and self.format_after is False
        )

    @property
    def opens(self) -> bool:
        """Whether a gate that fails today would pass, as all that it fails for is what Ruff does not see."""
        return self.before is False and self.after is True

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the patch; a comparison that failed, or left a tool that speaks out, says
        nothing for it."""
        is_known = self.status != "measured" or self.after is not None
        return self.status != "failed" and is_known and not self.breaks
