"""Our configuration beside one of Ruff that is there: what it checks and leaves out by itself stays as it is.

Only rules that it has not come in, and only they are left out where the old tools leave them out. Where nothing is
selected, Ruff's own default holds: it is named, as the version of Ruff is raised and its default with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rules.rollout.selection import defaults, rules_of, short
from rules.ruff.catalog import ruff_rules
from rules.ruff.emit import Conflict, RuffConfig
from rules.ruff.patterns import catches
from rules.ruff.standing import Standing
from rules.ruff.translate import below
from rules.ruff.union import families
from rules.uv import version

_FAMILIES = {"mccabe": "C90", "pydocstyle": "D", "flake8-quotes": "Q", "pep8-naming": "N8"}
_DEFAULTS = {"mccabe": {"max-complexity": 10}}


def beside(config: RuffConfig, there: Standing, sources: Collection[str] = ()) -> RuffConfig:
    """``config`` as an addition to what is ``there``; raises :class:`~rules.ruff.emit.Conflict`.

    Of ``sources``, where they are given, patterns have to catch one: what Ruff does in a folder that nobody committed
    (``env``) is its own already.
    """
    theirs = there.tables or {}
    lint = {**theirs, **(theirs.get("lint") or {})}
    if there.select is not None and set(config.lint.get("select", ())) - {"I001", "I002"}:
        # New commands run by this configuration alone, without the words that leave rules out today.
        there = replace(there, select=short(rules_of(there.select) - there.ignored))
    base = _texts(lint.get("select")) if there.select is None else [*there.select]
    chosen = [*base, *_texts(lint.get("extend-select"))]
    off = set(turned_off(config, theirs))
    new = [
        rule
        for rule in config.lint.get("select", ())
        if rule not in off and not _is_covered(rule, chosen, preview=lint.get("preview"))
    ]
    everything = [*new, *(r for r in ruff_rules() if _is_covered(r, chosen, preview=lint.get("preview")))]
    silent = {pattern: set(codes) for pattern, codes in config.per_file.items()}
    for pattern in (*config.lint.get("exclude", ()), *config.top.get("extend-exclude", ())):
        silent.setdefault(pattern, set()).update(new)
    if sources:
        silent = {pattern: codes for pattern, codes in silent.items() if catches(pattern, sources)}
    per_file = {
        pattern: list(families(left, everything))
        for pattern, codes in silent.items()
        if (left := [rule for rule in new if any(rule.startswith(code) for code in codes)])
    }
    ours = {k: v for k, v in config.lint.items() if k not in ("select", "exclude", "fixable")}
    if not any(ruff_rules()[rule].status == "preview" for rule in new):
        ours = {k: v for k, v in ours.items() if k not in ("preview", "explicit-preview-rules")}
    if lint.get("preview") is True:  # what is on by its family stays on
        ours = {k: v for k, v in ours.items() if k not in ("preview", "explicit-preview-rules")}
    if "fixable" in lint and "fixable" in config.lint and "ALL" not in _texts(lint["fixable"]):
        ours["fixable"] = config.lint["fixable"]
    _check_settings(config, lint, there)
    made = replace(
        config,
        top={k: v for k, v in config.top.items() if k != "extend-exclude"},
        lint={**_selection(new, lint, theirs, there), **ours},
        per_file=per_file,
    )
    return _measured(made, new, lint, there)


def _selection(
    new: list[str], lint: Mapping[str, Any], theirs: Mapping[str, Any], there: Standing
) -> Mapping[str, list[str]]:
    """Where nothing is selected, what Ruff checks by default is named with ours, if the default changes."""
    own = {**theirs, **(theirs.get("lint") or {})} if "extend" not in theirs else {}
    # With preview the default of Ruff is another one (S102 is not in it; tried with 0.17.6).
    same = lint.get("preview") is True or all(ruff_rules()[rule].status == "stable" for rule in new)
    if there.select is not None and same and rules_of(there.select) == rules_of(defaults(version("ruff"))):
        return {"extend-select": new} if new else {}
    if there.select is not None:
        return {"select": [*there.select, *new]} if there.select or new else {}
    return {"select" if "select" in own else "extend-select": new} if new else {}


def _check_settings(config: RuffConfig, lint: Mapping[str, Any], there: Standing) -> None:
    """A rule that Ruff checks today by its own defaults would be another rule by the old tool's settings."""
    for name, family in _FAMILIES.items():
        asked = config.tables.get(name)
        if asked and name not in lint and asked != _DEFAULTS.get(name) and any(r.startswith(family) for r in there.on):
            said = ", ".join(f"{key} = {value}" for key, value in asked.items())
            raise Conflict(f"Ruff checks {family} by its defaults today; the old tools ask for {name}: {said}")


def _measured(made: RuffConfig, new: Sequence[str], lint: Mapping[str, Any], there: Standing) -> RuffConfig:
    """Lines of the length that Ruff goes by today, unasked; ours for the linter alone, the shorter for both."""
    asked = made.top.get("line-length")
    if there.length is None or asked is None or asked == there.length:
        return made
    if made.formats and (there.formats or "I001" in there.on):
        raise Conflict(f"Ruff goes by its default line-length = {there.length}; the old tools ask for {asked}")
    if made.formats:
        kept = {"max-line-length": there.length} if "E501" in there.on else {}
        tables = {**made.tables, "pycodestyle": {**kept, **made.tables.get("pycodestyle", {})}}
        return replace(made, tables={name: values for name, values in tables.items() if values})
    top = {key: value for key, value in made.top.items() if key != "line-length"}
    length = min(asked, there.length) if "E501" in there.on else asked
    if "pycodestyle" in lint or not ({"E501", "W505"} & {*new, *there.on}):
        return replace(made, top=top)
    style = {**made.tables.get("pycodestyle", {}), "max-line-length": length}
    return replace(made, top=top, tables={**made.tables, "pycodestyle": style})


def left_out(theirs: Mapping[str, Any], ours: Iterable[Collection[str]], sources: Iterable[str]) -> list[str]:
    """Files that Ruff leaves out as it is set up today, and one of the old tools does not; ``ours``: its patterns."""
    lint, formatting = theirs.get("lint") or {}, theirs.get("format") or {}
    patterns = [*_texts(theirs.get("exclude")), *_texts(theirs.get("extend-exclude"))]
    patterns += [p for p in _texts(lint.get("exclude")) if p in _texts(formatting.get("exclude"))]
    whole = [new for old in patterns for new in (old.rstrip("/"), *below(old))]
    gone = [path for path in sources if any(catches(p, [path]) for p in whole if not p.startswith("!"))]
    tools = [list(own) for own in ours]
    return [path for path in gone if any(not any(catches(p, [path]) for p in own) for own in tools)]


def turned_off(config: RuffConfig, theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Rules that Ruff is told by name to leave out today, though the old tools report the same."""
    lint = {**theirs, **(theirs.get("lint") or {})}
    off = {*_texts(lint.get("ignore")), *_texts(lint.get("extend-ignore"))}
    return tuple(rule for rule in config.lint.get("select", ()) if rule in off)


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _is_covered(rule: str, selectors: Iterable[str], *, preview: Any) -> bool:
    """Whether the selectors that are there select the rule; one in preview by its name or with ``preview``."""
    named = any(s == "ALL" or rule.startswith(s) for s in selectors)
    return named and (ruff_rules()[rule].status == "stable" or rule in selectors or preview is True)
