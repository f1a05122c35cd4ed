"""Projects that take each other by path."""

from __future__ import annotations

from typing import Any

POETRY = """[tool.poetry]
name = "{name}"
version = "1.0"
[tool.poetry.dependencies]
python = "^3.11"
{more}
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


def _poetry(name: str, more: str = "") -> str:
    return POETRY.format(name=name, more=more)


def test_a_path_is_editable_for_all_who_meet_it(migrated: Any) -> None:
    files = {
        "app/pyproject.toml": _poetry(
            "app", 'a = { path = "../a", develop = true }\nb = { path = "../b", develop = true }'
        ),
        "a/pyproject.toml": _poetry("a", 'b = { path = "../b" }'),
        "b/pyproject.toml": _poetry("b"),
        "other/pyproject.toml": _poetry("other", 'c = { path = "../c" }'),
        "c/pyproject.toml": _poetry("c"),
    }
    result = migrated(files)
    assert result.refused == []
    assert 'b = { path = "../b", editable = true }' in result.files["a/pyproject.toml"]
    assert 'c = { path = "../c" }' in result.files["other/pyproject.toml"]


def test_who_takes_a_refused_project_by_path_is_refused(migrated: Any) -> None:
    files = {
        "app/pyproject.toml": _poetry("app", 'lib = { path = "../lib" }'),
        "lib/setup.py": "import os\nfrom setuptools import setup\nsetup(name=os.environ['NAME'], install_requires=f())\n",
        "lib/requirements.txt": "a\n",
        "free/pyproject.toml": _poetry("free"),
    }
    result = migrated(files)
    assert {r.project for r in result.migration.refusals} == {"app", "lib"}
    (told,) = [r.blocker for r in result.migration.refusals if r.project == "app"]
    assert "it takes lib by path, which does not move" in told.message
    assert (told.path, told.line is not None) == ("app/pyproject.toml", True)
    assert [move.project.path for move in result.migration.moves] == ["free"]
    assert result.files["app/pyproject.toml"] == files["app/pyproject.toml"]


def test_poetry_s_notation_in_the_project_table(migrated: Any) -> None:
    text = (
        '[project]\nname = "a"\nversion = "1"\nrequires-python = "^3.12"  # all\n[tool.poetry]\npackage-mode = false\n'
    )
    result = migrated({"pyproject.toml": text, "poetry.lock": ""})
    assert result.data["project"]["requires-python"] == ">=3.12,<4"


def test_what_is_no_address_is_left_out(migrated: Any) -> None:
    text = _poetry("a").replace(
        'version = "1.0"', 'version = "1.0"\nauthors = ["Team 5 <FIUBA email>", "Ann <a@b.example>"]'
    )
    authors = migrated({"pyproject.toml": text}).data["project"]["authors"]
    assert authors == [{"name": "Team 5"}, {"name": "Ann", "email": "a@b.example"}]


PDM = """[project]
version = ""
requires-python = ">=3.11"
dependencies = [{}]

[tool.pdm]
"""


def test_a_project_without_a_name_gets_one(migrated: Any) -> None:
    result = migrated({"pyproject.toml": PDM.format(""), "pdm.lock": "[metadata]\nlock_version = '4.5.0'\n"})
    assert result.data["project"]["name"] == "shop"
    assert result.data["project"]["version"] == "0"
    assert result.data["tool"]["uv"]["package"] is False
    assert any("states no name" in note for note in result.noted)


def test_a_file_of_somebody_s_machine_is_refused(migrated: Any) -> None:
    text = PDM.format('"a @ file:///home/ann/a-1.0-py3-none-any.whl"')
    result = migrated({"pyproject.toml": text, "pdm.lock": "[metadata]\nlock_version = '4.5.0'\n"})
    (refusal,) = result.migration.refusals
    assert (refusal.blocker.code, refusal.blocker.line) == ("external-path", 4)
