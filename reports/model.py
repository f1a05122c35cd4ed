"""The report model: everything that the report's writers are given, as values. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeAlias

from markupsafe import Markup

from reports.table import Count, Repo, Table
from rules.finding import Findings
from rules.plan import Plan, Plans
from rules.rollout.standing import Rollout, rollout
from scanner.config import Config
from scanner.inventory import Fleet, Project, Repository

Said: TypeAlias = tuple[str | Count | Repo, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the report is made from: a run, the rules' answers, the plans, the day; links by host, the settings."""

    fleet: Fleet
    answers: Findings
    plans: Plans
    as_of: date
    links: Mapping[str, str]
    config: Config = field(default_factory=Config)

    @cached_property
    def rollout(self) -> Rollout:
        """How far Ruff and the type checkers have come, against the target of the configuration."""
        return rollout(self.fleet, self.config)

    @cached_property
    def repositories(self) -> Mapping[str, Repository]:
        """The repositories by id."""
        return {r.id: r for r in self.fleet.repositories}

    @cached_property
    def mains(self) -> tuple[tuple[Repository, Project], ...]:
        """The projects that count: those of role ``main``, with their repositories."""
        return tuple((r, p) for r in self.fleet.repositories for p in r.projects if p.role == "main")

    @cached_property
    def plans_of(self) -> Mapping[str, tuple[Plan, ...]]:
        """The plans of each repository, by its id."""
        found: dict[str, list[Plan]] = {}
        for plan in self.plans.plans:
            found.setdefault(plan.repository, []).append(plan)
        return {name: tuple(plans) for name, plans in found.items()}

    def called(self, repository: str) -> Repo:
        """A repository as a cell."""
        known = self.repositories.get(repository)
        return Repo(id=repository, name=known.name if known is not None else repository)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """One paragraph; counts in it lead to their rows."""

    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A number that stands large: what is counted, out of how many, and what it means in one line."""

    count: Count
    label: str
    meaning: str
    good: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision for the reader: what is asked, and what it is asked for."""

    question: str
    because: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart, the table behind it, and what to see in it; ``chart`` is SVG made by ``reports/charts``."""

    name: str
    title: str
    caption: str
    chart: Markup
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One of the report's large tables, to be sorted and searched; ``shown`` whether it stands open at first."""

    table: str
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """The place where a repository's card, or its neighbourhood in the graph, is shown on demand."""

    what: str


Block: TypeAlias = Prose | Headline | Decision | Figure | Table | Rows | Picker


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the report. ``missing`` says in one line what is not in it yet; without blocks that is all."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    missing: str | None = None


#: Made from the facts and the report's large tables, by name.
Build: TypeAlias = Callable[[Facts, Mapping[str, Table]], Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report: sections in order, the large tables that they lead to, and the facts behind all of it."""

    title: str
    facts: Facts
    sections: tuple[Section, ...]
    tables: Mapping[str, Table]
