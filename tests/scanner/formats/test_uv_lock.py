from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Lock
from scanner.format import Unreadable
from scanner.formats.uv_lock import FORMAT, read

LOCK = """version = 1
revision = 3
requires-python = ">=3.9"
resolution-markers = ["python_full_version < '3.10'", "python_full_version >= '3.10'"]

[manifest]
members = ["demo", "helper"]

[[package]]
name = "alpha"
version = "1.0"
source = { registry = "https://user:geheim@pypi.example/simple" }
resolution-markers = ["python_full_version < '3.10'"]
dependencies = [{ name = "beta" }]
sdist = { url = "https://pypi.example/alpha-1.0.tar.gz", hash = "sha256:aa" }
wheels = [
    { url = "https://pypi.example/alpha-1.0-py3-none-any.whl", hash = "sha256:bb" },
]

[[package]]
name = "beta"
version = "2.0"
source = { git = "https://glpat-0123456789abcdefghij@git.example/beta.git?tag=v2#0123456789012345678901234567890123456789" }

[[package]]
name = "demo"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "alpha" }]

[package.optional-dependencies]
more = [{ name = "gamma" }]

[package.metadata]
requires-dist = [{ name = "alpha" }]

[[package]]
name = "gamma"
source = { url = "https://files.example/gamma.zip" }

[[package]]
name = "helper"
source = { virtual = "helper" }
"""


def lock_of(text: str, path: str = "uv.lock") -> Lock:
    extract = read(path, text)
    assert extract is not None
    assert extract.lock is not None
    return extract.lock


def test_reads_packages_with_lines_sources_and_hashes() -> None:
    lock = lock_of(LOCK)
    assert (lock.tool, lock.format, lock.written_by, lock.requires_python) == (
        "uv",
        "uv.lock 1.3",
        "0.8.4-0.12",
        ">=3.9",
    )
    assert [(p.name, p.version, p.source, p.line) for p in lock.packages] == [
        ("alpha", "1.0", "index", 9),
        ("beta", "2.0", "git", 20),
        ("demo", "0.1.0", "path", 25),
        ("gamma", None, "url", 37),
        ("helper", None, "path", 41),
    ]
    alpha, beta, demo, *_ = lock.packages
    assert alpha.hashes == ("sha256:aa", "sha256:bb")
    assert alpha.marker == "python_full_version < '3.10'"
    assert beta.ref == "0123456789012345678901234567890123456789"
    assert demo.editable
    assert demo.dependencies == ("alpha", "gamma")


def test_credentials_are_gone() -> None:
    lock = lock_of(LOCK)
    assert [p.origin for p in lock.packages[:2]] == [
        "https://***@pypi.example/simple",
        "https://***@git.example/beta.git",
    ]


def test_data_holds_what_checks_need_and_no_more() -> None:
    data = lock_of(LOCK).data
    assert set(data) == {"version", "revision", "requires-python", "resolution-markers", "manifest", "local"}
    assert [entry["name"] for entry in data["local"]] == ["demo", "helper"]


@pytest.mark.parametrize(
    ("revision", "form", "writer"), [("", "uv.lock 1", "0.2-0.5"), ("revision = 5\n", "uv.lock 1.5", "0.13")]
)
def test_revision_tells_the_writer(revision: str, form: str, writer: str) -> None:
    lock = lock_of(f'version = 1\n{revision}requires-python = ">=3.9"\n')
    assert (lock.format, lock.written_by) == (form, writer)


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (("version = 1\n", "version = 2\n"), "lock version 2 is not supported by any uv known", 1),
        (('{ name = "beta" }', '{ name = "delta" }'), "alpha depends on delta, which is not in the lock", 9),
        (('name = "alpha"\nversion = "1.0"', 'name = "alpha"\nversion = "1.1"'), "alpha 1.1 is locked with a wheel", 9),
        (('source = { virtual = "helper" }', ""), "a package without name or source", 41),
    ],
)
def test_what_uv_would_refuse_is_broken(change: tuple[str, str], message: str, line: int) -> None:
    text = LOCK.replace(*change, 1)
    extract = read("uv.lock", text)
    assert extract is not None
    assert extract.lock is not None
    said, at = extract.lock.data["broken"]
    assert said.startswith(message)
    assert at == line
    assert [p.message for p in extract.problems] == [said]


def test_an_edge_may_choose_between_versions() -> None:
    older = '[[package]]\nname = "beta"\nversion = "1.0"\nsource = { registry = "https://pypi.example/simple" }\n\n'
    two = LOCK.replace('[[package]]\nname = "beta"', f'{older}[[package]]\nname = "beta"', 1)
    assert "broken" in lock_of(two).data
    chosen = two.replace('{ name = "beta" }', '{ name = "beta", version = "2.0" }')
    assert "broken" not in lock_of(chosen).data


def test_local_version_labels_and_url_quoting_agree() -> None:
    text = (
        'version = 1\nrequires-python = ">=3.9"\n[[package]]\nname = "torch"\nversion = "2.0+cu118"\n'
        'source = { registry = "https://pypi.example" }\n'
        'wheels = [{ url = "https://pypi.example/torch-2.0%2Bcu118-cp311-cp311-linux_x86_64.whl" }]\n'
    )
    assert "broken" not in lock_of(text).data


def test_matches_locks_of_scripts_too() -> None:
    assert [FORMAT.matches(p) for p in ("uv.lock", "a/b/uv.lock", "tool.py.lock", ".py.lock", "poetry.lock")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert read("notes.py.lock", "title = 'something else'") is None


def test_conflict_markers_and_empty_files_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        read("uv.lock", "")
    with pytest.raises(Unreadable) as error:
        read("uv.lock", f"<<<<<<< a\n{LOCK}=======\n>>>>>>> b\n")
    assert error.value.code == "conflict-markers"


VALUES = st.recursive(
    st.sampled_from(["1", '"x"', "true", "[]", "{}", '""']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(st.sampled_from(["name", "registry", "version", "url", "git"]), inner).map(
            lambda t: f"{{{t[0]} = {t[1]}}}"
        ),
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["name", "version", "source", "wheels", "sdist", "dependencies", "optional-dependencies", "resolution-markers"]
)


@given(st.dictionaries(KEYS, VALUES), st.booleans())
def test_any_shape_is_read(entry: dict[str, str], plausible: bool) -> None:
    head = 'version = 1\nrequires-python = ">=3.9"\n' if plausible else "version = 1\npackage = 3\n"
    body = "[[package]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items()) if plausible else ""
    lock_of(head + body)
