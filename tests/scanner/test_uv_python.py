from __future__ import annotations

import pytest

from rules.examples import a_command
from scanner.inventory import DeclaredPython
from scanner.uv_python import takes_version_file, version_file


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
