from __future__ import annotations

import pytest

from rules.ruff.listed import listed, spread

FILES = ("a.py", "src/b.py", "src/gen/c.py", "README.md")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("$(git ls-files '*.py')", ("a.py", "src/b.py", "src/gen/c.py")),
        ("$(shell git ls-files '*.py' ':!src/gen')", ("a.py", "src/b.py")),
        ("`git ls-files -- src`", ("src/b.py", "src/gen/c.py")),
        ("$(git ls-files '*.py' ':(exclude)src/*')", ("a.py",)),
        ("$(git ls-files ':!*.md')", ("a.py", "src/b.py", "src/gen/c.py")),
        ("$(git ls-files --others '*.py')", None),
        ("$(git ls-files '*.py' | grep -v gen)", None),
        ("$(git ls-files ':(top)a')", None),
        ("src", None),
        ("$(git ls-files 'a)", None),
    ],
)
def test_what_git_lists(word: str, found: tuple[str, ...] | None) -> None:
    assert listed(word, FILES) == found


def test_what_a_shell_makes_of_a_pattern() -> None:
    files = ("src/a.py", "src/b/c.py", "d.py")
    assert spread("src/*", files) == ("src/a.py",)
    assert spread("*.py", files) == ("d.py",)
    assert spread("src/a.py", files) == ("src/a.py",)
    assert spread("$(git ls-files '*.py')", files) == ("d.py", "src/a.py", "src/b/c.py")
