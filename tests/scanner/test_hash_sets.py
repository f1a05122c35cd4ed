from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Lock, LockedPackage
from scanner.hash_sets import (
    UNTOLD,
    Contradiction,
    HashSet,
    LockHashes,
    contradictions,
    hashes_of,
    packed_files,
    packed_lock,
    unpacked_files,
    unpacked_lock,
)

WHEEL = "a-1.0-py3-none-any.whl"
SDIST = "a-1.0.tar.gz"


def held(number: int, *files: tuple[str, str], version: str = "1.0", whole: bool = False, index: str = "") -> HashSet:
    return HashSet(id=number, name="a", version=version, whole=whole, files=files, index=index)


def found(*sets: HashSet) -> list[tuple[Any, ...]]:
    return [(one.kind, one.version, one.what, dict(one.sides)) for one in contradictions(sets)]


def lock(*packages: LockedPackage, tool: str = "uv", **more: Any) -> Lock:
    return Lock(path="x.lock", tool=tool, format=f"{tool}.lock 1", packages=packages, **more)


def package(version: str = "1.0", *, files: tuple[str, ...] = (WHEEL,), **more: Any) -> LockedPackage:
    values: dict[str, Any] = {"hashes": tuple(f"sha256:{n:064x}" for n, _ in enumerate(files, 1)), "line": 4}
    return LockedPackage(**({"name": "A", "version": version, "files": files} | values | more))


# --- what a lock records -------------------------------------------------------------------------------------------


def test_a_set_for_each_package_of_an_index() -> None:
    made = hashes_of(
        lock(
            package(files=(WHEEL, SDIST)),
            package(source="git"),
            package(ecosystem="conda"),
            package(hashes=()),
            package(hashes=("md5:1",)),
            LockedPackage(name="b", version=None, hashes=("sha256:1",)),
        )
    )
    ((one, line),) = made.sets
    assert (made.path, line, one.name, one.version, one.whole) == ("x.lock", 4, "a", "1.0", False)
    assert one.files == ((WHEEL, "0" * 16), (SDIST, "0" * 16))


def test_a_file_that_only_its_address_names() -> None:
    one = package(files=(), hashes=("md5:1", "sha256:00"), origin=f"https://files.example/1/{WHEEL}")
    assert hashes_of(lock(one, tool="pixi")).sets[0][0].files == ((WHEEL, "00"),)
    several = package(files=(), hashes=("sha256:01", "sha256:02"), origin=f"https://files.example/1/{WHEEL}")
    assert hashes_of(lock(several, tool="pixi")).sets[0][0].files == (("", "01"), ("", "02"))


def test_the_same_set_has_the_same_number_wherever_it_stands() -> None:
    ((one, _),) = hashes_of(lock(package(line=1))).sets
    ((other, _),) = hashes_of(lock(package(line=9), tool="pdm")).sets
    ((whole, _),) = hashes_of(lock(package(), tool="poetry")).sets
    assert one == other
    assert len({one.id, whole.id}) == 2


def test_a_list_of_files_is_whole_unless_the_command_asks_for_some() -> None:
    for options, whole in (((), True), (("--only-binary=:all:",), False), (("--no-binary", "a"), False)):
        made = hashes_of(lock(package(), tool="pip-tools", command=("pip-compile", *options)))
        assert made.sets[0][0].whole is whole


@pytest.mark.parametrize(
    ("tool", "origin", "index"),
    [
        ("uv", "https://wheels.example/cpu/", "https://wheels.example/cpu"),
        ("uv", "https://pypi.example/simple", ""),
        ("pipenv", "wheels", "wheels"),
        ("poetry", None, ""),
        ("pdm", None, UNTOLD),
        ("pip-tools", None, UNTOLD),
    ],
)
def test_the_index_where_the_project_has_several(tool: str, origin: str | None, index: str) -> None:
    others = frozenset({"wheels", "https://wheels.example/cpu"})
    assert hashes_of(lock(package(origin=origin), tool=tool), others).sets[0][0].index == index
    assert hashes_of(lock(package(origin=origin), tool=tool)).sets[0][0].index == ""


def test_an_index_that_the_project_does_not_name() -> None:
    """A dependency that is built from git may bring indexes of its own."""
    origins = ["https://pypi.example/simple", "https://pypi.example/simple/", "https://wheels.example/cpu"]
    made = hashes_of(lock(*(package(origin=origin) for origin in origins)))
    assert [one.index for one, _ in made.sets] == ["", "", "https://wheels.example/cpu"]


# --- as bytes ------------------------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30)
_PAIRS = st.lists(st.tuples(_TEXT, st.text("0123456789abcdef", min_size=1, max_size=16)), min_size=1, max_size=6)


@given(_PAIRS, _TEXT)
def test_files_survive_packing(pairs: list[tuple[str, str]], index: str) -> None:
    assert unpacked_files(packed_files(held(1, *pairs, index=index))) == (tuple(pairs), index)


@given(_PAIRS, st.text(max_size=30))
def test_packing_takes_any_text(pairs: list[tuple[str, str]], text: str) -> None:
    files, _ = unpacked_files(packed_files(held(1, *pairs, (text, "f"), index=text)))
    assert [digest for _, digest in files] == [*(digest for _, digest in pairs), "f"]


