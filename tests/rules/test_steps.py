"""The steps' commands, pasted into bash: with the real uv, on scratch repositories, from each origin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rules.examples import AS_OF, a_command, a_dependency, a_lockfile, a_project, a_repository, an_image
from rules.reading import package_indexes
from rules.step import Site, Step
from rules.steps import STEPS
from rules.uv import translate
from scanner.inventory import DeclaredPython, Evidence, Lockfile, Project, Repository, Tool, UsedIndex

OLD, NEWER = "six==1.16.0", "iniconfig==2.0.0"


def steps_of(repository: Repository, *names: str) -> list[Step]:
    site = Site(repository=repository, projects=repository.projects, as_of=AS_OF)
    return [step for w in STEPS if w.name in names for step in w.write(site)]


def commands_of(steps: list[Step]) -> list[str]:
    return [c for s in steps for c in (*s.commands, *s.verify)]


def bash(directory: Path, command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "EDITOR": "true", "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(["bash", "-c", command], cwd=directory, env=env, capture_output=True, text=True, timeout=300)


def checkout(directory: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    who = "-c user.name=t -c user.email=t@mail.example"
    assert bash(directory, f"git init -q && git add -A && git {who} commit -qm start").returncode == 0
    return directory


def follow(directory: Path, steps: list[Step]) -> None:
    """Type every command and every check of every step; all must succeed."""
    for step in steps:
        for command in (*step.commands, *step.verify):
            done = bash(directory, command)
            assert done.returncode == 0, f"{step.title}: {command}\n{done.stdout}{done.stderr}"


def locked(directory: Path) -> set[str]:
    read = "awk -F'\"' '/^name = /{n=$2} /^version = \"/{print n \"==\" $2}'"
    return set(bash(directory, f"{read} uv.lock").stdout.split())


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    """An empty folder, where uv is installed and finds packages."""
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    probe = bash(tmp_path, "echo six==1.16.0 | uv pip compile -q -")
    if probe.returncode != 0:
        pytest.skip("uv finds no index")
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def project(**changes: Any) -> Project:
    return a_project(**{"name": "shop", "requires_python": None, **changes})


REQUIREMENTS = project(
    primary_manager="pip",
    package_managers=("pip",),
    lock_discipline="pinned",
    manifests=("requirements.txt", "requirements-dev.txt"),
    dependencies=(
        a_dependency("six", "==1.16.0", path="requirements.txt"),
        a_dependency("iniconfig", ">=1", path="requirements-dev.txt", scope="group", group="dev"),
    ),
)
PIP_TOOLS = project(
    primary_manager="pip-tools",
    package_managers=("pip-tools",),
    manifests=("requirements.in", "requirements.txt"),
    lockfiles=(a_lockfile(path="requirements.txt", tool="pip-tools", format="pip-compile"),),
    dependencies=(a_dependency("six", "", path="requirements.in"),),
)
PIPENV = project(
    primary_manager="pipenv",
    package_managers=("pipenv",),
    manifests=("Pipfile", "Pipfile.lock"),
    lockfiles=(a_lockfile(path="Pipfile.lock", tool="pipenv", format="Pipfile.lock"),),
    dependencies=(
        a_dependency("six", "", path="Pipfile"),
        a_dependency("iniconfig", ">=1", path="Pipfile", scope="group", group="dev", marker="python_version >= '3.8'"),
    ),
)
PDM = project(
    primary_manager="pdm",
    package_managers=("pdm",),
    requires_python=">=3.11",
    manifests=("pdm.lock", "pyproject.toml"),
    lockfiles=(a_lockfile(path="pdm.lock", tool="pdm", format="pdm.lock 4.5"),),
    dependencies=(a_dependency("six"),),
)
RYE = project(
    primary_manager="rye",
    package_managers=("rye",),
    requires_python=">=3.11",
    manifests=("pyproject.toml", "requirements.lock"),
    lockfiles=(a_lockfile(path="requirements.lock", tool="rye", format="rye"),),
    dependencies=(a_dependency("six"), a_dependency("iniconfig", scope="group", group="dev")),
)
SETUPTOOLS = project(
    primary_manager="setuptools",
    package_managers=("setuptools",),
    kind="library",
    publishes=True,
    build_backend="setuptools (setup.py)",
    manifests=("setup.py",),
    dependencies=(a_dependency("six", "==1.16.0", path="setup.py"),),
)
HATCH = project(
    primary_manager="hatch",
    package_managers=("hatch",),
    requires_python=">=3.11",
    build_backend=None,
    dependencies=(a_dependency("six", "==1.16.0"), a_dependency("iniconfig", "==2.0.0", scope="group", group="test")),
)
PLAIN = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["six"]\n'
TOML_LOCK = '[[package]]\nname = "six"\nversion = "1.16.0"\n\n[[package]]\nname = "iniconfig"\nversion = "2.0.0"\n'
PIPFILE_LOCK = {
    "_meta": {},
    "default": {"six": {"version": "==1.16.0"}},
    "develop": {"iniconfig": {"version": "==2.0.0"}},
}
SETUP_PY = """
from setuptools import setup

