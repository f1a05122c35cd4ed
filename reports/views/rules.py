"""The rules and their documentation, made from the rules themselves."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reports.table import Page, Table
from reports.writer import View
from rules.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule as programs read it."""

    name: str
    title: str
    category: str
    level: str
    what: str
    why: str
    what_to_do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesDocument:
    """``muster.rules/1``."""

    schema: Literal["muster.rules/1"] = "muster.rules/1"
    rules: tuple[RuleEntry, ...]


def rules_view(rules: Sequence[Rule]) -> View:
    """The view of all rules."""
    return View(
        name="rules", page=lambda: _page(rules), document=lambda: RulesDocument(rules=tuple(entry(r) for r in rules))
    )


def entry(rule: Rule) -> RuleEntry:
    """A rule with the three parts of its module's docstring."""
    parts = _parts(sys.modules[rule.check.__module__].__doc__ or "")
    return RuleEntry(
        name=rule.name,
        title=rule.title,
        category=rule.category,
        level=rule.level,
        what=parts.get("What", ""),
        why=parts.get("Why", ""),
        what_to_do=parts.get("What to do", ""),
    )


_HEADING = re.compile(r"^(What to do|What|Why)\s*[:.]?\s*$|^(What to do|What|Why):\s+", re.MULTILINE)


def _parts(docstring: str) -> dict[str, str]:
    """The text under ``What``, ``Why`` and ``What to do``, each as one paragraph."""
    found: dict[str, str] = {}
    marks = list(_HEADING.finditer(docstring))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        text = docstring[mark.end() : following.start() if following else len(docstring)]
        lines = [line for line in text.splitlines() if not re.fullmatch(r"\s*[-=~]{3,}\s*", line)]
        found[mark[1] or mark[2]] = " ".join(" ".join(lines).split())
    return found


def _page(rules: Sequence[Rule]) -> Page:
    entries = [entry(rule) for rule in rules]
    overview = Table(
        name="rules",
        title="Every rule",
        columns=("rule", "level", "category", "question"),
        rows=tuple((e.name, e.level, e.category, e.title) for e in entries),
        main=True,
    )
    return Page(
        title="Rules",
        opening=(
            f"{len(entries)} rules. Levels can be changed, and rules switched off, in muster.toml under [rules].",
        ),
        tables=(overview, *(_details(e) for e in entries)),
    )


def _details(rule: RuleEntry) -> Table:
    rows = (("What", rule.what), ("Why", rule.why), ("What to do", rule.what_to_do))
    return Table(name=rule.name, title=rule.name, columns=("", rule.title), rows=rows, detail=True)
