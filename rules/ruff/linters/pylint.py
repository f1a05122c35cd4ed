"""pylint → the rules of Ruff that check the same, message by message (pylint 4.1; ``rules/data/old_linters.toml``).

Ruff has under a third of its messages, and none that needs to know another module. So pylint stays, unless all that it
may report has a rule, or somebody decided so (``muster.toml``: ``[ruff] replace = ["pylint"]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rules.pythons import data
from rules.ruff.catalog import ruff_rules
from rules.ruff.expressions import searched
from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import flag, given, number, words
from rules.ruff.translate import RuffLint, Value, below

VALUED = frozenset(
    "--rcfile --disable -d --enable -e --jobs -j --output-format -f --max-line-length --ignore --ignore-paths "
    "--ignore-patterns --load-plugins --init-hook --fail-under --fail-on --msg-template --reports -r --score -s "
    "--output --max-args --max-locals --py-version --extension-pkg-allow-list --extension-pkg-whitelist "
    "--ignored-modules --ignored-classes --good-names --generated-members --source-roots".split()
)
_SHORT = {"-d": "--disable", "-e": "--enable", "-E": "--errors-only", "-f": "--output-format", "-j": "--jobs"}
# About pylint's own run, not about the code.
_OWN = frozenset({"E0011", "E0013", "E0014", "E0015", "R0022", "W0012", "C2503"})
_CHECKERS = {
    "basic": "01",
    "classes": "02",
    "format": "03",
    "imports": "04",
    "miscellaneous": "05",
    "variables": "06",
    "exceptions": "07",
    "similarities": "08",
    "design": "09",
    "typecheck": "11",
    "logging": "12",
    "string": "13",
    "refactoring": "17",
}
_LIMITS = {
    "max-args": "max-args",
    "max-bool-expr": "max-bool-expr",
    "max-branches": "max-branches",
    "max-locals": "max-locals",
    "max-nested-blocks": "max-nested-blocks",
    "max-positional-arguments": "max-positional-args",
    "max-public-methods": "max-public-methods",
    "max-returns": "max-returns",
    "max-statements": "max-statements",
}


@dataclass(frozen=True, slots=True)
class Messages:
    """pylint's messages: number → name; those that are off by themselves; numbers by names of old; rules of Ruff."""

    names: Mapping[str, str]
    optional: frozenset[str]
    former: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, tuple[str, ...]]


@cache
def messages() -> Messages:
    """The table of messages."""
    table = data("old_linters.toml")["pylint"]
    names: dict[str, str] = table["messages"]
    direct = {c: (f"PL{c}",) if f"PL{c}" in ruff_rules() else () for c in names}
    return Messages(
        names,
        frozenset(table["optional"]),
        {name: tuple(codes) for name, codes in table["former"].items()},
        direct | {code: tuple(rules) for code, rules in table["exact"].items()},
    )


def translate(asked: Asked) -> Part:
    """The rules for the messages that are on; ``stays`` unless nothing else is on, or it was decided."""
    options: dict[str, Any] = {**asked.options, **given(asked.argv, VALUED, _SHORT)}
    known = messages()
    on = sorted(enabled(asked.options, given(asked.argv, VALUED, _SHORT)))
    covered = [code for code in on if known.rules[code]]
    select = tuple(sorted({r for code in covered for r in known.rules[code] if r in ruff_rules()}))
    uncovered = [code for code in on if not known.rules[code]]
    plugins = words(options.get("load-plugins"))
    left_out, unsaid = _left_out(options)
    return Part(
        tool="pylint",
        lint=RuffLint(
            select=select,
            per_file=() if flag(options.get("init-import")) else (("__init__.py", ("F401",)),),
            excluded=left_out,
            settings=dict(_settings(options, select)),
            uncovered=(
                *((f"{code} {known.names[code]}", "Ruff has no rule for this message of pylint") for code in uncovered),
                *((name, "a plug-in of pylint's") for name in plugins),
                *unsaid,
            ),
        ),
        pairs=tuple((code, rule) for code in covered for rule in known.rules[code]),
        stays=_stays(len(covered), len(on), plugins) if (uncovered or plugins) and not asked.decided else None,
    )


def _stays(covered: int, on: int, plugins: tuple[str, ...]) -> str:
    also = f" and what its plug-ins {', '.join(plugins)} report" if plugins else ""
    return f"Ruff has rules for {covered} of the {on} messages that are on; the others{also} would no longer be checked"


def enabled(written: Mapping[str, Any], argv: Mapping[str, Any]) -> frozenset[str]:
    """Numbers of the messages that are on. Of ``all`` the switch comes first; the command line comes last."""
    known = messages()
    on = set(known.names) - known.optional
    if "errors-only" in argv:
        on = {code for code in on if code[0] in "EF"}
    for options in (written, argv):
        off_names, on_names = words(options.get("disable")), words(options.get("enable"))
        if "all" in off_names:
            on = set()
        if "all" in on_names:
            on = set(known.names)
        on -= {code for name in off_names if name != "all" for code in numbers(name)}
        on |= {code for name in on_names if name != "all" for code in numbers(name)}
    return frozenset(code for code in on if code[0] not in "FI" and code not in _OWN)


def numbers(name: str) -> tuple[str, ...]:
    """The numbers that a name stands for: a message, one of old, a category (``C``), a checker (``design``)."""
    known = messages()
    if name in known.names:
        return (name,)
    if re.fullmatch("[CREFWI]", name.upper()):
        return tuple(code for code in known.names if code[0] == name.upper())
    if (checker := _CHECKERS.get(name.lower())) is not None:
        return tuple(code for code in known.names if code[1:3] == checker)
    found = tuple(code for code, said in known.names.items() if said == name.lower())
    return found or known.former.get(name, known.former.get(name.lower(), ()))


def _settings(options: Mapping[str, Any], select: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Value]]]:
    if "E501" in select:
        yield "pycodestyle", {"max-line-length": number(options.get("max-line-length")) or 100}
    limits = {new: n for old, new in _LIMITS.items() if (n := number(options.get(old))) is not None}
    if limits:
        yield "pylint", dict(limits)


def _left_out(options: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    patterns = [new for old in words(options.get("ignore")) for new in below(old)]
    unsaid = []
    for name in ("ignore-paths", "ignore-patterns"):
        for text in words(options.get(name)):
            found = searched(text)
            if found is None:
                unsaid.append((name, f"what is left out is decided by an expression: {text}"))
            else:
                patterns += found
    if options.get("fail-under") not in (None, "10", "10.0"):
        unsaid.append(("fail-under", "Ruff has no score: every report counts"))
    return tuple(dict.fromkeys(patterns)), tuple(unsaid)


LINTER = Linter(
    name="pylint",
    files=(
        ("pylintrc", ("",)),
        ("pylintrc.toml", ("pylint",)),
        (".pylintrc", ("",)),
        (".pylintrc.toml", ("pylint",)),
        ("pyproject.toml", ("pylint",)),
        ("setup.cfg", ("pylint",)),
        ("tox.ini", ("pylint",)),
    ),
    option=("--rcfile",),
    translate=translate,
)
