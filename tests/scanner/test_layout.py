from __future__ import annotations

from collections import Counter

import pytest

from scanner.collect import RepoFacts
from scanner.facts import Extract, Location, Lock, Manifest, Requirement, Table, Workspace
from scanner.folder import Folder
from scanner.layout import lay_out, reads_build_file
from scanner.requirement_files import is_dev_file
from scanner.roles import is_side_file, other_code


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
        ("load-testing/requirements.txt", "tooling"),
        ("sdktest/requirements.txt", "tooling"),
        ("{{cookiecutter.name}}/requirements.txt", "fixture"),
    ],
)
def test_roles_by_folder_name(path: str, role: str) -> None:
    found = roles(manifest("pyproject.toml"), manifest(path, "requirements"), files=("services/api/app.py",))
    assert found[path.rpartition("/")[0]] == role


def test_a_tail_of_assets_does_not_make_a_fixture() -> None:
    files = ("sync-known-assets/service.py",)
    assert roles(manifest("sync-known-assets/requirements.txt", "requirements"), files=files) == {
        "sync-known-assets": "main"
    }
    assert roles(manifest("pyproject.toml"), manifest("test-assets/pyproject.toml"))["test-assets"] == "fixture"


def _taking(path: str, target: str) -> Extract:
    at = Location(path=path, line=2)
    return manifest(path, requirements=(Requirement(name="y", raw="y", source="path", url=target, at=at),))


def test_what_main_projects_take_by_path_to_run_is_main() -> None:
    members = manifest("libraries/utils/pyproject.toml", name="utils"), manifest("libraries/tools/pyproject.toml")
    taking = _taking("services/worker/pyproject.toml", "../../libraries/utils")
    found = roles(manifest("pyproject.toml"), taking, *members)
    assert found["libraries/utils"] == "main"
    reasons = {f.path: f.role_reasons[0].message for f in lay_out(facts(manifest("pyproject.toml"), taking, *members))}
    assert reasons["libraries/utils"] == "a main project takes it by path"
    assert found["libraries/tools"] == "tooling"
    aside = _taking("examples/worker/pyproject.toml", "../../libraries/utils")
    assert roles(manifest("pyproject.toml"), aside, *members)["libraries/utils"] == "tooling"


def test_what_an_image_ships_is_main_where_the_root_has_no_code() -> None:
    need = (Requirement(name="requests", raw="requests", at=Location(path="docker/pyproject.toml", line=3)),)
    inner = manifest("docker/pyproject.toml", requirements=need)
    files = ("docker/Dockerfile", "docker/operate.py", "tests/test_operate.py")
    assert roles(manifest("pyproject.toml"), inner, files=files) == {".": "tooling", "docker": "main"}
    assert roles(manifest("pyproject.toml"), inner, files=(*files, "app.py"))["docker"] == "tooling"
    assert roles(manifest("pyproject.toml"), inner, files=files[1:])["docker"] == "tooling"


def test_single_releases_of_packages_are_fixtures() -> None:
    releases = (
        manifest("recipes-of-ours/shapes-2.0.5/pyproject.toml", name="shapes", version="2.0.5"),
        manifest("custom/shapes-2.0.5/pyproject.toml", name="shapes", version="2.0.5"),
        manifest("custom/shapes-2.0.5/stub/pyproject.toml", name="shapes"),
    )
    found = roles(manifest("pyproject.toml"), *releases)
    assert found["custom/shapes-2.0.5"] == found["custom/shapes-2.0.5/stub"] == "fixture"
    assert roles(releases[1]) == {"custom/shapes-2.0.5": "main"}


def test_a_root_that_only_deploys_what_lies_below_is_tooling() -> None:
    need = (Requirement(name="cloud", raw="cloud", at=Location(path="Pipfile", line=3)),)
    root = manifest("Pipfile", "Pipfile", requirements=need), lock("Pipfile.lock")
    below = manifest("service/requirements.txt", "requirements")
    assert roles(*root, below, files=("deploy.py", "service/app.py"))["."] == "tooling"
    assert roles(*root, below, files=("deploy.py", "run.py", "service/app.py"))["."] == "main"


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
            manifest("packages/old/pyproject.toml", name="y"),
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
    "path",
    [
        "requirements-dev.txt",
        "dev-requirements.txt",
        "requirements/test.txt",
        "requirements_docs.in",
        "requirements/py312-django52.txt",
    ],
)
def test_development_files_by_name(path: str) -> None:
    assert is_dev_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "requirements/base.txt",
        "api/requirements.in",
        "requirements.lock",
        "requirements-prod.txt",
        "requirements-py312.txt",
    ],
)
def test_runtime_files_by_name(path: str) -> None:
    assert not is_dev_file(path)


