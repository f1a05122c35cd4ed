from __future__ import annotations

from rules.ruff.patterns import of_names

SOURCES = ("test_a.py", "tests/__init__.py", "tests/test_b.py", "shop/a.py")


def test_a_name_does_not_catch_a_folder() -> None:
    assert of_names("test*.py", SOURCES) == ("test_*.py",)
    assert of_names("test_*.py", SOURCES) == ("test_*.py",)


def test_files_are_named_where_no_pattern_says_it() -> None:
    assert of_names("test*.py", (*SOURCES, "tests.py")) == ("./test_a.py", "./tests.py", "tests/test_b.py")


def test_what_says_the_same_in_both_stays() -> None:
    assert of_names("*_pb2.py", SOURCES) == ("*_pb2.py",)
    assert of_names("__init__.py", SOURCES) == ("__init__.py",)
    assert of_names("tests/*", SOURCES) == ("tests/*",)
    assert of_names("setup*.py", SOURCES) == ("setup*.py",)
