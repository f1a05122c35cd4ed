from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scanner.inventory import (
    Dependency,
    Edge,
    Environments,
    Error,
    Graph,
    Lockfile,
    Project,
    Repository,
    Signature,
    Tool,
    ToolVersion,
    Unresolved,
)
from scanner.store import Store, StoreError, open_store, prepare


def repository(name: str, **fields: object) -> Repository:
    values: dict[str, object] = {
        "id": f"git.example/acme/{name}",
        "name": name,
        "location": f"/fleet/{name}",
        "commit": "c" * 40,
        "branch": "main",
        "committed_at": "2026-11-01T00:00:00Z",
        "state": "classified",
        "is_python": True,
        "projects": (project(),),
        "tools": (Tool(name="ruff", category="linter", use="run", versions=(ToolVersion(version="1", path="x"),)),),
    }
    return Repository(**(values | fields))  # type: ignore[arg-type]


def project(path: str = ".") -> Project:
    lock = Lockfile(path="uv.lock", tool="uv", format="uv.lock 1.3", written_by=None, status="fresh", covers=True)
    dependency = Dependency(
        name="requests",
        raw="requests>=2",
        extras=(),
        specifier=">=2",
        marker=None,
        scope="runtime",
        group=None,
        source="index",
        url=None,
        ref=None,
        editable=False,
        path="pyproject.toml",
        line=7,
    )
    return Project(
        path=path,
        role="main",
        name="api",
        kind="service",
        build_backend=None,
        requires_python=">=3.11",
        package_managers=("uv",),
        primary_manager="uv",
        lock_discipline="locked",
        lockfiles=(lock,),
        signature=Signature(text="uv"),
        environments=Environments(),
        disagreements=(),
        python_versions=(),
        dependencies=(dependency,),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    fingerprint: str
    rule: str = "missing-lock"
    level: str = "error"
    repository: str = "git.example/acme/api"
    project: str | None = "."
    message: str = "no lock"
    state: str = "new"


def begin(store: Store) -> int:
    return store.begin_run(started_at="2026-11-21T08:00:00Z", version="1", as_of="2026-11-21", sources=["."])


def finish(store: Store, run: int) -> None:
    store.finish_run(run, finished_at="2026-11-21T08:00:05Z")


def known_to(store: Store) -> tuple[Repository, ...]:
    """What a new run takes over from the analyses before it."""
    run = begin(store)
    store.add_known(run, [analysis.digest for analysis in store.analyses().values()])
    finish(store, run)
    return store.load(run).repositories


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "muster.db") as opened:
        yield opened


