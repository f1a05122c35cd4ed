from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Problem
from scanner.tree import MAX_PROBLEMS, MemoryTree, Problems, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é\r\n".encode(), "é\r\n"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
        ("é".encode("utf-32"), "é"),
        ("é".encode("latin-1"), "é"),
    ],
)
def test_decoding(data: bytes, text: str) -> None:
    assert decode("a", data) == text


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"a\nb\0c", "encoding", 2),
        ("no mark".encode("utf-16-le"), "encoding", 1),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "encoding", None),
        (codecs.BOM_UTF16_LE + b"a", "encoding", None),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n", "lfs-pointer", None),
    ],
)
def test_what_is_no_text(data: bytes, code: str, line: int | None) -> None:
    found = decode("a", data)
    assert isinstance(found, Problem)
    assert (found.code, found.at.path, found.at.line) == (code, "a", line)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    found = decode("a", data)
    assert isinstance(found, Problem) or "\0" not in found


def test_a_mapping_is_a_tree() -> None:
    tree = MemoryTree({"b": "é", "a": b"\0"}, links={"l": "b", "out": "../x"}, submodules=["s"], commit="c")
    assert [(e.path, e.kind, e.size) for e in tree.entries()] == [
        ("a", "file", 1),
        ("b", "file", 2),
        ("l", "link", None),
        ("out", "link", None),
        ("s", "submodule", None),
    ]
    found = dict(tree.texts({"b": 10, "l": 10, "a": 10, "out": 10, "s": 10, "none": 10}))
    assert {path: f.code if isinstance(f, Problem) else f for path, f in found.items()} == {
        "b": "é",
        "l": "é",
        "a": "encoding",
        "out": "leads-outside",
        "s": "not-a-file",
        "none": "missing-file",
    }
    assert [f.code for _, f in tree.read({"b": 1}) if isinstance(f, Problem)] == ["too-large"]


def test_problems_are_counted_when_there_are_too_many() -> None:
    problems = Problems()
    for number in range(MAX_PROBLEMS + 7):
        problems.add("unreadable", "m", str(number))
    assert len(problems.all()) == MAX_PROBLEMS + 1
    assert problems.all()[-1].message.startswith("7 more")
