"""autoflake → ``F401``, ``F841``, ``F601``, ``PIE790``: what it removes, Ruff reports, and mends with ``--fix``."""

from __future__ import annotations

from typing import Any

from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import flag, given, words
from rules.ruff.translate import RuffLint, below

VALUED = frozenset({"--imports", "--exclude", "--config", "-j", "--jobs", "--stdin-display-name"})
_SHORT = {"-r": "--recursive", "-i": "--in-place", "-c": "--check", "-cd": "--check-diff"}


def translate(asked: Asked) -> Part:
    """The rules that its switches stand for; by itself it removes imports of the standard library and ``pass``."""
    options: dict[str, Any] = {**asked.options, **given(asked.argv, VALUED, _SHORT)}
    select = ["F401"]
    if flag(options.get("remove-unused-variables")):
        select.append("F841")
    if flag(options.get("remove-duplicate-keys")):
        select.append("F601")
    if not flag(options.get("ignore-pass-statements")):
        select.append("PIE790")
    init = flag(options.get("ignore-init-module-imports"))
    return Part(
        tool="autoflake",
        lint=RuffLint(
            select=tuple(sorted(select)),
            per_file=(("__init__.py", ("F401",)),) if init else (),
            excluded=tuple(new for old in words(options.get("exclude")) for new in below(old)),
            uncovered=tuple(_uncovered(options)),
        ),
        pairs=tuple(("autoflake", rule) for rule in sorted(select)),
        fixes=tuple(sorted(select)),
    )


def _uncovered(options: dict[str, Any]) -> list[tuple[str, str]]:
    lost = []
    if flag(options.get("expand-star-imports")):
        lost.append(("expand-star-imports", "Ruff names star imports (F403), it does not expand them"))
    if not flag(options.get("remove-all-unused-imports")):
        lost.append(("imports", "Ruff reports unused imports of every module, autoflake of some alone"))
    if flag(options.get("remove-unused-variables")):
        lost.append(("remove-unused-variables", "Ruff reports them (F841), and mends them with --unsafe-fixes alone"))
    return lost


LINTER = Linter(
    name="autoflake",
    files=(("pyproject.toml", ("autoflake",)), ("setup.cfg", ("autoflake",))),
    option=("--config",),
    translate=translate,
)
