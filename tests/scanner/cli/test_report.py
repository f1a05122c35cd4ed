from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def scanned(muster: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    shop = tmp_path / "fleet" / "shop"
    shop.mkdir(parents=True)
    (shop / "requirements.txt").write_text("flask>=2\njinja2==3.1.4\n")
    (shop / "app.py").write_text("import flask\n\napp = flask.Flask(__name__)\n")
    (shop / "Dockerfile").write_text("FROM python:3.8\nCOPY . .\nRUN pip install -r requirements.txt\nCMD flask run\n")
    assert muster("scan", shop).status == 0
    return muster


def test_the_whole_report_is_one_folder(scanned: Callable[..., Any]) -> None:
    told = scanned("report", "-o", "out", "--sbom")
    assert told.status == 0
    assert "begin with out/index.html" in told.err
    out = Path("out")
    assert "1 repository: 1 classified" in (out / "index.html").read_text()
    assert "1 repository: 1 classified" in (out / "report.md").read_text()
    for name in ("inventory", "findings", "plan", "graph"):
        assert json.loads((out / f"{name}.json").read_text())["schema"] == f"muster.{name}/1"
    assert json.loads((out / "findings.sarif").read_text())["version"] == "2.1.0"
    ElementTree.parse(out / "findings.junit.xml")
    assert len(list((out / "tables").glob("*.csv"))) > 35
    fleet, shop = sorted((out / "sbom").iterdir(), reverse=True)
    assert fleet.name == "fleet.cdx.json"
    versions = {c["name"]: c.get("version") for c in json.loads(shop.read_text())["components"]}
    assert versions == {"flask": None, "jinja2": "3.1.4"}


def test_the_report_replaces_its_own_files_and_nothing_else(scanned: Callable[..., Any]) -> None:
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine")
    for _ in range(2):
        assert scanned("report", "-o", "out", "-q").err == ""
    assert Path("out/mine.txt").read_text() == "mine"
    assert not [p for p in Path("out").rglob("*") if p.name.endswith(".part")]


@pytest.mark.parametrize(("form", "begins"), [("sarif", "{"), ("junit", "<?xml")])
def test_findings_audit_and_check_write_for_other_tools(scanned: Callable[..., Any], form: str, begins: str) -> None:
    for command in (["findings"], ["audit"], ["check", "../fleet/shop", "--fail-on", "never"]):
        told = scanned(*command, "--format", form)
        assert told.status in (0, 1), told.err
        assert told.out.startswith(begins)
        assert "flask" in told.out or "requirements.txt" in told.out


def test_links_are_checked_when_they_are_read(scanned: Callable[..., Any]) -> None:
    Path("muster.toml").write_text('[links]\n"git.example" = "javascript:alert({file})"\n')
    told = scanned("report", "-o", "out")
    assert told.status == 2
    assert "links.git.example must be one of github, gitlab, bitbucket" in told.err
