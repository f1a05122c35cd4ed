from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.setup_cfg import read

FULL = """\
[metadata]
name = demo
version = attr: demo.__version__
description = A demo
classifiers =
    Programming Language :: Python :: 3
    Programming Language :: Python :: 3.11

[options]
python-requires = >=3.9
install_requires =
    a>=1
    # a comment
    b[x]; python_version < "3.10"

    c @ git+https://user:secret@git.example/c.git@v1
setup_requires = d; e
tests_require = file: tests/requirements.txt

[options.extras_require]
Dev-Tools =
    f

[options.entry_points]
console_scripts =
    demo = demo.cli:main

[flake8]
max-line-length = 100

[mypy-foo.*]
ignore_missing_imports = true
"""


def test_everything_has_its_line() -> None:
    extract = read("lib/setup.cfg", FULL)
    assert extract is not None
    found = extract.manifest
    assert found is not None
    assert (found.name, found.version, found.requires_python) == ("demo", None, ">=3.9")
    assert [(g.field, g.reason, g.at.line) for g in found.gaps] == [
        ("version", "it is the value of demo.__version__", 3)
    ]
    assert [(r.name, r.scope, r.group, r.at.line) for r in found.requirements] == [
        ("a", "runtime", None, 12),
        ("b", "runtime", None, 14),
        ("c", "runtime", None, 16),
        ("f", "optional", "Dev-Tools", 22),
        ("d", "build", None, 17),
        ("e", "build", None, 17),
    ]
    assert found.requirements[2].url == "https://***@git.example/c.git"
    assert [(i.kind, i.path, i.scope, i.group, i.at.line) for i in found.includes] == [
        ("dynamic", "lib/tests/requirements.txt", "group", "tests", 18)
    ]
    assert [(e.name, e.target, e.at.line) for e in found.entry_points] == [("demo", "demo.cli:main", 26)]
    assert [(t.name, t.at.line) for t in found.tables][-2:] == [("flake8", 28), ("mypy-foo.*", 31)]
    assert [(p.version, p.kind) for p in extract.pythons] == [
        (">=3.9", "requires-python"),
        ("3", "classifier"),
        ("3.11", "classifier"),
    ]
    assert [(m.tool, m.strength, m.at.line) for m in extract.mentions] == [
        ("flake8", "config-only", 28),
        ("mypy", "config-only", 31),
    ]


def test_tool_sections_alone_are_no_build_file() -> None:
    extract = read("setup.cfg", "[flake8]\nignore = E1\n[metadata]\nlicense_files = LICENSE\n")
    assert extract is not None
    assert extract.manifest is None
    assert [m.tool for m in extract.mentions] == ["flake8"]


def test_one_requirement_on_its_line_keeps_its_marker() -> None:
    extract = read("setup.cfg", "[options]\ninstall_requires = a; python_version < '3'\n")
    assert extract is not None
    assert extract.manifest is not None
    assert [(r.name, r.marker) for r in extract.manifest.requirements] == [("a", 'python_version < "3"')]


@pytest.mark.parametrize(
    ("text", "line"), [("name = x\n", 1), ("[a]\nnonsense\n", 2), ("[a]\n<<<<<<< x\nb = 1\n>>>>>>> y\n", 2)]
)
def test_unreadable(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        read("setup.cfg", text)
    assert caught.value.line == line


@given(st.text(alphabet="[]=:; #\n\ta.b'\"{%", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read("setup.cfg", "[options]\n" + text)


def test_tox_may_be_configured_here() -> None:
    text = "[metadata]\nname = a\n[tox:tox]\nenvlist = py310\n[testenv]\ndeps = pytest\ncommands = pytest\n"
    extract = read("setup.cfg", text)
    assert extract is not None
    assert [(t.name, t.runner) for t in extract.tasks] == [("py310", "tox")]
    assert [" ".join(i.argv) for i in extract.invocations] == ["pip install pytest", "pip install .", "pytest"]
    assert [p.version for p in extract.pythons] == ["3.10"]
