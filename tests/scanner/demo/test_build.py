from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.demo.build import MARKER, Refused, advance, build, histories
from tests.scanner.conftest import Repo


def heads(folder: Path) -> dict[str, str]:
    return {p.parts[-5]: p.read_text() for p in folder.glob("*/.git/refs/heads/main")}


def test_the_same_commits_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "one")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.chdir(tmp_path)
    build(Path("two"))
    first = heads(tmp_path / "one")
    assert first == heads(tmp_path / "two")
    assert len(first) == len(histories()) - 1  # one repository has no commit
    changed = {name for name, _ in advance(tmp_path / "one")}
    advance(Path("two"))
    assert heads(tmp_path / "one") == heads(tmp_path / "two")
    assert {name for name, head in heads(tmp_path / "one").items() if first[name] != head} == changed


def test_histories_are_told_by_several_people_in_order() -> None:
    for history in histories():
        dates = [commit.when for commit in (*history.commits, *history.later)]
        assert dates == sorted(dates), history.name
        assert history.name == "loyalty-service" or len(dates) >= 2
        assert all(c.message and c.files and c.author.endswith("@acme.example>") for c in history.commits)
    assert len({c.author for history in histories() for c in history.commits}) >= 5


def test_each_clone_is_clean_and_has_its_remote(tmp_path: Path) -> None:
    build(tmp_path)
    advance(tmp_path)
    for history in histories():
        repo = Repo(tmp_path / history.name)
        assert repo.git("remote", "get-url", "origin") == f"https://git.example/acme/{history.name}.git"
        assert repo.git("fsck", "--strict", "--no-dangling") in ("", "notice: No default references")
        assert history.name == "loyalty-service" or repo.git("status", "--porcelain") == ""


def test_only_an_own_fleet_is_replaced(tmp_path: Path) -> None:
    build(tmp_path)
    stray = tmp_path / "orders-api/stray.txt"
    stray.write_text("mine")
    (tmp_path / "notes.txt").write_text("not of the fleet")
    (tmp_path / "muster.db").write_text("old")
    build(tmp_path)
    assert not stray.exists()
    assert not (tmp_path / "muster.db").exists()
    assert (tmp_path / "notes.txt").read_text() == "not of the fleet"


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "orders-api").mkdir()
    with pytest.raises(Refused, match="not empty"):
        build(tmp_path)
    assert os.listdir(tmp_path) == ["orders-api"]
    file = tmp_path / "orders-api/file"
    file.write_text("x")
    with pytest.raises(Refused, match="not a folder"):
        build(file)


def test_a_link_in_an_old_fleet_is_not_followed(tmp_path: Path) -> None:
    fleet, other = tmp_path / "fleet", tmp_path / "other"
    other.mkdir()
    (other / "kept").write_text("kept")
    fleet.mkdir()
    (fleet / MARKER).touch()
    (fleet / "orders-api").symlink_to(other)
    build(fleet)
    assert os.listdir(other) == ["kept"]
    assert not (fleet / "orders-api").is_symlink()


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    build(tmp_path / "deep" / "fleet")
    (tmp_path / "empty").mkdir()
    build(tmp_path / "empty")
    assert heads(tmp_path / "empty") == heads(tmp_path / "deep/fleet")
