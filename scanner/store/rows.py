"""From a repository to what the store keeps: the document, its digest, and the rows of the flat tables. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from scanner.hash_sets import HashSet, LockHashes, packed_files, packed_lock
from scanner.inventory import Edge, Project, Repository

Row = tuple[Any, ...]

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Repository)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A repository ready to be stored; made where it was analysed, so that the writer has little left to do.

    ``rows`` are those of the flat tables, by table; each begins with the digest and a running number. ``sets`` are the
    sets of digests that its locks hold.
    """

    digest: str
    body: str
    repo_id: str
    commit: str | None
    analysis_key: str
    entry: Row
    rows: dict[str, tuple[Row, ...]]
    sets: tuple[Row, ...] = ()


def prepare(repository: Repository, *, analysis_key: str = "", hashes: Iterable[LockHashes] = ()) -> Prepared:
    """Encode and flatten; ``analysis_key`` names all that the analysis depends on besides the commit.

    ``hashes`` are the digests in the repository's locks.
    """
    locks = [found for found in hashes if found.sets]
    body = encode(repository)
    digest = hashlib.sha256(body).hexdigest()[:32]
    tables = {
        "projects": _projects(repository),
        "lockfiles": _lockfiles(repository),
        "dependencies": _dependencies(repository),
        "tools": _tools(repository),
        "lock_hashes": ((found.path, packed_lock(found)) for found in locks),
    }
    return Prepared(
        digest=digest,
        body=body.decode(),
        repo_id=clean(repository.id),
        commit=repository.commit,
        analysis_key=analysis_key,
        entry=_entry(repository, digest),
        rows={name: tuple(_numbered(digest, rows)) for name, rows in tables.items()},
        sets=tuple(_set(found) for found in {one.id: one for lock in locks for one, _ in lock.sets}.values()),
    )


def _set(found: HashSet) -> Row:
    return (found.id, *_cleaned(found.name, found.version), found.whole, packed_files(found))


def encode(value: object) -> bytes:
    """JSON in UTF-8; lone surrogates, which UTF-8 has no place for, become the replacement character."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return _ENCODER.encode(_without_surrogates(msgspec.to_builtins(value)))


def decode(body: str) -> Repository:
    """The repository that a document holds."""
    return _DECODER.decode(body)


def clean(text: str) -> str:
    """``text`` as every database takes it: without NUL and lone surrogates."""
    return _NO_TEXT.sub("\ufffd", text) if _NO_TEXT.search(text) else text


def edge_row(edge: Edge) -> Row:
    """An edge's columns after run and number."""
    return _cleaned(
        edge.consumer,
        edge.consumer_project,
        edge.provider,
        edge.provider_project,
        edge.distribution,
        edge.scope,
        edge.via,
        edge.specifier,
        edge.satisfied,
        edge.path,
        edge.line,
    )


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value


def _cleaned(*values: Any) -> Row:
    return tuple(clean(value) if isinstance(value, str) else value for value in values)


def _numbered(digest: str, rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        yield (digest, number, *_cleaned(*row))


def _entry(r: Repository, digest: str) -> Row:
    return (
        *_cleaned(r.id, r.name, r.location, r.state, r.is_python, r.criticality, r.branch, r.commit, r.committed_at),
        digest,
    )


def _projects(repository: Repository) -> Iterator[Row]:
    for p in repository.projects:
        yield (
            p.path,
            p.role,
            p.name,
            p.version,
            p.kind,
            p.build_backend,
            p.requires_python,
            " ".join(p.package_managers),
            p.primary_manager,
            p.lock_discipline,
            p.signature.text,
        )


def _lockfiles(repository: Repository) -> Iterator[Row]:
    for project, lock in ((p, lock) for p in repository.projects for lock in p.lockfiles):
        reason = lock.reasons[0].message if lock.reasons else None
        yield (
            project.path,
            lock.path,
            lock.tool,
            lock.format,
            lock.written_by,
            lock.status,
            lock.covers,
            lock.packages,
            lock.hashed_packages,
            reason,
        )


def _dependencies(repository: Repository) -> Iterator[Row]:
    for project in repository.projects:
        yield from _declared(project)


def _declared(project: Project) -> Iterator[Row]:
    for d in project.dependencies:
        yield (project.path, d.name, d.raw, d.specifier, d.marker, d.scope, d.group, d.source, d.path, d.line)


def _tools(repository: Repository) -> Iterator[Row]:
    for tool in repository.tools:
        versions = sorted({v.version for v in tool.versions})
        yield (tool.name, tool.category, tool.use, " ".join(versions))
