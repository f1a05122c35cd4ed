from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.store import StoreError, open_store

POETRY = (
    '[tool.poetry]\nname = "api"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.12"\nacme-core = "^1.0"\n'
)
CORE = '[project]\nname = "acme-core"\nversion = "1.2"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


@pytest.fixture
def fleet(make_repo: Any, tmp_path: Path) -> Path:
    """Two repositories, one of which needs the other, and one that cannot be read."""
    for name, files in {
        "fleet/api": {
            "pyproject.toml": POETRY,
            "api/main.py": "",
            "Dockerfile": "FROM python:3.12\nRUN pip install flask\n",
        },
        "fleet/core": {"pyproject.toml": CORE, "acme_core/__init__.py": ""},
    }.items():
        repo = make_repo(name)
        repo.git("remote", "add", "origin", f"https://git.example/acme/{name.rpartition('/')[2]}.git")
        repo.commit(files)
    return tmp_path / "fleet"


def test_the_inventory_is_valid_against_the_published_schema_and_the_same_twice(muster: Any, fleet: Path) -> None:
    from jsonschema import Draft202012Validator

    first = muster("scan", fleet, "--format", "json", "--as-of", "2026-11-21", "-q")
    second = muster("scan", fleet, "--format", "json", "--as-of", "2026-11-21", "-q", "--store", "other.db")
    assert first.status == second.status == 0
    schema = muster("schema", "inventory").json
    Draft202012Validator(schema).validate(first.json)
    without_run = [{k: v for k, v in told.json.items() if k != "run"} for told in (first, second)]
    assert without_run[0] == without_run[1]
    assert json.dumps(without_run[0]) == json.dumps(without_run[1])


@pytest.mark.parametrize("document", ["findings", "graph", "plan", "rules", "runs"])
def test_every_document_is_valid_against_its_schema(muster: Any, fleet: Path, document: str) -> None:
    from jsonschema import Draft202012Validator

    muster("scan", fleet, "-q")
    Draft202012Validator(muster("schema", document).json).validate(muster(document, "--format", "json").json)


def test_ids_edges_and_states(muster: Any, fleet: Path) -> None:
    document = muster("scan", fleet, "--format", "json", "-q").json
    assert [r["id"] for r in document["repositories"]] == ["git.example/acme/api", "git.example/acme/core"]
    assert [r["state"] for r in document["repositories"]] == ["classified", "classified"]
    (edge,) = document["edges"]
    assert (edge["consumer"], edge["provider"], edge["satisfied"]) == (
        "git.example/acme/api",
        "git.example/acme/core",
        True,
    )
    assert (edge["path"], edge["line"]) == ("pyproject.toml", 6)


def test_a_repository_that_cannot_be_read_costs_only_itself(muster: Any, fleet: Path) -> None:
    broken = fleet / "broken.git"
    (broken / "objects").mkdir(parents=True)
    (broken / "refs").mkdir()
    (broken / "HEAD").write_text("0" * 40 + "\n")
    told = muster("scan", fleet, "--format", "json", "-q")
    assert told.status == 3
    states = {r["name"]: r["state"] for r in told.json["repositories"]}
    assert states == {"api": "classified", "core": "classified", "broken": "failed"}


def test_what_a_list_names_and_is_not_there_has_failed(muster: Any, fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"{fleet}/api\nnowhere\nhttps://git.example/acme/other.git\n")
    told = muster("scan", f"@{tmp_path}/list.txt", "--format", "json", "-q")
    assert told.status == 3
    failed = {r["name"]: r["errors"][0]["message"] for r in told.json["repositories"] if r["state"] == "failed"}
    assert failed == {
        "nowhere": f"no such folder: {tmp_path}/nowhere, which the list names",
        "other": "not cloned: https://git.example/acme/other.git",
    }
    assert sorted(told.err.splitlines()) == [f"muster: {name}: {why}" for name, why in sorted(failed.items())]


