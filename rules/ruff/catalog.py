"""What Ruff has: its rules, and where the codes of flake8's plug-ins are found among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rules.pythons import data

Status = Literal["stable", "preview"]
# Packages beside flake8 that report nothing of their own: formats, readers of configuration.
NO_CHECKS = frozenset(
    "flake8-pyproject flake8-black flake8-colors flake8-html flake8-json flake8-csv flake8-formatter-junit-xml "
    "flake8-junit-report flake8-codeclimate flake8-gl-codeclimate flake8-github-actions flake8-per-file-ignores "
    "flake8-polyfill flake8-plugin-utils flake8-helper flake8-nb".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffRule:
    """One rule of Ruff; ``fix``: whether it offers one ``always``, ``sometimes`` or ``never``; ``since``: the version
    from which on it has its status."""

    code: str
    status: Status
    fix: Literal["always", "sometimes", "never"]
    since: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plug-in of flake8 (``rules/data/flake8_plugins.toml`` says what the fields mean)."""

    name: str
    codes: tuple[str, ...]
    ruff: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    @property
    def is_known_to_ruff(self) -> bool:
        """Whether any of its codes has a rule."""
        return bool(self.ruff or self.exact)


@cache
def ruff_rules() -> Mapping[str, RuffRule]:
    """All rules that can be selected, by code (``rules/data/ruff_rules.toml``)."""
    found = data("ruff_rules.toml")["rules"].items()
    rules = (RuffRule(code=code, status=said[0], fix=said[1], since=said[2]) for code, said in found)
    return {rule.code: rule for rule in rules}


@cache
def ruff_version() -> str:
    """The version of Ruff whose rules :func:`ruff_rules` are."""
    return str(data("ruff_rules.toml")["version"])


@cache
def plugins() -> Mapping[str, Plugin]:
    """The plug-ins by distribution name, those that come with flake8 included."""
    tables = {name: said for name, said in data("flake8_plugins.toml").items() if isinstance(said, dict)}
    return {
        name: Plugin(
            name=name,
            codes=tuple(said["codes"]),
            ruff=said.get("ruff", {}),
            exact={code: tuple(rules) for code, rules in said.get("exact", {}).items()},
            off=tuple(said.get("off", ())),
            needs=said.get("needs", {}),
            without=tuple(said.get("without", ())),
            alone=tuple(said.get("alone", ())),
        )
        for name, said in tables.items()
    }


BUILT_IN = ("pycodestyle", "pyflakes", "mccabe")


def counterparts(installed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a code of flake8 and the rule of Ruff that checks the same, for the plug-ins of these names."""
    for name in installed:
        plugin = plugins().get(name)
        if plugin is not None:
            yield from _pairs(plugin)


def _pairs(plugin: Plugin) -> Iterator[tuple[str, str]]:
    taken = set(plugin.alone)
    for code, rules in plugin.exact.items():
        for rule in rules:
            taken.add(rule)
            yield code, rule
    for old, new in plugin.ruff.items():
        for rule in ruff_rules():
            number = rule.removeprefix(new)
            if rule.startswith(new) and number.isdigit() and rule not in taken and old + number not in plugin.exact:
                yield old + number, rule
