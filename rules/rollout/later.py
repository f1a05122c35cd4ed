"""Measured plans of the Ruff track with the steps that come after the move, in the order of their value."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from rules.later import TITLE, later_steps, steps_of
from rules.plan import Plan, Plans
from rules.rollout.kept import kinds_of
from rules.rollout.selection import rules_of
from scanner.config import Config
from scanner.inventory import Fleet, Repository


def with_later(plans: Plans, fleet: Fleet, config: Config) -> Plans:
    """``plans`` with what each measured baseline leaves for later; those that were not measured stay as they are."""
    repositories = {r.id: r for r in fleet.repositories}
    return replace(plans, plans=tuple(_with(plan, repositories.get(plan.repository), config) for plan in plans.plans))


def _with(plan: Plan, repository: Repository | None, config: Config) -> Plan:
    if plan.track != "ruff" or repository is None:
        return plan
    found = later_steps(plan.measure, wanted_rules(repository, config), config.ruff_minutes)
    if found is None:
        return plan
    kept = tuple(step for step in plan.steps if step.title != TITLE)
    return msgspec.structs.replace(plan, later=found, steps=(*kept, *steps_of(found)))


def wanted_rules(repository: Repository, config: Config) -> frozenset[str]:
    """The rules that the targets of the repository's kinds ask for."""
    targets = (config.ruff_target_of(kind) for kind in kinds_of(repository))
    return frozenset(code for t in targets if t is not None for code in rules_of(t.select, t.ignore))
