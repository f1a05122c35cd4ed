from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scanner.collect import collect
from scanner.config import parse
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.inventory import Project, Repository
from scanner.repository import Identity, describe, failed
from scanner.tree import MemoryTree

Make = Callable[[Mapping[str, str]], Repository]

PROJECT = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "{0}"\nversion = "1"\ndependencies = ["requests>=2"]\n'
WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n{0}"


def steps(*commands: str) -> str:
    return WORKFLOW.format("".join(f"      - run: {command}\n" for command in commands))


def test_one_application_from_end_to_end(inventory: Make) -> None:
    found = inventory(
        {
            "pyproject.toml": PROJECT.format("shop"),
            "shop/__init__.py": "",
            "shop/main.py": "app = FastAPI()\n",
            "requirements.txt": "requests==2.31.0\n",
            ".github/workflows/ci.yml": steps("pip install -r requirements.txt", "ruff check .", "pytest"),
            "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        }
    )
    (project,) = found.projects
    assert (found.state, found.is_python, found.ci) == ("classified", True, ("github-actions",))
    assert [(t.name, t.use) for t in found.tools] == [("ruff", "run")]
    assert [(i.path, i.grade) for i in found.images] == [("Dockerfile", "L0")]
    assert (project.kind, project.primary_manager, project.lock_discipline) == ("service", "pip", "pinned")
    envs = project.environments
    assert [e.tool if e else None for e in (envs.local, envs.ci, envs.image)] == ["pip", "pip", "pip"]
    assert project.disagreements == ()
    assert project.signature.text.startswith("pip · ci:pip · image:pip · ruff")


@pytest.mark.parametrize(
    ("files", "is_python"),
    [
        (
            {
                "server/Pipfile": "[packages]\naiohttp = '*'\n",
                "server/Pipfile.lock": '{"_meta": {"hash": {"sha256": "0"}}, "default": {}, "develop": {}}',
                "server/server.py": "",
                "web/a.js": "",
                "web/b.js": "",
            },
            True,
        ),
        ({"pyproject.toml": PROJECT.format("shop"), "shop/__init__.py": ""}, True),
        ({"requirements.txt": "x", "app.py": "", "web.ts": "", "index.ts": "", "main.ts": ""}, False),
        ({"requirements.txt": "x", "app.py": "", "api.py": "", "a.ts": "", "b.ts": "", "c.ts": ""}, True),
        ({"a.ipynb": "{}"}, True),
        ({"a.py": "", "b.py": "", "c.ts": ""}, True),
        ({"noxfile.py": "", "docs/conf.py": ""}, False),
        ({"scripts/requirements.txt": "x", "scripts/a.py": "", "a.ts": "", "b.ts": ""}, False),
        ({"requirements.txt": "x", "scripts/a.py": "", "a.ts": "", "b.ts": ""}, False),
        ({"node_modules/gyp/a.py": "", "node_modules/gyp/b.py": "", "a.ts": ""}, False),
        ({"requirements.txt": "x"}, False),
        ({}, False),
    ],
)
def test_is_python(files: dict[str, str], is_python: bool, inventory: Make) -> None:
    found = inventory(files)
    assert found.is_python is is_python
    assert (found.state == "not-python") is not is_python


def test_a_monorepo(inventory: Make) -> None:
    found = inventory(
        {
            "services/api/pyproject.toml": PROJECT.format("api"),
            "services/api/api/__init__.py": "",
            "services/api/Dockerfile": "FROM python:3.12\nCOPY . .\nRUN pip install .\nCMD uvicorn api:app\n",
            "libs/core/pyproject.toml": PROJECT.format("core"),
            "libs/core/core/__init__.py": "",
            "docs/requirements.txt": "sphinx\n",
            "tools/requirements.txt": "invoke\n",
        }
    )
    assert {p.path: (p.role, p.kind) for p in found.projects} == {
        "docs": ("docs", "unknown"),
        "libs/core": ("main", "library"),
        "services/api": ("main", "service"),
        "tools": ("tooling", "unknown"),
    }


def test_an_image_above_the_functions_that_it_builds_serves_them(inventory: Make) -> None:
    found = inventory(
        {
            "infra/lambdas/Dockerfile": "FROM python:3.12\nRUN pip install requests\n",
            "infra/lambdas/orders/setup.py": "from setuptools import setup\nsetup(name='orders')\n",
            "infra/lambdas/orders/orders/__init__.py": "",
        }
    )
    (project,) = found.projects
    assert (project.path, project.role) == ("infra/lambdas/orders", "main")
    assert project.environments.image is not None
    assert project.environments.image.tool == "pip"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"app.py": ""}, "Python files, but no file that declares or locks their dependencies"),
        (
            {"pyproject.toml": "[project\n", "app.py": ""},
            "the manifest cannot be read",
        ),
        (
            {
                "pyproject.toml": PROJECT.format("shop"),
                "uv.lock": "version = 1\n",
                "poetry.lock": "package = []\n",
                "a.py": "",
            },
            "locks of several tools",
        ),
    ],
)
def test_what_only_a_person_can_decide(files: dict[str, str], message: str, inventory: Make) -> None:
    found = inventory(files)
    assert found.state == "needs-decision"
    assert any(message in decision.message for decision in found.decisions)


