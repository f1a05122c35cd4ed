"""Lines under conditions: which of them hold where which factors are given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.tox_environments.names import expand_names
from scanner.tox_environments.settings import Setting

FACTORS = re.compile(
    r"(?P<factors>!?[\w.{},!-]{1,300}(?:\s{0,4},\s{0,4}!?[\w.{}!-]{1,100}){0,20})\s{0,4}:(?=\s|$)\s{0,20}(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its condition: alternatives of (factors that it needs, factors that must be missing)."""

    number: int
    text: str
    alternatives: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def holds(self, factors: frozenset[str]) -> bool:
        return not self.alternatives or any(
            need <= factors and without.isdisjoint(factors) for need, without in self.alternatives
        )


class Conditional:
    """A setting whose lines stand under conditions, read once; generated files have thousands of them."""

    def __init__(self, setting: Setting, lines: Iterable[tuple[int, str]]) -> None:
        self._setting = setting  # kept alive: it is known by its identity
        self._lines = [_line(number, text) for number, text in lines]
        counts = Counter(factor for line in self._lines for need, _ in line.alternatives for factor in need)
        self._always: list[int] = []
        self._by_factor: dict[str, list[int]] = {}
        for position, line in enumerate(self._lines):
            needs = [need for need, _ in line.alternatives]
            if needs and all(needs):
                for rarest in {min(need, key=lambda f: (counts[f], f)) for need in needs}:
                    self._by_factor.setdefault(rarest, []).append(position)
            else:
                self._always.append(position)

    def held(self, factors: frozenset[str]) -> Iterator[tuple[int, str]]:
        """The lines that hold where ``factors`` are given, in their order."""
        positions = {*self._always, *(p for factor in factors for p in self._by_factor.get(factor, ()))}
        for position in sorted(positions):
            line = self._lines[position]
            if line.holds(factors):
                yield line.number, line.text


def _line(number: int, text: str) -> _Line:
    match = FACTORS.fullmatch(text)
    if match is None or not looks_like_factors(match["factors"]):
        return _Line(number, text, ())
    condition = match["factors"]
    alternatives = [alternative.split("-") for alternative in expand_names(condition) or [condition]]
    return _Line(
        number,
        match["rest"],
        tuple(
            (
                frozenset(f for f in factors if not f.startswith("!")),
                frozenset(f.lstrip("!") for f in factors if f.startswith("!")),
            )
            for factors in alternatives
        ),
    )


def looks_like_factors(text: str) -> bool:
    """Whether what stands before a colon can be factors, and not a word such as ``git+https`` or ``C``."""
    return "/" not in text and not text.startswith("-")
