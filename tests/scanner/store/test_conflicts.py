from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.hash_sets import HashSet
from scanner.inventory import HeldIn
from scanner.store.conflicts import MAX_LOCKS, MAX_SIDES, find_conflicts


@dataclass(frozen=True)
class Stored:
    """What a store would give: sets by name, and the locks that hold them (with the lines)."""

    sets: tuple[HashSet, ...]
    locks: tuple[tuple[str, str, dict[int, int]], ...]

    def hash_sets(self) -> Iterator[HashSet]:
        yield from sorted(self.sets, key=lambda one: one.name)

    def lock_hashes(self, run_id: int) -> Iterator[tuple[str, str, bytes]]:
        for repository, path, held in self.locks:
            yield repository, path, array("q", held).tobytes() + array("I", held.values()).tobytes()


def of(number: int, digest: str, *, name: str = "a", file: str = "a-1.tar.gz", index: str = "") -> HashSet:
    return HashSet(id=number, name=name, version="1", whole=False, files=((file, digest),), index=index)


def test_the_side_that_most_locks_are_on_comes_first() -> None:
    locks = (("x", "uv.lock", {1: 7, 5: 1}), ("y", "uv.lock", {2: 8}), ("z", "b/uv.lock", {2: 0}))
    (one,) = find_conflicts(Stored((of(1, "a"), of(2, "b", index="cpu"), of(5, "c", name="b")), locks), 1)
    assert (one.kind, one.name, one.version, one.what) == ("file", "a", "1", "a-1.tar.gz")
    assert [(side.label, side.count, side.indexes) for side in one.sides] == [("b", 2, ("cpu",)), ("a", 1, ("",))]
    assert one.sides[0].locks == (
        HeldIn(repository="y", path="uv.lock", line=8),
        HeldIn(repository="z", path="b/uv.lock", line=None),
    )


def test_sets_of_other_runs_do_not_count_and_hide_nothing() -> None:
    old = HashSet(id=9, name="a", version="1", whole=False, files=(("a", "x"), ("a-1.tar.gz", "a")))
    new = HashSet(id=8, name="a", version="1", whole=False, files=(("a", "y"), ("a-1.tar.gz", "b")))
    now = of(1, "a"), of(2, "b")
    assert find_conflicts(Stored((old, new), (("x", "uv.lock", {9: 1}),)), 1) == ()
    held = (("x", "uv.lock", {1: 1}), ("y", "uv.lock", {2: 1}))
    (one,) = find_conflicts(Stored((old, new, *now), held), 1)
    assert one.what == "a-1.tar.gz"


def test_sides_and_locks_are_bounded() -> None:
    sets = tuple(of(number, f"{number:04}") for number in range(MAX_SIDES + 5))
    locks = tuple((f"r{n}", "uv.lock", {0: 1}) for n in range(MAX_LOCKS + 5))
    others = tuple((f"s{one.id}", "uv.lock", {one.id: 1}) for one in sets[1:])
    (one,) = find_conflicts(Stored(sets, locks + others), 1)
    assert len(one.sides) == MAX_SIDES
    assert (one.sides[0].count, len(one.sides[0].locks)) == (MAX_LOCKS + 5, MAX_LOCKS)


def test_agreement() -> None:
    assert find_conflicts(Stored((of(1, "a"), of(2, "a")), (("x", "uv.lock", {1: 1, 2: 2}),)), 1) == ()