def test_requirements_inside_a_package_belong_to_the_project_that_ships_it() -> None:
    built = manifest("pyproject.toml", has_build_system=True)
    inner = manifest("shop/requirements.txt", "requirements")
    assert list(roles(built, inner, files=("shop/__init__.py",))) == ["."]
    assert list(roles(built, inner, files=("shop/app.py",))) == [".", "shop"]


def test_requirements_in_src_belong_to_the_project_above_where_there_is_one() -> None:
    assert list(roles(manifest("pyproject.toml"), manifest("src/requirements.txt", "requirements"))) == ["."]
    assert list(roles(manifest("src/requirements.txt", "requirements"), files=("src/app.py",))) == ["src"]


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("infra/lambdas/docker/orders", "main"),
        ("deploy/functions/orders", "main"),
        ("infra/scripts/orders", "tooling"),
        (".build/orders", "tooling"),
        ("archive/orders", "tooling"),
        ("data/orders", "main"),
    ],
)
def test_roles_of_functions_and_of_what_is_put_away(path: str, role: str) -> None:
    found = roles(
        manifest("pyproject.toml"), manifest(f"{path}/requirements.txt", "requirements"), files=(f"{path}/app.py",)
    )
    assert found[path] == role


def test_a_folder_without_python_that_lists_requirements_is_tooling() -> None:
    found = roles(manifest("pyproject.toml"), manifest("gateway/requirements.txt", "requirements"))
    assert found == {".": "main", "gateway": "tooling"}


def many(suffix: str, count: int) -> tuple[str, ...]:
    return tuple(f"app/part{number}{suffix}" for number in range(count))


def mixed(*extracts: Extract, files: tuple[str, ...]) -> RepoFacts:
    paths = frozenset({*files, *(e.path for e in extracts)})
    suffixes = Counter("." + path.rpartition(".")[2] for path in paths)
    return RepoFacts(extracts={e.path: e for e in extracts}, files=paths, suffixes=suffixes)


def test_scripts_beside_a_product_in_another_language_are_tooling() -> None:
    listed = manifest("scripts/requirements.txt", "requirements")
    files = ("scripts/convert.py", *many(".ts", 5))
    assert [f.role for f in lay_out(mixed(listed, files=files))] == ["tooling"]
    root = manifest("requirements.txt", "requirements")
    assert [f.role for f in lay_out(mixed(root, files=files))] == ["tooling"]
    assert [f.role for f in lay_out(mixed(root, files=(*files, "app/server.py")))] == ["main"]


@pytest.mark.parametrize(
    ("path", "side"),
    [("tests/data.py", True), ("shop/test_app.py", True), ("noxfile.py", True), ("shop/app.py", False)],
)
def test_files_that_serve_something_else(path: str, side: bool) -> None:
    assert is_side_file(path) is side


def test_what_pip_compile_reads_without_arguments() -> None:
    def compiled(*inputs: str) -> Lock:
        return Lock(
            path="requirements.txt", tool="pip-tools", format="pip-compile", command=("pip-compile",), inputs=inputs
        )

    alone = only(manifest("setup.py", "setup.py"))
    assert reads_build_file(compiled(), alone)
    assert reads_build_file(compiled("setup.py"), alone)
    with_source = only(manifest("setup.py", "setup.py"), manifest("requirements.in", "requirements"))
    assert not reads_build_file(compiled(), with_source)
    assert not reads_build_file(compiled("requirements.in"), with_source)


def test_requirements_deep_in_a_package_and_in_a_package_of_tests() -> None:
    built = manifest("setup.py", "setup.py")
    packages = ("shop/__init__.py", "shop/rates/__init__.py", "tests/__init__.py")
    deep = manifest("shop/rates/requirements.txt", "requirements")
    found = roles(built, deep, manifest("tests/requirements.txt", "requirements"), files=packages)
    assert found == {".": "main", "tests": "tooling"}


