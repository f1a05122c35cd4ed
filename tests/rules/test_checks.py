"""Every rule speaks on its bad example, is silent on its good one, and is registered and documented."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import rules.checks
from rules.checks import RULES
from rules.examples import AS_OF
from rules.finding import Finding, Unknown
from rules.rule import Case, Rule, survey
from scanner.config import Config
from scanner.inventory import Fleet

MODULES = sorted(m.name for m in pkgutil.iter_modules(rules.checks.__path__))


def answers(rule: Rule, fleet: Fleet) -> list[Finding | Unknown]:
    shared = survey(fleet, Config(), AS_OF)
    return [a for r in fleet.repositories for a in rule.check(Case(rule=rule, repository=r, survey=shared))]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_speaks_on_the_bad_example(rule: Rule) -> None:
    found = [a for a in answers(rule, rule.bad) if isinstance(a, Finding)]
    assert found
    assert all(f.message and f.fix and f.evidence for f in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_is_silent_on_the_good_example(rule: Rule) -> None:
    assert answers(rule, rule.good) == []


@pytest.mark.parametrize("name", MODULES)
def test_is_registered_and_documented(name: str) -> None:
    module = importlib.import_module(f"rules.checks.{name}")
    assert module.RULE in RULES
    assert module.RULE.name == name.replace("_", "-")
    text = module.__doc__ or ""
    assert text.index("What:") < text.index("Why:") < text.index("What to do:")


def test_names_are_unique_and_all_modules_listed() -> None:
    assert len({r.name for r in RULES}) == len(RULES) == len(MODULES)
