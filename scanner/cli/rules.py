"""``muster rules``: every rule, and the generated page of their documentation."""

from __future__ import annotations

import click

from reports.views.rules import rules_view
from rules.checks import RULES
from scanner.cli.common import Common, common, emit


@click.command("rules")
@common("rules")
def command(common: Common) -> int:
    """List every rule: its level, what it asks, why, and what to do. `--format md` is docs/rules.md."""
    emit(rules_view(RULES), common)
    return 0
