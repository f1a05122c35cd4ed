"""Linters, formatters and type checkers: what each repository uses, and which versions stand where."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.rollout.checkers import is_configured

STRENGTH = {"run": "run", "declared": "installed", "config-only": "configured only"}


def tables(facts: Facts) -> Iterator[Table]:
    """``tools``."""
    rows: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            t.name,
            t.category,
            "enforced" if t.gates else STRENGTH.get(t.use, t.use),
            is_configured(t),
            tuple(dict.fromkeys(v.version for v in t.versions)),
            tuple(Place(repository=r.id, path=e.path, line=e.line) for e in t.evidence[:3]),
        )
        for r in facts.fleet.repositories
        if r.is_python
        for t in r.tools
    ]
    yield Table(
        name="tools",
        title="Linters, formatters and type checkers",
        columns=("repository", "tool", "category", "use", "configured", "versions", "places"),
        rows=tuple(rows),
        note="Enforced: CI can fail by it, in a command or a hook that it runs. Run: a hook, task or script starts it, "
        "or CI where it cannot fail. Installed: a dependency that nothing committed runs.",
    )
