"""Requirements files that a build reads."""

from __future__ import annotations

import pytest

SETUP = """\
from setuptools import setup

with open("requirements.txt") as f:
    needs = f.read().splitlines()

setup(name="shop", version="1", python_requires=">=3.9", install_requires=needs)
"""


def test_a_list_that_setup_py_reads_moves_into_project(migrated):
    files = {
        "setup.py": SETUP,
        "shop/__init__.py": "",
        "requirements.txt": "flask>=2  # web\n# later\nclick\n",
        "MANIFEST.in": "include LICENSE requirements.txt\ninclude requirements.txt\ngraft docs\n",
    }
    result = migrated(files)
    assert result.refused == []
    assert result.data["project"]["dependencies"] == ["flask>=2", "click"]
    assert "dependency-groups" not in result.data
    assert "open(" not in result.files["setup.py"]
    assert "requirements.txt" not in result.files
    assert result.files["MANIFEST.in"] == "include LICENSE\ngraft docs\n"
    assert ("requirements.txt", "project") in result.migration.moves[0].groups


def test_a_file_that_the_script_still_names_stays(migrated):
    text = SETUP.replace("setup(name", 'print(open("requirements.txt").name)\nsetup(name')
    result = migrated({"setup.py": text, "shop/__init__.py": "", "requirements.txt": "flask\n"})
    assert result.data["project"]["dependencies"] == ["flask"]
    assert result.files["requirements.txt"] == "flask\n"
    assert any("still names requirements.txt" in text for text in result.noted)


def test_extras_that_are_read_become_extras(migrated):
    text = SETUP.replace("install_requires=needs", 'install_requires=["a"], extras_require={"dev": needs}')
    files = {"setup.py": text, "shop/__init__.py": "", "requirements.txt": "pytest\n"}
    result = migrated(files)
    assert result.data["project"]["optional-dependencies"] == {"dev": ["pytest"]}
    assert ("requirements.txt", "extra:dev") in result.migration.moves[0].groups


@pytest.mark.parametrize("line", ["-r other.txt", "-e .", "git+https://git.example/a/b.git#egg=b", "-c other.txt"])
def test_what_readers_read_differently_is_refused(migrated, line):
    files = {"setup.py": SETUP, "shop/__init__.py": "", "requirements.txt": f"flask\n{line}\n", "other.txt": "x\n"}
    assert migrated(files).refused == ["setup-py-logic"]


def test_dynamic_lists_of_setuptools_become_static(migrated):
    manifest = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
requires-python = ">=3.10"
dynamic = ["version", "dependencies", "optional-dependencies"]

[tool.setuptools.dynamic]
version = { attr = "shop.__version__" }
dependencies = { file = ["requirements.in"] }
optional-dependencies.dev = { file = ["requirements-dev.in"] }
"""
    files = {
        "pyproject.toml": manifest,
        "shop/__init__.py": "",
        "requirements.in": "flask\n",
        "requirements-dev.in": "pytest\n",
        "requirements.txt": "flask==3.0\n    # via -r requirements.in\nwerkzeug==3.0\n    # via flask\n",
    }
    result = migrated(files)
    assert result.refused == []
    assert result.data["project"] == {
        "name": "shop",
        "requires-python": ">=3.10",
        "dynamic": ["version"],
        "dependencies": ["flask"],
        "optional-dependencies": {"dev": ["pytest"]},
    }
    assert result.data["tool"]["setuptools"] == {"dynamic": {"version": {"attr": "shop.__version__"}}}
    assert {p.name for p in result.migration.moves[0].pins} == {"flask", "werkzeug"}
    assert not [path for path in result.files if path.startswith("requirements")]


def test_a_file_that_is_read_and_is_not_there(migrated):
    text = (
        "from setuptools import setup\n\n"
        'setup(name="shop", version="1", python_requires=">=3.9", install_requires=open("requirements.txt").readlines(), '
        'tests_require=open("test.txt").readlines())\n'
    )
    files = {"setup.py": text, "shop/__init__.py": "", "requirements.txt": "flask\n"}
    result = migrated(files)
    assert result.refused == []
    assert result.data["project"]["dependencies"] == ["flask"]
    assert any("reads test.txt, which is not in the repository" in text for text in result.noted)
    del files["requirements.txt"]
    (refusal,) = migrated({**files, "requirements-dev.txt": "click\n"}).migration.refusals
    assert "requirements.txt is not in the repository, so that the script fails" in refusal.blocker.message
    assert (refusal.blocker.decision or "").startswith("Bring that file back")
