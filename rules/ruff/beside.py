"""Our configuration beside one of Ruff that is there: what it checks and leaves out by itself stays as it is.

Only rules that it has not come in, and only they are left out where the old tools leave them out. Where nothing is
selected, Ruff's own default holds, so that ours are added (``extend-select``). A rule that the version of Ruff that the
repository pins has not yet is left out and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from packaging.version import InvalidVersion, Version

from rules.ruff.catalog import ruff_rules
from rules.ruff.emit import RuffConfig
from rules.ruff.union import families

DEFAULT = ("E4", "E7", "E9", "F")


def beside(config: RuffConfig, theirs: Mapping[str, Any]) -> RuffConfig:
    """``config`` as an addition to ``theirs``, the tables of Ruff (empty where it runs without any)."""
    lint = {**theirs, **(theirs.get("lint") or {})}
    selects = "select" in lint
    chosen = [*_texts(lint.get("select") if selects else DEFAULT), *_texts(lint.get("extend-select"))]
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
    per_file = {
        pattern: list(families(left, everything))
        for pattern, codes in silent.items()
        if (left := [rule for rule in new if any(rule.startswith(code) for code in codes)])
    }
    ours = {k: v for k, v in config.lint.items() if k not in ("select", "exclude", "fixable")}
    if not any(ruff_rules()[rule].status == "preview" for rule in new):
        ours = {k: v for k, v in ours.items() if k not in ("preview", "explicit-preview-rules")}
    if "fixable" in lint and "fixable" in config.lint:
        ours["fixable"] = config.lint["fixable"]
    return replace(
        config,
        top={k: v for k, v in config.top.items() if k != "extend-exclude"},
        lint={**({"select" if selects else "extend-select": new} if new else {}), **ours},
        per_file=per_file,
    )


def turned_off(config: RuffConfig, theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Rules that Ruff is told by name to leave out today, though the old tools report the same."""
    lint = {**theirs, **(theirs.get("lint") or {})}
    off = {*_texts(lint.get("ignore")), *_texts(lint.get("extend-ignore"))}
    return tuple(rule for rule in config.lint.get("select", ()) if rule in off)


def within(config: RuffConfig, pinned: str | None) -> tuple[RuffConfig, tuple[str, ...]]:
    """``config`` with the rules that Ruff ``pinned`` has, and those that it has not."""
    known = _version(pinned)
    if known is None:
        return config, ()
    late = tuple(rule for rule in config.lint.get("select", ()) if not _has(known, rule))
    if not late:
        return config, ()
    select = [rule for rule in config.lint["select"] if rule not in late]
    return replace(config, lint={**config.lint, "select": select}), late


def _has(known: Version, rule: str) -> bool:
    """Rules in preview are asked for by name from 0.1 on."""
    since = _version(ruff_rules()[rule].since)
    if ruff_rules()[rule].status == "preview" and known < Version("0.1"):
        return False
    return since is None or since <= known


def lowest(versions: Iterable[str]) -> str | None:
    """The lowest of the versions that can be read."""
    known = [(v, text) for text in versions if (v := _version(text)) is not None]
    return min(known, default=(None, None))[1]


def _version(text: str | None) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _is_covered(rule: str, selectors: Iterable[str], *, preview: Any) -> bool:
    """Whether the selectors that are there select the rule; one in preview by its name or with ``preview``."""
    named = any(s == "ALL" or rule.startswith(s) for s in selectors)
    return named and (ruff_rules()[rule].status == "stable" or rule in selectors or preview is True)
