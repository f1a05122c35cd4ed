"""8: linters and type checkers, and how far Ruff has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reports.charts.funnel import Stage as Bar
from reports.charts.funnel import funnel
from reports.model import Facts, Figure, Prose, Rows, Section
from reports.sections.counting import repositories
from reports.table import Cell, Count, Table, text
from rules.rollout.standing import STAGES, Stage

_STAGES: tuple[Stage, ...] = ("present", "configured", "enforced", "policy")


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """The funnel, every tool with its strengths, the type checkers, and how many versions of each there are."""
    tools = tables["tools"]
    total = sum(1 for r in facts.fleet.repositories if r.is_python)
    has_target = facts.rollout.policy is not None
    return Section(
        anchor="lint",
        title="Lint and types",
        blocks=(
            _funnel(facts, tables["ruff"], total),
            _bare(tools),
            _skew(tables["ruff"]),
            _every_tool(tools, total),
            _checkers(tables["types"], total),
            Rows(table="ruff"),
            Rows(table="types"),
            Rows(table="tools"),
        ),
        missing=None
        if has_target
        else "whether Ruff keeps the rules that you require: set [ruff.target] in muster.toml",
    )


def _funnel(facts: Facts, ruff: Table, total: int) -> Figure:
    has_target = facts.rollout.policy is not None
    stages = tuple(
        Bar(
            name=stage,
            meaning=STAGES[stage],
            count=repositories(ruff, *(("stage", s) for s in _STAGES[_STAGES.index(stage) :]), of=total)
            if stage != "policy" or has_target
            else None,
        )
        for stage in _STAGES
    )
    behind = Table(
        name="ruff-stages",
        title="Ruff",
        columns=("stage", "Python repositories", "meaning"),
        rows=tuple((s.name, s.count or "unknown: no target is set", s.meaning) for s in stages),
    )
    return Figure(
        name="ruff-funnel",
        title="Ruff: present, configured, enforced, by the target",
        caption=f"Out of {total} Python repositories. A hook alone enforces nothing: CI has to run it.",
        chart=funnel("How far Ruff has come", stages, total),
        table=behind,
    )


def _bare(tools: Table) -> Prose:
    both = (("tool", "ruff"), ("tool", "ruff-format"))
    bare = repositories(tools, *both, ("configured", "no"), ("use", "enforced"))
    return Prose(
        said=(
            "Ruff runs in CI with its own defaults, configured nowhere, in ",
            bare,
            f" {_repositories(bare)} (a repository may do that with the linter and configure the formatter).",
        )
    )


def _repositories(count: Count) -> str:
    return "repository" if count.number == 1 else "repositories"


def _skew(ruff: Table) -> Prose:
    at = ruff.columns.index("versions")
    skewed = repositories(ruff, ("skewed", "yes"))
    state = "states more than one itself" if skewed.number == 1 else "state more than one themselves"
    return Prose(
        said=(
            f"{_different(row[at] for row in ruff.rows)} versions of Ruff are stated in the fleet; ",
            skewed,
            f" {_repositories(skewed)} {state} (hook, lock, CI).",
        )
    )


def _checkers(types: Table, total: int) -> Table:
    at = types.columns.index("checker")
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            repositories(types, ("checker", name), of=total),
            repositories(types, ("checker", name), ("configured", "yes")),
            repositories(types, ("checker", name), ("enforced", "yes")),
            repositories(types, ("checker", name), ("strictness", "strict")),
            repositories(types, ("checker", name), ("held by a plug-in", "yes")),
        )
        for name in sorted({text(row[at]) for row in types.rows})
    ]
    columns = ("checker", "present", "configured", "enforced", "strict", "held by a plug-in")
    return Table(
        name="type-checkers",
        title="Type checkers",
        columns=columns,
        rows=tuple(rows),
        note="Held by a plug-in: types depend on a plug-in of mypy that no other checker runs.",
    )


def _every_tool(tools: Table, total: int) -> Table:
    name, versions = tools.columns.index("tool"), tools.columns.index("versions")
    names = sorted({(text(row[tools.columns.index("category")]), text(row[name])) for row in tools.rows})
    rows: list[tuple[Cell, ...]] = [
        (
            tool,
            category,
            repositories(tools, ("tool", tool), ("use", "enforced"), of=total),
            repositories(tools, ("tool", tool), ("use", "run")),
            repositories(tools, ("tool", tool), ("use", "installed")),
            repositories(tools, ("tool", tool), ("use", "configured only")),
            _different(row[versions] for row in tools.rows if row[name] == tool),
        )
        for category, tool in names
    ]
    columns = ("tool", "category", "enforced", "run only", "installed only", "configured only", "different versions")
    return Table(name="every-tool", title="Every tool", columns=columns, rows=tuple(rows))


def _different(cells: Iterable[Cell]) -> int:
    return len({version for cell in cells if isinstance(cell, tuple) for version in cell})
