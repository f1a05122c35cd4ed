from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.black_config import said, translate_black
from rules.ruff.runs import Run


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"/(\.git|\.venv|migrations)/", (".git", ".venv", "migrations")),
        ("(\n  /(\n    \\.eggs  # a\n    | build\n  )/\n  | foo.py\n)", (".eggs", "build", "foo.py")),
        ("migrations/", ("migrations",)),
        (r"^/docs/conf\.py", ("docs/conf.py",)),
        ("(?:foo|bar)", ("foo", "bar")),
        ("(a|(b|c))", ("a", "b", "c")),
        ("/(migrations)/ | /venv", ("migrations", "venv")),
        (r".*_pb2\.py|.*\.gen\.py", ("*_pb2.py", "*.gen.py")),
        (r"/(shop\/vendored)/", ("shop/vendored",)),
    ],
)
def test_expressions_that_are_lists_of_names(pattern: str, expected: tuple[str, ...]) -> None:
    rules = translate_black({"extend-exclude": pattern})
    assert (rules.excluded, rules.unsayable) == (expected, ())


def test_other_expressions_are_left_to_a_person() -> None:
    assert [name for name, _ in translate_black({"exclude": r"a.*_pb2\.py"}).unsayable] == ["exclude"]


def test_what_ruff_formats_by_itself_is_nothing_lost() -> None:
    assert translate_black({"include": r"\.pyi?$"}).unsayable == ()
    assert translate_black({"include": r"\.(py|pyi)$"}).unsayable == ()
    assert translate_black({"include": r"\.py$"}).unsayable
    assert translate_black({"include": r"src/.*\.pyi?$"}).unsayable


def test_options_of_the_command_come_first() -> None:
    table = {"line-length": 120, "skip_string_normalization": True, "target-version": ["py310", "py39"]}
    rules = translate_black(table, ["-l", "100", "--preview"])
    assert (rules.line_length, rules.target, rules.formatting) == (100, "py39", {"quote-style": "preserve"})
    assert [name for name, _ in rules.unsayable] == ["preview"]
    assert translate_black({}).line_length == 88
    assert translate_black({}, ["-l79"]).line_length == 79


@given(st.text(alphabet=st.sampled_from(list("()|/\\.?^$*ab\n# ")), max_size=60))
def test_never_raises(text: str) -> None:
    translate_black({"exclude": text, "include": text, "line-length": text, "target-version": text})


def test_targets_that_ruff_has_not_become_the_nearest_that_it_has() -> None:
    assert translate_black({"target-version": ["py36", "py38"]}).target == "py37"
    assert translate_black({"target-version": ["py399"]}).target == "py315"
    assert translate_black({"target-version": []}).target is None


def test_many_brackets_are_no_list() -> None:
    assert translate_black({"exclude": "(" * 5000 + ")" * 5000}).unsayable


def test_what_a_command_leaves_out() -> None:
    assert translate_black({}, ("--exclude", "gen", "--check", ".")).excluded == ("gen",)
    told = translate_black({}, ("--exclude=$(LIST)", "."))
    assert (told.excluded, [name for name, _ in told.unsayable]) == ((), ["exclude"])
    apart = translate_black({}, ("--exclude=gen", "."), (("--exclude=gen", "."), ("--check", ".")))
    assert (apart.excluded, [name for name, _ in apart.unsayable]) == ((), ["exclude"])


def test_a_hook_formats_what_it_is_handed() -> None:
    run = Run(tool="black", argv=("--exclude", "gen", "-l", "99"), path="x", line=1, is_hook=True)
    assert said(run) == ("-l", "99")
    assert said(replace(run, is_hook=False)) == run.argv
