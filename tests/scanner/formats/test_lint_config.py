from __future__ import annotations

import pytest

from scanner.format import Unreadable
from scanner.formats.lint_config import FORMAT, read


def _mentions(path: str, text: str) -> list[tuple[str, str, int | None]]:
    extract = read(path, text)
    assert extract is not None
    return [(m.tool, m.strength, m.at.line) for m in extract.mentions]


def test_one_tool_a_file() -> None:
    assert _mentions(".flake8", "[flake8]\n") == [("flake8", "config-only", 1)]
    assert _mentions("pylintrc", "") == [("pylint", "config-only", 1)]
    assert _mentions(".pyre_configuration", "{}") == [("pyre", "config-only", 1)]


def test_ruff_with_its_formatter() -> None:
    extract = read("ruff.toml", 'line-length = 100\ntarget-version = "py310"\n[format]\nquote-style = "single"\n')
    assert extract is not None
    assert [(m.tool, m.at.line) for m in extract.mentions] == [("ruff", 1), ("ruff-format", 3)]
    assert [(p.version, p.kind, p.at.line, p.job) for p in extract.pythons] == [("3.10", "target-version", 2, "ruff")]


def test_pythons() -> None:
    mypy = read("mypy.ini", "[mypy]\npython_version = 3.9\n")
    pyright = read("pyrightconfig.json", '{\n  "pythonVersion": "3.12"\n}')
    assert mypy is not None
    assert pyright is not None
    assert [(p.version, p.at.line) for p in (*mypy.pythons, *pyright.pythons)] == [("3.9", 2), ("3.12", 2)]


def test_ini_files_that_configure_nothing_else() -> None:
    assert _mentions("tox.ini", "[flake8]\nmax-line-length = 100\n") == [("flake8", "config-only", 1)]
    assert _mentions("pytest.ini", "[pytest]\naddopts = --mypy\n") == [("mypy", "run", 2)]
    assert read("tox.ini", "[other]\n") is None


def test_places_and_errors() -> None:
    assert FORMAT.matches("api/.pylintrc")
    assert not FORMAT.matches("tests/fixtures/a/.flake8")
    with pytest.raises(Unreadable):
        read("ruff.toml", "a = ")
