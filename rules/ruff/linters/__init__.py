"""The smaller linters and fixers, one file each: ``LINTERS`` in the order in which their rules are put together."""

from __future__ import annotations

from rules.ruff.linters import autoflake, bandit, pycodestyle, pydocstyle, pylint, pyupgrade, yapf
from rules.ruff.linters.linter import Asked, Linter, Part

__all__ = ["LINTERS", "Asked", "Linter", "Part"]

LINTERS: tuple[Linter, ...] = (
    pycodestyle.LINTER,
    pycodestyle.PYFLAKES,
    pydocstyle.LINTER,
    bandit.LINTER,
    pylint.LINTER,
    autoflake.LINTER,
    pyupgrade.LINTER,
    yapf.LINTER,
)
