from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Location, Requirement
from scanner.pep508 import LENGTH_LIMIT, InvalidRequirement, git_reference, requirement

AT = Location(path="requirements.txt", line=3)


def read(text: str) -> Requirement:
    return requirement(text, at=AT)


def test_plain() -> None:
    made = requirement("Foo.Bar[b,a]>=1,<2 ; python_version<'3.9'", at=AT, scope="optional", group="more")
    assert (made.name, made.key, made.extras, made.specifier) == ("Foo.Bar", "foo-bar", ("a", "b"), "<2,>=1")
    assert (made.marker, made.scope, made.group, made.at) == ('python_version < "3.9"', "optional", "more", AT)
    assert made.source == "index"


@pytest.mark.parametrize(
    ("text", "name", "url", "ref", "subdirectory"),
    [
        ("a @ git+https://git.example/o/r.git@v1#subdirectory=x", "a", "https://git.example/o/r.git", "v1", "x"),
        ("name@git+https://git.example/o/r", "name", "https://git.example/o/r", None, None),
        ("git+https://git.example/o/r.git@feature/x#egg=a[e]", "a", "https://git.example/o/r.git", "feature/x", None),
        ("git+ssh://git@git.example/o/r.git", "", "ssh://git@git.example/o/r.git", None, None),
        ("git+git@git.example:o/r.git@v2#egg=q", "q", "git@git.example:o/r.git", "v2", None),
        ("git+https://git.example/o/r@main#egg=a==1.0", "a", "https://git.example/o/r", "main", None),
    ],
)
def test_git(text: str, name: str, url: str, ref: str | None, subdirectory: str | None) -> None:
    made = read(text)
    assert (made.source, made.name, made.url, made.ref, made.subdirectory) == ("git", name, url, ref, subdirectory)


@pytest.mark.parametrize(
    ("text", "source", "name", "url"),
    [
        (".", "path", "", "."),
        (".[dev,test]", "path", "", "."),
        ("../lib", "path", "", "../lib"),
        ("libs/foo", "path", "", "libs/foo"),
        ("file:.", "path", "", "."),
        ("file:///${PROJECT_ROOT}/libs/x", "path", "", "${PROJECT_ROOT}/libs/x"),
        ("x @ file:///home/me/x", "path", "x", "/home/me/x"),
        ("x @ {root:uri}/libs/x", "path", "x", "{root:uri}/libs/x"),
        ("foo_bar-1.0-py3-none-any.whl", "path", "foo-bar", "foo_bar-1.0-py3-none-any.whl"),
        ("https://files.example/foo_bar-1.0.tar.gz", "url", "foo-bar", "https://files.example/foo_bar-1.0.tar.gz"),
        ("https://forge.example/o/x/archive/v-1.0.zip", "url", "", "https://forge.example/o/x/archive/v-1.0.zip"),
        ("hg+https://hg.example/o/r@tip#egg=n", "url", "n", "hg+https://hg.example/o/r"),
    ],
)
def test_addresses_and_paths(text: str, source: str, name: str, url: str) -> None:
    made = read(text)
    assert (made.source, made.name, made.url) == (source, name, url)


def test_extras_of_paths_and_hashes_of_addresses() -> None:
    assert read(".[dev,test]").extras == ("dev", "test")
    assert read("a @ https://files.example/a-1.zip#sha256=abc").hashes == ("sha256:abc",)


def test_secrets_are_gone() -> None:
    made = read("a @ git+https://me:secret@git.example/o/r.git@v1")
    assert (made.url, made.ref) == ("https://***@git.example/o/r.git", "v1")
    assert "secret" not in repr(made)
    with pytest.raises(InvalidRequirement) as caught:
        read("a b @ https://me:secret@git.example/x")
    assert "secret" not in str(caught.value)


def test_variables_stay() -> None:
    assert read("git+https://${TOKEN}@git.example/o/r.git#egg=n").url == "https://${TOKEN}@git.example/o/r.git"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world",
        "foo>=1.0.*",
        "foo=1",
        "foo@1.0",
        "foo; bad",
        "-e .",
        "${X}==1",
        "a" * (LENGTH_LIMIT + 1),
        "a;" + "(" * 1000 + "os_name=='x'" + ")" * 1000,
    ],
)
def test_what_is_no_requirement(text: str) -> None:
    with pytest.raises(InvalidRequirement):
        read(text)


def test_git_reference() -> None:
    assert git_reference("git+https://u:p@git.example/a@b#subdirectory=c") == ("https://***@git.example/a", "b", "c")
    assert git_reference("git@git.example:a/b.git") == ("git@git.example:a/b.git", None, None)
    assert git_reference("ssh://git@git.example:22/a/b.git@main") == ("ssh://git@git.example:22/a/b.git", "main", None)


@given(st.text(alphabet="ab.-_/\\@:#=&+[]{}()<>!~;,\"' \t1git+https$", max_size=80))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        made = read(text)
    except InvalidRequirement:
        return
    assert made.at == AT
    assert made.source == "index" or made.url is not None
