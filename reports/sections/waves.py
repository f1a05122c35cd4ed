"""12: what moves when, and why in this order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from reports.charts.scatter import Dot, scatter
from reports.charts.waves import Step, timeline
from reports.model import Block, Facts, Figure, Prose, Rows, Section
from reports.sections.counting import count, repositories
from reports.table import Cell, Count, Table, Where, counted_noun
from rules.plan import Plan
from rules.waves import Wave
from scanner.words import in_hours, listed, rough

_DRAWN = 52
_AGAINST = ("effort", "risk-high", "risk-medium", "inactive")


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The scatter, the timeline, the waves, and every plan."""
    moves = [p for p in facts.plans.plans if p.track == "uv"]
    blocks = _blocks(facts, tables, moves) if moves else iter((Prose(said=("No repository has anything to move.",)),))
    return Section(anchor="waves", title="Priorities and waves", blocks=tuple(blocks))


def _blocks(facts: Facts, tables: Mapping[str, Table], moves: Sequence[Plan]) -> Iterator[Block]:
    plans = tables["plans"]
    top = sorted(moves, key=lambda p: p.rank)[:15]
    yield Figure(
        name="value-effort",
        title="Value against effort, moves to uv",
        caption="Value is the sum of the points that speak for a move; effort is the likely hours. "
        "Top left pays first. A disc with a number stands for so many repositories.",
        chart=scatter(
            "Value against effort", [_dot(facts, p) for p in moves], Where(table="plans", filters=(("track", "uv"),))
        ),
        table=Table(
            name="first-moves",
            title="The first moves",
            columns=("rank", "repository", "wave", "score", "the score is the sum of", "hours", "risk", "blockers"),
            rows=tuple(_first(facts, p) for p in top),
            note=f"and {len(moves) - len(top)} more" if len(moves) > len(top) else None,
        ),
    )
    by_name = {p.repository: p for p in moves}
    hours = [sum(by_name[r].effort.likely for r in w.repositories if r in by_name) for w in facts.plans.waves]
    yield Figure(
        name="wave-timeline",
        title="Waves, one after the other",
        caption=f"{counted_noun(len(facts.plans.waves), 'wave')}, {in_hours(sum(hours))} likely in all. "
        "No repository stands in an earlier wave than one that it cannot move without. "
        "A wave starts when the one before is merged, and is done when its repositories have moved: `muster campaign` "
        "counts them.",
        chart=timeline("Hours of each wave", list(_steps(facts.plans.waves, by_name))),
        table=_waves(facts, tables, by_name),
    )
    yield from _long_pole(facts, by_name)
    yield _blockers(tables["blockers"], len(moves))
    yield Prose(
        said=(
            "For Ruff, ",
            repositories(plans, ("track", "ruff")),
            " repositories have something to move, in any order.",
        )
    )
    yield Rows(table="plans")
    yield Rows(table="blockers")


def _dot(facts: Facts, plan: Plan) -> Dot:
    value = sum(f.points for f in plan.priority.because if f.factor not in _AGAINST)
    colour = {"high": "v-bad", "medium": "v-warn"}.get(plan.risk, "v-good")
    name = facts.called(plan.repository).name
    where = Where(table="plans", filters=(("track", "uv"), ("repository", plan.repository)))
    return Dot(name=name, hours=plan.effort.likely, value=value, colour=colour, where=where)


def _first(facts: Facts, plan: Plan) -> tuple[Cell, ...]:
    because = " ".join(f"{f.points:+g} {f.factor}" for f in plan.priority.because)
    name = facts.called(plan.repository)
    return (
        plan.rank,
        name,
        plan.wave,
        plan.priority.score,
        because,
        rough(plan.effort.likely),
        plan.risk,
        len(plan.blockers),
    )


def _kind(wave: Wave) -> str:
    return next((k for k in ("pilot", "foundation", "kept for the end") if wave.why.startswith(k)), "by priority")


def _steps(waves: Sequence[Wave], plans: Mapping[str, Plan]) -> Iterator[Step]:
    """A step for each wave; for many waves, as many of them to a step as it takes."""
    size = max(1, -(-len(waves) // _DRAWN))
    for start in range(0, len(waves), size):
        some = waves[start : start + size]
        mine = [plans[r].effort for w in some for r in w.repositories if r in plans]
        last = f"–{some[-1].number}" if len(some) > 1 else ""
        yield Step(
            name=f"wave {some[0].number}{last}",
            repositories=sum(len(w.repositories) for w in some),
            low=sum(e.low for e in mine),
            likely=sum(e.likely for e in mine),
            high=sum(e.high for e in mine),
            kind=_kind(some[0]),
            where=Where(table="plans", filters=tuple(("wave", str(w.number)) for w in some)),
        )


def _waves(facts: Facts, tables: Mapping[str, Table], plans: Mapping[str, Plan]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for wave in facts.plans.waves:
        mine = [plans[r] for r in wave.repositories if r in plans]
        owners = Counter(o for p in mine for o in facts.repositories[p.repository].owners or ("unknown",))
        low, likely, high = (sum(getattr(p.effort, part) for p in mine) for part in ("low", "likely", "high"))
        rows.append(
            (
                wave.number,
                count(tables["plans"], ("wave", str(wave.number))),
                f"{likely:.0f} ({low:.0f}–{high:.0f})",
                listed([name for name, _ in owners.most_common()], most=3),
                count(tables["blockers"], ("wave", str(wave.number))),
                sum(1 for p in mine for b in p.blockers if b.decision),
                listed([facts.called(r).name for r in wave.repositories], most=4),
                wave.why,
            )
        )
    return Table(
        name="waves",
        title="Waves to uv",
        columns=("wave", "repositories", "hours", "owners", "blockers", "to decide", "which", "why"),
        rows=tuple(rows),
    )


def _long_pole(facts: Facts, plans: Mapping[str, Plan]) -> Iterator[Prose]:
    if not plans:
        return
    pole = max(plans.values(), key=lambda p: (p.effort.likely, p.repository))
    yield Prose(
        said=(
            "The long pole is ",
            facts.called(pole.repository),
            f" (wave {pole.wave}): {in_hours(pole.effort.likely)} likely, up to {rough(pole.effort.high):g}; ",
            f"mostly {listed([p.reason for p in sorted(pole.effort.because, key=lambda e: -e.likely)[:2]])}.",
        )
    )


def _blockers(blockers: Table, total: int) -> Table:
    at, decision = blockers.columns.index("code"), blockers.columns.index("to decide")
    questions = {str(row[at]): row[decision] for row in blockers.rows}
    rows: list[tuple[Cell, ...]] = []
    for code, question in questions.items():
        found = repositories(blockers, ("code", code), ("track", "uv"), of=total)
        if found.number:
            rows.append((code, found, question or "nothing: it is work"))
    ordered = sorted(rows, key=lambda row: (-row[1].number if isinstance(row[1], Count) else 0, str(row[0])))
    return Table(
        name="blocker-kinds",
        title="What stands in the way of uv",
        columns=("code", "repositories", "to decide"),
        rows=tuple(ordered),
    )
