"""The page beside the patches to Ruff: what the gate says before and after, what stays, what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.escape import markdown
from rules.blockers import PlanBlocker
from rules.ruff.baseline import Baseline
from rules.ruff.gate import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOutcome:
    """What became of one repository on the Ruff track: its patch and the one that takes it back (``""``: none).

    ``tools`` are replaced; ``lost`` is what they did and Ruff does not: tool, code or option, reason. ``baseline`` is
    what the patch leaves out today.
    """

    repository: str
    patch: str = ""
    rollback: str = ""
    tools: tuple[str, ...] = ()
    measure: Measure | None = None
    refusals: tuple[PlanBlocker, ...] = ()
    notes: tuple[PlanBlocker, ...] = ()
    lost: tuple[tuple[str, str, str], ...] = ()
    remark: str | None = None
    commit: str | None = None
    error: str | None = None
    baseline: Baseline | None = None


def lint_readme(outcomes: Mapping[str, LintOutcome], names: Mapping[str, str]) -> str:
    """``RUFF.md`` of a folder of patches."""
    lines = ["# Patches to Ruff", ""]
    lines.append(f"{sum(bool(o.patch) for o in outcomes.values())} of {len(outcomes)} repositories have a patch.")
    for repository in sorted(outcomes, key=lambda r: names.get(r, r)):
        lines += ["", f"## {markdown(names.get(repository, repository))}", "", *_about(outcomes[repository])]
    return "\n".join(lines) + "\n"


def _about(outcome: LintOutcome) -> Iterator[str]:
    if outcome.error:
        yield f"Could not be converted: {markdown(outcome.error)}"
        return
    if outcome.remark:
        yield f"- {markdown(outcome.remark)}"
    if outcome.tools:
        yield f"- replaces {', '.join(outcome.tools)}"
    for blocker in outcome.refusals:
        decision = f" To decide: {blocker.decision}" if blocker.decision else ""
        yield f"- **stays**: {markdown(blocker.message)}.{markdown(decision)}"
    yield from _measured(outcome.measure)
    for tool, what, why in outcome.lost:
        yield f"- not checked any more: {markdown(what)} of {markdown(tool)} ({markdown(why)})"
    for note in outcome.notes:
        place = f" (`{markdown(note.path)}{f':{note.line}' if note.line else ''}`)" if note.path else ""
        yield f"- {markdown(note.message)}{place}"
    if asking := list(_asking(outcome.patch or "")):
        shown = ", ".join(f"`{markdown(path)}`" for path in asking[:3]) + ("…" if len(asking) > 3 else "")
        yield f"- {shown} ask for Ruff now; what is locked or compiled from there is not in the patch: lock again"
    yield from _later(outcome.measure)


def _asking(patch: str) -> Iterator[str]:
    """The manifests, from which something may be locked, that the patch lets ask for Ruff."""
    path, told = "", ""
    for line in patch.splitlines():
        path = line.removeprefix("+++ b/") if line.startswith("+++ b/") else path
        asks = line.startswith("+") and ("ruff==" in line or line.startswith("+ruff = "))
        name = path.rpartition("/")[2]
        if (
            asks
            and path != told
            and (name in ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg") or name.endswith(".in"))
        ):
            told = path
            yield path


def _measured(measure: Measure | None) -> Iterator[str]:
    if measure is None:
        return
    if measure.status == "failed":
        yield f"- **not compared**: {markdown(measure.reason or 'the old tools could not be run')}"
        yield "- try the patch by hand before it lands: whether the gate passes with it is not known"
        return
    if measure.status != "measured":
        why = measure.reason or "the old tools are not installed, so only Ruff was run"
        yield f"- {measure.status}: {markdown(why)}"
    elif measure.reason:
        yield f"- {markdown(measure.reason)}"
    said = {True: "passes", False: "fails", None: "not known"}
    yield f"- the gate: {said[measure.before]} before, {said[measure.after]} after"
    if measure.opens:
        yield "- the old gate fails today only for what Ruff does not see (lost, narrower and uncovered, below)"
    if measure.format_before is not None:
        yield f"- the formatter: {said[measure.format_before]} before, {said[measure.format_after]} after"
    if measure.format_before is False and measure.format_after:
        yield "- Black would change files today only in lines that Ruff leaves as they are"
    if measure.status == "measured":
        recall = "" if measure.recall is None else f" ({measure.recall:.1%} of the codes that Ruff has)"
        lost = sum(n for _, n in measure.lost)
        uncovered = sum(n for _, n in measure.uncovered)
        narrower = sum(n.count for n in measure.narrower)
        counts = f"{measure.kept} kept{recall}, {lost} lost, {narrower} narrower"
        yield f"- reports: {counts}, {uncovered} under codes that Ruff has not"
        yield from _listed("lost", measure.lost)
        yield from _listed("uncovered", measure.uncovered)
    if measure.status == "measured" and measure.left:
        yield f"- new at the gate: {measure.left} reports, in files that fail today for the same rule"
    if measure.hidden:
        yield f"- {measure.hidden} reports of today lie in files where Ruff says more, and the rule is left out for now"
    for item in measure.narrower:
        what = f"{item.count} of {item.code}: {item.rule} of Ruff is narrower: {item.differs}"
        yield f"- not reported any more: {markdown(what)} ({markdown(item.instead)})"
    if measure.unformatted:
        yield f"- {measure.unformatted} files that Black leaves alone are left out of `ruff format` for now"


def _listed(word: str, counts: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Codes with their counts, the most frequent first."""
    if counts:
        shown = ", ".join(f"{markdown(code)} {n}" for code, n in sorted(counts, key=lambda c: (-c[1], c[0])))
        yield f"- {word}: {shown}"


_LATER = {
    "measured": "Left out of the gate for now, file by file; each is a step of its own:",
    "ruff-only": "What Ruff reports with this patch. Nothing of it is left out, as the old tools were not run:",
    "failed": "What Ruff reports with this patch:",
}


def _later(measure: Measure | None) -> Iterator[str]:
    if measure is not None and measure.later:
        yield from ("", _LATER[measure.status], "")
        yield from ("| rule | reports | files | fixed safely | fixed unsafely |", "|---|---|---|---|---|")
        for later in sorted(measure.later, key=lambda x: (-x.safe, -x.count, x.code)):
            yield f"| {later.code} | {later.count} | {later.files} | {later.safe} | {later.unsafe} |"
