from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.demo.history import Commit, History, parse

TEXT = """\
@@ commit 2025-02-03T09:14:00+01:00 Mira Holt <mira.holt@acme.example>
Start

For reasons.
@@ file a.txt
one

  two
@@ file folder/b.txt
@@ commit 2025-02-04T10:00:00+02:00 Jun Park <jun.park@acme.example>
Go on

@@ delete a.txt
@@ file folder/b.txt
@ not a directive
@@not one either

@@ later
@@ commit 2025-02-05T10:00:00+02:00 Jun Park <jun.park@acme.example>
Later
@@ file c.txt
three
"""


def test_commits_files_and_scenes() -> None:
    history = parse("x", TEXT)
    first, second = history.commits
    assert first == Commit(
        when=datetime(2025, 2, 3, 9, 14, tzinfo=timezone(timedelta(hours=1))),
        author="Mira Holt <mira.holt@acme.example>",
        message="Start\n\nFor reasons.\n",
        files={"a.txt": "one\n\n  two\n", "folder/b.txt": ""},
    )
    assert second.message == "Go on\n"
    assert second.files == {"a.txt": None, "folder/b.txt": "@ not a directive\n@@not one either\n"}
    assert [c.message for c in history.later] == ["Later\n"]


def test_the_tree_of_each_scene() -> None:
    history = parse("x", TEXT)
    assert history.tree() == {"folder/b.txt": "@ not a directive\n@@not one either\n"}
    assert sorted(history.tree(later=True)) == ["c.txt", "folder/b.txt"]


def test_nothing_is_a_repository_without_commits() -> None:
    assert parse("x", "") == History(name="x", commits=(), later=())


@pytest.mark.parametrize(
    "line",
    [
        "@@ file a.txt",
        "@@ commit yesterday",
        "@@ commit 2025-02-03T09:14:00+01:00 Mira Holt",
        "@@ wat",
        "@@ delete a.txt",
    ],
)
def test_what_is_no_directive_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"x, line 1|Invalid isoformat"):
        parse("x", line + "\n")


def test_a_third_scene_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse("x", "@@ later\n@@ later\n")


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20).filter(
    lambda line: not line.startswith("@@")
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}", fullmatch=True), st.lists(LINE)))
def test_files_come_back_as_they_were_written(files: dict[str, list[str]]) -> None:
    text = "@@ commit 2025-02-03T09:14:00+01:00 A <a@acme.example>\nM\n"
    text += "".join(f"@@ file {path}\n" + "".join(f"{line}\n" for line in lines) for path, lines in files.items())
    (commit,) = parse("x", text).commits
    assert commit.files == {
        path: ("\n".join(lines).rstrip("\n") + "\n") if any(lines) else "" for path, lines in files.items()
    }
