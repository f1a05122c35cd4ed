from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.expand import Candidate, Expansion, expand
from scanner.sources import SOURCES

Make = Callable[..., Any]


def found(*words: str | Path, exclude: tuple[str, ...] = ()) -> Expansion:
    return expand([str(word) for word in words], SOURCES, exclude)


def one(*words: str | Path) -> Candidate:
    (candidate,) = found(*words).candidates
    return candidate


def repo_at(make_repo: Make, name: str, remote: str | None = None, *options: str) -> Any:
    repo = make_repo(name, *options)
    if remote:
        repo.git("remote", "add", "origin", remote)
    return repo


def test_a_folder_of_everything(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "fleet/api", "git@git.example:acme/api.git").commit({"a": "1"})
    repo_at(make_repo, "fleet/api/vendored/inner", "https://git.example/other/inner")
    repo_at(make_repo, "fleet/team/lib.git", "https://x:s3cret@git.example/acme/lib.git", "--bare")
    repo_at(make_repo, "fleet/.hidden/tool", "https://git.example/acme/tool")
    (tmp_path / "fleet/plain/src").mkdir(parents=True)
    (tmp_path / "fleet/plain/pyproject.toml").touch()
    (tmp_path / "fleet/plain/src/setup.py").touch()
    (tmp_path / "fleet/nothing/here").mkdir(parents=True)
    (tmp_path / "fleet/damaged/.git").mkdir(parents=True)
    os.symlink("..", tmp_path / "fleet/loop")
    expansion = found(tmp_path / "fleet")
    assert expansion.errors == ()
    assert [(c.id, c.name, c.kind) for c in expansion.candidates] == [
        (f"{tmp_path}/fleet/damaged", "damaged", "work-tree"),
        (f"{tmp_path}/fleet/plain", "plain", "folder"),
        ("git.example/acme/api", "api", "work-tree"),
        ("git.example/acme/lib", "lib", "bare"),
        ("git.example/acme/tool", "tool", "work-tree"),
    ]
    assert [c.error.message for c in expansion.candidates if c.error] == [
        "its .git folder is no git directory: HEAD or the objects are missing"
    ]
    assert "s3cret" not in repr(expansion)


def test_one_repository_however_it_is_named(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "r", "https://git.example/acme/r")
    os.symlink("r", tmp_path / "link")
    candidate = one(tmp_path / "r", tmp_path / "r/.git", tmp_path, tmp_path / "link", f"{tmp_path}/./r/")
    assert candidate.location == str(tmp_path / "r")


def test_a_plain_folder_with_a_repository_inside_is_not_one_itself(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "f/inner", "https://git.example/acme/inner")
    (tmp_path / "f/pyproject.toml").touch()
    assert one(tmp_path / "f").id == "git.example/acme/inner"


