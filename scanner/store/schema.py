"""The tables, version 1. A promise to SQL users: it grows, it does not shift.

A repository's analysis is a *document*, kept once under the digest of its content however many runs saw it; the flat
tables below it (projects, lock files, dependencies, tools) belong to documents. The views put them together with the
runs: ``run_projects`` has a row for each project of each run, and so on; ``latest_…`` those of the newest finished run.

The digests of locked files are no part of a document (:mod:`scanner.hash_sets`): ``hash_sets`` has each set of a
package version once, ``lock_hashes`` says which of them a lock holds, both packed; ``hash_conflicts`` what of a run
cannot all be right.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

VERSION = 1

METADATA = MetaData()

meta = Table("meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

documents = Table("documents", METADATA, Column("digest", Text, primary_key=True), Column("body", Text, nullable=False))

runs = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("version", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("config", Text),
    Column("errors", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("heartbeat", Integer, nullable=False),
    sqlite_autoincrement=True,
)


def _of_run() -> Column[int]:
    return Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


def _of_document() -> tuple[Column[str], Column[int]]:
    key = ForeignKey("documents.digest", ondelete="CASCADE")
    return Column("document", Text, key, primary_key=True), Column("number", Integer, primary_key=True)


run_repositories = Table(
    "run_repositories",
    METADATA,
    _of_run(),
    Column("repo_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_python", Boolean, nullable=False),
    Column("criticality", Text),
    Column("branch", Text),
    Column("commit_id", Text),
    Column("committed_at", Text),
    Column("document", Text, ForeignKey("documents.digest"), nullable=False),
)
Index("run_repositories_document", run_repositories.c.document)

analyses = Table(
    "analyses",
    METADATA,
    Column("repo_id", Text, primary_key=True),
    Column("commit_id", Text),
    Column("analysis_key", Text, nullable=False),
    Column("document", Text, ForeignKey("documents.digest", ondelete="CASCADE"), nullable=False),
)
Index("analyses_document", analyses.c.document)

projects = Table(
    "projects",
    METADATA,
    *_of_document(),
    Column("path", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text),
    Column("version", Text),
    Column("kind", Text, nullable=False),
    Column("build_backend", Text),
    Column("requires_python", Text),
    Column("package_managers", Text, nullable=False),
    Column("primary_manager", Text),
    Column("lock_discipline", Text, nullable=False),
    Column("signature", Text, nullable=False),
    sqlite_with_rowid=False,
)

lockfiles = Table(
    "lockfiles",
    METADATA,
    *_of_document(),
    Column("project", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("written_by", Text),
    Column("status", Text, nullable=False),
    Column("covers", Boolean),
    Column("packages", Integer, nullable=False),
    Column("hashed_packages", Integer, nullable=False),
    Column("reason", Text),
    sqlite_with_rowid=False,
)

dependencies = Table(
    "dependencies",
    METADATA,
    *_of_document(),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("specifier", Text),
    Column("marker", Text),
    Column("scope", Text, nullable=False),
    Column("group_name", Text),
    Column("source", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("line", Integer),
    sqlite_with_rowid=False,
)

tools = Table(
    "tools",
    METADATA,
    *_of_document(),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("strength", Text, nullable=False),
    Column("versions", Text, nullable=False),
    sqlite_with_rowid=False,
)

hash_sets = Table(
    "hash_sets",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("files", LargeBinary, nullable=False),
)
Index("hash_sets_name", hash_sets.c.name)

lock_hashes = Table(
    "lock_hashes",
    METADATA,
    *_of_document(),
    Column("path", Text, nullable=False),
    Column("sets", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

hash_conflicts = Table("hash_conflicts", METADATA, _of_run(), Column("body", Text, nullable=False))

graphs = Table("graphs", METADATA, _of_run(), Column("body", Text, nullable=False))

edges = Table(
    "edges",
    METADATA,
    _of_run(),
    Column("number", Integer, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("consumer_project", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_project", Text),
    Column("distribution", Text),
    Column("scope", Text),
    Column("via", Text, nullable=False),
    Column("specifier", Text),
    Column("satisfied", Boolean),
    Column("path", Text),
    Column("line", Integer),
)

findings = Table(
    "findings",
    METADATA,
    _of_run(),
    Column("fingerprint", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("repo_id", Text, nullable=False),
    Column("project", Text),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
)
Index("findings_fingerprint", findings.c.fingerprint)

FLAT = (projects, lockfiles, dependencies, tools)

_LATEST = "(SELECT max(id) FROM runs WHERE state = 'finished')"


def _view(table: Table, which: str, condition: str) -> str:
    shown = ", ".join(f"t.{c.name}" for c in table.columns if c.name not in ("document", "number"))
    return (
        f"CREATE VIEW {which}_{table.name} AS SELECT r.run_id, r.repo_id, r.name AS repository, {shown} "  # noqa: S608
        f"FROM run_repositories r JOIN {table.name} t ON t.document = r.document{condition}"
    )


for _table in FLAT:
    for _which, _condition in (("run", ""), ("latest", f" WHERE r.run_id = {_LATEST}")):
        event.listen(METADATA, "after_create", DDL(_view(_table, _which, _condition)))  # type: ignore[no-untyped-call]
