"""bandit, to which pre-commit hands the files."""

from __future__ import annotations

from rules.ruff.linters import Asked
from rules.ruff.linters.bandit import translate
from rules.ruff.runs import Run


def test_what_it_leaves_out_is_held_against_the_files_that_a_hook_hands_over() -> None:
    run = Run(tool="bandit", argv=("--ini", ".bandit"), path=".pre-commit-config.yaml", line=1, is_hook=True)
    sources = ("shop/a.py", "tests/b.py", "tests/c.py")
    asked = Asked(tool="bandit", options={"exclude": "tests,.tox"}, runs=(run,), gates=(run,), sources=sources)
    assert "**/tests/**" in translate(asked).lint.excluded
    assert not translate(Asked(tool="bandit", options={"exclude": "tests"}, sources=sources)).lint.excluded