def test_nothing_to_scan(muster: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = muster("scan", tmp_path / "empty")
    assert told.status == 4
    assert "nothing to scan" in told.err
    assert muster("scan", tmp_path / "missing").status == 4
    assert muster("scan").status == 2


def test_an_unchanged_commit_is_not_read_again(muster: Any, fleet: Path) -> None:
    muster("scan", fleet)
    assert "2 unchanged since an earlier run" in muster("scan", fleet).err


def test_without_a_store_the_others_say_what_to_do(muster: Any) -> None:
    told = muster("findings")
    assert told.status == 2
    assert "muster scan SOURCE" in told.err


def test_audit_says_what_is_new_and_what_is_fixed(muster: Any, fleet: Path, make_repo: Any) -> None:
    muster("scan", fleet, "-q")
    assert muster("audit", "--fail-on", "unpinned-install-in-image").status == 1
    api = fleet / "api"
    for command in (
        ["rm", "-q", "Dockerfile"],
        ["-c", "user.name=a", "-c", "user.email=a@git.example", "commit", "-qm", "m"],
    ):
        subprocess.run(["git", *command], cwd=api, check=True)
    muster("scan", fleet, "-q")
    told = muster("audit", "--fail-on", "unpinned-install-in-image", "--format", "json")
    assert told.status == 0
    assert {f["state"] for f in told.json["findings"] if f["rule"] == "unpinned-install-in-image"} == {"fixed"}


def test_audit_says_what_it_compares_with(muster: Any, fleet: Path, tmp_path: Path) -> None:
    muster("scan", fleet, "-q")
    assert "no earlier run to compare with" in muster("audit").out
    known = len(muster("findings", "--format", "json").json["findings"])
    muster("scan", fleet, "-q")
    told = muster("audit").out
    assert f"Since run 1: 0 new, 0 regressed, 0 fixed; {known} as before" in told
    assert "0 findings" not in told
    (tmp_path / "list.txt").write_text(f"{fleet}/core\n{tmp_path}/gone\n")
    muster("scan", f"@{tmp_path}/list.txt", "-q")
    told = muster("audit").out
    assert "Not seen this time, so nothing of it is called fixed: git.example/acme/api." in " ".join(told.split())
    assert "0 fixed" in told


def test_two_scans_at_once_on_one_store(fleet: Path, tmp_path: Path) -> None:
    store = tmp_path / "shared.db"
    command = [
        sys.executable,
        "-m",
        "scanner",
        "scan",
        str(fleet),
        "--store",
        str(store),
        "-q",
        "--format",
        "json",
        "-j",
        "2",
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert {document["run"]["id"] for document in documents} == {1, 2}
    assert documents[0]["repositories"] == documents[1]["repositories"]


def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(muster: Any, make_repo: Any, tmp_path: Path) -> None:
    for number in range(60):
        make_repo(f"many/r{number}").commit({"pyproject.toml": CORE.replace("acme-core", f"acme-{number}"), "a.py": ""})
    store = tmp_path / "store.db"
    command = [sys.executable, "-m", "scanner", "scan", str(tmp_path / "many"), "--store", str(store), "-q", "-j", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    deadline = time.monotonic() + 20
    while not _has_begun(store) and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    told = muster("scan", tmp_path / "many", "--store", store, "--format", "json", "-q")
    assert told.status == 0
    names = [r["name"] for r in told.json["repositories"]]
    assert len(names) == len(set(names)) == 60
    runs = muster("runs", "--store", store, "--format", "json").json["runs"]
    assert runs[0]["state"] == "finished"
    assert all(r["state"] == "interrupted" for r in runs[1:])


def _has_begun(store: Path) -> bool:
    if not store.exists():
        return False
    try:
        with open_store(store) as opened:
            return bool(opened.runs())
    except StoreError:
        return False


def test_tools_are_asked_only_where_that_is_wished(muster: Any, make_repo: Any, tmp_path: Path) -> None:
    """A tool that is not installed says so; what a machine's tools said is not taken up by a later scan."""
    files = {"Pipfile": '[packages]\nacme = "*"\n', "Pipfile.lock": '{"_meta": {"hash": {}}, "default": {}}'}
    make_repo("shop").commit(files)
    for option in ("--verify-all", "--verify-network"):
        assert muster("scan", str(tmp_path), option).status == 2
    asked = muster("scan", str(tmp_path), "--verify-with-tools", "--verify-all", "--format", "json")
    plain = muster("scan", str(tmp_path), "--format", "json")
    told = [one.json["repositories"][0]["projects"][0]["lockfiles"][0] for one in (asked, plain)]
    assert told[0]["verified_by"]["tool"] == "pipenv"
    assert told[1]["verified_by"] is None
