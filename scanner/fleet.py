"""One scan: sources to candidates, candidates to workers, entries to the store, and the graph over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from scanner import __version__, gitdir, workers
from scanner.config import Config
from scanner.expand import Candidate, expand
from scanner.gitdir import Unreached
from scanner.graph import build
from scanner.inventory import Error, Fleet, Repository
from scanner.repository import failed
from scanner.sources import SOURCES
from scanner.store import Store
from scanner.survey import Task, identity_of, survey

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scan ended in: the run's number, the fleet, and how many entries an earlier run had already."""

    run_id: int
    fleet: Fleet
    reused: int
    interrupted: bool


class NothingToScan(Exception):
    """No source led to a repository; the errors say what each of them was."""

    def __init__(self, errors: tuple[Error, ...]) -> None:
        super().__init__("nothing to scan")
        self.errors = errors


def scan(
    sources: Sequence[str],
    config: Config,
    store: Store,
    *,
    jobs: int,
    as_of: str,
    now: Callable[[], str],
    progress: Progress = lambda _done, _all, _name: None,
) -> Scan:
    """Scan everything that ``sources`` name into one run of the store.

    Every candidate ends in exactly one entry. A keyboard interrupt keeps what is finished: the run is marked
    interrupted, and a later scan takes its entries up. ``as_of`` is the day (ISO) that findings are judged by.
    """
    found = expand(sources, SOURCES, config.exclude_repositories)
    if not found.candidates:
        raise NothingToScan(found.errors)
    key = analysis_key(config)
    run_id = store.begin_run(started_at=now(), version=__version__, as_of=as_of, sources=tuple(sources), config=key)
    done = reused = 0
    interrupted = False
    try:
        with store.writer(run_id) as writer:
            for candidate, repository, kept in _entries(found.candidates, config, store, key, jobs):
                writer.add(repository, analysis_key=_entry_key(candidate, key))
                done += 1
                reused += kept
                progress(done, len(found.candidates), repository.name)
    except KeyboardInterrupt:
        interrupted = True
    fleet = store.load(run_id)
    graph = build(fleet.repositories, config)
    store.save_graph(run_id, graph)
    if interrupted:
        store.interrupt_run(run_id, finished_at=now(), errors=found.errors)
    else:
        store.finish_run(run_id, finished_at=now(), errors=found.errors)
    return Scan(run_id=run_id, fleet=store.load(run_id), reused=reused, interrupted=interrupted)


def _entries(
    candidates: Sequence[Candidate], config: Config, store: Store, key: str, jobs: int
) -> Iterator[tuple[Candidate, Repository, bool]]:
    """Every candidate with its entry, and whether an earlier run had it already."""
    missing: list[Task] = []
    for candidate in candidates:
        known = _known(candidate, store, key)
        if known is not None:
            yield candidate, known, True
        else:
            missing.append(Task(candidate=candidate, config=config))
    outcomes = workers.run(missing, survey, jobs=min(jobs, len(missing) or 1))
    for outcome in outcomes:
        if outcome.result is not None:
            yield outcome.task.candidate, outcome.result, False
        else:
            yield outcome.task.candidate, _lost(outcome.task, outcome.lost or "its worker ended"), False


def _known(candidate: Candidate, store: Store, key: str) -> Repository | None:
    """The entry that an earlier run made of the same commit with the same configuration and the same Muster."""
    if candidate.repository is None or candidate.error is not None:
        return None
    try:
        commit = gitdir.head(candidate.repository).commit
    except Unreached:
        return None
    if commit is None:
        return None
    known = store.reusable(candidate.id, commit, _entry_key(candidate, key))
    return known if known is not None and known.state != "failed" else None


def _entry_key(candidate: Candidate, key: str) -> str:
    """What an entry depends on besides its commit: the analysis, and what the source says of the repository."""
    said = (candidate.name, candidate.location, candidate.owners, candidate.criticality, candidate.tags)
    return hashlib.sha256(msgspec.json.encode((key, said))).hexdigest()


def _lost(task: Task, why: str) -> Repository:
    return failed(identity_of(task.candidate), "bug", f"lost: {why}")


def analysis_key(config: Config) -> str:
    """What every entry of a scan depends on: the configuration, and this very code of Muster."""
    digest = hashlib.sha256()
    digest.update(__version__.encode())
    digest.update(msgspec.json.encode(config, order="deterministic"))
    for path in sorted(Path(str(resources.files("scanner"))).rglob("*.py")):
        state = path.stat()
        digest.update(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()
