from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import run
from scanner.store import open_store


def test_the_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 120
    for command in ("scan", "findings", "graph", "plan", "audit"):
        assert f"$ muster {command}" in out
    closing = out.partition("Your turn")[2].split()
    assert closing[1:4] == ["muster", "scan", "~/src"]
    assert "24 repositories: 20 classified, 1 needs a decision, 3 not Python, 0 failed, 0 lost" in out
    with open_store("demo-fleet/muster.db") as store:
        runs = sorted((r.as_of, r.state) for r in store.runs())
    assert runs == [("2026-11-16", "finished"), ("2026-11-23", "finished")]


def test_the_commands_go_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", str(tmp_path / "fleet")]) == 0
    monkeypatch.chdir(tmp_path / "fleet")
    for line in (
        ["explain", "payments-api"],
        ["findings", "--repo", "payments-api"],
        ["plan", "--repo", "payments-api", "--format", "md"],
        ["report", "-o", "report"],
        ["audit"],
        ["check", "orders-api"],
    ):
        assert run(line) == 0, capsys.readouterr().err
    assert run(["check", "search-gateway", "--fail-on", "error"]) == 0  # its lock was renewed in the second scene
    assert run(["check", "notifications-worker", "--fail-on", "error"]) == 1


def test_what_is_not_ours_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert run(["demo", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
