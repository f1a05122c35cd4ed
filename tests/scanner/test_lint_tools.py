from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract, Invocation, Location, Lock, LockedPackage, Manifest, Mention, Requirement, Table
from scanner.inventory import Command, Evidence, ToolVersion
from scanner.lint_tools import (
    TOOLS,
    Use,
    ini_mentions,
    pinned,
    tool_of_distribution,
    tool_of_file,
    tool_of_section,
    tools_in_use,
    tools_of_command,
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("black --check .", ["black"]),
        ("poetry run black .", ["black"]),
        ("poetry -C api run mypy .", ["mypy"]),
        ("python3.11 -m mypy src", ["mypy"]),
        ("python -m pylint.__main__ -E x", ["pylint"]),
        ("uv run --group dev -m mypy .", ["mypy"]),
        ("uv run --with pkg ruff check", ["ruff"]),
        ("uvx ruff@0.4.1 format", ["ruff-format==0.4.1"]),
        ("uvx --from black==24.1.0 black .", ["black==24.1.0"]),
        ("pipx run black==22.1 .", ["black==22.1"]),
        ("npx pyright@1.1.300", ["pyright==1.1.300"]),
        ("ruff .", ["ruff"]),
        ("ruff --fix .", ["ruff"]),
        ("ruff check --fix .", ["ruff"]),
        ("ruff format --check", ["ruff-format"]),
        ("ruff --config ruff.toml check .", ["ruff"]),
        ("ruff --version", []),
        ("ruff rule E501", []),
        ("hatch fmt", ["ruff", "ruff-format"]),
        ("hatch fmt -f", ["ruff-format"]),
        ("hatch run lint:mypy src", ["mypy"]),
        ("rye lint", ["ruff"]),
        ("rye fmt", ["ruff-format"]),
        ("ufmt check .", ["black"]),
        ("darker --check", ["black"]),
        ("prospector", ["pylint"]),
        ("nbqa isort nb", ["isort"]),
        ("pytest --flake8 --mypy", ["flake8", "mypy"]),
        ("docker compose run --rm web black .", ["black"]),
        ("docker run --rm -v a:b image flake8", ["flake8"]),
        ("conda run -n dev mypy .", ["mypy"]),
        ("pixi run -e lint ruff check", ["ruff"]),
        ("find . -name *.py -exec black {} ;", ["black"]),
        ("venv/bin/flake8", ["flake8"]),
        ("${PREFIX}mypy httpx", ["mypy"]),
        ("ty check", ["ty"]),
        ("ty server", []),
        ("pip install black", []),
        ("blacken-docs README.md", []),
        ("pre-commit run --all-files", []),
        ("python black.py", []),
        ("echo black", []),
    ],
)
def test_what_a_command_line_runs(line: str, expected: list[str]) -> None:
    found = [u.tool if u.version is None else f"{u.tool}=={u.version}" for u in tools_of_command(line.split())]
    assert found == expected


def test_which_around_a_program() -> None:
    assert tools_of_command(["$(which flake8)", "--select=E"]) == (Use("flake8"),)


@given(st.lists(st.text(max_size=12) | st.sampled_from(["uv", "run", "nbqa", "python", "-m", "hatch", "docker", "--"])))
def test_no_command_line_breaks_it(argv: list[str]) -> None:
    tools_of_command(argv)
    tools_of_command(argv * 50)


def test_names() -> None:
    assert tool_of_distribution("Flake8") == "flake8"
    assert tool_of_distribution("flake8-bugbear") == "flake8"
    assert tool_of_distribution("flake9-x") is None
    assert tool_of_distribution("basedpyright") == "pyright"
    assert tool_of_file("api/.style.yapf") == "yapf"
    assert tool_of_section("tool.ruff.lint") == "ruff"
    assert tool_of_section("tool.ruff.format") == "ruff-format"
    assert tool_of_section("tool.poetry") is None
    assert tool_of_section("mypy-requests.*") == "mypy"
    assert tool_of_section("tool:isort") == "isort"
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


def test_pins() -> None:
    assert pinned("black==24.1") == ("black", "24.1")
    assert pinned("pyright@1.1.300") == ("pyright", "1.1.300")
    assert pinned("black>=24") == ("black", None)