def rows_of(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What another program finds in the file."""
    with closing(sqlite3.connect(folder / "muster.db")) as other:
        found = other.execute(query).fetchall()
        other.commit()
        return found


def test_a_shared_database() -> None:
    """On a server, where there is one: MUSTER_TEST_DATABASE is the URL of an empty PostgreSQL database."""
    if not (url := os.environ.get("MUSTER_TEST_DATABASE")):
        pytest.skip("MUSTER_TEST_DATABASE names no database")
    names = ("b", "a", "B", "-", "é")
    with open_store(url) as one, open_store(url) as two:
        runs = [begin(one), begin(two)]
        for store, run in zip((one, two), runs, strict=True):
            for name in names:
                store.add(run, repository(name, branch=f"br{run}\0"), analysis_key="k")
            store.save_graph(run, Graph(unresolved=(Unresolved(consumer="x", name="z", why="nobody"),)))
            store.save_findings(run, [Found(fingerprint="f", message="\0")])
            finish(store, run)
        for run in runs:
            assert [r.name for r in two.load(run).repositories] == sorted(names)
            assert two.findings(run, Found) == (Found(fingerprint="f", message="\0"),)
        known = one.analyses()
        again = begin(one)
        one.add_known(again, [a.digest for a in known.values()])
        finish(one, again)
        assert one.load(again).repositories == one.load(runs[1]).repositories
        assert one.latest() == again
        one.prune(keep=1)
        assert [r.id for r in one.runs()] == [again]


def test_what_goes_in_comes_out(store: Store) -> None:
    run = begin(store)
    b, a = repository("b"), repository("a", projects=(), is_python=False, state="not-python", commit=None)
    store.add(run, b)
    store.add(run, a)
    edge = Edge(
        consumer="x",
        consumer_project=".",
        provider="y",
        provider_project=None,
        distribution="y",
        scope="runtime",
        via="index",
        specifier=">=1",
        satisfied=None,
        path="p",
        line=1,
    )
    graph = Graph(edges=(edge,), unresolved=(Unresolved(consumer="x", name="z", why="nobody"),))
    store.save_graph(run, graph)
    error = Error(path="list.toml", line=3, code="invalid-entry", message="m")
    store.finish_run(run, finished_at="2026-11-21T08:00:05Z", errors=[error])
    fleet = store.load(run)
    assert fleet.repositories == (a, b)
    assert fleet.graph == graph
    assert fleet.run.state == "finished"
    assert fleet.run.errors == (error,)
    assert fleet.run.sources == (".",)
    assert store.latest() == run


def test_no_such_run(store: Store) -> None:
    with pytest.raises(KeyError):
        store.load(7)
    assert store.latest() is None
    assert store.runs() == ()


def test_a_repository_of_a_run_counts_once(store: Store) -> None:
    run = begin(store)
    store.add(run, repository("a"))
    store.flush()
    store.add(run, repository("a", branch="other"))
    finish(store, run)
    assert [r.branch for r in store.load(run).repositories] == ["other"]


def test_an_unchanged_commit_is_known(store: Store) -> None:
    run = begin(store)
    kept = repository("a")
    store.add(run, kept, analysis_key="k1")
    store.add(run, repository("failed", state="failed"))
    store.flush()  # not finished: what was done counts all the same
    assert {key: (a.commit, a.analysis_key) for key, a in store.analyses().items()} == {kept.id: (kept.commit, "k1")}
    assert known_to(store) == (kept,)


def test_the_newest_analysis_counts(store: Store) -> None:
    run = begin(store)
    store.add(run, repository("a"), analysis_key="k1")
    store.flush()
    newer = repository("a", commit="d" * 40)
    store.add(run, newer, analysis_key="k2")
    store.flush()
    assert (store.analyses()[newer.id].commit, store.analyses()[newer.id].analysis_key) == (newer.commit, "k2")
    assert known_to(store) == (newer,)


def test_a_repository_without_commit_is_known(store: Store) -> None:
    run = begin(store)
    empty = repository("a", commit=None)
    store.add(run, empty, analysis_key="k")
    store.flush()
    assert store.analyses()[empty.id].commit is None
    assert known_to(store) == (empty,)


def test_flat_tables_and_views(store: Store, tmp_path: Path) -> None:
    for name in ("a", "a", "b"):
        run = begin(store)
        store.add(run, repository(name, projects=(project(), project("lib"))))
        finish(store, run)
    assert rows_of(tmp_path, "SELECT count(*) FROM documents") == [(2,)]
    assert rows_of(tmp_path, "SELECT count(*) FROM run_projects") == [(6,)]
    latest = rows_of(tmp_path, "SELECT run_id, repository, project, name, specifier FROM latest_dependencies")
    assert latest == [(3, "b", ".", "requests", ">=2"), (3, "b", "lib", "requests", ">=2")]
    found = rows_of(tmp_path, "SELECT repository, path, status, covers FROM latest_lockfiles")
    assert found == [("b", "uv.lock", "fresh", 1)] * 2
    assert rows_of(tmp_path, "PRAGMA foreign_key_check") == []


def test_odd_text_is_kept(store: Store) -> None:
    run = begin(store)
    odd = replace(project(), name="\0<b>'\n\x1b[31m\u202e", requires_python="\ud800")
    store.add(run, repository("a'; DROP TABLE runs; --", projects=(odd,)))
    finish(store, run)
    (loaded,) = store.load(run).repositories
    assert loaded.projects[0].name == odd.name
    assert loaded.projects[0].requires_python == "\ufffd"


def test_findings(store: Store) -> None:
    one, two = begin(store), begin(store)
    store.save_findings(one, [Found(fingerprint="f1"), Found(fingerprint="f2")])
    store.save_findings(one, [Found(fingerprint="f1"), Found(fingerprint="f3", project=None)])
    store.save_findings(two, [Found(fingerprint="f4")])
    assert store.findings(one, Found) == (Found(fingerprint="f1"), Found(fingerprint="f3", project=None))
    assert store.fingerprints(before=two) == {"f1", "f3"}
    assert store.fingerprints(before=one) == frozenset()


def test_prune(store: Store, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        run = begin(store)
        store.add(run, repository(name), analysis_key="k")
        store.save_findings(run, [Found(fingerprint=name)])
        finish(store, run)
    under_way = begin(store)
    assert store.prune(keep=1) == 2
    assert [r.id for r in store.runs()] == [run, under_way]
    assert set(store.analyses()) == {"git.example/acme/c"}
    for table in ("documents", "projects", "dependencies", "findings", "run_repositories"):
        assert rows_of(tmp_path, f"SELECT count(*) FROM {table}") == [(1,)]


def test_credentials_in_sources_are_redacted(store: Store) -> None:
    run = store.begin_run(started_at="t", version="1", as_of="d", sources=["https://user:hunter2@git.example/a.git"])
    assert "hunter2" not in store.run(run).sources[0]


def test_an_interrupted_run_is_kept(store: Store) -> None:
    run = begin(store)
    store.add(run, repository("a"))
    store.interrupt_run(run, finished_at="t")
    assert store.run(run).state == "interrupted"
    assert len(store.load(run).repositories) == 1
    assert store.latest() is None


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be looked at" * 40, b"\x89PNG\r\n\x1a\n" * 99]
)
def test_a_file_of_something_else(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "muster.db").write_bytes(content)
    with pytest.raises(StoreError, match="cannot open the store"):
        open_store(tmp_path / "muster.db")
    assert (tmp_path / "muster.db").read_bytes() == content


def test_a_database_of_something_else(tmp_path: Path) -> None:
    rows_of(tmp_path, "CREATE TABLE runs (x)")
    with pytest.raises(StoreError, match="something else"):
        open_store(tmp_path / "muster.db")


def test_another_version(tmp_path: Path) -> None:
    open_store(tmp_path / "muster.db").close()
    rows_of(tmp_path, "UPDATE meta SET value = '99'")
    with pytest.raises(StoreError, match=r"schema is 99.*reads 1"):
        open_store(tmp_path / "muster.db")


@pytest.mark.parametrize(
    "place", ["/nowhere/at/all/muster.db", "nosuch://user:hunter2@host/x", "sqlite:////no/where/x.db"]
)
def test_a_place_that_cannot_be(place: str) -> None:
    with pytest.raises(StoreError) as error:
        open_store(place)
    assert "hunter2" not in str(error.value)


def test_a_url(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/muster.db") as store:
        run = begin(store)
        store.add(run, repository("a"))
    with open_store(tmp_path / "muster.db") as store:
        assert len(store.load(run).repositories) == 1


WRITER = """
    import sys, time
    sys.path[:0] = [{tests!r}, {root!r}]
    from test_store import begin, finish, open_store, repository
    store = open_store(sys.argv[1])
    run = begin(store)
    print(run, flush=True)
    for number in range(int(sys.argv[3])):
        store.add(run, repository(f"{{sys.argv[2]}}-{{number}}"), analysis_key="k")
        if number % 50 == 0:
            store.flush()
    finish(store, run)
    store.close()
"""


def writer(tmp_path: Path, name: str, count: int) -> subprocess.Popen[str]:
    program = textwrap.dedent(WRITER).format(tests=os.path.dirname(__file__), root=os.getcwd())
    return subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "muster.db"), name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_scans_at_once_both_succeed(tmp_path: Path) -> None:
    writers = [writer(tmp_path, name, 400) for name in ("same", "same", "other")]
    for process in writers:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    with open_store(tmp_path / "muster.db") as store:
        assert [run.state for run in store.runs()] == ["finished"] * 3
        assert [len(store.load(run.id).repositories) for run in store.runs()] == [400] * 3
        assert len(store.analyses()) == 800


def test_killed_in_the_middle(tmp_path: Path) -> None:
    process = writer(tmp_path, "x", 1_000_000)
    assert process.stdout is not None
    run = int(process.stdout.readline())
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with open_store(tmp_path / "muster.db") as store:
            assert store.run(run).state == "running"
            if len(store.analyses()) > 200:
                break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with open_store(tmp_path / "muster.db") as store:
        assert store.run(run).state == "interrupted"
        assert store.runs()[0].state == "interrupted"
        done = store.analyses()
        assert len(done) > 200
        assert len(list(store.repositories(run))) == len(done)
        again = begin(store)
        store.add_known(again, [a.digest for a in done.values()])
        finish(store, again)
        assert len(store.load(again).repositories) == len(done)
    assert rows_of(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    assert rows_of(tmp_path, "PRAGMA foreign_key_check") == []
    assert rows_of(tmp_path, "SELECT state FROM runs ORDER BY id") == [("interrupted",), ("finished",)]


def test_prepared_elsewhere(store: Store) -> None:
    run = begin(store)
    value = repository("a")
    store.add(run, prepare(value, analysis_key="k"))
    finish(store, run)
    assert known_to(store) == (value,)


def test_adding_what_is_not_there(store: Store) -> None:
    run = begin(store)
    with pytest.raises(StoreError, match="pruned"):
        store.add_known(run, ["no such digest"])
