from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner import gitdir
from scanner.config import Config
from scanner.expand import Candidate
from scanner.inventory import Lockfile
from scanner.survey import Task, survey

Make = Callable[..., Any]


def poetry(**dependencies: str) -> str:
    lines = [f'{name} = "{version}"\n' for name, version in dependencies.items()]
    return "[tool.poetry]\nname = 'demo'\n[tool.poetry.dependencies]\npython = \"^3.11\"\n" + "".join(lines)


def lock(*names: str, **dependencies: str) -> str:
    content = {
        "dependencies": {"python": "^3.11", **dependencies},
        "dev-dependencies": None,
        "extras": None,
        "source": None,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    packages = "".join(f'[[package]]\nname = "{name}"\nversion = "1.5"\n' for name in names)
    return f'{packages}[metadata]\nlock-version = "2.0"\ncontent-hash = "{digest}"\n'


def found(path: Path, *, as_it_lies: bool = False) -> Lockfile:
    repository = gitdir.find(str(path))
    candidate = Candidate(
        id="demo", name="demo", location=str(path), path=str(path), kind="work-tree", repository=repository
    )
    (project,) = survey(Task(candidate=candidate, config=Config(), as_it_lies=as_it_lies)).projects
    (lockfile,) = project.lockfiles
    return lockfile


def test_history_names_what_changed(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"pyproject.toml": poetry(a="^1.0", b="*"), "poetry.lock": lock("a", "b", a="^1.0", b="*")})
    repo.commit({"pyproject.toml": poetry(a="^1.2") + "\n# a comment\n"})
    said = found(repo.path)
    assert (said.status, said.covers, said.written_at) == ("stale", True, "2026-11-01T10:00:00Z")
    assert said.reasons[0].message.startswith("digest only")
    assert "since the lock was last written on 2026-11-01" in said.reasons[0].message
    assert said.reasons[0].message.endswith("the manifest changed in a, b")
    assert [(r.message, r.line) for r in said.reasons[1:]] == [
        ('a "^1.0" became "^1.2"', 5),
        ('b "*" was removed', None),
    ]


def test_a_fresh_lock_has_its_age(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"pyproject.toml": poetry(a="^1.0"), "poetry.lock": lock("a", a="^1.0")})
    said = found(repo.path)
    assert (said.status, said.written_at, said.reasons) == ("fresh", "2026-11-01T10:00:00Z", ())


def test_a_lock_that_never_matched(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"pyproject.toml": poetry(a="^1.0"), "poetry.lock": lock("a", a="^0.9")})
    assert found(repo.path).reasons[0].message.endswith("they never matched")
    repo.commit({"pyproject.toml": poetry(a="^1.1")})
    assert found(repo.path).reasons[0].message.endswith("changed in a, and it did not match then either")


@pytest.mark.parametrize(
    "then", [None, "[tool.poetry]\nname = <<<<<<< ours\n", "\xff\xfe\0"], ids=["missing", "broken", "no text"]
)
def test_a_manifest_that_could_not_be_read_then(make_repo: Make, then: str | None) -> None:
    repo = make_repo()
    written = {"poetry.lock": lock("a", a="^0.9")}
    repo.commit(written if then is None else {**written, "pyproject.toml": then.encode("latin-1")})
    repo.commit({"pyproject.toml": poetry(a="^1.0")})
    assert found(repo.path).reasons[0].message.endswith("its manifest of that commit cannot be read")


def test_a_shallow_clone_says_that_history_is_missing(make_repo: Make, tmp_path: Path) -> None:
    repo = make_repo()
    repo.commit({"pyproject.toml": poetry(a="^1.0"), "poetry.lock": lock("a", a="^1.0")})
    repo.commit({"pyproject.toml": poetry(a="^1.2")})
    clone = ["git", "clone", "--quiet", "--bare", "--depth=1", f"file://{repo.path}", str(tmp_path / "bare")]
    subprocess.run(clone, check=True, capture_output=True)
    said = found(tmp_path / "bare")
    assert (said.status, said.written_at) == ("stale", None)
    assert "what changed cannot be told: the clone is shallow" in said.reasons[0].message


def test_a_work_tree_as_it_lies(make_repo: Make) -> None:
    repo = make_repo()
    repo.commit({"pyproject.toml": poetry(a="^1.0"), "poetry.lock": lock("a", a="^1.0")})
    repo.write({"pyproject.toml": poetry(a="^1.2")})
    assert found(repo.path).status == "fresh"
    said = found(repo.path, as_it_lies=True)
    assert said.reasons[1].message == 'a "^1.0" became "^1.2"'
    repo.write({"poetry.lock": lock("a", a="^1.1")})
    said = found(repo.path, as_it_lies=True)
    assert (said.written_at, said.reasons[0].message.endswith("it is in no commit yet")) == (None, True)


def test_a_folder_without_git(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(poetry(a="^1.0"))
    (tmp_path / "poetry.lock").write_text(lock("a", a="^1.1"))
    said = found(tmp_path, as_it_lies=True)
    assert (said.status, said.written_at, len(said.reasons)) == ("stale", None, 1)
