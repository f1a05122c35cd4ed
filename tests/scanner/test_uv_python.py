from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rules.examples import a_command
from scanner.inventory import DeclaredPython
from scanner.uv_python import takes_version_file, version_file

UVS = tuple(filter(None, os.environ.get("MUSTER_TEST_UVS", shutil.which("uv") or "").split(os.pathsep)))


def named(path: str, version: str = "3.12", kind: str = "version-file") -> DeclaredPython:
    return DeclaredPython(version=version, path=path, line=1, kind=kind)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["lib/.python-version"], "lib/.python-version"),
        ([".python-version"], None),  # above the project, which is no member of a workspace
        (["ws/.python-version"], "ws/.python-version"),
        (["ws/.python-version", "lib/.python-versions"], "lib/.python-versions"),
        (["lib/.python-versions", "lib/.python-version"], "lib/.python-version"),
        (["lib/.tool-versions", "lib/runtime.txt"], None),
    ],
)
def test_the_file_lies_with_the_project_or_its_workspace(paths: list[str], expected: str | None) -> None:
    found = version_file(map(named, paths), "lib", "ws")
    assert (found.path if found else None) == expected


def test_the_first_version_of_the_root_counts() -> None:
    pythons = [named(".python-version", "3.11", "ci-setup"), *(named(".python-version", v) for v in ("3.13", "3.12"))]
    found = version_file(pythons, ".", None)
    assert found is not None
    assert found.version == "3.13"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["uv sync", "uv run pytest"], True),
        (["uv sync", "pytest"], False),
        (["uv pip install ."], False),
        (["uvx nox"], False),
        ([], False),
    ],
)
def test_only_uvs_own_commands_take_it(texts: list[str], expected: bool) -> None:
    used = [a_command(text) for text in texts]
    assert takes_version_file(used, used) is expected


def test_a_job_that_asks_for_a_python_gets_it() -> None:
    sync, pin = a_command("uv sync"), a_command("uv python pin 3.11", kind="other")
    setup = a_command("uses:astral-sh/setup-uv@v6", kind="bootstrap", python="3.11")
    assert not takes_version_file([sync], [setup, sync])
    assert not takes_version_file([sync], [pin, sync])
    assert takes_version_file([a_command("uv sync", job="docs")], [setup, sync])


@pytest.mark.oracle
@pytest.mark.parametrize("uv", UVS)
@pytest.mark.parametrize(("where", "reads"), [("lib", True), (".", False), ("..", True)])
def test_uv_reads_the_file_where_we_say(uv: str, where: str, reads: bool, tmp_path: Path) -> None:
    """It asks for a Python that is not there; the one on the path is then taken only if the file is not read.

    ``..``: the file at the root of a workspace that the project is a member of.
    """
    project = tmp_path / "lib"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.8"\n')
    if where == "..":
        (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["lib"]\n')
    (tmp_path / where.replace("..", ".") / ".python-version").write_text("3.8.1\n")
    env = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run([uv, "sync"], cwd=project, env=env, capture_output=True, text=True, check=False)
    assert ("3.8.1" in done.stderr) is reads, done.stderr
    assert (done.returncode != 0) is reads, done.stderr
