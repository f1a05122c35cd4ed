from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.yaml_records import records, split, unquote

TEXT = """\
version: 1
package:
- name: a
  version: '0.1'
  # a comment
  depends:
  - b >=1
  - 'c: d'
  hash:
    md5: abc
  url: https://conda.example/a-0.1-0.conda
- name: b
after: 2
"""


def test_a_long_list_is_taken_out_and_read_with_its_lines() -> None:
    head, lines, first = split(TEXT, "package")
    assert head == "version: 1\nafter: 2"
    a, b = records(lines, first)
    assert (a.line, a.texts) == (3, {"name": "a", "version": "0.1", "url": "https://conda.example/a-0.1-0.conda"})
    assert (a.lists, a.tables) == ({"depends": ["b >=1", "c: d"]}, {"hash": {"md5": "abc"}})
    assert (b.line, b.texts) == (12, {"name": "b"})


def test_an_indented_list_reads_the_same() -> None:
    _, lines, first = split("package:\n  - name: a\n    depends:\n      - b\n  - name: c\n", "package")
    assert [(r.texts["name"], r.lists) for r in records(lines, first)] == [("a", {"depends": ["b"]}), ("c", {})]


@pytest.mark.parametrize(("text", "value"), [("'it''s'", "it's"), ('"a\\"b"', 'a"b'), ("plain", "plain"), ("'", "'")])
def test_quotes(text: str, value: str) -> None:
    assert unquote(text) == value


@given(st.text(alphabet="- ab:'\"\n#", max_size=80))
def test_any_text_is_read(text: str) -> None:
    _, lines, first = split("package:\n" + text, "package")
    list(records(lines, first))
