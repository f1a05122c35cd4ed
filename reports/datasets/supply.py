"""Where packages come from: indexes, git and address dependencies, digests that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table


def tables(facts: Facts) -> Iterator[Table]:
    """``indexes``, ``origins`` and ``hash-conflicts``."""
    indexes: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            p.path,
            i.url,
            i.kind,
            i.name,
            i.url.lower().startswith("http://"),
            i.credentials,
            Place(repository=r.id, path=i.path, line=i.line),
        )
        for r, p in facts.mains
        for i in p.indexes
    ]
    yield Table(
        name="indexes",
        title="Package indexes",
        columns=("repository", "project", "address", "kind", "name", "plain http", "credentials in file", "place"),
        rows=tuple(indexes),
    )
    origins: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            p.path,
            d.name,
            d.source,
            d.url,
            d.ref,
            d.scope,
            Place(repository=r.id, path=d.path, line=d.line),
        )
        for r, p in facts.mains
        for d in p.dependencies
        if d.source in ("git", "url")
    ]
    yield Table(
        name="origins",
        title="Dependencies from git and from addresses",
        columns=("repository", "project", "dependency", "from", "address", "reference", "scope", "place"),
        rows=tuple(origins),
    )
    conflicts: list[tuple[Cell, ...]] = [
        (
            facts.called(held.repository),
            Place(repository=held.repository, path=held.path, line=held.line),
            conflict.name,
            conflict.version,
            conflict.kind,
            conflict.what,
            side.label,
            side.count,
        )
        for conflict in facts.fleet.hash_conflicts
        for side in conflict.sides
        for held in side.locks
    ]
    yield Table(
        name="hash-conflicts",
        title="Digests in locks that cannot all be right",
        columns=("repository", "lock", "package", "version", "kind", "what", "side", "locks on this side"),
        rows=tuple(conflicts),
    )


_CHANNEL = re.compile(r"[A-Za-z0-9][\w.-]{0,100}")


def index_host(address: str) -> str:
    """The host of an index's address, or in words why there is none; conda's channels have names."""
    if "$" in address:
        return "given by a variable"
    if _CHANNEL.fullmatch(address):
        return f"{address} (channel)"
    try:
        return urlsplit(address).hostname or "not an address"
    except ValueError:
        return "not an address"