def test_ini_sections_and_pytest_options() -> None:
    text = "[tox]\n[flake8]\n[mypy-x.*]\n[mypy]\n[pytest]\naddopts = -ra\n    --black\nfoo = --flake8\n"
    found = [(m.tool, m.strength, m.at.line) for m in ini_mentions("tox.ini", text)]
    assert found == [("flake8", "config-only", 2), ("mypy", "config-only", 3), ("black", "run", 7)]


def _command(argv: str, path: str = "Makefile", line: int = 3) -> Command:
    return Command(path=path, line=line, context="task", kind="lint", tool=None, argv=tuple(argv.split()))


def _requirement(name: str, specifier: str = "", path: str = "pyproject.toml") -> Requirement:
    return Requirement(name=name, raw=name + specifier, specifier=specifier, at=Location(path=path, line=9))


def _config(*sections: str) -> Extract:
    tables = tuple(Table(name=s, at=Location(path="pyproject.toml", line=n)) for n, s in enumerate(sections, start=1))
    manifest = Manifest(path="pyproject.toml", format="pyproject.toml", tables=tables)
    return Extract(path="pyproject.toml", format="pyproject.toml", manifest=manifest)


def test_the_strongest_use_counts_and_all_evidence_is_kept() -> None:
    black, isort, mypy = tools_in_use(
        [_config("tool.black", "tool.isort", "tool.mypy")],
        [_command("black .")],
        [_requirement("black", "==24.1"), _requirement("mypy", ">=1")],
    )
    assert (black.name, black.use, isort.use, mypy.use) == ("black", "run", "config-only", "declared")
    assert [e.kind for e in black.evidence] == ["task", "config", "dependency"]
    assert black.versions == (ToolVersion(version="24.1", path="pyproject.toml", line=9),)


def test_what_never_runs_does_not_count() -> None:
    at = Location(path=".github/workflows/a.yml", line=3)
    disabled = Invocation(argv=("black", "."), at=at, context="ci", disabled="if: false")
    workflow = Extract(path=at.path, format="github-actions", invocations=(disabled,))
    assert tools_in_use([workflow], [_command("black .", path=at.path)], []) == ()


def test_projects_made_up_for_tests_do_not_count() -> None:
    assert tools_in_use([], [_command("black .", path="tests/minimal/tox.ini")], []) == ()
    assert tools_in_use([], [_command("black .", path="tests/run.sh")], [])[0].use == "run"


def test_a_section_for_ruffs_formatter_is_no_declaration() -> None:
    formatter = tools_in_use([_config("tool.ruff", "tool.ruff.format")], [], [_requirement("ruff")])[1]
    assert (formatter.name, formatter.use) == ("ruff-format", "config-only")
    assert tools_in_use([_config("tool.ruff.format")], [], [])[0].use == "config-only"


def test_versions_of_locks_are_those_of_the_tool_itself() -> None:
    packages = (LockedPackage(name="black", version="23.1", line=4), LockedPackage(name="ufmt", version="2.0"))
    lock = Extract(
        path="uv.lock", format="uv.lock", lock=Lock(path="uv.lock", tool="uv", format="1", packages=packages)
    )
    (black,) = tools_in_use([lock], [], [_requirement("ufmt", "==2.0")])
    assert ToolVersion(version="23.1", path="uv.lock", line=4) in black.versions
    assert [v.version for v in black.versions] == ["23.1"]


def test_mentions_of_other_tools_are_none_of_ours() -> None:
    bot = Mention(tool="dependabot", strength="run", at=Location(path="x", line=1), kind="update-bot:pip")
    hook = Mention(tool="black", strength="run", at=Location(path="x", line=2), kind="pre-commit", version="22.1")
    (black,) = tools_in_use([Extract(path="x", format="x", mentions=(bot, hook))], [], [])
    assert black.evidence == (Evidence(path="x", line=2, kind="pre-commit"),)
    assert black.versions[0].version == "22.1"


def test_what_only_others_ask_for_is_not_declared() -> None:
    packages = (
        LockedPackage(name="pydocstyle", version="6.3", via=("flake8-docstrings",)),
        LockedPackage(name="flake8", version="7.0", via=("-r dev.in", "flake8-docstrings")),
    )
    lock = Lock(path="dev.txt", tool="pip-tools", format="pip-compile", packages=packages)
    compiled = Extract(path="dev.txt", format="x", lock=lock, manifest=Manifest(path="dev.txt", format="requirements"))
    found = tools_in_use(
        [compiled], [], [_requirement("pydocstyle", path="dev.txt"), _requirement("flake8", path="dev.txt")]
    )
    assert [tool.name for tool in found] == ["flake8"]