@pytest.mark.parametrize("what", ["missing", "empty", "file"])
def test_nothing_there(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    expansion = found(tmp_path / what)
    assert expansion.candidates == ()
    assert [e.code for e in expansion.errors] == ["missing-file"]


def test_two_clones_of_one_remote(make_repo: Make, tmp_path: Path) -> None:
    for name in ("b", "a"):
        repo_at(make_repo, name, "https://git.example/acme/api")
    candidates = found(tmp_path).candidates
    assert [c.id for c in candidates] == ["git.example/acme/api", f"git.example/acme/api#{tmp_path}/b"]
    assert [c.location for c in candidates] == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert [c.name for c in candidates] == ["api", "b"]


def test_names_are_longer_where_two_would_be_equal(make_repo: Make, tmp_path: Path) -> None:
    for number, remote in enumerate(("acme/api", "acme/web", "other/api", "deep/other/api")):
        repo_at(make_repo, str(number), f"https://git.example/{remote}")
    names = {c.id: c.name for c in found(tmp_path).candidates}
    assert names == {
        "git.example/acme/api": "acme/api",
        "git.example/acme/web": "web",
        "git.example/other/api": "git.example/other/api",
        "git.example/deep/other/api": "deep/other/api",
    }


def test_local_remotes_are_no_identity(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "r", "/srv/git/r.git")
    assert one(tmp_path / "r").id == str(tmp_path / "r")


def test_exclude(make_repo: Make, tmp_path: Path) -> None:
    for name in ("api", "api-old", "web"):
        repo_at(make_repo, name, f"https://git.example/acme/{name}")
    kept = found(tmp_path, exclude=("*-old", "git.example/*/web")).candidates
    assert [c.name for c in kept] == ["api"]


def test_a_list_of_lines(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "clones/a", "https://git.example/acme/a")
    repo_at(make_repo, "clones/b # not a comment", "https://git.example/acme/b")
    repo_at(make_repo, "clones/c", "https://git.example/acme/c")
    (tmp_path / "more.txt").write_text("clones/c\n@list.txt\n")
    (tmp_path / "list.txt").write_text(
        "# the fleet\n\n  clones/a   # first\r\n@more.txt\nhttps://user:s3cret@git.example/acme/gone.git\nnowhere\n"
    )
    expansion = found(f"@{tmp_path}/list.txt")
    assert [(c.id, c.kind) for c in expansion.candidates] == [
        (f"{tmp_path}/nowhere", "work-tree"),
        ("git.example/acme/a", "work-tree"),
        ("git.example/acme/c", "work-tree"),
        ("git.example/acme/gone", "absent"),
    ]
    nowhere, *_, gone = expansion.candidates
    assert gone.error is not None
    assert gone.error.message == "not cloned: https://git.example/acme/gone.git"
    assert nowhere.error is not None
    assert nowhere.error.message == f"no such folder: {tmp_path}/nowhere, which the list names"
    assert [e.code for e in expansion.errors] == ["too-deep"]
    assert "s3cret" not in repr(expansion)


TOML = """
[[repositories]]
path = "clones/api"
owner = "team-a"
criticality = "high"
tags = ["b", "a"]

[[repositories]]
id = "the-plain-one"
name = "Plain"
path = "clones/plain"
owners = ["x", "y"]

[[repositories]]
url = "git@git.example:acme/beside.git"
criticality = "low"
"""

YAML = """
repositories:
  - path: clones/api
    owner: team-a
    criticality: high
    tags: [b, a]
  - {id: the-plain-one, name: Plain, path: clones/plain, owners: [x, y]}
  - url: git@git.example:acme/beside.git
    criticality: low
"""

CSV = """id,name,url,path,owner,criticality,tags,other
,,,clones/api,team-a,high,b;a,1
the-plain-one,Plain,,clones/plain,x; y,,,2
,,git@git.example:acme/beside.git,,,low,
"""


@pytest.mark.parametrize(
    ("name", "text"), [("f.toml", TOML), ("f.yaml", YAML), ("f.csv", CSV), ("f.tsv", CSV.replace(",", "\t"))]
)
def test_fleet_files(make_repo: Make, tmp_path: Path, name: str, text: str) -> None:
    repo_at(make_repo, "clones/api", "https://git.example/acme/api")
    repo_at(make_repo, "clones/plain")
    repo_at(make_repo, "beside", "https://git.example/acme/beside")
    (tmp_path / name).write_text(text)
    expansion = found(f"@{tmp_path}/{name}")
    assert expansion.errors == ()
    assert [(c.id, c.name, c.owners, c.criticality, c.tags) for c in expansion.candidates] == [
        ("git.example/acme/api", "api", ("team-a",), "high", ("a", "b")),
        ("git.example/acme/beside", "beside", (), "low", ()),
        ("the-plain-one", "Plain", ("x", "y"), None, ()),
    ]


def test_a_fleet_file_speaks_of_clones_found_elsewhere(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "clones/one", "https://git.example/acme/api")
    (tmp_path / "fleet.toml").write_text('[[repositories]]\nurl = "ssh://git@git.example/acme/api"\nowner = "a"\n')
    candidate = one(tmp_path / "clones", f"@{tmp_path}/fleet.toml")
    assert (candidate.kind, candidate.owners, candidate.error) == ("work-tree", ("a",), None)


def test_labels_of_a_whole_folder(make_repo: Make, tmp_path: Path) -> None:
    for name in ("a", "b"):
        repo_at(make_repo, f"clones/{name}")
    (tmp_path / "fleet.yml").write_text("- {path: clones, id: x, name: y, owner: team}\n- clones/a\n")
    candidates = found(f"@{tmp_path}/fleet.yml").candidates
    assert [(c.name, c.owners) for c in candidates] == [("a", ("team",)), ("b", ("team",))]


@pytest.mark.parametrize(
    ("name", "text", "code", "line"),
    [
        ("f.toml", "[[repositories]]\npath = \n", "syntax", 2),
        ("f.toml", "repositories = 3\n", "syntax", None),
        ("f.yaml", "a: [\n", "syntax", 2),
        ("f.yaml", "repositories: x\n", "syntax", None),
        ("f.yaml", "- path: x\n- [y]\n", "syntax", 2),
        ("f.toml", "<<<<<<< a\n=======\n>>>>>>> b\n", "conflict-markers", 1),
        ("f.txt", "a\0b", "encoding", 1),
    ],
)
def test_a_list_that_cannot_be_read(tmp_path: Path, name: str, text: str, code: str, line: int | None) -> None:
    (tmp_path / name).write_text(text)
    (error,) = found(f"@{tmp_path}/{name}").errors
    assert (error.code, error.line, error.path) == (code, line, f"{tmp_path}/{name}")


def test_an_entry_that_makes_no_sense_is_an_error_and_the_rest_counts(make_repo: Make, tmp_path: Path) -> None:
    repo_at(make_repo, "a")
    (tmp_path / "f.yaml").write_text("- {path: a, criticality: urgent, owner: {x: y}, tags: t}\n- {name: x}\n")
    expansion = found(f"@{tmp_path}/f.yaml")
    (candidate,) = expansion.candidates
    assert (candidate.criticality, candidate.owners, candidate.tags) == (None, (), ("t",))
    assert [(e.line, e.code) for e in expansion.errors] == [
        (1, "invalid-entry"),
        (1, "invalid-entry"),
        (2, "invalid-entry"),
    ]


def test_no_such_list(tmp_path: Path) -> None:
    expansion = found(f"@{tmp_path}/none.txt")
    assert [e.code for e in expansion.errors] == ["missing-file"]


def test_a_csv_that_is_odd(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text('path,owner\n"unclosed,x\n\n')
    (odd,) = found(f"@{tmp_path}/f.csv").candidates
    assert odd.error is not None
