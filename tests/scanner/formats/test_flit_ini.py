from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.flit_ini import FORMAT

TEXT = """\
[metadata]
module = shop
author = A
home-page = https://user:secret@shop.example
requires = requests >=2
    docutils; python_version < "3"
    not a requirement at all
dev-requires = pytest
requires-python = >=3.4
classifiers = Topic :: Software Development

[scripts]
shop = shop:main
"""


def test_read() -> None:
    extract = FORMAT.read("lib/flit.ini", TEXT)
    assert extract is not None
    assert extract.manifest is not None
    manifest = extract.manifest
    assert (manifest.name, manifest.requires_python, manifest.build_backend) == ("shop", ">=3.4", None)
    assert [(r.name, r.scope, r.group, r.at.line) for r in manifest.requirements] == [
        ("requests", "runtime", None, 5),
        ("docutils", "runtime", None, 6),
        ("pytest", "optional", "dev", 8),
    ]
    assert [(e.name, e.target, e.at.line) for e in manifest.entry_points] == [("shop", "shop:main", 13)]
    assert "secret" not in (manifest.homepage or "")
    assert [(p.code, p.at.line) for p in extract.problems] == [("invalid-entry", 7)]
    assert [s.tool for s in extract.signals] == ["flit"]


@pytest.mark.parametrize("text", ["", "[metadata]\nauthor = A\n", "# nothing\n"])
def test_names_no_module(text: str) -> None:
    assert FORMAT.read("flit.ini", text) is None


@pytest.mark.parametrize("text", ["module = x", "<<<<<<< a\n>>>>>>> b\n"])
def test_broken(text: str) -> None:
    with pytest.raises(Unreadable):
        FORMAT.read("flit.ini", text)


@given(st.text(alphabet="[metadata]modulersqi=\n >;x", max_size=120))
def test_never_raises(text: str) -> None:
    with contextlib.suppress(Unreadable):
        FORMAT.read("flit.ini", text)
