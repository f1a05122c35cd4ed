from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.emit import RuffConfig
from rules.ruff.folders import gathered

MANY = [f"old/deep/f{n}.py" for n in range(22)]


@pytest.mark.parametrize(
    ("listed", "others", "expected"),
    [
        (MANY, ["old/deep/__init__.py", "new/a.py"], ["old/**"]),
        (MANY, ["old/a.py"], ["old/deep/**"]),
        (MANY, ["old/deep/more/a.py"], MANY),
        (MANY[:9], [], MANY[:9]),
        ([*MANY, "a/b.py"], [], ["a/b.py", "old/**"]),
    ],
)
def test_folders_stand_for_their_files(listed: list[str], others: list[str], expected: list[str]) -> None:
    assert sorted(gathered(dict.fromkeys(listed, ()), [*listed, *others])) == sorted(expected)


def test_rules_are_not_left_out_in_a_file_that_is_not_listed() -> None:
    said = dict.fromkeys(MANY, ("E501",))
    assert gathered(said, [*MANY, "old/deep/__init__.py"]) == said
    assert gathered(said, MANY) == {"old/**": ("E501",)}


def test_files_that_say_different_things_stay_files() -> None:
    said = {path: ("E501",) if path != MANY[0] else ("F401",) for path in MANY}
    assert gathered(said, MANY) == said


def test_the_pattern_of_a_folder_is_literal() -> None:
    paths = [f"a[1]/f{n}.py" for n in range(30)]
    made = RuffConfig().ignoring({}, (), paths, paths)
    assert made.formatting["exclude"] == ["a[[]1[]]/**"]


@given(st.dictionaries(st.sampled_from([*MANY, "a/b.py", "c.py", "old/x.py"]), st.sampled_from([("E",), ("F",)])))
def test_no_file_is_lost_and_none_is_added(said: dict[str, tuple[str, ...]]) -> None:
    made = gathered(said, [*MANY, "a/b.py", "c.py", "old/x.py"])
    for path, codes in said.items():
        covers = [c for pattern, c in made.items() if pattern == path or path.startswith(pattern.removesuffix("**"))]
        assert codes in covers
