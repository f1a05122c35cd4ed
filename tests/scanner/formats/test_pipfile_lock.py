from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Lock
from scanner.format import Unreadable
from scanner.formats.pipfile_lock import read

META: dict[str, Any] = {
    "hash": {"sha256": "0" * 64},
    "pipfile-spec": 6,
    "requires": {"python_version": "3.11"},
    "sources": [{"name": "main", "url": "https://u:secret@pypi.example/simple", "verify_ssl": True}],
}


def lock(**sections: Any) -> Lock:
    found = read("Pipfile.lock", json.dumps({"_meta": META, **sections}, indent=4)).lock
    assert found is not None
    return found


def test_packages_with_their_categories_and_lines() -> None:
    found = lock(
        default={
            "a": {"hashes": ["sha256:1"], "index": "main", "markers": "python_version >= '3.8'", "version": "==1.2"},
            "b": {"git": "https://git.example/b.git", "ref": "abc", "editable": True},
        },
        develop={"c": {"path": "./c"}, "d": {"file": "https://files.example/d.zip"}},
    )
    assert (found.tool, found.format, found.written_by, found.requires_python) == (
        "pipenv",
        "Pipfile.lock 6",
        None,
        "3.11",
    )
    assert [(p.name, p.version, p.source, p.origin, p.ref, p.groups) for p in found.packages] == [
        ("a", "1.2", "index", "main", None, ("default",)),
        ("b", None, "git", "https://git.example/b.git", "abc", ("default",)),
        ("c", None, "path", "./c", None, ("develop",)),
        ("d", None, "url", "https://files.example/d.zip", None, ("develop",)),
    ]
    text = json.dumps({"_meta": META, "default": {"a": {}}, "develop": {"a": {}}}, indent=4)
    lines = text.splitlines()
    again = read("Pipfile.lock", text).lock
    assert again is not None
    assert [lines[(p.line or 0) - 1].strip() for p in again.packages] == ['"a": {}', '"a": {}']
    assert len({p.line for p in again.packages}) == 2
    assert [(i.url, i.credentials) for i in found.indexes] == [("https://***@pypi.example/simple", True)]


def test_a_category_of_its_own_proves_a_newer_writer() -> None:
    assert lock(default={}, develop={}, docs={"a": {"version": "==1"}}).written_by == ">=2022.10.9"


def test_a_lock_on_one_line_has_no_lines() -> None:
    found = read("Pipfile.lock", json.dumps({"_meta": META, "default": {"a": {"version": "==1"}}})).lock
    assert found is not None
    assert [(p.name, p.line) for p in found.packages] == [("a", None)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "syntax", 1),
        ("[]", "syntax", 1),
        ('{\n"a": ', "syntax", 2),
        ("{\n<<<<<<< a\n=======\n>>>>>>> b\n}", "conflict-markers", 2),
        ("[" * 100_000, "too-deep", None),
    ],
)
def test_unreadable(text: str, code: str, line: int | None) -> None:
    with pytest.raises(Unreadable) as caught:
        read("Pipfile.lock", text)
    assert (caught.value.code, caught.value.line) == (code, line)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["_meta", "hash", "a"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with contextlib.suppress(Unreadable):
        read("Pipfile.lock", json.dumps(value, indent=4))
