"""Repositories and their main projects, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.reading import differences, manifest_of
from scanner.inventory import Environment, Project, Repository


def tables(facts: Facts) -> Iterator[Table]:
    """``repositories`` and ``projects``."""
    yield _repositories(facts)
    yield _projects(facts)


def _repositories(facts: Facts) -> Table:
    open_findings = Counter(f.repository for f in facts.answers.findings if f.state not in ("suppressed", "fixed"))
    moves = {p.repository: p for p in facts.plans.plans if p.track == "uv"}
    rows: list[tuple[Cell, ...]] = []
    for r in facts.fleet.repositories:
        plan = moves.get(r.id)
        mains = sum(1 for p in r.projects if p.role == "main")
        rows.append(
            (
                Repo(id=r.id, name=r.name),
                r.state,
                r.owners or ("unknown",),
                r.criticality or "not set",
                mains,
                len(r.projects),
                r.ci or ("none",),
                open_findings[r.id],
                plan.wave if plan is not None else None,
                r.last_activity,
                len(r.errors),
                r.branch,
                r.commit,
                r.id,
            )
        )
    columns = ("repository", "state", "owners", "criticality", "main projects", "projects", "CI", "findings", "wave")
    return Table(
        name="repositories",
        title="Repositories",
        columns=(*columns, "last commit", "errors", "branch", "commit", "id"),
        rows=tuple(rows),
        hidden=("errors", "branch", "commit", "id"),
    )


def _projects(facts: Facts) -> Table:
    return Table(
        name="projects",
        title="Main projects",
        columns=(
            "repository",
            "project",
            "distribution",
            "kind",
            "owners",
            "criticality",
            "declared with",
            "managers",
            "lock",
            "because",
            "local",
            "CI",
            "image",
            "CI from lock",
            "image from lock",
            "environments",
            "requires Python",
            "toolchain",
            "declared in",
        ),
        rows=tuple(_project(r, p) for r, p in facts.mains),
        hidden=("distribution", "managers", "local", "CI from lock", "image from lock", "toolchain", "requires Python"),
    )


def _project(r: Repository, p: Project) -> tuple[Cell, ...]:
    places = p.environments
    return (
        Repo(id=r.id, name=r.name),
        p.path,
        p.name,
        p.kind,
        r.owners or ("unknown",),
        r.criticality or "not set",
        p.primary_manager or "none",
        p.package_managers,
        p.lock_discipline,
        next((reason.message for reason in p.discipline_reasons), None),
        tool(places.local),
        tool(places.ci),
        tool(places.image),
        from_lock(places.ci),
        from_lock(places.image),
        tuple(dict.fromkeys(d.what for d in differences(p))) or ("agree",),
        p.requires_python or "unknown",
        p.signature.text,
        Place(repository=r.id, path=manifest_of(p)),
    )


def tool(environment: Environment | None) -> str:
    """The tool of an environment: ``not shown`` where the files do not show the environment, ``unknown`` its tool."""
    if environment is None:
        return "not shown"
    return environment.tool or "unknown"


def from_lock(environment: Environment | None) -> str:
    """Whether an environment installs what the lock says."""
    if environment is None:
        return "not shown"
    return {True: "yes", False: "no", None: "unknown"}[environment.uses_lock]
