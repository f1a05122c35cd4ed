"""pydocstyle → the ``D`` rules of its convention (pydocstyle 6.3, ``config.py`` and ``violations.py``).

Of convention, ``select`` and ``ignore`` one holds; ``add_select`` and ``add_ignore`` come on top. Files whose names do
not fit ``match`` are not looked at: tests, where nothing is set.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rules.ruff.catalog import counterparts
from rules.ruff.expressions import matched_name
from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import given, words
from rules.ruff.patterns import of_names
from rules.ruff.translate import CONVENTIONS, RuffLint, Value, read_otherwise

VALUED = frozenset(
    "--convention --select --ignore --add-select --add-ignore --match --match-dir --ignore-decorators "
    "--property-decorators --ignore-self-only-init --config".split()
)
# What pep257 has not, read from `violations.conventions`.
MATCH, MATCH_DIR = r"(?!test_).*\.py", r"[^\.].*"
_FILES = (".pydocstyle", ".pydocstyle.ini", ".pydocstylerc", ".pydocstylerc.ini")


def translate(asked: Asked) -> Part:
    """The rules that it checks with these options."""
    options: dict[str, Any] = {**asked.options, **given(asked.argv, VALUED)}
    pairs = tuple(counterparts(["flake8-docstrings"]))
    everything = {rule for _, rule in pairs}
    convention = str(options.get("convention") or "").strip().lower()
    if options.get("select"):
        chosen = _expanded(options["select"], everything)
    elif options.get("ignore"):
        chosen = everything - _expanded(options["ignore"], everything)
    else:
        convention = convention or "pep257"
        chosen = everything - set(CONVENTIONS.get(convention, "").split())
    chosen |= _expanded(options.get("add-select"), everything)
    chosen -= _expanded(options.get("add-ignore"), everything)
    select = tuple(sorted(chosen))
    left_out, unsaid = _left_out(options, asked.sources)
    return Part(
        tool="pydocstyle",
        lint=RuffLint(
            select=select,
            excluded=left_out,
            settings={"pydocstyle": settings} if (settings := _settings(options, convention)) else {},
            uncovered=(*unsaid, *read_otherwise(chosen, asked.sources)),
        ),
        pairs=tuple((code, rule) for code, rule in pairs if rule in chosen),
    )


def _expanded(value: Any, everything: set[str]) -> set[str]:
    return {rule for prefix in words(value) for rule in everything if rule.startswith(prefix)}


def _settings(options: dict[str, Any], convention: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if convention in CONVENTIONS:
        found["convention"] = convention
    if properties := words(options.get("property-decorators")):
        found["property-decorators"] = properties
    return found


def _left_out(options: dict[str, Any], sources: Collection[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Patterns of the files that it does not look at, and the options that no pattern says."""
    patterns: list[str] = []
    unsaid = []
    names = matched_name(str(options.get("match") or MATCH))
    folders = matched_name(str(options.get("match-dir") or MATCH_DIR))
    if names is None:
        unsaid.append(("match", f"which files are checked is decided by an expression: {options['match']}"))
    else:
        whole = (name if name.endswith(".py") else f"{name}.py" for name in names[0])
        patterns += [pattern for name in whole for pattern in of_names(name, sources)]
    if folders is None:
        unsaid.append(("match-dir", f"which folders are checked is decided by an expression: {options['match-dir']}"))
    else:
        patterns += [p for name in folders[0] for p in (f"{name}/**", f"**/{name}/**")]
    if options.get("ignore-decorators"):
        unsaid.append(("ignore-decorators", "Ruff has this by the names of decorators, not by an expression"))
    return tuple(patterns), tuple(unsaid)


LINTER = Linter(
    name="pydocstyle",
    files=(
        ("setup.cfg", ("pydocstyle", "pep257")),
        ("tox.ini", ("pydocstyle", "pep257")),
        *((name, ("pydocstyle", "pep257")) for name in _FILES),
        ("pyproject.toml", ("pydocstyle",)),
        (".pep257", ("pep257",)),
    ),
    option=("--config",),
    translate=translate,
)
