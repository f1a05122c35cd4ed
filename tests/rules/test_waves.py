from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules.waves import Candidate, Wave, waves
from scanner.graph.reach import components_of

NODES = st.integers(0, 14).map(lambda n: f"r{n:02}")
PAIRS = st.lists(st.tuples(NODES, NODES), max_size=40)
CANDIDATES = st.dictionaries(
    NODES, st.tuples(st.integers(0, 50), st.integers(1, 20), st.sampled_from([None, None, "archived"])), min_size=1
).map(lambda d: [Candidate(repository=n, score=s, hours=h, asleep=a) for n, (s, h, a) in d.items()])


def numbers(found: tuple[Wave, ...]) -> dict[str, int]:
    return {name: wave.number for wave in found for name in wave.repositories}


def candidate(repository: str, **changes) -> Candidate:  # type: ignore[no-untyped-def]
    return Candidate(**{"repository": repository, "score": 1.0, "hours": 1.0, **changes})


@given(CANDIDATES, PAIRS, st.integers(1, 6))
def test_the_promises(candidates: list[Candidate], pairs: list[tuple[str, str]], capacity: int) -> None:
    found = waves(candidates, pairs, capacity)
    number = numbers(found)
    names = {c.repository for c in candidates}
    assert sorted(n for w in found for n in w.repositories) == sorted(names)
    hard = [(a, b) for a, b in pairs if a in names and b in names and a != b]
    groups = components_of(hard)
    assert all(number[b] <= number[a] for a, b in hard)
    assert all(len({number[n] for n in group}) == 1 for group in groups)
    largest = max([len(g) for g in groups], default=1)
    assert all(len(w.repositories) <= max(capacity, largest) for w in found)
    for wave in found:
        if len(wave.repositories) > capacity:
            assert set(wave.repositories) in [set(g) for g in groups]
    assert [w.number for w in found] == list(range(1, len(found) + 1))
    assert all(w.why for w in found)


@given(CANDIDATES, PAIRS, st.integers(1, 6), st.randoms())
def test_the_order_of_the_input_does_not_matter(
    candidates: list[Candidate], pairs: list[tuple[str, str]], capacity: int, rng: random.Random
) -> None:
    expected = waves(candidates, pairs, capacity)
    rng.shuffle(candidates)
    rng.shuffle(pairs)
    assert waves(candidates, pairs, capacity) == expected


def test_pilot_of_one_easy_and_two_hard() -> None:
    found = waves([candidate(f"r{i}", hours=float(i)) for i in range(1, 8)], [], 10)
    assert found[0].repositories == ("r1", "r6", "r7")
    assert found[0].why.startswith("pilot")
    assert found[1].repositories == ("r2", "r3", "r4", "r5")


def test_the_hard_ones_of_the_pilot_are_worth_it() -> None:
    team = [
        candidate("easy", hours=1.0, score=5.0),
        candidate("worst", hours=40.0, score=-18.0),
        candidate("stuck", hours=30.0, score=40.0, for_pilot=False),
        candidate("asleep", hours=30.0, score=40.0, asleep="archived"),
        candidate("best", hours=4.0, score=30.0, name="Best"),
        candidate("good", hours=6.0, score=20.0, name="Good"),
        candidate("fair", hours=9.0, score=-5.0),
    ]
    found = waves(team, [], 10)
    assert found[0].repositories == ("best", "easy", "good")
    assert found[0].why == "pilot: one easy repository (easy) and two hard ones (Good and Best), to learn from both"


def test_foundation_comes_before_what_waits_for_it() -> None:
    many = [candidate(f"s{i}", score=50.0) for i in range(5)]
    found = waves([candidate("base", hours=2.0), *many], [(f"s{i}", "base") for i in range(5)], 10)
    assert found[0].repositories == ("base",)
    assert "unblocks 5" in found[0].why


def test_the_sleeping_come_last_unless_somebody_waits_for_them() -> None:
    team = [candidate("old", asleep="archived"), candidate("needed", asleep="archived"), candidate("user")]
    found = waves(team, [("user", "needed")], 10)
    assert [w.repositories for w in found] == [("needed",), ("user",), ("old",)]
    assert "archived" in found[-1].why


def test_a_circle_larger_than_the_capacity_has_its_own_wave() -> None:
    ring = [(f"r{i}", f"r{(i + 1) % 4}") for i in range(4)]
    found = waves([candidate(f"r{i}") for i in range(4)] + [candidate("z")], ring, 2)
    assert ("r0", "r1", "r2", "r3") in [w.repositories for w in found]
    assert any("more than the capacity" in w.why for w in found)


@given(CANDIDATES, PAIRS, st.integers(1, 3), st.lists(st.sampled_from(["", "@a", "@b"]), min_size=15, max_size=15))
def test_no_team_has_more_than_it_can_do(
    candidates: list[Candidate], pairs: list[tuple[str, str]], most: int, owners: list[str]
) -> None:
    owned = {c.repository: owners[int(c.repository[1:])] for c in candidates}
    given_owners = [replace(c, owners=(owned[c.repository],) if owned[c.repository] else ()) for c in candidates]
    found = waves(given_owners, pairs, 6, most)
    number = numbers(found)
    assert sorted(number) == sorted(owned)
    hard = [(a, b) for a, b in pairs if a in owned and b in owned and a != b]
    assert all(number[b] <= number[a] for a, b in hard)
    rings = [set(g) for g in components_of(hard) if len(g) > 1]
    for wave in found:
        for team in ("@a", "@b"):
            mine = {n for n in wave.repositories if owned[n] == team}
            assert len(mine) <= most or any(len(mine & ring) > most for ring in rings)
