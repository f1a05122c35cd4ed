"""Ticket bodies: one plan as the Markdown of an issue, with a checklist, for whoever owns the repository. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from reports.escape import markdown, visible
from rules.finding import Evidence
from rules.plan import Plan
from rules.step import Step
from scanner.words import in_hours, rough

_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FENCE = re.compile(r"`{3,}")
_PROJECTS = 12
_PLACES = 6


def file_name(plan: Plan, names: Mapping[str, str]) -> str:
    """A file name for the ticket of ``plan``; ``names`` are what repositories are called."""
    name = _SAFE.sub("-", names.get(plan.repository, plan.repository)).strip("-.") or "repository"
    return f"{name}.{plan.track}.md"


def ticket(plan: Plan, names: Mapping[str, str], owners: tuple[str, ...] = ()) -> str:
    """The ticket: a title line, then the body."""
    name = names.get(plan.repository, plan.repository)
    aim = "uv" if plan.track == "uv" else "Ruff"
    blocks = [
        f"# {markdown(_title(name, tuple(m for m in plan.from_ if m != aim.lower()), aim))}",
        _facts(plan, names, owners),
        "\n".join(_because(plan)),
    ]
    if decisions := [b for b in plan.blockers if b.decision]:
        lines = [f"- [ ] {markdown(b.decision or '')} {markdown(b.message)}{_place(b.path, b.line)}" for b in decisions]
        blocks.append("\n".join(("## To decide first", "", *lines)))
    if others := [b for b in plan.blockers if not b.decision]:
        lines = [f"- {markdown(b.message)}{_place(b.path, b.line)}" for b in others]
        blocks.append("\n".join(("## To know", "", *lines)))
    blocks.append(f"## Steps\n\n{checklist(plan.steps)}")
    return "\n\n".join(blocks) + "\n"


def checklist(steps: Iterable[Step]) -> str:
    """The steps as a Markdown list to be ticked off, each with its commands in blocks that can be copied."""
    return "\n".join(line for number, step in enumerate(steps, 1) for line in _step(number, step))


def _facts(plan: Plan, names: Mapping[str, str], owners: tuple[str, ...]) -> str:
    low, high = rough(plan.effort.low), rough(plan.effort.high)
    hours = f"{in_hours(plan.effort.likely)} likely ({low:g} to {high:g}), {plan.risk} risk"
    lines = [f"- Effort: {hours}"]
    if plan.wave is not None:
        lines.insert(0, f"- Wave {plan.wave}, rank {plan.rank}")
    if plan.after:
        lines.append(f"- After: {markdown(', '.join(names.get(a, a) for a in plan.after))}")
    shown = plan.projects[:_PROJECTS]
    more = f" and {len(plan.projects) - len(shown)} more" if len(plan.projects) > len(shown) else ""
    lines.append(f"- Projects: {markdown(', '.join(shown))}{more}")
    if owners:
        lines.append(f"- Owner: {markdown(', '.join(owners))}")
    if plan.patch:
        lines.append(f"- Patch: {markdown(plan.patch)}")
    return "\n".join(lines)


def _because(plan: Plan) -> Iterator[str]:
    yield "## Why"
    yield ""
    for factor in plan.priority.because:
        shown = [_said(e) for e in factor.evidence]
        places = ", ".join(dict.fromkeys(shown[:_PLACES])) + (
            f" and {len(shown) - _PLACES} more" * (len(shown) > _PLACES)
        )
        yield f"- {factor.points:+g} {factor.factor}{': ' + places if places else ''}"


def _said(evidence: Evidence) -> str:
    if evidence.path is None:
        return markdown(evidence.text or "")
    return _code(f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path)


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"- [ ] **{number}. {markdown(step.title)}**"
    yield f"  {markdown(step.why)}"
    for label, commands in (("", step.commands), ("Verify:", step.verify), ("Roll back:", step.rollback)):
        if commands:
            if label:
                yield f"  {label}"
            yield from _fenced(commands)


def _fenced(commands: tuple[str, ...]) -> Iterator[str]:
    """A code block that no command can close: its fence is longer than any inside."""
    longest = max((len(m) for c in commands for m in _FENCE.findall(c)), default=2)
    fence = "`" * (longest + 1)
    yield f"  {fence}bash"
    for command in commands:
        yield from (f"  {visible(line)}" for line in command.split("\n"))
    yield f"  {fence}"


def _place(path: str | None, line: int | None) -> str:
    return f" ({_code(f'{path}:{line}' if line else path)})" if path else ""


def _code(text: str) -> str:
    """Inline code that a backtick in it does not end."""
    shown = visible(text)
    return f"`{shown}`" if "`" not in shown else f"`` {shown} ``"


def _title(name: str, left: tuple[str, ...], aim: str) -> str:
    return f"Move {name} from {_and(left)} to {aim}" if left else f"Finish the move of {name} to {aim}"


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