def test_templates_and_examples_are_no_part_of_the_tools(inventory: Make) -> None:
    found = inventory(
        {
            "pyproject.toml": PROJECT.format("shop"),
            "shop/__init__.py": "",
            "examples/demo/pyproject.toml": PROJECT.format("demo") + "[tool.black]\n",
            "{{cookiecutter.name}}/pyproject.toml": "[tool.isort]\n",
        }
    )
    assert found.tools == ()


def test_a_module_that_is_no_text_is_no_error(inventory: Make) -> None:
    found = inventory({"pyproject.toml": PROJECT.format("shop"), "shop/main.py": "\0", "README.md": "\0"})
    assert found.errors == ()


def test_the_same_facts_give_the_same_value(inventory: Make) -> None:
    files = {"pyproject.toml": PROJECT.format("shop"), "shop/__init__.py": "", "Makefile": "a:\n\tpip install .\n"}
    assert inventory(files) == inventory(dict(reversed(files.items())))


def test_a_repository_that_cannot_be_read() -> None:
    found = failed(Identity(id="a", name="a", location="a"), "unreadable", "no commit")
    assert (found.state, found.is_python, found.projects) == ("failed", False, ())
    assert [(e.code, e.message) for e in found.errors] == [("unreadable", "no commit")]


def test_what_looks_like_a_manifest_and_is_left_aside(inventory: Make) -> None:
    found = inventory(
        {
            "pyproject.toml": PROJECT.format("shop"),
            "shop/__init__.py": "",
            "shop/forms/setup.py": "class SetupForm: ...\n",
            "app/uv.lock": "version = 1\n",
            "mail/purchase_requirements.txt": "Dear {{ name }},\nyour order {{ number }} is late.\n",
        }
    )
    assert [(r.path, r.message) for r in found.aside] == [
        ("app/uv.lock", "a lock whose manifest is gone"),
        ("mail/purchase_requirements.txt", "a template to be rendered"),
        ("shop/forms/setup.py", "its content is something else"),
    ]


def test_a_project_beside_a_product_in_another_language_is_no_main_project(inventory: Make) -> None:
    found = inventory({"requirements.txt": "x", "app.py": "", "web.ts": "", "index.ts": "", "main.ts": ""})
    assert [(p.role, p.kind) for p in found.projects] == [("tooling", "unknown")]
    assert (found.state, found.is_python) == ("not-python", False)


def test_a_manifest_without_any_code_yet_is_python(inventory: Make) -> None:
    found = inventory({"pyproject.toml": PROJECT.format("shop"), "README.md": "# Shop\n"})
    assert (found.is_python, [p.role for p in found.projects]) == (True, ["main"])


def test_why_a_manager_is_the_primary_one(inventory: Make) -> None:
    (project,) = inventory({"requirements.txt": "x", "app.py": ""}).projects
    assert [(r.message, r.path, r.line) for r in project.primary_reasons] == [
        ("owns the declaration", "requirements.txt", 1)
    ]


