"""yapf → ``ruff format``, by decision alone: the two have different styles, and no option brings them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.ruff.black_config import BlackRules
from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import given, number, words
from rules.ruff.translate import RuffLint

VALUED = frozenset({"--style", "-e", "--exclude", "-l", "--lines"})
_LENGTHS = {"pep8": 79, "google": 80, "yapf": 80, "facebook": 80}


def translate(asked: Asked) -> Part:
    """Nothing for the linter; ``stays`` unless it was decided."""
    why = "ruff format has another style than yapf and would change nearly every file"
    return Part(tool="yapf", lint=RuffLint(select=()), stays=None if asked.decided else why)


def style(asked: Asked) -> BlackRules:
    """What of its style Ruff's formatter can keep: the length of lines, the width of an indent, the quotes."""
    options = _style(asked)
    width = number(options.get("indent-width")) or (2 if _base(options) in ("yapf", "chromium") else 4)
    return BlackRules(
        line_length=number(options.get("column-limit")) or _LENGTHS.get(_base(options), 79),
        formatting={"quote-style": "preserve"},
        indent=width,
        unsayable=(("style", "wrapping, blank lines and trailing commas are Black's"),),
    )


def _style(asked: Asked) -> Mapping[str, Any]:
    named = given(asked.argv, VALUED).get("style", "").strip("'\" ")
    if not named.startswith("{"):
        return {**asked.options, **({"based-on-style": named} if named and "." not in named else {})}
    pairs = (item.partition(":") for item in named.strip("{} ").split(","))
    return {key.strip().replace("_", "-"): value.strip() for key, _, value in pairs}


def _base(options: Mapping[str, Any]) -> str:
    return next(iter(words(options.get("based-on-style"))), "pep8").lower()


LINTER = Linter(
    name="yapf",
    files=((".style.yapf", ("style",)), ("setup.cfg", ("yapf",)), ("pyproject.toml", ("yapf",))),
    option=("--style",),
    translate=translate,
)
