"""Ruff and the type checkers in the fleet, as tables for people: the funnel, versions, every repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reports.table import Table
from rules.rollout.standing import STAGES, Rollout

_SHOWN = 12


def rollout_tables(rollout: Rollout, names: Mapping[str, str]) -> tuple[Table, ...]:
    """The tables; those of what nobody uses are left out."""
    made = [_funnel(rollout)]
    if any(s.by or s.formatter for s in rollout.standings):
        made.append(_repositories(rollout, names))
    if len(rollout.versions) > 1 or rollout.skewed:
        made.append(_versions(rollout))
    if rollout.checkers:
        made += [_checkers(rollout), _strictness(rollout, names)]
    return tuple(made)


def _funnel(rollout: Rollout) -> Table:
    counts = {
        "present": rollout.present,
        "configured": rollout.configured,
        "enforced": rollout.enforced,
        "policy": rollout.policy,
    }
    rows = tuple(
        (stage, "unknown: no [ruff.target] is set" if counts[stage] is None else counts[stage], STAGES[stage])
        for stage in STAGES
        if stage in counts
    )
    return Table(
        name="ruff-funnel",
        title=f"Ruff in {rollout.repositories} repositories of Python",
        columns=("stage", "repositories", "which means"),
        rows=rows,
    )


def _repositories(rollout: Rollout, names: Mapping[str, str]) -> Table:
    rows = [
        (
            names.get(s.repository, s.repository),
            ", ".join(s.kinds),
            s.stage,
            "+".join(s.by) or None,
            s.formatter,
            told(s.missing, s.missing_rules),
            told(s.ignored, s.ignored_rules),
            "; ".join(s.unmet) or None,
            ", ".join(dict.fromkeys(v.version for v in s.versions)) or None,
        )
        for s in rollout.standings
        if s.by or s.formatter
    ]
    columns = ("repository", "kind", "stage", "checked by", "formatter", "missing", "ignored", "unmet", "Ruff")
    note = "Missing and ignored: rules of the target that nothing selects, and those that are selected and left out."
    return Table(name="ruff", title="Ruff by repository", columns=columns, rows=tuple(rows), wrap=30, note=note)


def told(selectors: tuple[str, ...], rules: int) -> str | None:
    """The first selectors, and how many rules they stand for."""
    if not selectors:
        return None
    more = f" and {len(selectors) - _SHOWN} more" if len(selectors) > _SHOWN else ""
    return f"{rules}: {' '.join(selectors[:_SHOWN])}{more}"


def _versions(rollout: Rollout) -> Table:
    return Table(
        name="ruff-versions",
        title="Versions of Ruff",
        columns=("version", "repositories"),
        rows=tuple((v.version, v.repositories) for v in rollout.versions),
        note=f"{rollout.skewed} repositories state several versions themselves (hook, lock, CI).",
    )


def _checkers(rollout: Rollout) -> Table:
    rows = []
    for name, count in sorted(Counter(c.checker for c in rollout.checkers).items()):
        here = [c for c in rollout.checkers if c.checker == name]
        rows.append(
            (
                name,
                count,
                sum(c.configured for c in here),
                sum(c.enforced is True for c in here),
                sum(c.strictness == "strict" for c in here),
                sum(any(b.blocks for b in c.plugins) for c in here),
            )
        )
    return Table(
        name="type-checkers",
        title="Type checkers",
        columns=("checker", "repositories", "configured", "enforced", "strict", "held by a plug-in"),
        rows=tuple(rows),
        note="Enforced: CI can fail by it. Held by a plug-in: types depend on one that no other checker runs.",
    )


def _strictness(rollout: Rollout, names: Mapping[str, str]) -> Table:
    rows = [
        (
            names.get(c.repository, c.repository),
            c.checker,
            {True: "yes", False: "no", None: "unknown"}[c.enforced],
            c.strictness,
            c.how,
            c.relaxed or None,
            "; ".join(f"{b.distribution or b.plugin}: {b.why}" for b in c.plugins) or None,
        )
        for c in rollout.checkers
    ]
    columns = ("repository", "checker", "enforced", "strictness", "as set", "relaxed modules", "plug-ins")
    return Table(name="types", title="Type checkers by repository", columns=columns, rows=tuple(rows), wrap=40)
