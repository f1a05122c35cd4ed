from __future__ import annotations

from scanner.pixi_tables import PixiTables, read_pixi
from scanner.toml_reader import Lines, loads, table


def tables(text: str) -> PixiTables:
    return read_pixi(loads(text), Lines(text), "pixi.toml")


FULL = """\
[workspace]
name = "demo"
version = "0.1"
channels = ["conda-forge", {channel = "https://u:secret@conda.example/private", priority = 1}]
platforms = ["linux-64"]

[workspace.dependencies]
shared = ">=3"

[dependencies]
python = ">=3.11"
numpy = "1.26.*"
gdal = {version = ">=3", channel = "conda-forge", build = "h*"}
shared = {workspace = true}
local = {path = "../local"}

[host-dependencies]
setuptools = "*"

[pypi-dependencies]
a = {version = ">=1", extras = ["x"]}
b = {git = "https://git.example/b.git", tag = "v1", subdirectory = "py"}
c = {path = ".", editable = true}

[target.win-64.dependencies]
pywin32 = "*"

[feature.test]
channels = ["extra"]

[feature.test.dependencies]
python = "3.12.*"
pytest = ">=8,<9"

[feature.test.target.unix.pypi-dependencies]
d = "==1"

[environments.inline.dependencies]
e = "*"

[pypi-options]
index-url = "https://pypi.example/simple"
extra-index-urls = ["https://${TOKEN}@more.example/simple"]
find-links = [{path = "./wheels"}]
"""


def test_requirements_with_places_and_lines() -> None:
    found = tables(FULL)
    assert (found.name, found.version) == ("demo", "0.1")
    assert [(r.ecosystem, r.name, r.specifier, r.scope, r.group, r.marker, r.at.line) for r in found.requirements] == [
        ("conda", "numpy", "==1.26.*", "runtime", None, None, 12),
        ("conda", "gdal", ">=3", "runtime", None, None, 13),
        ("conda", "shared", ">=3", "runtime", None, None, 14),
        ("conda", "local", "", "runtime", None, None, 15),
        ("conda", "setuptools", "", "build", None, None, 18),
        ("pypi", "a", ">=1", "runtime", None, None, 21),
        ("pypi", "b", "", "runtime", None, None, 22),
        ("pypi", "c", "", "runtime", None, None, 23),
        ("conda", "pywin32", "", "runtime", None, "sys_platform == 'win32'", 26),
        ("conda", "pytest", ">=8,<9", "group", "test", None, 33),
        ("pypi", "d", "==1", "group", "test", "sys_platform != 'win32'", 36),
        ("conda", "e", "", "group", "inline", None, 39),
    ]
    by_name = {r.name: r for r in found.requirements}
    assert (by_name["b"].source, by_name["b"].url, by_name["b"].ref) == ("git", "https://git.example/b.git", "v1")
    assert by_name["b"].subdirectory == "py"
    assert (by_name["c"].source, by_name["c"].url, by_name["c"].editable) == ("path", ".", True)
    assert by_name["local"].source == "path"
    assert by_name["gdal"].index == "conda-forge"


def test_channels_indexes_and_pythons() -> None:
    found = tables(FULL)
    assert [(i.kind, i.name, i.url, i.credentials, i.at.line) for i in found.indexes] == [
        ("index", "conda-forge", "conda-forge", False, 4),
        ("index", None, "https://***@conda.example/private", True, 4),
        ("index", None, "https://pypi.example/simple", False, 42),
        ("extra-index", None, "https://${TOKEN}@more.example/simple", False, 43),
        ("find-links", None, "./wheels", False, 44),
        ("index", "extra", "extra", False, 29),
    ]
    assert [(p.version, p.kind, p.job, p.at.line) for p in found.pythons] == [
        (">=3.11", "conda", None, 11),
        ("3.12.*", "conda", "test", 32),
    ]


def test_the_same_tables_in_pyproject() -> None:
    text = "[tool.pixi.workspace]\nchannels = ['c']\n[tool.pixi.dependencies]\na = '*'\n"
    found = read_pixi(table(loads(text), "tool", "pixi"), Lines(text), "pyproject.toml", ("tool", "pixi"))
    assert [(r.name, r.at.line) for r in found.requirements] == [("a", 4)]
    assert [i.at.line for i in found.indexes] == [2]


def test_wrong_types_say_nothing() -> None:
    text = "dependencies = 1\nfeature = {a = 2}\n[workspace]\nchannels = 'c'\n[pypi-options]\nfind-links = [1]\n"
    assert tables(text).requirements == ()
