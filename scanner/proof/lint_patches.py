"""``muster plan --to ruff --patches``: each repository opened again, its linters converted, measured if asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from reports.views.lint_patches import LintOutcome
from rules.patch import patch, reverse
from rules.plan import Plan, Plans
from rules.rollout.later import wanted_rules
from rules.ruff.move import move
from scanner.config import Config
from scanner.inventory import Repository
from scanner.proof.ground import Opened, upon
from scanner.proof.lint import OldTools, tried

__all__ = ["LintOutcome", "LintTask", "convert_lint", "with_lint_outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintTask:
    """A repository whose linters are to be converted; with ``measure`` the old tools and Ruff are run and compared."""

    repository: Repository
    config: Config
    as_of: date
    measure: bool = False


def convert_lint(task: LintTask) -> LintOutcome:
    """One repository's patch and measure; never raises: what goes wrong costs this repository alone."""
    identity = task.repository.id
    return upon(
        task.repository,
        task.config,
        task.as_of,
        work=lambda found: _convert(task, found),
        failed=lambda why: LintOutcome(repository=identity, error=why),
    )


def _convert(task: LintTask, found: Opened) -> LintOutcome:
    if task.measure:
        made, measure = tried(found, OldTools.on_path(), wanted_rules(task.repository, task.config))
    else:
        made, measure = move(found.ground), None
    modes = found.modes()
    return LintOutcome(
        repository=task.repository.id,
        patch=patch(made.edits, modes),
        rollback=patch(reverse(made.edits), modes),
        tools=made.tools,
        measure=measure,
        refusals=made.refusals,
        notes=made.notes,
        lost=made.lost,
        remark=found.remark,
        commit=task.repository.commit,
        baseline=made.baseline,
    )


def with_lint_outcomes(plans: Plans, outcomes: Mapping[str, LintOutcome], names: Mapping[str, str]) -> Plans:
    """The plans of the Ruff track with their patches and measures."""
    return replace(plans, plans=tuple(_with(plan, outcomes.get(plan.repository), names) for plan in plans.plans))


def _with(plan: Plan, outcome: LintOutcome | None, names: Mapping[str, str]) -> Plan:
    if outcome is None or plan.track != "ruff":
        return plan
    known = {(b.code, b.message) for b in plan.blockers}
    more = tuple(b for b in outcome.refusals if (b.code, b.message) not in known)
    return msgspec.structs.replace(
        plan,
        patch=f"{names[plan.repository]}.ruff.patch" if outcome.patch else None,
        blockers=tuple(sorted((*plan.blockers, *more), key=lambda b: (b.code, b.path or "", b.line or 0, b.message))),
        measure=outcome.measure,
    )
