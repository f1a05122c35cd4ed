from __future__ import annotations

from typing import Any

POETRY = '[tool.poetry]\nname = "api"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
UV = '[project]\nname = "api"\nversion = "1.0"\nrequires-python = ">=3.12"\n'
LOCK = 'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n\n[[package]]\nname = "api"\nversion = "1.0"\nsource = { virtual = "." }\n'


def test_a_move_is_seen_from_one_run_to_the_next(muster: Any, make_repo: Any) -> None:
    repo = make_repo("fleet/api")
    repo.commit({"pyproject.toml": POETRY, "api/__init__.py": ""})
    muster("scan", repo.path, "-q")
    first = muster("campaign", "--format", "json").json["campaign"]
    assert first["against"] is None
    assert [s["state"] for s in first["standings"] if s["track"] == "uv"] != ["done"]
    repo.commit({"pyproject.toml": UV, "uv.lock": LOCK})
    muster("scan", repo.path, "-q")
    told = muster("campaign", "--format", "json")
    [uv] = [s for s in told.json["campaign"]["standings"] if s["track"] == "uv"]
    assert (told.status, told.json["campaign"]["against"], uv["state"]) == (0, 1, "done")
    assert "What moved" in muster("campaign").out
    assert muster("campaign", "--against", "7").status == 2
