from __future__ import annotations

from scanner.lock_tables import header_lines, package_tables


def test_header_lines() -> None:
    text = "# x\n[[package]]\nname = 'a'\n\n[[package]]\nname = '[[package]]'\n"
    assert header_lines(text, "package", 2) == [2, 5]


def test_lines_are_unknown_where_the_search_misleads() -> None:
    assert header_lines("[[ package ]]\n", "package", 1) == [None]


def test_package_tables() -> None:
    assert package_tables([{"a": 1}, 2]) == [{"a": 1}]
    assert package_tables("x") == []
