"""1: the accounting sentence, five numbers, and the decisions to take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reports.model import Block, Decision, Facts, Headline, Prose, Said, Section
from reports.sections.counting import count, projects, repositories
from reports.table import Count, Table, Where, counted_noun, key
from reports.views.inventory import accounting
from rules.blockers import KINDS
from scanner.words import listed

_DECISIONS = 3
_PIP = frozenset({"pip", "pip-tools", "setuptools", "hatch", "flit"})


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The page that is read when no other is."""
    blocks: list[Block] = [Prose(said=(accounting(facts.fleet) + ".",)), *_headlines(facts, tables)]
    decisions = sorted(_decisions(facts, tables), key=lambda d: -d[0])[:_DECISIONS]
    return Section(anchor="summary", title="Summary", blocks=(*blocks, *(decision for _, decision in decisions)))


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
    return f"{likely:.0f} hours likely ({low:.0f} to {high:.0f}), in {counted_noun(len(facts.plans.waves), 'wave')}"


def _decisions(facts: Facts, tables: Mapping[str, Table]) -> Iterator[tuple[int, Decision]]:
    """Candidates with the number of projects or repositories that each one settles."""
    yield from _otherwise(tables["projects"])
    yield from _waiting(facts, tables)
    yield from _blocked(tables["blockers"])
    undecided = repositories(tables["decisions"])
    if undecided.number:
        said: Said = (undecided, " cannot be classified before a person decides, each with its reason.")
        yield undecided.number, Decision(question="Which of two truths holds in these repositories?", because=said)
    conflicting = count(tables["projects"], ("lock", "conflicting"))
    if conflicting.number:
        said = (conflicting, " hold locks of several tools, none of which is an export of another.")
        yield conflicting.number, Decision(question="Which lock does production mean?", because=said)


def _otherwise(mains: Table) -> Iterator[tuple[int, Decision]]:
    """The largest group that declares with one tool and installs with another."""
    at = [mains.columns.index(c) for c in ("declared with", "CI", "image")]
    groups: Counter[tuple[str, str, str]] = Counter()
    for row in mains.rows:
        declared, *used = (str(row[i]) for i in at)
        for place, tool in zip(("CI", "image"), used, strict=True):
            if tool not in ("not shown", "unknown", declared) and declared != "none" and not {declared, tool} <= _PIP:
                groups[declared, place, tool] += 1
    if groups:
        (declared, place, tool), number = min(groups.items(), key=lambda g: (-g[1], g[0]))
        found = count(mains, ("declared with", declared), (place, tool))
        said: Said = (
            found,
            f" declare with {declared}, and their {place} installs with {tool}: what is tested or shipped is not",
        )
        said += (f" what {declared} would install.",)
        yield number, Decision(question=f"{declared} or {tool}: which one is meant?", because=said)


def _waiting(facts: Facts, tables: Mapping[str, Table]) -> Iterator[tuple[int, Decision]]:
    """What most others wait for."""
    waits: list[tuple[int, str]] = []
    for plan in facts.plans.plans:
        told = next((f for f in plan.priority.because if f.factor == "unblocks"), None)
        if plan.track == "uv" and told is not None and told.evidence:
            waits.append((int(told.evidence[0].text.split()[0]), plan.repository))
    if waits:
        top = sorted(waits, key=lambda w: (-w[0], w[1]))[:2]
        said: list[str | Count] = []
        for number, name in top:
            shown = Count(number=number, where=Where(table="edges", filters=((key("needs"), name),)))
            said += [f"{facts.called(name).name} alone unblocks ", str(shown.number), "; "]
        yield (
            sum(n for n, _ in top),
            Decision(
                question=f"Move {listed([facts.called(n).name for _, n in top])} first?",
                because=(*said[:-1], ". Nothing that waits for them can start before."),
            ),
        )


def _blocked(blockers: Table) -> Iterator[tuple[int, Decision]]:
    """The question that most plans wait for."""
    at = blockers.columns.index("code")
    asked = {code for code, kind in KINDS.items() if kind.decision}
    by_code = Counter(str(row[at]) for row in blockers.rows if str(row[at]) in asked)
    for code, _ in by_code.most_common(2):
        found = repositories(blockers, ("code", code))
        said: Said = ("The plans of ", found, f" repositories ask it ({code}).")
        yield found.number, Decision(question=KINDS[code].decision or code, because=said)
