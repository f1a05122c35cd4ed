"""Reading and writing the store. SQLAlchemy Core, the same statements for SQLite and PostgreSQL.

Several scans may write at once: each writes in short transactions of its own, and a document that two of them make is
kept once. A scan that was killed leaves a consistent store; its run is shown as interrupted, and what it had finished
is found again by :meth:`Store.analyses`.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, TypeVar

import msgspec
from sqlalchemy import URL, Connection, Engine, Table, create_engine, delete, event, exc, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from scanner.hash_sets import HashSet, unpacked_files, unpacked_lock
from scanner.inventory import Error, Fleet, Graph, HashConflict, Repository, Run
from scanner.redact import redact
from scanner.store.conflicts import find_conflicts
from scanner.store.rows import Prepared, Row, clean, decode, edge_row, encode, prepare
from scanner.store.schema import (
    FLAT,
    METADATA,
    VERSION,
    analyses,
    documents,
    edges,
    findings,
    graphs,
    hash_conflicts,
    hash_sets,
    lock_hashes,
    meta,
    run_repositories,
    runs,
)

BATCH = 250
BATCH_SECONDS = 3.0
BUSY_SECONDS = 120
KNOWN_SETS = 500_000
SILENT_SECONDS = 900  # a run on another machine that said nothing for so long is taken for dead
_WRITES = "muster_writes"
_LOCK = 0x6D7573746572
_POSTGRESQL: Any = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # positional

T = TypeVar("T")


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


class StoredFinding(Protocol):
    """What the store needs of a finding; the whole of it is kept as JSON."""

    @property
    def fingerprint(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def repository(self) -> str: ...  # noqa: D102
    @property
    def project(self) -> str | None: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The newest analysis of a repository: of which commit, made under which key, and where it is kept."""

    commit: str | None
    analysis_key: str
    digest: str


def open_store(place: str | os.PathLike[str]) -> Store:
    """The store at a file, or at a database URL that SQLAlchemy understands; made if need be.

    Raises :class:`StoreError` when it is none, belongs to another version, or cannot be reached.
    """
    name = os.fspath(place)
    try:
        engine = _engine(name)
        with _transaction(engine, writes=True) as connection:
            _make_ready(connection, name if "://" not in name else redact(name))
    except exc.NoSuchModuleError:
        raise StoreError(f"no driver for {name.partition('://')[0]}://; is the extra for it installed?") from None
    except (exc.SQLAlchemyError, ModuleNotFoundError) as error:
        raise StoreError(f"cannot open the store {redact(name)}: {_reason(error)}") from None
    return Store(engine)


