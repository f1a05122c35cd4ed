from __future__ import annotations

from pathlib import Path
from typing import Any

POETRY = '[tool.poetry]\nname = "api"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.12"\n'


def test_plans_of_one_owner_and_their_tickets(muster: Any, make_repo: Any, tmp_path: Path) -> None:
    for name, owner in (("api", "@acme/web"), ("jobs", "@acme/data")):
        make_repo(f"fleet/{name}").commit(
            {"pyproject.toml": POETRY.replace("api", name), "CODEOWNERS": f"* {owner}\n", f"{name}.py": ""}
        )
    muster("scan", tmp_path / "fleet", "-q")
    told = muster("plan", "--to", "uv", "--owner", "acme/WEB", "--tickets", tmp_path / "t", "--format", "json")
    assert told.status == 0
    assert [p["repository"].rpartition("/")[2] for p in told.json["plans"]] == ["api"]
    assert [p.name for p in (tmp_path / "t").iterdir()] == ["api.uv.md"]
    assert (tmp_path / "t/api.uv.md").read_text().startswith("# Move api from poetry to uv")
    refused = muster("plan", "--owner", "acme/wep")
    assert refused.status == 2
    assert "did you mean @acme/web?" in refused.err
    assert refused.err.startswith("Error: ")


def test_repositories_are_named_by_pattern_and_a_wrong_name_is_told_the_right_ones(
    muster: Any, make_repo: Any, tmp_path: Path
) -> None:
    for name in ("api", "api-jobs", "web"):
        make_repo(f"fleet/{name}").commit({"pyproject.toml": POETRY.replace("api", name), f"{name}.py": ""})
    muster("scan", tmp_path / "fleet", "-q")
    told = muster("plan", "--to", "uv", "--repo", "api*", "--format", "json")
    assert [p["repository"].rpartition("/")[2] for p in told.json["plans"]] == ["api", "api-jobs"]
    assert "did you mean api-jobs?" in muster("explain", "jobs").err
    refused = muster("findings", "--repo", "zzz")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == "Error: no repository is called 'zzz' in this run: it holds api, api-jobs and web\n"
