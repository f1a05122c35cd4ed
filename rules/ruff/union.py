"""Several linters become one configuration: each rule speaks where one of the tools that it stands for would.

``select`` of Ruff holds for all files, so what a tool leaves out (its exclusions, what it is not run over) is left out
rule by rule, unless another tool reports the same there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.ruff.scope import Scope
from rules.ruff.translate import RuffLint, Value

_SHORT = 4
_FAMILY = re.compile(r"(?:C4|C90|T10|T20|[A-Z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one tool asks for, and over which files."""

    lint: RuffLint
    scope: Scope = field(default_factory=Scope)

    def silences(self) -> Mapping[str, frozenset[str]]:
        """Rules that are off, by pattern."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for pattern, codes in self.lint.per_file:
            found[pattern].update(codes)
        for pattern in (*self.lint.excluded, *self.scope.excluded):
            found[pattern].update(self.lint.select)
        if self.scope.paths is not None:
            found[_outside(self.scope.paths)].update(self.lint.select)
        return {pattern: frozenset(codes) for pattern, codes in found.items()}


def united(shares: Sequence[Share]) -> RuffLint | None:
    """The configuration for all of them; ``None`` for none."""
    if not shares:
        return None
    if len(shares) == 1:
        only = shares[0]
        excluded = (*only.lint.excluded, *only.scope.excluded)
        return replace(only.lint, excluded=tuple(dict.fromkeys(excluded)))
    select = sorted({rule for share in shares for rule in share.lint.select})
    silences = [share.silences() for share in shares]
    both = list(zip(shares, silences, strict=True))
    everywhere = [p for p in silences[0] if all(off.get(p, set()) >= set(s.lint.select) for s, off in both)]
    per_file = {
        pattern: codes
        for pattern in dict.fromkeys(p for off in silences for p in off)
        if pattern not in everywhere and (codes := _off(pattern, both))
    }
    return RuffLint(
        select=tuple(select),
        per_file=tuple((pattern, families(codes, select)) for pattern, codes in per_file.items()),
        excluded=tuple(p for p in everywhere if not p.startswith("!")),
        settings=_settings(shares),
        uncovered=tuple(dict.fromkeys(item for share in shares for item in share.lint.uncovered)),
        indent=next((s.lint.indent for s in shares if s.lint.indent != 4), 4),
    )


def _off(pattern: str, both: Sequence[tuple[Share, Mapping[str, frozenset[str]]]]) -> set[str]:
    """Rules that every tool that has them leaves out there."""
    off = {rule for _, silent in both for rule in silent.get(pattern, ())}
    return {r for r in off if all(r not in s.lint.select or r in silent.get(pattern, ()) for s, silent in both)}


def _outside(paths: Sequence[str]) -> str:
    plain = [p.removeprefix("./") for p in paths]
    return f"!{plain[0]}" if len(plain) == 1 else f"!{{{','.join(plain)}}}"


def families(codes: Iterable[str], select: Iterable[str]) -> tuple[str, ...]:
    """``codes`` with the prefix alone where all rules of a family that are selected are among them."""
    chosen: defaultdict[str, set[str]] = defaultdict(set)
    for rule in select:
        chosen[_family(rule)].add(rule)
    there: defaultdict[str, set[str]] = defaultdict(set)
    for rule in codes:
        there[_family(rule)].add(rule)
    found: list[str] = []
    for name, rules in there.items():
        found += [name] if rules >= chosen[name] and len(rules) >= _SHORT else sorted(rules)
    return tuple(sorted(found))


def _family(rule: str) -> str:
    match = _FAMILY.match(rule)
    return match[0] if match is not None else rule


def _settings(shares: Sequence[Share]) -> dict[str, dict[str, Value]]:
    """The first tool's word on each table; of two lengths of lines the shorter one."""
    found: dict[str, dict[str, Value]] = {}
    for share in shares:
        for name, values in share.lint.settings.items():
            found[name] = {**values, **found.get(name, {})}
    lengths = [
        length
        for share in shares
        if "E501" in share.lint.select
        and isinstance(length := share.lint.settings.get("pycodestyle", {}).get("max-line-length"), int)
    ]
    if lengths:
        found["pycodestyle"]["max-line-length"] = min(lengths)
    return found
