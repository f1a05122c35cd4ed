"""How far Ruff has come in each repository against the target, and how strict each type checker is."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Table

_SAID = {True: "yes", False: "no", None: "unknown"}


def tables(facts: Facts) -> Iterator[Table]:
    """``ruff`` and ``types``."""
    ruff: list[tuple[Cell, ...]] = [
        (
            facts.called(s.repository),
            s.kinds,
            s.stage,
            s.by,
            s.formatter,
            {True: "met", False: "not met", None: "no target"}[s.met],
            s.missing,
            s.missing_rules,
            s.ignored,
            s.ignored_rules,
            s.unmet,
            s.line_length,
            tuple(dict.fromkeys(v.version for v in s.versions)),
            s.skewed,
            s.rules,
            s.unsure,
            tuple(Place(repository=s.repository, path=e.path, line=e.line) for e in (*s.places[:2], *s.gates[:2])),
        )
        for s in facts.rollout.standings
    ]
    yield Table(
        name="ruff",
        title="Ruff by repository",
        columns=(
            "repository",
            "kinds",
            "stage",
            "checked by",
            "formatter",
            "target",
            "missing",
            "missing rules",
            "ignored",
            "ignored rules",
            "unmet",
            "line length",
            "versions",
            "skewed",
            "rules today",
            "unsure",
            "places",
        ),
        rows=tuple(ruff),
        hidden=("missing rules", "ignored rules", "line length", "skewed", "rules today", "unsure"),
        note="Missing: rules of the target that nothing selects. Ignored: those that are selected and left out again.",
    )
    types: list[tuple[Cell, ...]] = [
        (
            facts.called(c.repository),
            c.checker,
            _SAID[c.configured],
            _SAID[c.enforced],
            c.strictness,
            c.how,
            c.relaxed,
            tuple(b.plugin for b in c.plugins),
            _SAID[any(b.blocks for b in c.plugins)],
            tuple(f"{b.distribution or b.plugin}: {b.why}" for b in c.plugins),
            tuple(Place(repository=c.repository, path=e.path, line=e.line) for e in c.evidence[:3]),
        )
        for c in facts.rollout.checkers
    ]
    yield Table(
        name="types",
        title="Type checkers by repository",
        columns=(
            "repository",
            "checker",
            "configured",
            "enforced",
            "strictness",
            "as set",
            "relaxed modules",
            "plug-ins",
            "held by a plug-in",
            "why",
            "places",
        ),
        rows=tuple(types),
        hidden=("why",),
        note="Held by a plug-in: types depend on a plug-in of mypy that no other checker runs.",
    )