class Store:
    """An open store; close it when done. Its methods raise :class:`StoreError` when the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: dict[int, list[Prepared]] = {}
        self._known_sets: set[int] = set()
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is waiting and let go of the database."""
        self.flush()
        self._engine.dispose()

    # Writing a run

    def begin_run(
        self, *, started_at: str, version: str, as_of: str, sources: Sequence[str], config: str | None = None
    ) -> int:
        """Begin a run; its number. ``config`` is the digest of the configuration in force."""
        values = {
            "started_at": started_at,
            "version": version,
            "as_of": as_of,
            "sources": encode([redact(source) for source in sources]).decode(),
            "state": "running",
            "config": config,
            "errors": "[]",
            "host": socket.gethostname(),
            "process": _process(os.getpid()),
            "heartbeat": int(time.time()),
        }
        with self._write() as connection:
            for run_id in _dead(connection):
                connection.execute(update(runs).where(runs.c.id == run_id).values(state="interrupted"))
            key = connection.execute(runs.insert().values(values)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def add(self, run_id: int, repository: Repository | Prepared, *, analysis_key: str = "") -> None:
        """Add a repository to a run; written with others, at the latest by :meth:`flush`, a few seconds later."""
        prepared = repository if isinstance(repository, Prepared) else prepare(repository, analysis_key=analysis_key)
        waiting = self._waiting.setdefault(run_id, [])
        waiting.append(prepared)
        if len(waiting) >= BATCH or time.monotonic() - self._flushed > BATCH_SECONDS:
            self.flush()

    def add_known(self, run_id: int, digests: Iterable[str]) -> None:
        """Add repositories whose documents are in the store already (see :meth:`analyses`)."""
        wanted = sorted(set(digests))
        columns = [column for column in run_repositories.c if column.name != "run_id"]
        with self._write() as connection:
            for part in _parts(wanted, 500):
                known = connection.execute(select(*columns).where(run_repositories.c.document.in_(part)).distinct())
                rows = [(run_id, *row) for row in known]
                if len(rows) != len(part):
                    raise StoreError("the store was pruned while this run was using it; scan again")
                _insert(connection, run_repositories, rows, replace=("run_id", "repo_id"))
            _beat(connection, run_id)

    def flush(self) -> None:
        """Write all that waits, one transaction per run."""
        self._flushed = time.monotonic()
        while self._waiting:
            run_id, waiting = next(iter(self._waiting.items()))
            new = self._new_sets(waiting)
            with self._write() as connection:
                _insert(connection, hash_sets, new)
                _write_batch(connection, run_id, waiting)
            del self._waiting[run_id]
            self._known_sets.update(row[0] for row in new)
        self._flushed = time.monotonic()

    def _new_sets(self, batch: Sequence[Prepared]) -> list[Row]:
        """The sets of digests that this store was not given yet, as far as it remembers."""
        if len(self._known_sets) > KNOWN_SETS:
            self._known_sets.clear()
        return list({row[0]: row for p in batch for row in p.sets if row[0] not in self._known_sets}.values())

    def save_hash_conflicts(self, run_id: int) -> None:
        """Find what of the digests in a run's locks cannot be right, and keep it."""
        found = encode(find_conflicts(self, run_id)).decode()
        with self._write() as connection:
            connection.execute(delete(hash_conflicts).where(hash_conflicts.c.run_id == run_id))
            _insert(connection, hash_conflicts, [(run_id, found)])

    def save_graph(self, run_id: int, graph: Graph) -> None:
        """Keep the graph of a run."""
        rows = [(run_id, number, *edge_row(edge)) for number, edge in enumerate(graph.edges)]
        with self._write() as connection:
            for table in (graphs, edges):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            _insert(connection, graphs, [(run_id, encode(graph).decode())])
            _insert(connection, edges, rows)

    def save_findings(self, run_id: int, found: Iterable[StoredFinding]) -> None:
        """Keep the findings of a run, in place of those that it had."""
        rows = {
            f.fingerprint: (
                run_id,
                clean(f.fingerprint),
                f.rule,
                f.level,
                clean(f.repository),
                None if f.project is None else clean(f.project),
                clean(f.message),
                f.state,
                encode(f).decode(),
            )
            for f in found
        }
        with self._write() as connection:
            connection.execute(delete(findings).where(findings.c.run_id == run_id))
            _insert(connection, findings, list(rows.values()))

    def finish_run(self, run_id: int, *, finished_at: str, errors: Sequence[Error] = ()) -> None:
        """The run has seen everything; ``errors`` are those of its sources."""
        self._end(run_id, "finished", finished_at, errors)

    def interrupt_run(self, run_id: int, *, finished_at: str, errors: Sequence[Error] = ()) -> None:
        """The run was broken off; what it finished is kept."""
        self._end(run_id, "interrupted", finished_at, errors)

    # Reading

    def analyses(self) -> dict[str, Analysis]:
        """The newest analysis of every repository, by its id: what need not be analysed again."""
        columns = (analyses.c.repo_id, analyses.c.commit_id, analyses.c.analysis_key, analyses.c.document)
        with self._read() as connection:
            return {
                repo_id: Analysis(commit=commit, analysis_key=key, digest=digest)
                for repo_id, commit, key, digest in connection.execute(select(*columns))
            }

    def runs(self) -> tuple[Run, ...]:
        """All runs, the oldest first; one whose process is gone is shown as interrupted."""
        with self._read() as connection:
            dead = _dead(connection)
            return tuple(_run(row, dead) for row in connection.execute(select(runs).order_by(runs.c.id)))

    def latest(self) -> int | None:
        """The newest finished run."""
        with self._read() as connection:
            found = connection.execute(select(func.max(runs.c.id)).where(runs.c.state == "finished")).scalar()
        return None if found is None else int(found)

    def run(self, run_id: int) -> Run:
        """One run, without what it saw; raises ``KeyError`` if there is none of that number."""
        with self._read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
            if row is None:
                raise KeyError(run_id)
            return _run(row, _dead(connection))

    def load(self, run_id: int) -> Fleet:
        """One run with everything that it saw; raises ``KeyError`` if there is none of that number."""
        return Fleet(
            run=self.run(run_id),
            repositories=tuple(self.repositories(run_id)),
            graph=self.graph(run_id) or Graph(),
            hash_conflicts=self.hash_conflicts(run_id),
        )

    def repositories(self, run_id: int) -> Iterator[Repository]:
        """The repositories of a run by id, one at a time."""
        wanted = (
            select(documents.c.body)
            .join(run_repositories, run_repositories.c.document == documents.c.digest)
            .where(run_repositories.c.run_id == run_id)
            .order_by(_by_bytes(self._engine, run_repositories.c.repo_id))
        )
        with self._read() as connection:
            for body in connection.execution_options(yield_per=500).execute(wanted).scalars():
                yield decode(body)

    def graph(self, run_id: int) -> Graph | None:
        """The graph of a run; ``None`` where none was kept."""
        with self._read() as connection:
            body = connection.execute(select(graphs.c.body).where(graphs.c.run_id == run_id)).scalar()
        return None if body is None else msgspec.json.decode(body, type=Graph)

    def hash_conflicts(self, run_id: int) -> tuple[HashConflict, ...]:
        """What of the digests in a run's locks cannot be right."""
        with self._read() as connection:
            body = connection.execute(select(hash_conflicts.c.body).where(hash_conflicts.c.run_id == run_id)).scalar()
        return () if body is None else msgspec.json.decode(body, type=tuple[HashConflict, ...])

    def hash_sets(self) -> Iterator[HashSet]:
        """The sets of digests of packages that have more than one, by name; one at a time."""
        several = select(hash_sets.c.name).group_by(hash_sets.c.name).having(func.count() > 1)
        wanted = select(hash_sets).where(hash_sets.c.name.in_(several)).order_by(hash_sets.c.name)
        with self._read() as connection:
            for key, name, version, whole, files in connection.execution_options(yield_per=500).execute(wanted):
                pairs, index = unpacked_files(files)
                yield HashSet(id=key, name=name, version=version, whole=whole, files=pairs, index=index)

    def lock_hashes(self, run_id: int) -> Iterator[tuple[str, str, bytes]]:
        """The locks of a run, by repository: its id, the lock's path, its sets (packed)."""
        wanted = (
            select(run_repositories.c.repo_id, lock_hashes.c.path, lock_hashes.c.sets)
            .join(lock_hashes, lock_hashes.c.document == run_repositories.c.document)
            .where(run_repositories.c.run_id == run_id)
            .order_by(_by_bytes(self._engine, run_repositories.c.repo_id), lock_hashes.c.number)
        )
        with self._read() as connection:
            for row in connection.execution_options(yield_per=500).execute(wanted):
                yield row[0], row[1], row[2]

    def locked_packages(self, run_id: int) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
        """The locks of a run: repository, path, and (name, version) of the packages that have digests, sorted."""
        with self._read() as connection:
            wanted = select(hash_sets.c.id, hash_sets.c.name, hash_sets.c.version)
            named = {row[0]: (row[1], row[2]) for row in connection.execute(wanted)}
        for repository, path, packed in self.lock_hashes(run_id):
            yield repository, path, tuple(sorted({named[i] for i in unpacked_lock(packed)[0] if i in named}))

    def findings(self, run_id: int, kind: type[T]) -> tuple[T, ...]:
        """The findings of a run as values of ``kind``, by rule, repository and fingerprint."""
        order = (findings.c.rule, findings.c.repo_id, findings.c.fingerprint)
        by = [_by_bytes(self._engine, column) for column in order]
        with self._read() as connection:
            bodies = connection.execute(select(findings.c.body).where(findings.c.run_id == run_id).order_by(*by))
            return tuple(msgspec.json.decode(body, type=kind) for body in bodies.scalars())

    def fingerprints(self, *, before: int) -> frozenset[str]:
        """The fingerprints of all findings that runs before this one had."""
        with self._read() as connection:
            seen = connection.execute(select(findings.c.fingerprint).where(findings.c.run_id < before).distinct())
            return frozenset(seen.scalars())

    # Keeping house

    def prune(self, *, keep: int) -> int:
        """Forget all but the ``keep`` newest finished runs, and what only the others saw; how many runs went.

        Runs that are still under way stay.
        """
        with self._write() as connection:
            newest = select(runs.c.id).where(runs.c.state == "finished").order_by(runs.c.id.desc()).limit(keep)
            kept = set(connection.execute(newest).scalars())
            dead = _dead(connection)
            every = connection.execute(select(runs.c.id, runs.c.state)).all()
            gone = [i for i, state in every if i not in kept and (state != "running" or i in dead)]
            for part in _parts(gone, 500):
                connection.execute(delete(runs).where(runs.c.id.in_(part)))
            used = select(run_repositories.c.document)
            connection.execute(delete(documents).where(documents.c.digest.not_in(used)))
            _forget_sets(connection)
        self._known_sets.clear()
        return len(gone)

    def _end(
        self, run_id: int, state: Literal["finished", "interrupted"], finished_at: str, errors: Sequence[Error]
    ) -> None:
        self.flush()
        values = {"state": state, "finished_at": finished_at, "errors": encode(list(errors)).decode()}
        with self._write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        try:
            with _transaction(self._engine, writes=True) as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise StoreError(f"the store cannot be written: {_reason(error)}") from error

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        try:
            with _transaction(self._engine, writes=False) as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise StoreError(f"the store cannot be read: {_reason(error)}") from error


def _engine(name: str) -> Engine:
    if "://" in name:
        engine = create_engine(name)
    else:
        engine = create_engine(URL.create("sqlite", database=name), connect_args={"timeout": BUSY_SECONDS})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: it waits its turn, and cannot fail in the middle."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    with engine.connect().execution_options(**{_WRITES: writes}) as connection, connection.begin():
        yield connection


def _make_ready(connection: Connection, place: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    names = set(inspect(connection).get_table_names())
    if meta.name not in names:
        if names & set(METADATA.tables) or (names and connection.dialect.name == "sqlite"):
            raise StoreError(f"{place} is a database of something else; name another file with --store")
        METADATA.create_all(connection)
        connection.execute(meta.insert().values(name="schema", value=str(VERSION)))
        return
    for table in (hash_sets, lock_hashes, hash_conflicts):
        if table.name not in names:  # a store from before they were there
            table.create(connection)
    found = connection.execute(select(meta.c.value).where(meta.c.name == "schema")).scalar()
    if found != str(VERSION):
        raise StoreError(
            f"{place} was written by another version of Muster (its schema is {found}, this one reads {VERSION}); "
            "use that version, or start a new store with --store"
        )


def _forget_sets(connection: Connection) -> None:
    """Sets of digests that no lock has any more."""
    known = set(connection.execute(select(hash_sets.c.id)).scalars())
    for packed in connection.execute(select(lock_hashes.c.sets)).scalars():
        known.difference_update(unpacked_lock(packed)[0])
    for part in _parts(sorted(known), 500):
        connection.execute(delete(hash_sets).where(hash_sets.c.id.in_(part)))


def _write_batch(connection: Connection, run_id: int, batch: Sequence[Prepared]) -> None:
    digests = {prepared.digest: prepared for prepared in batch}
    known = set(connection.execute(select(documents.c.digest).where(documents.c.digest.in_(list(digests)))).scalars())
    fresh = [digests[digest] for digest in sorted(digests.keys() - known)]
    _insert(connection, documents, [(prepared.digest, prepared.body) for prepared in fresh])
    for table in (*FLAT, lock_hashes):
        _insert(connection, table, [row for prepared in fresh for row in prepared.rows[table.name]])
    entries = {prepared.repo_id: (run_id, *prepared.entry) for prepared in batch}
    _insert(connection, run_repositories, list(entries.values()), replace=("run_id", "repo_id"))
    newest = {p.repo_id: (p.repo_id, p.commit, p.analysis_key, p.digest) for p in batch if p.analysis_key}
    _insert(connection, analyses, list(newest.values()), replace=("repo_id",))
    _beat(connection, run_id)


def _insert(connection: Connection, table: Table, rows: Sequence[Row], *, replace: Sequence[str] = ()) -> None:
    """Many rows at the driver's speed; rows that are there stay, or are renewed where ``replace`` names their key."""
    if not rows:
        return
    on_postgresql = connection.dialect.name == "postgresql"
    statement = (postgresql.insert if on_postgresql else sqlite.insert)(table).values(
        {column.name: None for column in table.columns}
    )
    if replace:
        renewed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in replace}
        statement = statement.on_conflict_do_update(index_elements=list(replace), set_=renewed)
    else:
        statement = statement.on_conflict_do_nothing()
    dialect = _POSTGRESQL if on_postgresql else connection.dialect
    text = str(statement.compile(dialect=dialect))
    for part in _parts(rows, 5000):
        connection.exec_driver_sql(text, list(part))


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _by_bytes(engine: Engine, column: Any) -> Any:
    """Order as Python has it, whatever the database's own collation."""
    return column.collate("C") if engine.dialect.name == "postgresql" else column


def _beat(connection: Connection, run_id: int) -> None:
    connection.execute(update(runs).where(runs.c.id == run_id).values(heartbeat=int(time.time())))


def _dead(connection: Connection) -> frozenset[int]:
    """Runs that say they are under way, by processes that are no more."""
    under_way = connection.execute(
        select(runs.c.id, runs.c.host, runs.c.process, runs.c.heartbeat).where(runs.c.state == "running")
    )
    return frozenset(run_id for run_id, *signs in under_way if not _lives(*signs))


def _lives(host: str, process: str, heartbeat: int) -> bool:
    if host != socket.gethostname():
        return time.time() - heartbeat < SILENT_SECONDS
    pid = process.partition("@")[0]
    return pid.isdecimal() and _process(int(pid)) == process


def _process(pid: int) -> str:
    """A process by number and start: a number alone is given out again. Without a start when it does not run."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            words = file.read().rpartition(")")[2].split()
    except OSError:
        return f"{pid}@" + ("" if os.path.isdir("/proc/self") or not _answers(pid) else "?")
    return f"{pid}@{words[19]}" if words[0] != "Z" else f"{pid}@"


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _run(row: Any, dead: frozenset[int]) -> Run:
    fields: Mapping[str, Any] = row._mapping
    return Run(
        id=fields["id"],
        started_at=fields["started_at"],
        finished_at=fields["finished_at"],
        version=fields["version"],
        as_of=fields["as_of"],
        sources=tuple(msgspec.json.decode(fields["sources"])),
        state="interrupted" if fields["id"] in dead else fields["state"],
        errors=msgspec.json.decode(fields["errors"], type=tuple[Error, ...]),
    )


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return redact(lines[0])[:300] if lines else type(cause).__name__