def test_what_the_metadata_of_a_distribution_hands_on(inventory: Make) -> None:
    build = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    (project,) = inventory(
        {
            "pyproject.toml": f'{build}[project]\nname = "shop"\nversion = "1"\n'
            'dynamic = ["dependencies"]\n[project.optional-dependencies]\npdf = ["weasyprint"]\n'
            '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements/default.txt"]}\n'
            '[tool.setuptools.dynamic.optional-dependencies]\nqr = {file = ["requirements/qr.txt"]}\n'
            '[dependency-groups]\ndev = ["pytest"]\n',
            "shop/__init__.py": "",
            "requirements/default.txt": "-r shared.txt\nrequests\n",
            "requirements/shared.txt": "rich\n",
            "requirements/qr.txt": "segno\n",
            "requirements.txt": "twine==6.1.0\n",
        }
    ).projects
    assert {d.name: d.requires_dist for d in project.dependencies} == {
        "setuptools": False,
        "weasyprint": False,
        "requests": True,
        "rich": True,
        "segno": False,
        "twine": False,
        "pytest": False,
    }


def test_an_application_hands_nothing_on(inventory: Make) -> None:
    (project,) = inventory({"requirements.txt": "rich\n", "app.py": "", "Procfile": "web: python app.py\n"}).projects
    assert [d.requires_dist for d in project.dependencies] == [False]


def test_ci_that_names_several_projects_or_installs_them_by_path(inventory: Make) -> None:
    member = PROJECT.format("core").replace('"requests>=2"', "")
    found = inventory(
        {
            "pyproject.toml": '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\ncore = {path = "pkg/core"}\n',
            "main.py": "",
            "pkg/core/pyproject.toml": member,
            "pkg/core/core/__init__.py": "",
            "pkg/other/pyproject.toml": member.replace("core", "other"),
            "pkg/other/other/__init__.py": "",
            "pkg/more/requirements.txt": "requests\n",
            "pkg/more/more.py": "",
            ".github/workflows/ci.yml": steps(
                "poetry install", "pip install -e pkg/other -r pkg/more/requirements.txt -r gone/requirements.txt"
            ),
        }
    )
    tools = {p.path: p.environments.ci.tool for p in found.projects if p.environments.ci is not None}
    assert tools == {".": "poetry", "pkg/core": "poetry", "pkg/other": "pip", "pkg/more": "pip"}


def test_a_root_without_code_that_is_locked_for_itself_is_main(inventory: Make) -> None:
    root = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n'
    member = PROJECT.format("core")
    files = {"pyproject.toml": root, "libs/core/pyproject.toml": member, "libs/core/core/__init__.py": ""}
    assert [p.role for p in inventory(files).projects] == ["tooling", "main"]
    lock = 'version = 1\n[[package]]\nname = "flask"\nversion = "3"\n'
    assert [p.role for p in inventory({**files, "uv.lock": lock}).projects] == ["main", "main"]


def test_a_matrix_of_projects(inventory: Make) -> None:
    member = PROJECT.format("core")
    text = (
        "on: push\njobs:\n  test:\n    strategy: {matrix: {lib: [a, b], py: ['3.12']}}\n    steps:\n"
        "      - {run: uv sync, working-directory: 'libs/${{ matrix.lib }}'}\n"
    )
    files = {f"libs/{n}/{f}": t for n in "ab" for f, t in (("pyproject.toml", member), ("core/__init__.py", ""))}
    found = inventory({**files, ".github/workflows/ci.yml": text})
    assert [p.environments.ci.tool for p in found.projects if p.environments.ci is not None] == ["uv", "uv"]


def test_what_only_a_pipeline_installs_is_declared_in_the_manifest(inventory: Make) -> None:
    steps = "[{run: conda install --file spec.txt}, {run: pip install --no-deps -e .}]"
    text = f"on: push\njobs: {{test: {{steps: {steps}}}}}\n"
    built = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "1"\n'
    files = {"pyproject.toml": built, "spec.txt": "a\n", ".github/workflows/ci.yml": text, "shop/a.py": ""}
    (project,) = inventory(files).projects
    assert (project.primary_manager, project.primary_reasons[0].path) == ("pip", "pyproject.toml")
    assert project.environments.local is not None
    assert [e.path for e in project.environments.local.evidence] == ["pyproject.toml"]


