from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Lock
from scanner.format import Unreadable
from scanner.formats.pixi_lock import read

LOCK = """\
version: 6
environments:
  default:
    channels:
    - url: https://conda.example/conda-forge/
    indexes:
    - https://pypi.example/simple
    options:
      channel-priority: disabled
    packages:
      linux-64:
      - conda: https://conda.example/conda-forge/linux-64/numpy-1.26.4-py_0.conda
      # a comment
      - pypi: https://files.example/a-1.0-py3-none-any.whl
      - pypi: ./
      osx-64:
      - conda: https://conda.example/conda-forge/osx-64/numpy-1.26.4-py_1.conda
  test:
    channels: []
    packages: {}
packages:
- conda: https://conda.example/conda-forge/linux-64/numpy-1.26.4-py_0.conda
  sha256: aa
  depends:
  - __glibc >=2.17
  - python >=3.9
  purls:
  - pkg:pypi/numpy?source=mapping
- conda: https://conda.example/conda-forge/osx-64/numpy-1.26.4-py_1.conda
  sha256: bb
- pypi: https://files.example/a-1.0-py3-none-any.whl
  name: a
  version: '1.0'
  requires_dist:
  - b>=1 ; extra == 'x'
  requires_python: '>=3.8'
- pypi: ./
  name: demo
"""


def lock(text: str) -> Lock:
    found = read("pixi.lock", text).lock
    assert found is not None
    return found


def test_packages() -> None:
    found = lock(LOCK)
    assert (found.tool, found.format) == ("pixi", "pixi.lock 6")
    assert [(p.ecosystem, p.name, p.version, p.source, p.groups, p.line) for p in found.packages] == [
        ("conda", "numpy", "1.26.4", "index", ("default",), 22),
        ("pypi", "a", "1.0", "index", ("default",), 31),
        ("pypi", "demo", None, "path", ("default",), 37),
    ]
    assert found.packages[0].hashes == ("sha256:aa", "sha256:bb")
    assert found.packages[0].dependencies == ("__glibc", "python")
    assert [i.url for i in found.indexes] == ["https://conda.example/conda-forge/", "https://pypi.example/simple"]


def test_environments() -> None:
    environments = lock(LOCK).data["environments"]
    default = environments["default"]
    assert (default.channels, default.indexes) == (
        ["https://conda.example/conda-forge/"],
        ["https://pypi.example/simple"],
    )
    assert default.options == {"channel-priority": "disabled"}
    assert {name: len(keys) for name, keys in default.platforms.items()} == {"linux-64": 3, "osx-64": 1}
    assert (environments["test"].channels, environments["test"].platforms) == ([], {})


def test_versions_4_and_7() -> None:
    four = lock(
        "version: 5\nenvironments:\npackages:\n- kind: conda\n  name: a\n  version: '1'\n  url: https://conda.example/a-1-0.conda\n"
        "- kind: pypi\n  name: b\n  version: '2'\n  path: ./b\n"
    )
    assert [(p.ecosystem, p.name, p.version, p.source) for p in four.packages] == [
        ("conda", "a", "1", "index"),
        ("pypi", "b", "2", "path"),
    ]
    seven = lock(
        "version: 7\nplatforms:\n- name: p1\n  subdir: linux-64\nenvironments:\npackages:\n- conda_source: a[x] @ .\n"
    )
    assert seven.data["platforms"] == {"p1": "linux-64"}
    assert [(p.name, p.source) for p in seven.packages] == [("a", "path")]


@pytest.mark.parametrize(("text", "code"), [("", "syntax"), ("version: 6\n<<<<<<< a\n>>>>>>> b\n", "conflict-markers")])
def test_unreadable(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read("pixi.lock", text)
    assert caught.value.code == code


@given(st.text(alphabet="-: condapy\n'#/", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read("pixi.lock", "version: 6\nenvironments:\n" + text + "\npackages:\n" + text)
