"""Lock files with their verdicts, the reasons for every project's lock discipline, and where environments differ."""

from __future__ import annotations

from collections.abc import Iterator

from reports.gist import gist
from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.reading import differences, locks, manifest_of
from scanner.inventory import Lockfile, Project, Repository


def tables(facts: Facts) -> Iterator[Table]:
    """``locks``, ``reasons`` and ``disagreements``."""
    yield Table(
        name="locks",
        title="Locks of the main projects",
        columns=(
            "repository",
            "project",
            "lock",
            "tool",
            "verdict",
            "covers",
            "because",
            "packages",
            "with hashes",
            "hashes",
            "written by",
            "format",
            "other versions say",
            "export of",
        ),
        rows=tuple(_lock(r, p, lock) for r in facts.fleet.repositories for p, lock in locks(r)),
        hidden=("format", "other versions say", "export of"),
    )
    reasons: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            p.path,
            p.lock_discipline,
            r.criticality or "not set",
            reason.message,
            gist(reason.message, _names(p)),
            Place(repository=r.id, path=reason.path or manifest_of(p), line=reason.line),
        )
        for r, p in facts.mains
        for reason in p.discipline_reasons
    ]
    yield Table(
        name="reasons",
        title="Why each project's lock stands as it does",
        columns=("repository", "project", "lock", "criticality", "reason", "in short", "place"),
        hidden=("in short",),
        rows=tuple(reasons),
    )
    yield _disagreements(facts)


def _names(p: Project) -> frozenset[str]:
    return frozenset(d.name.lower() for d in p.dependencies) | {(p.name or ".").lower()}


def _lock(r: Repository, p: Project, lock: Lockfile) -> tuple[Cell, ...]:
    return (
        Repo(id=r.id, name=r.name),
        p.path,
        Place(repository=r.id, path=lock.path),
        lock.tool,
        lock.status,
        "unknown" if lock.covers is None else lock.covers,
        "; ".join(reason.message for reason in lock.reasons[:4]) or None,
        lock.packages,
        lock.hashed_packages,
        hashed(lock),
        lock.written_by,
        lock.format,
        ", ".join(f"{version}: {verdict}" for version, verdict in sorted(lock.other_versions.items())) or None,
        lock.export_of,
    )


def hashed(lock: Lockfile) -> str:
    """How much of a lock carries digests: ``all``, ``some``, ``none``; ``unknown`` where nothing could be read."""
    if not lock.packages:
        return "unknown" if lock.status == "broken" else "empty"
    if lock.hashed_packages >= lock.packages:
        return "all"
    return "some" if lock.hashed_packages else "none"


def _disagreements(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            p.path,
            p.kind,
            r.criticality or "not set",
            d.what,
            " ≠ ".join(d.between),
            d.message,
            tuple(Place(repository=r.id, path=e.path, line=e.line) for e in d.evidence[:4]),
        )
        for r, p in facts.mains
        for d in differences(p)
    ]
    return Table(
        name="disagreements",
        title="Where local, CI and image disagree",
        columns=("repository", "project", "kind", "criticality", "what", "between", "how", "places"),
        rows=tuple(rows),
    )