def test_the_configuration_names_the_public_index(inventory: Make) -> None:
    files = {
        "pyproject.toml": PROJECT.format("shop"),
        "requirements.txt": "-i https://u@Mirror.example/simple\n--extra-index-url https://own.example/simple\nflask==3.0.0\n",
    }
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    config = parse('[indexes]\npublic = ["mirror.*"]\n')
    (project,) = describe(Identity(id="shop", name="shop", location="shop"), facts, config).projects
    assert [(i.kind, i.name) for i in project.indexes] == [("index", "pypi"), ("extra-index", None)]
    (other,) = inventory(files).projects
    assert [i.name for i in other.indexes] == [None, None]


def test_a_list_for_development_is_not_where_a_library_declares(inventory: Make) -> None:
    built = '[build-system]\nrequires = ["flit_core"]\n[project]\nname = "shop"\nversion = "1"\ndependencies = ["a"]\n'
    (project,) = inventory({"pyproject.toml": built, "lint-requirements.txt": "b\n", "shop/a.py": ""}).projects
    assert (project.primary_manager, project.primary_reasons[0].path) == ("pip", "pyproject.toml")


def test_jobs_of_gitlab_are_whole_however_many_files_they_are_written_in(inventory: Make) -> None:
    lock = 'version = 1\n[[package]]\nname = "shop"\nversion = "1"\nsource = {virtual = "."}\n'
    files = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
        "uv.lock": lock,
        ".gitlab-ci.yml": "include: {local: 'devops/*.yml'}\ntest:\n  extends: .test\n  before_script: [uv sync --locked]\n",
        "devops/base.yml": ".test:\n  script: [uv sync, pytest]\n",
        "devops/aside/no.yml": ".other:\n  script: [pip install .]\n",
    }
    found = [(c.path, c.kind, c.job, c.uses_lock, c.enforced) for c in inventory(files).commands]
    assert found == [
        (".gitlab-ci.yml", "install", "test", True, "locked"),
        ("devops/base.yml", "install", "test", True, "locked"),
        ("devops/base.yml", "test", "test", None, None),
    ]


def test_a_lock_for_tests_alone_is_not_what_developers_install_from(only_project: Callable[..., Project]) -> None:
    header = "# This file is autogenerated by pip-compile with Python 3.12\n"
    files = {
        "setup.py": 'from setuptools import setup\nsetup(name="shop", install_requires=["requests>=2"])\n',
        "shop/__init__.py": "",
        "requirements-test.in": "pytest\n",
        "requirements-test.txt": f"{header}#\npytest==8.0\n    # via -r requirements-test.in\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\nRUN pip install .\n",
    }
    found = only_project(files)
    assert found.lock_discipline == "unlocked"
    assert found.environments.local is not None
    assert found.environments.local.uses_lock is None
    assert found.disagreements == ()


@pytest.mark.parametrize("name", ["pip_lists/production.txt", "pip_lists/local.txt"])
def test_a_list_that_looks_like_little_is_one_where_a_command_names_it(inventory: Make, name: str) -> None:
    short = {name: "gunicorn==21.2.0\n", "shop/main.py": "app = FastAPI()\n"}
    target = name.rpartition("/")[2]
    image = f"FROM python:3.12\nCOPY {name} /tmp/{target}\nRUN pip install -r /tmp/{target}\n"
    (found,) = inventory({**short, "docker/Dockerfile": image}).images
    assert (found.grade, found.uses_lock, found.reasons[0].message) == ("L0", False, f"{name} is pinned by hand")
    assert not inventory(short).images


def test_an_image_that_lies_elsewhere_says_the_python_of_what_it_installs(inventory: Make) -> None:
    found = inventory(
        {
            "apps/api/pyproject.toml": PROJECT.format("api"),
            "apps/api/api/main.py": "app = FastAPI()\n",
            "apps/web/pyproject.toml": PROJECT.format("web"),
            "apps/web/web/main.py": "app = FastAPI()\n",
            "infra/docker/api.Dockerfile": "FROM python:3.13-slim\nCOPY apps/api /app\nWORKDIR /app\nRUN pip install .\n",
        }
    )
    images = {p.path: p.environments.image for p in found.projects}
    assert images["apps/web"] is None
    assert images["apps/api"] is not None
    assert images["apps/api"].python == ("3.13",)
