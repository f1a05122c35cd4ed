"""1: the accounting sentence, five numbers, and the decisions to take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from reports.model import Block, Decision, Facts, Headline, Prose, Said, Section
from reports.sections.counting import count, projects, repositories
from reports.table import Count, Repo, Table, counted_noun
from reports.views.inventory import accounting
from rules.blockers import KINDS
from scanner.words import in_hours, listed, rough

_DECISIONS = 3
_WORTH_SAYING = 3
_PIP = frozenset({"pip", "pip-tools", "setuptools", "hatch", "flit"})


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The page that is read when no other is."""
    blocks: list[Block] = [Prose(said=(accounting(facts.fleet) + ".",)), *_headlines(facts, tables)]
    return Section(anchor="summary", title="Summary", blocks=(*blocks, *islice(_decisions(facts, tables), _DECISIONS)))


def _headlines(facts: Facts, tables: Mapping[str, Table]) -> Iterator[Headline]:
    mains, known = tables["projects"], len(facts.mains)
    yield Headline(
        count=count(mains, ("lock", "locked"), of=known),
        label="main projects are locked",
        meaning="a committed lock covers what they declare and is in step with it",
        good=True,
    )
    yield Headline(
        count=projects(tables["disagreements"], ("what", "tool"), ("what", "lock"), of=known),
        label="install otherwise than they declare",
        meaning="local, CI and image use different tools, or one of them does not read the lock",
        good=False,
    )
    yield Headline(
        count=projects(tables["pythons"], ("over", "yes"), ("the project", "runs on"), of=known),
        label="run on a Python past its end of life",
        meaning="in an image, a version file or a runtime file; no security fixes any more",
        good=False,
    )
    errors = count(tables["findings"], ("level", "error"))
    yield Headline(
        count=Count(number=errors.number, of=len(tables["findings"].rows), where=errors.where),
        label="findings are errors",
        meaning="what the rules hold to be wrong now, each with its place and what to do",
        good=False,
    )
    yield Headline(
        count=repositories(tables["plans"], ("track", "uv"), of=len(facts.fleet.repositories)),
        label="repositories have something to move to uv",
        meaning=_hours(facts),
    )


def _hours(facts: Facts) -> str:
    plans = [p for p in facts.plans.plans if p.track == "uv"]
    low, likely, high = (sum(getattr(p.effort, part) for p in plans) for part in ("low", "likely", "high"))
    waves = counted_noun(len(facts.plans.waves), "wave")
    return f"{in_hours(likely)} likely ({rough(low):g} to {rough(high):g}), in {waves}"


def _decisions(facts: Facts, tables: Mapping[str, Table]) -> Iterator[Decision]:
    """Candidates, the gravest first: what is wrong now, what holds most up, what plans ask for."""
    yield from _otherwise(tables["projects"])
    yield from _waiting(facts)
    yield from _rivals(tables["projects"])
    yield from _blocked(tables["blockers"])
    undecided = repositories(tables["decisions"])
    if undecided.number:
        said: Said = (undecided, " repositories cannot be classified before a person decides, each with its reason.")
        yield Decision(question="What is meant where files contradict each other?", because=said)


def _rivals(mains: Table) -> Iterator[Decision]:
    found = count(mains, ("lock", "conflicting"))
    if found.number:
        held = " project holds" if found.number == 1 else " projects hold"
        said: Said = (found, f"{held} locks of several tools, none of which is an export of another.")
        yield Decision(question="Which of several locks does production mean?", because=said)


def _otherwise(mains: Table) -> Iterator[Decision]:
    """The largest group that declares with one tool and installs with another."""
    at = [mains.columns.index(c) for c in ("declared with", "CI", "image")]
    groups: Counter[tuple[str, str, str]] = Counter()
    for row in mains.rows:
        declared, *used = (str(row[i]) for i in at)
        for place, tool in zip(("CI", "image"), used, strict=True):
            if tool not in ("not shown", "unknown", declared) and declared != "none" and not {declared, tool} <= _PIP:
                groups[declared, place, tool] += 1
    if groups:
        (declared, place, tool), _ = min(groups.items(), key=lambda g: (-g[1], g[0][0] in _PIP, g[0]))
        found = count(mains, ("declared with", declared), (place, tool))
        verb = " project declares" if found.number == 1 else " projects declare"
        said: Said = (
            found,
            f"{verb} with {declared} while the {place} installs with {tool}: "
            f"what is installed there is not for {declared} to decide.",
        )
        yield Decision(question=f"{declared} or {tool}: which one is meant?", because=said)


def _waiting(facts: Facts) -> Iterator[Decision]:
    """What most others wait for."""
    waits: list[tuple[int, str]] = []
    for plan in facts.plans.plans:
        told = next((f for f in plan.priority.because if f.factor == "unblocks"), None)
        if plan.track == "uv" and told is not None and told.evidence:
            waits.append((int(told.evidence[0].text.split()[0]), plan.repository))
    top = sorted(waits, key=lambda w: (-w[0], w[1]))[:2]
    if sum(number for number, _ in top) < _WORTH_SAYING:
        return
    said: list[str | Repo] = []
    for number, name in top:
        said += [facts.called(name), f" alone unblocks {counted_noun(number, 'repository')}; "]
    question = f"Move {listed([facts.called(name).name for _, name in top])} first?"
    yield Decision(question=question, because=(*said, "nothing that waits for them can start before."))


def _blocked(blockers: Table) -> Iterator[Decision]:
    """The question that most plans wait for."""
    at, track = blockers.columns.index("code"), blockers.columns.index("track")
    asked = {code for code, kind in KINDS.items() if kind.decision}
    codes = {str(row[at]) for row in blockers.rows if row[track] == "uv"} & asked
    found = [(repositories(blockers, ("code", code), ("track", "uv")), code) for code in sorted(codes)]
    for number, code in sorted(found, key=lambda item: -item[0].number)[:2]:
        said: Said = ("The plans of ", number, f" repositories ask this ({code}).")
        yield Decision(question=KINDS[code].decision or code, because=said)
