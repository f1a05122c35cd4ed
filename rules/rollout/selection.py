"""Ruff's selectors and the rules that they stand for (https://docs.astral.sh/ruff/linter/#rule-selection).

The more exact selector wins; of two that are as exact, the one that ignores. Rules in preview need ``preview``, and to
be named one by one under ``explicit-preview-rules``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache

from packaging.version import InvalidVersion, Version

from rules.pythons import data
from rules.ruff.catalog import ruff_rules

# Names of earlier versions that Ruff still takes.
_RENAMED = {"TCH": "TC", "U": "UP", "T1": "T10", "T2": "T20"}
_SELECTOR = re.compile(r"(?P<letters>[A-Z]+)(?P<digits>[0-9]*)")


def rules_of(
    select: Sequence[str],
    ignore: Sequence[str] = (),
    *,
    preview: bool = False,
    explicit: bool = False,
) -> frozenset[str]:
    """The rules that these selectors leave on."""
    return _rules_of(frozenset(map(_renamed, select)), frozenset(map(_renamed, ignore)), preview, explicit)


@lru_cache(maxsize=4096)
def _rules_of(chosen: frozenset[str], dropped: frozenset[str], preview: bool, explicit: bool) -> frozenset[str]:
    found = {
        code
        for code, rule in ruff_rules().items()
        if _is_on(code, chosen, dropped) and (rule.status == "stable" or (preview and (not explicit or code in chosen)))
    }
    return frozenset(found - {less for less, more in _CONTRADICTING if more in found})


# Of two rules that contradict each other Ruff leaves out the first, with a warning.
_CONTRADICTING = (("D203", "D211"), ("D213", "D212"))


def _renamed(selector: str) -> str:
    selector = selector.strip().upper()
    found = _SELECTOR.fullmatch(selector)
    if found is not None and found["letters"] in _RENAMED:
        return _RENAMED[found["letters"]] + found["digits"]
    return _RENAMED.get(selector, selector)


def _is_on(code: str, select: frozenset[str], ignore: frozenset[str]) -> bool:
    """The most exact selector that names the rule decides; one that ignores, where both are as exact."""
    for selector in selectors_of(code):
        if selector in ignore:
            return False
        if selector in select:
            return True
    return False


@cache
def selectors_of(code: str) -> tuple[str, ...]:
    """Every selector that stands for the rule, the most exact first: ``E501``, ``E50``, ``E5``, ``E``, ``ALL``."""
    letters = code.rstrip("0123456789")
    own = [code[:end] for end in range(len(code), len(letters) - 1, -1)]
    return (*own, *(["PL"] if letters.startswith("PL") else []), "ALL")


def unknown(selectors: Iterable[str]) -> tuple[str, ...]:
    """Selectors that stand for no rule of the Ruff that is known here."""
    return tuple(s for s in selectors if _renamed(s) not in _known())


@cache
def _known() -> frozenset[str]:
    return frozenset(selector for code in ruff_rules() for selector in selectors_of(code))


def defaults(version: str | None = None) -> tuple[str, ...]:
    """What is selected where nothing says so, by the version of Ruff (``None``: the one that is known here)."""
    table = data("ruff_defaults.toml")
    try:
        known = Version(version) if version is not None else None
    except InvalidVersion:
        known = None
    if known is None or known >= Version(table["since"]):
        return tuple(table["select"])
    return tuple(table["first" if known < Version(table["measured_until"]) else "before"])


def short(codes: Collection[str]) -> tuple[str, ...]:
    """The fewest selectors that stand for exactly these stable rules (preview ones stand by themselves)."""
    wanted = frozenset(codes)
    return tuple(s for family in _families() for s in _short(family, wanted))


def _short(prefix: str, wanted: frozenset[str]) -> Iterator[str]:
    here = wanted & _members(prefix)
    if not here:
        return
    if here == _alone(prefix) or prefix in ruff_rules():
        yield prefix
    else:
        for below in sorted({code[: len(prefix) + 1] for code in here}):
            yield from _short(below, wanted)


@cache
def _alone(selector: str) -> frozenset[str]:
    return rules_of([selector])


@cache
def _families() -> tuple[str, ...]:
    return tuple(sorted({code.rstrip("0123456789") for code in ruff_rules()}))


@cache
def _members(prefix: str) -> frozenset[str]:
    return frozenset(code for code in ruff_rules() if prefix in selectors_of(code))
