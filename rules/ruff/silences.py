"""Comments that silence a tool that goes, in Ruff's words."""

from __future__ import annotations

from dataclasses import replace

from rules.blockers import PlanBlocker
from rules.ruff import comments
from rules.ruff.base import inside
from rules.ruff.baseline import Baseline
from rules.ruff.catalog import BUILT_IN, counterparts, ruff_rules
from rules.ruff.comments import Silence
from rules.ruff.edits import Edits
from rules.ruff.emit import RuffConfig
from rules.ruff.gather import Setup
from rules.ruff.linters import pylint
from rules.ruff.setup import Conversion

_MANY_FILES = 4_000


def translate(edits: Edits, setup: Setup, made: Conversion, config: RuffConfig, baseline: Baseline) -> None:
    """Comments that silence a tool that goes, in Ruff's words."""
    plain = _silences(setup, made, config)
    left: dict[str, int] = {}
    for name in setup.sources[:_MANY_FILES] if not plain.is_empty else ():
        text = edits.text(path := inside(setup.base, name))
        if text is None:
            continue
        off = baseline.rules.get(name, {})
        shown = {
            row: rules
            for row, found in baseline.silenced.get(name, {}).items()
            if (rules := tuple(rule for rule in found if rule not in off))
        }
        found = comments.translated(text, replace(plain, shown=shown))
        if found.text != text:
            edits.put(path, found.text)
        if found.left:
            left[path] = found.left[0]
    if left:
        path, line = next(iter(left.items()))
        which = " and ".join(n for n, on in (("# nosec", plain.nosec), ("# pylint: disable", plain.pylint)) if on)
        message = f"comments `{which}` in {len(left)} files say nothing to Ruff (the first one)"
        edits.notes.append(PlanBlocker(code="lint-comments", message=message, path=path, line=line, decision=None))


def _silences(setup: Setup, made: Conversion, config: RuffConfig) -> Silence:
    on = {rule for key in ("select", "extend-select") for rule in config.lint.get(key, ())}
    noqa: dict[str, set[str]] = {}
    if made.flake8 is not None:
        for code, rule in counterparts((*BUILT_IN, *setup.plugins)):
            if rule in made.flake8.select:
                noqa.setdefault(code, set()).add(rule)
    pairs = {part.tool: part.pairs for part in made.parts}
    nosec: dict[str, set[str]] = {}
    for test, rule in pairs.get("bandit", ()):
        nosec.setdefault(test, set()).add(rule)
    messages = dict.fromkeys(code for code, _ in pairs.get("pylint", ()))

    def of_pylint(name: str) -> set[str]:
        known = [code for code in pylint.numbers(name) if code in messages]
        return {rule for code in known for rule in pylint.messages().rules[code] if rule in on}

    return Silence(
        noqa={code: rules for code, rules in noqa.items() if code not in rules and code not in ruff_rules()},
        nosec=nosec,
        pylint=of_pylint if "pylint" in pairs else None,
    )