@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.none() | st.integers(1, 2**31)), unique_by=lambda p: p[0])
)
def test_ids_and_lines_survive_packing(entries: list[tuple[int, int | None]]) -> None:
    sets = tuple((held(number, ("", "0")), line) for number, line in entries)
    ids, lines = unpacked_lock(packed_lock(LockHashes(path="x", sets=sets)))
    assert list(zip(ids, (line or None for line in lines), strict=True)) == entries


# --- contradictions ------------------------------------------------------------------------------------------------


def test_one_file_with_two_digests() -> None:
    sets = held(1, (SDIST, "d"), (WHEEL, "a")), held(2, (WHEEL, "a")), held(3, (WHEEL, "b"))
    assert found(*sets) == [("file", "1.0", WHEEL, {"a": (1, 2), "b": (3,)})]


def test_a_set_that_contradicts_itself_says_nothing_of_others() -> None:
    assert found(held(1, (WHEEL, "a"), (WHEEL, "b")), held(2, (WHEEL, "a"))) == []


def test_files_that_were_added_later() -> None:
    assert found(held(1, (SDIST, "d"), whole=True), held(2, (SDIST, "d"), (WHEEL, "a"), whole=True)) == []


def test_whole_lists_that_share_nothing() -> None:
    assert found(held(1, ("", "a"), whole=True), held(2, ("", "b"), whole=True), held(3, ("", "b"))) == [
        ("release", "1.0", "", {"a": (1,), "b": (2,)})
    ]
    assert found(held(1, ("", "a"), whole=True), held(2, (WHEEL, "b"), whole=True)) != []
    chain = held(1, ("", "a"), whole=True), held(2, ("", "b"), whole=True), held(3, ("", "a"), ("", "b"), whole=True)
    assert found(*chain) == []


def test_whole_lists_of_which_each_has_what_the_other_lacks() -> None:
    one, other = held(1, ("", "a"), ("", "b"), whole=True), held(2, ("", "a"), ("", "c"), whole=True)
    assert found(one, other) == [("release", "1.0", "1 of 2", {"b": (1,), "c": (2,)})]
    one_was_deleted = held(3, ("", "a"), ("", "c"), ("", "d"), whole=True)
    assert found(one, one_was_deleted) == []


def test_lists_that_need_not_have_anything_in_common() -> None:
    assert found(held(1, ("", "a")), held(2, ("", "b"), whole=True)) == []
    files_taken_away = held(1, (SDIST, "a"), whole=True), held(2, (WHEEL, "b"), whole=True)
    assert found(*files_taken_away) == []


def test_one_digest_for_two_versions() -> None:
    sets = held(1, ("", "a"), ("", "b")), held(2, ("", "b"), version="1.1"), held(3, ("", "c"), version="1.2")
    assert found(*sets) == [("version", "1.0", "b", {"1.0": (1,), "1.1": (2,)})]


def test_versions_that_are_one() -> None:
    assert found(held(1, ("", "a")), held(2, ("", "a"), version="1.0.0")) == []
    assert found(held(1, ("", "a")), held(2, ("", "a"), version="1.0.0+cpu")) == []
    assert found(held(1, ("", "a"), version="odd"), held(2, ("", "a"))) != []


def test_what_one_index_contradicts_itself_in_comes_first() -> None:
    default = held(1, (WHEEL, "a"), (SDIST, "d"))
    cpu, other_cpu = held(2, (WHEEL, "b"), ("z", "x"), index="cpu"), held(3, ("z", "y"), index="cpu")
    assert found(default, cpu) == [("file", "1.0", WHEEL, {"a": (1,), "b": (2,)})]
    assert found(default, cpu, other_cpu) == [("file", "1.0", "z", {"x": (2,), "y": (3,)})]
    assert found(default, held(4, (WHEEL, "b"), index=UNTOLD)) != []


_NAMES = st.sampled_from([WHEEL, SDIST, "a.zip"])
_TRUTH = {(version, name): f"{version}-{name}" for version in ("1.0", "1.1") for name in (WHEEL, SDIST, "a.zip")}


_ORDER = (SDIST, WHEEL, "a.zip")


@given(st.lists(st.tuples(st.sampled_from(["1.0", "1.1"]), st.integers(1, 3), st.booleans()), min_size=1, max_size=8))
def test_whole_lists_that_grew(rows: list[tuple[str, int, bool]]) -> None:
    sets = [
        held(n, *((name if named else "", _TRUTH[v, name]) for name in _ORDER[:count]), version=v, whole=True)
        for n, (v, count, named) in enumerate(rows)
    ]
    assert found(*sets) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["1.0", "1.1"]), st.sets(_NAMES, min_size=1), st.booleans()), min_size=1, max_size=8
    )
)
def test_what_one_index_holds_never_contradicts_itself(rows: list[tuple[str, set[str], bool]]) -> None:
    sets = [
        held(n, *((name if named else "", _TRUTH[version, name]) for name in sorted(names)), version=version)
        for n, (version, names, named) in enumerate(rows)
    ]
    assert found(*sets) == []


@given(st.sets(_NAMES, min_size=1), _NAMES)
def test_a_changed_digest_is_always_told(names: set[str], changed: str) -> None:
    true = tuple((name, _TRUTH["1.0", name]) for name in sorted(names | {changed}))
    false = tuple((name, "bad" if name == changed else digest) for name, digest in true)
    (one,) = contradictions([held(1, *true), held(2, *false)])
    assert one == Contradiction(
        kind="file",
        name="a",
        version="1.0",
        what=changed,
        sides=tuple(sorted([(dict(true)[changed], (1,)), ("bad", (2,))])),
    )
