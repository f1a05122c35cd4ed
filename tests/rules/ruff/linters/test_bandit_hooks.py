"""bandit, to which pre-commit hands the files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.ruff.linters import Asked
from rules.ruff.linters.bandit import translate
from rules.ruff.runs import Run


def test_what_it_leaves_out_is_held_against_the_files_that_a_hook_hands_over() -> None:
    run = Run(tool="bandit", argv=("--ini", ".bandit"), path=".pre-commit-config.yaml", line=1, is_hook=True)
    sources = ("shop/a.py", "tests/b.py", "tests/c.py")
    asked = Asked(tool="bandit", options={"exclude": "tests,.tox"}, runs=(run,), gates=(run,), sources=sources)
    assert "**/tests/**" in translate(asked).lint.excluded
    assert not translate(Asked(tool="bandit", options={"exclude": "tests"}, sources=sources)).lint.excluded


def test_a_report_in_another_form_is_told(moved: Callable[..., Any]) -> None:
    after = moved(
        {"Makefile": "sec:\n\tbandit -r src -f json -o r.json\n\tpython show.py r.json\n", "src/a.py": "x = 1\n"}
    )
    assert "ruff check --output-format=json --output-file=r.json src" in after["Makefile"]
    assert "writes Ruff's json now, for whatever reads that of bandit" in [n.message for n in after.move.notes]
