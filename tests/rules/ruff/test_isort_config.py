from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.pythons import data
from rules.ruff.isort_config import as_ruff_sorts, translate_isort


def test_the_profile_black_is_what_ruff_does() -> None:
    rules = translate_isort({"profile": "black", "known_first_party": "a, b", "skip": "x.py"})
    assert (rules.settings, rules.skipped, rules.line_length) == ({"known-first-party": ("a", "b")}, ("x.py",), 88)
    assert not rules.unsayable


def test_isorts_defaults_are_not_ruffs() -> None:
    rules = translate_isort({})
    assert [name for name, _ in rules.unsayable] == ["multi_line_output"]
    assert rules.settings == {"split-on-trailing-comma": False}


@pytest.mark.parametrize(
    ("given_options", "expected"),
    [
        ({"force_single_line": "true"}, {"force-single-line": True}),
        ({"lines-after-imports": 2}, {"lines-after-imports": 2}),
        ({"order_by_type": "False"}, {"order-by-type": False}),
        ({"reverse_relative": True}, {"relative-imports-order": "closest-to-furthest"}),
        (
            {"known_web": ["web"], "sections": "FUTURE,STDLIB,WEB,LOCALFOLDER"},
            {
                "sections": {"web": ("web",)},
                "section-order": ("future", "standard-library", "web", "local-folder"),
            },
        ),
        ({"force_alphabetical_sort_within_sections": "true"}, {"order-by-type": False}),
        (
            {"force_alphabetical_sort": True},
            {"order-by-type": False, "no-sections": True, "lines-between-types": 1, "from-first": True},
        ),
        ({"default_section": "FIRSTPARTY"}, {"default-section": "first-party"}),
    ],
)
def test_options(given_options: dict[str, Any], expected: dict[str, Any]) -> None:
    rules = translate_isort({"profile": "black", **given_options})
    assert rules.settings == expected
    assert not rules.unsayable


def test_what_ruff_cannot_say_is_named() -> None:
    rules = translate_isort({"profile": "google", "force_grid_wrap": 2, "only_sections": "no"})
    names = {name for name, _ in rules.unsayable}
    assert {"lexicographical", "group_by_package", "force_grid_wrap"} <= names
    assert "only_sections" not in names
    assert next(name for name, _ in translate_isort({"profile": "ours", "multi_line_output": 3}).unsayable) == "profile"


def test_added_imports_are_required() -> None:
    rules = translate_isort({"add_imports": "from __future__ import annotations, os"})
    assert rules.required == ("from __future__ import annotations", "import os")


@pytest.mark.oracle
def test_profiles_are_isorts() -> None:
    isort = shutil.which("isort")
    if isort is None:
        pytest.skip("isort is not installed")
    ask = "import json; from isort.profiles import profiles; print(json.dumps(profiles))"
    said = subprocess.run([Path(isort).with_name("python"), "-c", ask], capture_output=True, text=True, check=True)
    theirs = json.loads(said.stdout)
    assert set(data("isort_profiles.toml")) == set(theirs)
    for name, options in data("isort_profiles.toml").items():
        assert options.items() <= theirs[name].items(), name


_VALUES = st.none() | st.booleans() | st.integers(-2, 200) | st.text(max_size=12) | st.lists(st.text(max_size=5))


@given(st.dictionaries(st.sampled_from(["profile", "skip", "sections", "known_x", "multi_line_output"]), _VALUES))
def test_never_raises(options: dict[str, Any]) -> None:
    translate_isort(options)


def test_isort_set_as_ruff_sorts() -> None:
    options, changed = as_ruff_sorts({"profile": "google", "line-length": 100, "known_x": ["a", "b"]}, 120)
    assert {"group_by_package", "lexicographical", "line_length", "multi_line_output"} <= set(changed)
    assert not {"lexicographical", "group_by_package"} & options.keys()
    assert (options["line_length"], options["known_x"], options["force_single_line"]) == ("120", "a,b", "True")
    assert as_ruff_sorts({"profile": "black"}, 88)[1] == ()


def test_a_glob_is_held_against_the_whole_path() -> None:
    globs = translate_isort({"skip_glob": "*/models/__init__.py,__init__.py,docs,gen/*"}).globs
    assert globs == ("**/models/__init__.py", "./__init__.py", "./docs", "docs/**", "gen/*")


@pytest.mark.parametrize(("rev", "splits"), [("5.12.0", False), ("6.0.1", True), ("main", True)])
def test_the_profile_black_of_older_versions_joins_what_fits(moved: Callable[..., Any], rev: str, splits: bool) -> None:
    hooks = f"repos:\n- repo: https://github.com/example/isort\n  rev: {rev}\n  hooks:\n  - id: isort\n"
    after = moved({".pre-commit-config.yaml": hooks, ".isort.cfg": "[settings]\nprofile = black\n", "a.py": "x = 1\n"})
    assert ("split-on-trailing-comma = false" in after["ruff.toml"]) is not splits
