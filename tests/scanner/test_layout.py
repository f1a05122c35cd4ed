from __future__ import annotations

import pytest

from scanner.collect import RepoFacts
from scanner.facts import Extract, Location, Lock, Manifest, Requirement, Table, Workspace
from scanner.layout import Folder, is_dev_file, is_runtime_file, lay_out


def manifest(path: str, form: str = "pyproject.toml", **fields: object) -> Extract:
    at = Location(path=path, line=1)
    defaults: dict[str, object] = {"name": "x", "tables": (Table(name="project", at=at),)}
    if form == "requirements":
        defaults = {"requirements": (Requirement(name="requests", raw="requests", at=at),)}
    return Extract(path=path, format=form, manifest=Manifest(path=path, format=form, **(defaults | fields)))  # type: ignore[arg-type]


def lock(path: str) -> Extract:
    return Extract(path=path, format="uv.lock", lock=Lock(path=path, tool="uv", format="uv.lock 1.3"))


def facts(*extracts: Extract, files: tuple[str, ...] = ("app.py",)) -> RepoFacts:
    paths = frozenset({*files, *(e.path for e in extracts)})
    return RepoFacts(extracts={e.path: e for e in extracts}, files=paths, suffixes={".py": 1})


def roles(*extracts: Extract, files: tuple[str, ...] = ("app.py",)) -> dict[str, str]:
    return {f.path: f.role for f in lay_out(facts(*extracts, files=files))}


def only(*extracts: Extract) -> Folder:
    (folder,) = lay_out(facts(*extracts))
    return folder


def test_requirements_folder_belongs_to_the_folder_above() -> None:
    folder = only(manifest("requirements/base.txt", "requirements"), manifest("requirements/dev.txt", "requirements"))
    assert folder.path == "."
    assert len(folder.extracts) == 2


def test_nested_requirements_folder_belongs_two_above() -> None:
    assert only(manifest("api/requirements/linux/base.txt", "requirements")).path == "api"
    assert only(manifest("requirements/deps/mock.txt", "requirements")).path == "."


def test_the_lock_of_a_single_script_makes_no_project() -> None:
    assert roles(lock("bin/tool.py.lock")) == {}


def test_requirements_folder_with_a_manifest_of_its_own_is_a_project() -> None:
    found = roles(manifest("requirements/pyproject.toml"), manifest("requirements/dev.txt", "requirements"))
    assert found == {"requirements": "main"}


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("docs/requirements.txt", "docs"),
        ("tests/requirements.txt", "tooling"),
        (".github/requirements.txt", "tooling"),
        ("examples/flask/requirements.txt", "example"),
        ("third_party/lib/requirements.txt", "fixture"),
        ("tests/data/pkg/requirements.txt", "fixture"),
        ("services/api/requirements.txt", "main"),
        ("{{cookiecutter.name}}/requirements.txt", "fixture"),
    ],
)
def test_roles_by_folder_name(path: str, role: str) -> None:
    found = roles(manifest("pyproject.toml"), manifest(path, "requirements"))
    assert found[path.rpartition("/")[0]] == role


def test_what_looks_like_tooling_is_the_product_where_nothing_else_is() -> None:
    assert roles(manifest("scripts/requirements.txt", "requirements"), files=("scripts/run.py",)) == {"scripts": "main"}
    assert roles(manifest("docs/requirements.txt", "requirements"), files=("docs/conf.py",)) == {"docs": "docs"}


def test_members_of_a_workspace_are_main_and_know_their_root() -> None:
    space = Workspace(
        tool="uv",
        members=("packages/*", "tools"),
        exclude=("packages/old",),
        at=Location(path="pyproject.toml", line=9),
    )
    folders = lay_out(
        facts(
            manifest("pyproject.toml", workspace=space),
            manifest("packages/a/pyproject.toml"),
            manifest("packages/old/pyproject.toml"),
            manifest("tools/pyproject.toml"),
            lock("uv.lock"),
        )
    )
    found = {f.path: (f.role, f.workspace_root) for f in folders}
    assert found == {
        ".": ("main", "."),
        "packages/a": ("main", "."),
        "packages/old": ("main", None),
        "tools": ("main", "."),
    }


def test_a_root_that_only_configures_tools_is_tooling_beside_real_projects() -> None:
    at = Location(path="pyproject.toml", line=1)
    tools = manifest("pyproject.toml", name=None, tables=(Table(name="tool.black", at=at),))
    assert roles(tools, manifest("api/pyproject.toml")) == {".": "tooling", "api": "main"}
    assert roles(tools) == {".": "main"}


def test_an_empty_pyproject_makes_no_project() -> None:
    assert roles(manifest("pyproject.toml", name=None, tables=())) == {}


def test_role_override_from_the_configuration() -> None:
    (folder,) = lay_out(facts(manifest("pyproject.toml")), lambda path: "example")
    assert folder.role == "example"


@pytest.mark.parametrize(
    "path", ["requirements-dev.txt", "dev-requirements.txt", "requirements/test.txt", "requirements_docs.in"]
)
def test_development_files_by_name(path: str) -> None:
    assert is_dev_file(path)
    assert not is_runtime_file(path)


@pytest.mark.parametrize(
    "path",
    ["requirements.txt", "requirements/base.txt", "api/requirements.in", "requirements.lock", "requirements-prod.txt"],
)
def test_runtime_files_by_name(path: str) -> None:
    assert not is_dev_file(path)
    assert is_runtime_file(path)
