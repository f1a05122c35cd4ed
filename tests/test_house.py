"""What the house promises about itself: plug-ins are listed, documented and tested; documents are up to date."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

import rules.checks
import scanner.formats
from reports.views.rules import entry, rules_view
from reports.writers import WRITERS
from reports.writers.as_markdown import write
from rules.checks import RULES
from scanner.cli import _COMMANDS
from scanner.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent


def test_every_format_module_is_listed() -> None:
    listed = {f.read.__module__.rpartition(".")[2] for f in FORMATS}
    present = {m.name for m in pkgutil.iter_modules(scanner.formats.__path__)}
    assert present == listed


def test_every_rule_module_is_listed_and_named_like_its_rule() -> None:
    present = {m.name for m in pkgutil.iter_modules(rules.checks.__path__)}
    assert present == {rule.name.replace("-", "_") for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_every_rule_says_what_why_and_what_to_do(rule: object) -> None:
    told = entry(rule)  # type: ignore[arg-type]
    assert told.what
    assert told.why
    assert told.what_to_do


@pytest.mark.parametrize("folder", ["scanner/formats", "rules/checks"])
def test_every_plugin_is_tested(folder: str) -> None:
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    names = [path.stem for path in sorted((ROOT / folder).glob("*.py")) if path.stem != "__init__"]
    by_themselves = {rule.name.replace("-", "_") for rule in RULES}  # every rule runs on its own bad and good example
    assert [n for n in names if n not in by_themselves and not re.search(rf"\b{n}\b", tests)] == []


def test_the_rules_page_is_what_the_rules_say() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == write(rules_view(RULES)), "run `make docs`"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in _COMMANDS if f"muster {name}" not in readme] == []


def test_formats_have_distinct_names() -> None:
    names = [w.name for w in WRITERS]
    assert len(names) == len(set(names))
