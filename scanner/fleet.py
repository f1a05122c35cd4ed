"""One scan: sources to candidates, candidates to workers, entries to the store, and the graph over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from scanner import __version__, gitdir, workers
from scanner.config import Config
from scanner.expand import Candidate, expand
from scanner.gitdir import Head, Unreached
from scanner.graph.build import build
from scanner.inventory import Error, Fleet
from scanner.repository import failed
from scanner.sources import SOURCES
from scanner.store import Prepared, Store, prepare
from scanner.survey import Task, identity_of, survey_with_hashes
from scanner.verify import Wish

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
    verify: Wish | None = None,
) -> Scan:
    """Scan everything that ``sources`` name into one run of the store.

    Every candidate ends in exactly one entry. A keyboard interrupt keeps what is finished: the run is marked
    interrupted, and a later scan takes its entries up. ``as_of`` is the day (ISO) that findings are judged by. With
    ``verify``, the locks' own tools are asked too, and entries of earlier scans do not serve.
    """
    found = expand(sources, SOURCES, config.exclude_repositories)
    if not found.candidates:
        raise NothingToScan(found.errors)
    key = analysis_key(config)
    run_id = store.begin_run(started_at=now(), version=__version__, as_of=as_of, sources=tuple(sources), config=key)
    known, missing = _split(found.candidates, config, store, key, verify)
    interrupted = False
    try:
        store.add_known(run_id, known.values())
        done = len(known)
        for outcome in workers.run(missing, _prepared, jobs=min(jobs, len(missing) or 1)):
            store.add(run_id, outcome.result or _lost(outcome.task, outcome.lost or "its worker ended"))
            done += 1
            progress(done, len(found.candidates), outcome.task.candidate.name)
    except KeyboardInterrupt:
        interrupted = True
    store.flush()
    store.save_hash_conflicts(run_id)
    store.save_graph(run_id, build(store.repositories(run_id), config))
    end = store.interrupt_run if interrupted else store.finish_run
    end(run_id, finished_at=now(), errors=found.errors)
    return Scan(run_id=run_id, fleet=store.load(run_id), reused=len(known), interrupted=interrupted)


def _split(
    candidates: Sequence[Candidate], config: Config, store: Store, key: str, verify: Wish | None
) -> tuple[dict[str, str], list[Task]]:
    """What an earlier run knows already (id to document), and what is to be surveyed."""
    analyses = store.analyses()
    known: dict[str, str] = {}
    missing: list[Task] = []
    for candidate in candidates:
        head = _head(candidate)
        task = Task(candidate=candidate, config=config, key=_entry_key(candidate, head, key), verify=verify)
        earlier = analyses.get(candidate.id)
        if (
            verify is None
            and earlier
            and head.commit
            and (earlier.commit, earlier.analysis_key) == (head.commit, task.key)
        ):
            known[candidate.id] = earlier.digest
        else:
            missing.append(task)
    return known, missing


def _head(candidate: Candidate) -> Head:
    """What HEAD is at, read in this process; nothing where there is no telling."""
    nothing = Head(commit=None, branch=None)
    if candidate.repository is None or candidate.error is not None:
        return nothing
    try:
        return gitdir.head(candidate.repository)
    except Unreached:
        return nothing


def _entry_key(candidate: Candidate, head: Head, key: str) -> str:
    """What an entry depends on besides its commit: the analysis, the branch, and what the source says."""
    said = (candidate.name, candidate.location, candidate.owners, candidate.criticality, candidate.tags, head.branch)
    return hashlib.sha256(msgspec.json.encode((key, said))).hexdigest()


def _prepared(task: Task) -> Prepared:
    """Survey and flatten in the worker; a failure gets no key, so that the next scan tries again.

    Nor does what the tools of this machine said.
    """
    repository, hashes = survey_with_hashes(task)
    again = repository.state == "failed" or task.verify is not None
    return prepare(repository, analysis_key="" if again else task.key, hashes=hashes)


def _lost(task: Task, why: str) -> Prepared:
    return prepare(failed(identity_of(task.candidate), "bug", f"lost: {why}"))


def analysis_key(config: Config) -> str:
    """What every entry of a scan depends on: the configuration, and this very code of Muster."""
    digest = hashlib.sha256()
    digest.update(__version__.encode())
    digest.update(msgspec.json.encode(config, order="deterministic"))
    for path in sorted(Path(str(resources.files("scanner"))).rglob("*.py")):
        state = path.stat()
        digest.update(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()
