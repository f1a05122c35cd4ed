from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.lint_tools import (
    TOOLS,
    Use,
    ini_mentions,
    pinned,
    tool_of_distribution,
    tool_of_file,
    tool_of_section,
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
    assert tool_of_distribution("pytest_flake8") == "flake8"
    assert tool_of_distribution("pytest-cov") is None
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
