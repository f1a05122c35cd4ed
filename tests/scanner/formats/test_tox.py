from __future__ import annotations

import pytest

from scanner.format import Unreadable
from scanner.formats.tox import FORMAT


def test_ini() -> None:
    extract = FORMAT.read(
        "sub/tox.ini", "[tox]\nenvlist = py311\n[testenv]\ncommands = pytest\n[flake8]\nignore = E1\n"
    )
    assert extract is not None
    assert [(i.argv, i.directory) for i in extract.invocations] == [
        (("pip", "install", "."), "sub"),
        (("pytest",), "sub"),
    ]
    assert [m.tool for m in extract.mentions] == ["flake8"]


def test_toml() -> None:
    extract = FORMAT.read("tox.toml", 'env_list = ["a"]\n[env_run_base]\ncommands = [["pytest"]]\n')
    assert extract is not None
    assert extract.tasks[0].name == "a"


def test_not_tox() -> None:
    assert FORMAT.read("tox.ini", "[pytest]\naddopts = -q\n") is None
    with pytest.raises(Unreadable):
        FORMAT.read("tox.toml", "a =")
    with pytest.raises(Unreadable):
        FORMAT.read("tox.ini", "<<<<<<< a\n[tox]\n=======\n>>>>>>> b\n")