setup(
    name="shop",
    version="1",
    description="A shop",
    long_description=open("README.md").read(),
    author="A",
    python_requires=">=3.11",
    py_modules=["shop"],
    install_requires=["six==1.16.0"],
    extras_require={"more": ["iniconfig"]},
    entry_points={"console_scripts": ["shop = shop:main"]},
)
"""
CASES = {
    "from-requirements": (
        REQUIREMENTS,
        {"requirements.txt": "six==1.16.0\n", "requirements-dev.txt": "iniconfig>=1\n"},
    ),
    "from-pip-tools": (
        PIP_TOOLS,
        {"requirements.in": "six\n", "requirements.txt": "six==1.16.0\n    # via -r requirements.in\n"},
    ),
    "from-pipenv": (PIPENV, {"Pipfile": "[packages]\nsix = '*'\n", "Pipfile.lock": json.dumps(PIPFILE_LOCK)}),
    "from-pdm": (PDM, {"pyproject.toml": PLAIN, "pdm.lock": TOML_LOCK.partition("\n\n")[0] + "\n"}),
    "from-rye": (RYE, {"pyproject.toml": PLAIN, "requirements.lock": "six==1.16.0\niniconfig==2.0.0\n"}),
    "from-setuptools": (
        SETUPTOOLS,
        {"setup.py": SETUP_PY, "README.md": "Hello", "shop.py": "def main() -> None: ..."},
    ),
    "from-hatch": (HATCH, {"pyproject.toml": PLAIN.replace('"six"', '"six==1.16.0"')}),
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_the_commands_work_and_keep_the_versions(name: str, uv: Path) -> None:
    moved, files = CASES[name]
    follow(checkout(uv, files), steps_of(a_repository("shop", moved), name))
    assert OLD in locked(uv)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["from-pip-tools", "from-pipenv", "from-pdm", "from-rye"])
def test_a_moved_version_is_noticed(name: str, uv: Path) -> None:
    moved, files = CASES[name]
    step = steps_of(a_repository("shop", moved), name)[0]
    checkout(uv, files)
    for command in step.commands:
        assert bash(uv, command).returncode == 0
    text = (uv / "uv.lock").read_text()
    (uv / "uv.lock").write_text(text.replace('version = "1.16.0"', 'version = "1.17.0"'))
    assert [bash(uv, v).returncode == 0 for v in step.verify][-1] is False


@pytest.mark.oracle
@pytest.mark.parametrize("name", [n for n in CASES if n != "from-setuptools"])
def test_rollback_restores_every_file(name: str, uv: Path) -> None:
    moved, files = CASES[name]
    checkout(uv, files)
    steps = steps_of(a_repository("shop", moved), name)
    for step in steps:
        for command in step.commands:
            bash(uv, command)
    for step in reversed(steps):
        for command in step.rollback:
            bash(uv, command)
    for path, text in files.items():
        assert (uv / path).read_text() == text
    assert not (uv / "uv.lock").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("poetry install --only main --no-root", "uv sync --locked --no-dev --no-install-project"),
        ("poetry install --with docs,test --extras api", "uv sync --locked --group docs --group test --extra api"),
        ("python -m pip install -r requirements.txt", "uv sync --locked"),
        ("pip install -e .[test,docs]", "uv sync --locked --extra test --extra docs"),
        ("pipenv install --deploy --system", "uv sync --locked --no-dev"),
        ("pipenv run pytest -q", "uv run --locked pytest -q"),
        ("pdm install --prod -G api", "uv sync --locked --no-dev --group api"),
        ("poetry check --lock", "uv lock --check"),
        (
            "poetry export --dev --without-hashes --output=c.txt",
            "uv export --locked --format requirements.txt --no-emit-project --no-hashes -o c.txt",
        ),
        (
            "poetry export -f requirements.txt > r.txt",
            "uv export --locked --format requirements.txt --no-dev --no-emit-project > r.txt",
        ),
        (
            "pdm export --prod -o r.txt --without-hashes",
            "uv export --locked --format requirements.txt --no-dev --no-emit-project --no-hashes -o r.txt",
        ),
        (
            "pipenv requirements --dev > r.txt",
            "uv export --locked --format requirements.txt --no-emit-project --no-hashes > r.txt",
        ),
        ("pip install -r requirements.txt -c c.txt build twine", "uv sync --locked && uv pip install build twine"),
        ("tox -e py312", "uvx --with tox-uv tox -e py312"),
        ("nox -s tests", "uvx nox --default-venv-backend uv -s tests"),
        ("pip install requests", None),
        ("make test", None),
        ("pip", None),
    ],
)
def test_what_replaces_a_command(old: str, new: str | None) -> None:
    assert translate(old.split()) == new


def test_pipelines_name_the_line_and_the_replacement() -> None:
    commands = (
        a_command("pip install poetry", kind="bootstrap", line=18),
        a_command("poetry install", uses_lock=True, line=20),
        a_command("uv sync --locked", uses_lock=True, line=30),
    )
    (step,) = steps_of(a_repository("shop", commands=commands), "ci")
    assert "line 18: `pip install poetry` → remove" in step.why
    assert "line 20: `poetry install` → `uv sync --locked`" in step.why
    assert "line 30" not in step.why


def test_hostile_names_stay_inside_their_quotes() -> None:
    evil = "x'; touch pwned; echo '$(touch pwned)"
    moved = project(
        name=evil,
        path="a b;c",
        primary_manager="pip",
        package_managers=("pip",),
        manifests=(f"a b;c/{evil}.txt",),
        dependencies=(a_dependency(evil, "", path=f"a b;c/{evil}.txt"),),
    )
    for command in commands_of(
        steps_of(
            a_repository("shop", moved, images=(an_image(path=f"a b;c/{evil}", grade="L0"),)),
            "from-requirements",
            "image",
        )
    ):
        words = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
        assert words.returncode == 0, command
        assert "; touch pwned; echo '$(" not in command.replace("'\"'\"'; touch pwned; echo '\"'\"'$(", "")


def test_ruff_steps_select_what_the_tools_of_today_check(tmp_path: Path) -> None:
    tools = tuple(
        Tool(name=n, category="linter", use="run", evidence=(Evidence(path=".pre-commit-config.yaml", line=4),))
        for n in ("flake8", "isort", "black")
    )
    moved = a_project(
        dependencies=(
            a_dependency("flake8-bugbear", scope="group"),
            a_dependency("wemake-python-styleguide", scope="group"),
        )
    )
    steps = steps_of(a_repository("shop", moved, tools=tools), "lint")
    configured = next(s for s in steps if s.title.startswith("Configure"))
    assert '"B"' in configured.commands[0]
    assert "No equivalent: wemake-python-styleguide" in configured.why
    (tmp_path / "a.py").write_text("import os\n")
    assert bash(tmp_path, configured.commands[0]).returncode == 0
    ruff = bash(tmp_path, f"{Path(sys.executable).with_name('ruff')} check --exit-zero --output-format concise .")
    assert ruff.returncode == 0, ruff.stderr
    assert "F401" in ruff.stdout


def test_a_copy_by_hand_beside_the_declarations_is_removed_last() -> None:
    own = [a_dependency(n, ">=1") for n in ("fastapi", "Sql_Alchemy", "uvicorn")]
    copy = [a_dependency(n, "==1", path="requirements.txt") for n in ("fastapi", "sql-alchemy", "uvicorn", "gunicorn")]
    other = [a_dependency("boto3", "", path="deploy.txt")]
    beside = project(
        primary_manager="poetry",
        package_managers=("poetry", "pip"),
        manifests=("pyproject.toml", "requirements.txt", "deploy.txt"),
        dependencies=(*own, *copy, *other),
    )
    carry, remove = steps_of(a_repository("shop", beside), "carry-over", "copies")
    assert carry.title == "Carry over what only requirements.txt names"
    assert carry.commands == ("uv add --raw --no-sync gunicorn==1",)
    assert remove.title == "Remove requirements.txt, a copy by hand of what pyproject.toml declares"
    assert remove.commands == ("git rm -q requirements.txt",)
    order = [w.name for w in STEPS]
    assert order.index("on-uv") < order.index("carry-over") < order.index("image")
    assert order.index("copies") > max(map(order.index, ("image", "ci", "hooks")))


@pytest.mark.parametrize(
    ("path", "lock", "manager"),
    [
        ("requirements.txt", a_lockfile(path="requirements.txt", tool="poetry", export_of="poetry"), "poetry"),
        ("requirements.txt", a_lockfile(), "pip"),
    ],
)
def test_an_export_or_the_declaration_itself_is_no_copy(path: str, lock: Lockfile, manager: str) -> None:
    dependencies = (a_dependency("fastapi"), a_dependency("fastapi", "==1", path=path))
    beside = project(primary_manager=manager, lockfiles=(lock,), dependencies=dependencies)
    assert not steps_of(a_repository("shop", beside), "copies")


def test_the_check_for_a_copy_finds_what_still_names_it(tmp_path: Path) -> None:
    many = [a_dependency(f"x{n}", "==1", path="api/requirements.txt") for n in range(9)]
    own = [a_dependency("fastapi"), a_dependency("fastapi", path="api/requirements.txt")]
    beside = project(path="api", primary_manager="uv", manifests=("api/pyproject.toml",), dependencies=(*own, *many))
    carry, step = steps_of(a_repository("shop", beside), "carry-over", "copies")
    files = {
        "api/requirements.txt": "fastapi==1\nX_0==1 ; python_version > '3'\nx1==1\n",
        "api/uv.lock": 'name = "fastapi"\nname = "x1"\n',
        "api/Dockerfile": "RUN pip install -r dev-requirements.txt\n",
        "requirements.txt": "fastapi\n",
        "Makefile": "\tpip install -r requirements.txt\n",
    }
    where = checkout(tmp_path, files)
    assert bash(where, carry.commands[0]).stdout == "x-0\n"
    for command in (*step.commands, *step.verify):
        assert bash(where, command).returncode == 0, command
    (where / "api/Dockerfile").write_text("COPY requirements.txt .\n")
    assert bash(where, step.verify[1]).returncode == 1


def test_what_setup_py_reads_from_requirements_stays_there() -> None:
    read = project(
        primary_manager="pip",
        package_managers=("pip",),
        lock_discipline="unlocked",
        build_backend="setuptools (setup.py)",
        publishes=True,
        manifests=("setup.py", "requirements.txt", "requirements-sd.txt", "requirements-dev.txt"),
        dependencies=(
            a_dependency("six", path="requirements.txt"),
            a_dependency("diffusers", path="requirements-sd.txt"),
            a_dependency("pytest", path="requirements-dev.txt", scope="group", group="dev"),
        ),
    )
    repository = a_repository("shop", read)
    assert not steps_of(repository, "from-requirements")
    (step,) = steps_of(repository, "from-setuptools")
    assert step.title == "Let uv manage the project that setup.py declares"
    added = [c for c in step.commands if c.startswith("uv add")]
    assert added == ["uv add --raw --no-sync --group dev pytest"]
    assert next(w.name for w in STEPS) == "from-setuptools"


def test_compiled_groups_of_what_setuptools_builds_move_and_its_own_inputs_stay() -> None:
    locks = [a_lockfile(path=f"requirements/{n}.txt", tool="pip-tools", format="pip-compile") for n in ("base", "test")]
    built = project(
        primary_manager="pip-tools",
        build_backend="setuptools (setup.py)",
        manifests=("setup.py", "requirements/base.in", "requirements/test.in"),
        lockfiles=tuple(locks),
    )
    move, clean = steps_of(a_repository("shop", built), "from-pip-tools")
    assert [c for c in move.commands if "uv add" in c or "uv init" in c] == [
        'uv add --raw --no-sync -c "$(git rev-parse --git-path shop.pins)" --group test -r requirements/test.in'
    ]
    assert clean.commands == ("git rm -q requirements/base.txt requirements/test.in requirements/test.txt",)


def test_no_interpreter_is_asked_for_that_uv_cannot_get() -> None:
    python = DeclaredPython(version="3.6-alpine", path="Dockerfile", line=1, kind="image")
    old = project(primary_manager="pip", manifests=("requirements.txt",), python_versions=(python,))
    (step,) = steps_of(a_repository("shop", old), "from-requirements")
    assert not any("--python" in c for c in step.commands)


def test_channels_of_conda_are_no_indexes() -> None:
    channel = UsedIndex(url="conda-forge", kind="index", name=None, credentials=False, path="environment.yml", line=4)
    mixed = project(primary_manager="poetry", manifests=("pyproject.toml", "environment.yml"), indexes=(channel,))
    assert package_indexes(mixed) == ()
    assert "conda-forge" not in steps_of(a_repository("shop", mixed), "from-poetry")[0].why