def dev(path: str, *names: str, scope: str = "runtime", **fields: object) -> Extract:
    at = Location(path=path, line=1)
    made = tuple(Requirement(name=n, raw=n, at=at, scope=scope) for n in names)  # type: ignore[arg-type]
    return manifest(path, requirements=made, name="root", **fields)


@pytest.mark.parametrize(
    ("root", "files", "role"),
    [
        (dev("pyproject.toml", "pytest", "ruff", scope="group"), ("api/app.py",), "tooling"),
        (dev("pyproject.toml", "mkdocs", "mkdocs-material", has_build_system=True), ("api/app.py",), "docs"),
        (dev("pyproject.toml", "fastapi"), ("api/app.py", "docs/conf.py", "tests/test_a.py"), "tooling"),
        (dev("pyproject.toml", "fastapi"), ("api/app.py", "app.py"), "main"),
        (dev("pyproject.toml", "fastapi", has_build_system=True), ("api/app.py",), "main"),
        (manifest("requirements/fuzz.in", "requirements"), ("api/app.py", "website/conf.py"), "tooling"),
    ],
)
def test_a_root_without_code_serves_the_projects_below(root: Extract, files: tuple[str, ...], role: str) -> None:
    found = roles(root, manifest("api/pyproject.toml", name="api"), files=files)
    assert found == {".": role, "api": "main"}


def test_a_workspaces_root_is_main_without_code() -> None:
    space = Workspace(tool="uv", members=("api",), at=Location(path="pyproject.toml", line=1))
    found = roles(dev("pyproject.toml", "ruff", scope="group", workspace=space), manifest("api/pyproject.toml"))
    assert found["."] == "main"


def test_a_lock_whose_manifest_is_gone_belongs_to_nobody() -> None:
    assert roles(manifest("pyproject.toml"), lock("app/uv.lock")) == {".": "main"}
    assert roles(lock("app/uv.lock"), files=("app/a.py",)) == {"app": "main"}


def test_an_older_build_of_the_same_name_is_set_aside() -> None:
    found = roles(manifest("pyproject.toml", name="cart"), manifest("legacy/setup.py", "setup.py", name="cart"))
    assert found == {".": "main", "legacy": "fixture"}
    found = roles(manifest("pyproject.toml", name="cart"), manifest("legacy/setup.py", "setup.py", name="old-cart"))
    assert found == {".": "main", "legacy": "main"}


def test_a_member_called_test_is_a_member() -> None:
    space = Workspace(tool="uv", members=("packages/*",), at=Location(path="pyproject.toml", line=1))
    found = roles(manifest("pyproject.toml", workspace=space), manifest("packages/cart_test/pyproject.toml"))
    assert found == {".": "main", "packages/cart_test": "main"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("app.py", "static/lay/a.js", "static/b.min.js", "utils.min.js"), 0),
        (("app.py", "src/a.js", "static/b.js"), 1),
        (("app.py", "static/a.js", "package.json"), 1),
        (("app.py", "public/deep/a.ts"), 1),
    ],
)
def test_scripts_that_are_only_served_are_no_other_product(files: tuple[str, ...], expected: int) -> None:
    suffixes = Counter("." + name.rpartition(".")[2] for name in files)
    assert other_code(RepoFacts(extracts={}, files=frozenset(files), suffixes=suffixes)) == expected


def test_what_the_root_takes_by_path_is_a_member_whatever_its_name() -> None:
    at = Location(path="pyproject.toml", line=4)
    needs = (Requirement(name="mocks", raw="./packages/mocks", at=at, source="path", url="packages/mocks"),)
    root = manifest("pyproject.toml", requirements=needs)
    assert roles(root, manifest("packages/mocks/pyproject.toml"), files=("a.py", "packages/mocks/b.py")) == {
        ".": "main",
        "packages/mocks": "main",
    }
    alone = roles(
        manifest("pyproject.toml"), manifest("packages/mocks/pyproject.toml"), files=("a.py", "packages/mocks/b.py")
    )
    assert alone["packages/mocks"] == "fixture"
