from __future__ import annotations

from typing import Any

CORE = '[project]\nname = "acme-core"\nversion = "1.2"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
API = '[project]\nname = "api"\nversion = "1"\ndependencies = ["acme-core>=1"]\n'


def test_the_picture_is_one_page_of_its_own(muster: Any, make_repo: Any, tmp_path: Any) -> None:
    make_repo("fleet/core").commit({"pyproject.toml": CORE, "acme_core/__init__.py": ""})
    make_repo("fleet/api").commit({"pyproject.toml": API, "api.py": ""})
    muster("scan", tmp_path / "fleet", "-q")
    told = muster("graph", "--format", "html")
    assert told.status == 0
    assert told.out.startswith("<!doctype html>")
    assert "Dependency graph" in told.out
    assert "acme-core" in told.out
    assert "table-edges" in told.out
    assert "table-findings" not in told.out
    assert muster("graph", "--format", "json").json["edges"][0]["distribution"] == "acme-core"
