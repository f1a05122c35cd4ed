"""5: where local, CI and image disagree, the worst ten first."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from reports.model import Facts, Prose, Rows, Section
from reports.sections.counting import projects
from reports.table import Cell, Place, Table
from rules.reading import differences, is_deployed
from scanner.inventory import Disagreement, Environment, Project, Repository

_WORST = 10
_WHAT = (
    ("lock", "one reads the lock, another resolves anew"),
    ("tool", "different tools install"),
    ("python", "no Python version in common"),
    ("index", "packages come from different indexes"),
)
_CRITICAL = {"high": 0, "medium": 1, "low": 2}


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """How many disagree in what, the worst ten, all of them."""
    found, total = tables["disagreements"], len(facts.mains)
    if not found.rows:
        return Section(
            anchor="environments",
            title="Three environments",
            blocks=(Prose(said=("No project's local, CI and image disagree, as far as its files show all three.",)),),
        )
    kinds = Table(
        name="disagreement-kinds",
        title="In what they disagree",
        columns=("in", "projects", "meaning"),
        rows=tuple((what, projects(found, ("what", what), of=total), meaning) for what, meaning in _WHAT),
    )
    return Section(
        anchor="environments", title="Three environments", blocks=(kinds, _worst(facts), Rows(table="disagreements"))
    )


def _worst(facts: Facts) -> Table:
    """The three environments side by side, of the projects where most is at stake."""
    differing = [(r, p, found) for r, p in facts.mains if (found := differences(p))]
    ranked = sorted(differing, key=lambda item: _rank(*item))[:_WORST]
    rows: list[tuple[Cell, ...]] = [
        (
            facts.called(r.id),
            p.path,
            p.kind,
            *(_environment(r, e) for e in (p.environments.local, p.environments.ci, p.environments.image)),
            tuple(dict.fromkeys(d.what for d in found)),
            tuple(Place(repository=r.id, path=e.path, line=e.line) for e in found[0].evidence[:3]),
        )
        for r, p, found in ranked
    ]
    return Table(
        name="worst-disagreements",
        title=f"The worst {len(rows)}",
        columns=("repository", "project", "kind", "local", "CI", "image", "differ in", "places"),
        rows=tuple(rows),
        note="Critical and deployed projects first, then those whose image does otherwise, then by how much disagrees.",
    )


def _environment(repository: Repository, environment: Environment | None) -> str:
    """Tool, whether it reads the lock, and the command where the files show one."""
    if environment is None:
        return "not shown"
    lock = {True: "from the lock", False: "not from the lock", None: "lock unknown"}[environment.uses_lock]
    installs = {(c.path, c.line): c for c in reversed(repository.commands) if c.kind == "install"}
    command = next((installs[e.path, e.line] for e in environment.evidence if (e.path, e.line) in installs), None)
    shown = f": {shlex.join(command.argv)[:90]}" if command is not None else ""
    return f"{environment.tool or 'unknown'}, {lock}{shown}"


def _rank(r: Repository, p: Project, found: Sequence[Disagreement]) -> tuple[object, ...]:
    order = [name for name, _ in _WHAT]
    return (
        _CRITICAL.get(r.criticality or "", 3),
        not is_deployed(p),
        not any("image" in d.between and d.what in ("lock", "tool") for d in found),
        min(order.index(d.what) for d in found),
        -len(found),
        r.id,
        p.path,
    )
