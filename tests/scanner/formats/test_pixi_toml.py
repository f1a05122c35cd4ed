from __future__ import annotations

import pytest

from scanner.format import Unreadable
from scanner.formats.pixi_toml import read

FULL = """\
[workspace]
name = "demo"
channels = ["conda-forge"]

[dependencies]
numpy = "*"

[tasks]
test = "pytest -q && ruff check ."
run = {cmd = ["python", "-m", "app"]}
alias = {depends-on = ["test"]}

[feature.docs.tasks]
docs = {cmd = "sphinx-build 'a b' out"}
"""


def test_manifest_and_tasks() -> None:
    extract = read("pixi.toml", FULL)
    assert extract is not None
    assert extract.manifest is not None
    assert (extract.manifest.format, extract.manifest.name) == ("pixi.toml", "demo")
    assert [(t.name, t.at.line) for t in extract.manifest.tables][:2] == [("workspace", 1), ("dependencies", 5)]
    assert [(i.job, i.argv, i.at.line) for i in extract.invocations] == [
        ("test", ("pytest", "-q"), 9),
        ("test", ("ruff", "check", "."), 9),
        ("run", ("python", "-m", "app"), 10),
        ("docs", ("sphinx-build", "a b", "out"), 14),
    ]


def test_the_backend_of_a_package() -> None:
    extract = read("pixi.toml", '[package]\nname = "a"\n[package.build]\nbackend = {name = "pixi-build-python"}\n')
    assert extract is not None
    assert extract.manifest is not None
    assert (extract.manifest.build_backend, extract.manifest.has_build_system) == ("pixi-build-python", True)


def test_another_toml_file_of_that_name() -> None:
    assert read("pixi.toml", "[settings]\na = 1\n") is None


def test_unreadable() -> None:
    with pytest.raises(Unreadable):
        read("pixi.toml", "[workspace\n")
