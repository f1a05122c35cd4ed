"""The published documents, as the values that they are encoded from and their JSON Schemas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from scanner.inventory import Clash, Edge, Error, Fleet, Repository, Run, Unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """The part of a document that differs from run to run."""

    id: int
    started_at: str
    finished_at: str | None
    version: str
    as_of: str
    sources: tuple[str, ...]
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The accounting: every repository is in exactly one of classified, needs_decision, not_python and failed."""

    repositories: int
    classified: int
    needs_decision: int
    not_python: int
    failed: int
    projects: int
    main_projects: int
    unread_files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryDocument:
    """``muster.inventory/1``."""

    schema: Literal["muster.inventory/1"] = "muster.inventory/1"
    run: RunHeader
    totals: Totals
    repositories: tuple[Repository, ...]
    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]
    clashes: tuple[Clash, ...]


def header(run: Run) -> RunHeader:
    """A run as documents show it."""
    return RunHeader(
        id=run.id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        version=run.version,
        as_of=run.as_of,
        sources=run.sources,
        errors=run.errors,
    )


def totals(repositories: Iterable[Repository]) -> Totals:
    """The accounting over ``repositories``."""
    listed = tuple(repositories)
    states = [r.state for r in listed]
    return Totals(
        repositories=len(listed),
        classified=states.count("classified"),
        needs_decision=states.count("needs-decision"),
        not_python=states.count("not-python"),
        failed=states.count("failed"),
        projects=sum(len(r.projects) for r in listed),
        main_projects=sum(1 for r in listed for p in r.projects if p.role == "main"),
        unread_files=sum(len({e.path for e in r.errors if e.path and e.code != "invalid-entry"}) for r in listed),
    )


def inventory_document(fleet: Fleet) -> InventoryDocument:
    """The whole inventory of a run."""
    return InventoryDocument(
        run=header(fleet.run),
        totals=totals(fleet.repositories),
        repositories=fleet.repositories,
        edges=fleet.graph.edges,
        unresolved=fleet.graph.unresolved,
        clashes=fleet.graph.clashes,
    )


def schema(document: type[Any], identifier: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document; unknown fields are allowed, as the contract grows."""
    made = msgspec.json.schema(document)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": identifier, **made}
