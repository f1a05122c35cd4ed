"""Requirements files that are none of the project's lists."""

from __future__ import annotations

import pytest

BASE = {".python-version": "3.12\n", "requirements.txt": "flask\n"}


@pytest.mark.parametrize(
    ("path", "text", "more"),
    [
        ("requirements/constraints_py39.txt", "numpy==1.0\n", {}),
        ("requirements/version_denylist.txt", "numpy==1.0\n", {}),
        ("requirements/known_bad.txt", "numpy!=1.0\nscipy!=1.1,!=1.2\n", {}),
        ("server/requirements.txt", "torch==2.0\n", {"server/Dockerfile": "FROM python:3.12\n"}),
        ("requirements/docs.txt", "# Generated from pyproject.toml, do not edit\nsphinx\n", {}),
    ],
)
def test_what_serves_something_else_stays(migrated, path, text, more):
    result = migrated({**BASE, path: text, **more})
    assert result.refused == []
    assert "dependency-groups" not in result.data
    assert result.files[path] == text


def test_pythons_are_no_packages(migrated):
    result = migrated({**BASE, "requirements/runtime.txt": "python-3.8.8\n"})
    assert "python-3.8.8" not in result.text


def test_constraints_that_a_file_names_go_on_to_constrain(migrated):
    result = migrated({**BASE, "requirements.txt": "-c constraints.txt\nflask\n", "constraints.txt": "jinja2<4\n"})
    assert result.data["tool"]["uv"]["constraint-dependencies"] == ["jinja2<4"]
    assert "dependency-groups" not in result.data


def test_an_address_beside_an_index_is_never_dropped(migrated):
    setup = "from setuptools import setup\nsetup(name='shop', version='1', install_requires=['core'])\n"
    files = {"setup.py": setup, "shop/__init__.py": "", ".python-version": "3.12\n"}
    result = migrated({**files, "requirements.txt": "-e git+https://git.example/acme/core.git@main#egg=core\n"})
    assert result.refused == ["conflicting-pins"]
    assert not result.migration.edits
