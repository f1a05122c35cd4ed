from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import Lock, LockedPackage
from scanner.formats import poetry_lock
from scanner.lock_health import SHOWN, faults, indexes_of


def package(
    name: str = "a", version: str = "1.0", *files: str, digest: str = "sha256:{}", **more: Any
) -> LockedPackage:
    hashes = tuple(digest.format(file) for file in files)
    return LockedPackage(**{"name": name, "version": version, "hashes": hashes, "files": files, "line": 3, **more})


def found(*packages: LockedPackage, tool: str = "poetry", **data: str) -> list[str]:
    lock = Lock(path="x.lock", tool=tool, format="x", packages=packages, data=data)
    return [f"{fault.code}: {fault.message}" for fault in faults(lock)]


@pytest.mark.parametrize(
    "file",
    [
        "A-1.0-py3-none-any.whl",
        "a-1.0.0.tar.gz",
        "a-1.0+cpu-py3-none-any.whl",
        "b-9.tar.gz",
        "odd.exe",
        "a-1.0-1-py3-none-any.whl",
        "a-x.y.tar.gz",
    ],
)
def test_files_of_its_own_and_odd_ones(file: str) -> None:
    assert found(package("a", "1.0", file)) == []


@pytest.mark.parametrize(
    ("file", "whose"), [("a-0.9-py3-none-any.whl", "0.9"), ("a-0.9.tar.gz", "0.9"), ("b-1.0-py3-none-any.whl", "b 1.0")]
)
def test_a_version_edited_by_hand(file: str, whose: str) -> None:
    assert found(package("a", "1.0", file)) == [
        f"foreign-file: a 1.0 is locked with {file}, which is a file of {whose}"
    ]


def test_a_file_with_two_digests() -> None:
    one, other = (
        package("a", "1.0", "a-1.0.tar.gz"),
        package("a", "1.0", "a-1.0.tar.gz", digest="sha256:other", marker="x"),
    )
    assert found(one, other) == ["two-digests: a-1.0.tar.gz of a 1.0 is locked with two digests"]
    kinds = package("a", "1.0", "a-1.0.tar.gz", digest="md5:x", marker="x")
    assert found(one, kinds) == []


def test_a_digest_of_another_version() -> None:
    """Where no file is named: a Pipfile.lock, a compiled file."""
    old = LockedPackage(name="a", version="1.0", hashes=("sha256:1", "sha256:2"))
    new = LockedPackage(name="a", version="1.1", hashes=("sha256:1",))
    assert found(old, new, tool="pipenv") == ["foreign-digest: a 1.1 is locked with a digest of a 1.0"]
    assert found(old, LockedPackage(name="A", version="1.0", hashes=("sha256:1",)), tool="pipenv") == []


def test_entries_that_a_merge_left_twice() -> None:
    assert found(package(), package(), tool="poetry") == ["twice: a 1.0 stands in the lock twice"]
    assert found(package(), package(extras=("x",)), package(marker="y"), tool="pdm") == []
    assert found(package(), package(), tool="pip-tools") == []


def test_packages_without_a_digest() -> None:
    files = [package(name, "1.0", f"{name}-1.0.tar.gz") for name in "abc"]
    assert found(*files, package("d")) == ["no-digest: 1 of 4 packages from an index are locked without a digest: d"]
    assert found(package("a", "1", "a-1.tar.gz"), package("d"), package("e")) == []
    assert found(*files, package("d", source="git")) == []


def test_an_index_that_gives_no_digests() -> None:
    files = [package(name, "1.0", f"{name}-1.0.tar.gz", origin="https://pypi.example/simple") for name in "abc"]
    apart = package("torch", "2.9", origin="https://wheels.example/cu128")
    what = "1 of 4 packages from an index are locked without a digest"
    assert found(*files, apart, tool="uv") == [
        f"index-digests: {what}, all of them from https://wheels.example/cu128: torch"
    ]
    assert found(*files, package("d", origin="https://pypi.example/simple"), tool="uv") == [f"no-digest: {what}: d"]


@pytest.mark.parametrize(
    ("header", "version", "fault"),
    [
        ("1.8.3", "2.0", False),
        ("2.1.0", "2.1", False),
        ("1.8.3", "2.1", True),
        ("2.0.0", "2.0", True),
        ("", "2.1", False),
    ],
)
def test_the_header_of_another_poetry(header: str, version: str, fault: bool) -> None:
    assert bool(found(header=header, **{"lock-version": version})) is fault


def test_only_so_many_are_told() -> None:
    assert len(found(*(package(f"a{n}", "1", f"a{n}-2.tar.gz") for n in range(50)))) == SHOWN


def test_files_of_several_versions_kept_together() -> None:
    """Poetry up to 1.2 kept them by name alone."""
    text = '[[package]]\nname = "a"\nversion = "1.0"\n[[package]]\nname = "a"\nversion = "1.1"\n'
    text += '[metadata]\nlock-version = "1.1"\n[metadata.files]\na = [\n'
    text += '{file = "a-1.0.tar.gz", hash = "sha256:1"}, {file = "a-1.1-py3-none-any.whl", hash = "sha256:2"}]\n'
    lock = poetry_lock.read("poetry.lock", text).lock
    assert lock is not None
    assert [(p.version, p.hashes, p.files) for p in lock.packages] == [
        ("1.0", ("sha256:1",), ("a-1.0.tar.gz",)),
        ("1.1", ("sha256:2",), ("a-1.1-py3-none-any.whl",)),
    ]
    assert faults(lock) == ()


def test_packages_by_index() -> None:
    lock = Lock(
        path="uv.lock",
        tool="uv",
        format="uv.lock 1",
        packages=(
            package(origin="https://pypi.example/simple"),
            package("b", origin="https://pypi.example/simple/"),
            package("c", origin="https://wheels.example/cpu"),
            package("d"),
            package("e", source="git", origin="https://git.example/e"),
        ),
    )
    assert indexes_of(lock) == {"": 1, "https://pypi.example/simple": 2, "https://wheels.example/cpu": 1}
