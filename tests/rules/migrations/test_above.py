from __future__ import annotations

import tomllib

import pytest

from tests.rules.migrations.conftest import Result

SERVER = {"server/requirements.txt": "a==1\n", "server/.python-version": "3.12\n", "server/app.py": ""}


@pytest.mark.parametrize(
    "above",
    [
        '[project]\nname = ""\nversion = ""\n[tool.ruff]\n',
        '[project]\nname = "a"\n',
        '[project]\nname = "a"\nversion = "1"\nrequires-python = "three"\n',
    ],
)
def test_what_uv_cannot_read_above_a_project_is_kept_from_it(above: str) -> None:
    found = Result({**SERVER, "pyproject.toml": above}, "shop")
    manifest = tomllib.loads(found.files["server/pyproject.toml"])
    assert manifest["tool"]["uv"]["workspace"] == {"members": []}
    assert manifest["tool"]["uv"]["package"] is False
    assert [n.path for n in found.migration.notes if "keeps it from looking" in n.message] == ["pyproject.toml"]


@pytest.mark.parametrize(
    "above",
    ['[project]\nname = "a"\nversion = "1"\n', '[project]\nname = "a"\ndynamic = ["version"]\n', "[tool.ruff]\n"],
)
def test_other_manifests_above_are_none_of_its_business(above: str) -> None:
    manifest = tomllib.loads(Result({**SERVER, "pyproject.toml": above}, "shop").files["server/pyproject.toml"])
    assert "workspace" not in manifest["tool"]["uv"]
