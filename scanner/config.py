"""``muster.toml``: what the user decides. Pure: text in, :class:`Config` or :class:`ConfigError` out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.format import Unreadable
from scanner.toml_reader import loads

LEVELS = ("error", "warning", "note", "off")
CRITICALITIES = ("high", "medium", "low")
DEFAULT_HARD = ("path", "image", "ci")
LINKS = ("github", "gitlab", "bitbucket")
REPLACEABLE = ("pylint", "yapf")
UNCOVERED = ("ask", "keep", "drop")
ROLES = ("main", "docs", "example", "fixture", "tooling")


class ConfigError(Exception):
    """The configuration says something that cannot be meant; the message names the key and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A value for what matches: ``repository`` and ``path`` are globs (``fnmatch``), ``value`` the decision."""

    repository: str
    path: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Findings not to be shown as open: a rule, globs of repository and path, and why (a reason is demanded)."""

    rule: str
    repository: str
    path: str
    reason: str
    until: str | None = None


NO_LIMIT = 1_000_000
KINDS = ("service", "library", "cli", "job", "notebook", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffTarget:
    """The rules that are wanted: Ruff's selectors, and what else has to be so; ``None`` and ``()`` demand nothing.

    ``version`` is a specifier (PEP 440) for Ruff's own version.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    line_length: int | None = None
    formatter: bool = False
    version: str | None = None


#: When the low-effort route is offered: ``uv pip`` upon the same files, as a patch of its own.
PIP_ROUTES = ("refused", "always", "never")

#: What it takes to take the steps that a baseline leaves for later, in minutes: one step, and what it holds.
MINUTES: Mapping[str, float] = MappingProxyType({"step": 15, "file": 0.5, "safe": 0.1, "unsafe": 1, "by-hand": 5})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration, with every default."""

    exclude: tuple[str, ...] = ()
    exclude_repositories: tuple[str, ...] = ()
    roles: tuple[Override, ...] = ()
    internal: tuple[str, ...] = ()
    public_indexes: tuple[str, ...] = ()
    owners: tuple[Override, ...] = ()
    criticality: tuple[Override, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    hard: tuple[str, ...] = DEFAULT_HARD
    capacity: int = 10
    team_capacity: int = NO_LIMIT
    inactive_after_days: int = 730
    links: dict[str, str] = field(default_factory=dict)
    uv_image: str | None = None
    pip_route: str = "refused"
    undeclared_python: str | None = None
    image_digests: dict[str, str] = field(default_factory=dict)
    ruff_replace: tuple[str, ...] = ()
    ruff_uncovered: str = "ask"
    ruff_target: RuffTarget | None = None
    ruff_targets: dict[str, RuffTarget] = field(default_factory=dict)
    ruff_minutes: dict[str, float] = field(default_factory=lambda: dict(MINUTES))

    def ruff_target_of(self, kind: str) -> RuffTarget | None:
        """The rules that are wanted of a project of this kind, ``None`` where no target is set."""
        return self.ruff_targets.get(kind, self.ruff_target)

    def role_of(self, repository: str, path: str) -> str | None:
        """The role that the user gave the project at ``path``, if any."""
        return next((o.value for o in self.roles if _fits(o, repository, path)), None)

    def owners_of(self, repository: str) -> tuple[str, ...]:
        """The owners that the user gave the repository."""
        return tuple(o.value for o in self.owners if fnmatch.fnmatchcase(repository, o.repository))

    def criticality_of(self, repository: str) -> str | None:
        """The criticality that the user gave the repository."""
        return next((o.value for o in self.criticality if fnmatch.fnmatchcase(repository, o.repository)), None)

    def is_public_index(self, url: str) -> bool:
        """Whether the host of this address is declared to be the public index, or a mirror of it."""
        host = url.partition("://")[2].rpartition("@")[2].partition("/")[0].lower()
        return any(fnmatch.fnmatchcase(host, pattern) for pattern in self.public_indexes)

    def is_internal(self, name: str) -> bool:
        """Whether a (normalised) distribution name is declared to be the organisation's own."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.internal)


def _fits(override: Override, repository: str, path: str) -> bool:
    return fnmatch.fnmatchcase(repository, override.repository) and fnmatch.fnmatchcase(path, override.path)


def parse(text: str) -> Config:
    """Read ``muster.toml``; raises :class:`ConfigError` with what is wrong and what would be right."""
    try:
        data = loads(text)
    except Unreadable as error:
        raise ConfigError(f"line {error.line}: {error.message}" if error.line else error.message) from None
    reader = _Reader(data)
    config = Config(
        exclude=reader.strings("scan", "exclude"),
        exclude_repositories=reader.strings("scan", "exclude-repositories"),
        internal=tuple(name.lower().replace("_", "-") for name in reader.strings("graph", "internal")),
        public_indexes=tuple(host.lower() for host in reader.strings("indexes", "public")),
        roles=reader.overrides("role", "role", ROLES),
        owners=reader.overrides("owner", "owner"),
        criticality=reader.overrides("criticality", "level", CRITICALITIES),
        levels=reader.choices("rules", LEVELS),
        suppressions=reader.suppressions(),
        weights=reader.numbers("weights"),
        hard=reader.strings("plan", "hard") or DEFAULT_HARD,
        capacity=int(reader.number("plan", "capacity", 10)),
        team_capacity=int(reader.number("plan", "team-capacity", NO_LIMIT)),
        inactive_after_days=int(reader.number("plan", "inactive-after-days", 730)),
        links=reader.links(),
        uv_image=reader.image("uv", "image"),
        pip_route=reader.choice("uv", "pip-route", PIP_ROUTES),
        undeclared_python=reader.specifier("uv", "requires-python"),
        image_digests=reader.digests("images"),
        ruff_replace=reader.tools("ruff", "replace", REPLACEABLE),
        ruff_uncovered=reader.choice("ruff", "uncovered", UNCOVERED),
        ruff_target=reader.ruff_target(),
        ruff_targets=reader.ruff_targets(),
        ruff_minutes=reader.minutes(),
    )
    reader.refuse_unknown()
    return config


class _Reader:
    _KNOWN: ClassVar[dict[str, frozenset[str] | None]] = {
        "scan": frozenset({"exclude", "exclude-repositories"}),
        "graph": frozenset({"internal"}),
        "indexes": frozenset({"public"}),
        "plan": frozenset({"hard", "capacity", "team-capacity", "inactive-after-days"}),
        "role": frozenset({"repository", "path", "role"}),
        "owner": frozenset({"repository", "path", "owner"}),
        "criticality": frozenset({"repository", "path", "level"}),
        "suppress": frozenset({"rule", "repository", "path", "reason", "until"}),
        "rules": None,
        "weights": None,
        "links": None,
        "uv": frozenset({"image", "pip-route", "requires-python"}),
        "ruff": frozenset({"target", "minutes", "replace", "uncovered"}),
        "images": None,
    }

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def refuse_unknown(self) -> None:
        for section, value in self._data.items():
            if section not in self._KNOWN:
                raise ConfigError(f"unknown section [{section}]; there are {', '.join(sorted(self._KNOWN))}")
            known = self._KNOWN[section]
            for entry in value if isinstance(value, list) else [value]:
                if not isinstance(entry, dict):
                    raise ConfigError(f"[{section}] must be a table")
                for key in entry:
                    if known is not None and key not in known:
                        raise ConfigError(f"unknown key {section}.{key}; there are {', '.join(sorted(known))}")

    def _table(self, section: str) -> dict[str, Any]:
        value = self._data.get(section, {})
        if not isinstance(value, dict):
            raise ConfigError(f"[{section}] must be a table")
        return value

    def _tables(self, section: str) -> list[dict[str, Any]]:
        value = self._data.get(section, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ConfigError(f"write [[{section}]], one table for each entry")
        return value

    def strings(self, section: str, key: str) -> tuple[str, ...]:
        value = self._table(section).get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{section}.{key} must be a list of strings")
        return tuple(value)

    def tools(self, section: str, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        named = self.strings(section, key)
        for name in named:
            if name not in allowed:
                raise ConfigError(f"{section}.{key} names {name}; it may name {', '.join(allowed)}")
        return named

    def image(self, section: str, key: str) -> str | None:
        value = self._table(section).get(key)
        if value is not None and (not isinstance(value, str) or not re.fullmatch(r"[\w./:@-]+", value)):
            raise ConfigError(f"{section}.{key} must be an image: name:version or name@sha256:…")
        return value

    def specifier(self, section: str, key: str) -> str | None:
        value = self._table(section).get(key)
        try:
            found = SpecifierSet(value) if isinstance(value, str) else None
        except InvalidSpecifier:
            found = None
        if value is not None and not found:
            raise ConfigError(f'{section}.{key} must be a range of Pythons: ">=3.11"')
        return str(value) if value is not None else None

    def choice(self, section: str, key: str, allowed: tuple[str, ...]) -> str:
        value = self._table(section).get(key, allowed[0])
        if value not in allowed:
            raise ConfigError(f"{section}.{key} must be one of {', '.join(allowed)}")
        return str(value)

    def digests(self, section: str) -> dict[str, str]:
        table = self._table(section)
        for key, value in table.items():
            if not isinstance(value, str) or not re.fullmatch(r"sha256:[0-9a-f]{64}", value):
                raise ConfigError(f'{section}."{key}" must be a digest: sha256: and 64 hexadecimal digits')
        return dict(table)

    def number(self, section: str, key: str, default: float) -> float:
        value = self._table(section).get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ConfigError(f"{section}.{key} must be a number above 0")
        return float(value)

    def numbers(self, section: str) -> dict[str, float]:
        table = self._table(section)
        for key, value in table.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ConfigError(f"{section}.{key} must be a number, 0 or more")
        return {key: float(value) for key, value in table.items()}

    def ruff_target(self) -> RuffTarget | None:
        table = self._ruff("target")
        return _target("ruff.target", {k: v for k, v in table.items() if k not in KINDS}) if table else None

    def ruff_targets(self) -> dict[str, RuffTarget]:
        """The targets of the kinds that have one of their own: what they say goes before the common one."""
        table = self._ruff("target")
        common = {name: value for name, value in table.items() if name not in KINDS}
        made = {}
        for kind in KINDS:
            if kind in table:
                if not isinstance(table[kind], dict):
                    raise ConfigError(f"ruff.target.{kind} must be a table")
                made[kind] = _target(f"ruff.target.{kind}", common | table[kind])
        return made

    def minutes(self) -> dict[str, float]:
        table = self._ruff("minutes")
        for key, value in table.items():
            if key not in MINUTES:
                raise ConfigError(f"unknown key ruff.minutes.{key}; there are {', '.join(sorted(MINUTES))}")
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ConfigError(f"ruff.minutes.{key} must be a number, 0 or more")
        return {**MINUTES, **{key: float(value) for key, value in table.items()}}

    def _ruff(self, key: str) -> dict[str, Any]:
        value = self._table("ruff").get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"[ruff.{key}] must be a table")
        return value

    def choices(self, section: str, allowed: tuple[str, ...]) -> dict[str, str]:
        table = self._table(section)
        for key, value in table.items():
            if value not in allowed:
                raise ConfigError(f"{section}.{key} must be one of {', '.join(allowed)}")
        return dict(table)

    def links(self) -> dict[str, str]:
        table = self._table("links")
        for key, value in table.items():
            known = value in LINKS or (isinstance(value, str) and value.startswith(("https://", "http://")))
            if not known or (value not in LINKS and "{file}" not in value):
                choices = f"{', '.join(LINKS)}, or an address with {{file}} in it"
                raise ConfigError(f"links.{key} must be one of {choices}")
        return dict(table)

    def overrides(self, section: str, key: str, allowed: tuple[str, ...] | None = None) -> tuple[Override, ...]:
        made = []
        for table in self._tables(section):
            value = table.get(key)
            if not isinstance(value, str) or (allowed is not None and value not in allowed):
                choices = f", one of {', '.join(allowed)}" if allowed else ""
                raise ConfigError(f"each [[{section}]] needs {key} = a string{choices}")
            made.append(
                Override(
                    repository=self._glob(section, table, "repository"),
                    path=self._glob(section, table, "path"),
                    value=value,
                )
            )
        return tuple(made)

    def _glob(self, section: str, table: dict[str, Any], key: str) -> str:
        value = table.get(key, "*")
        if not isinstance(value, str):
            raise ConfigError(f"{section}.{key} must be a string (a glob)")
        return value

    def suppressions(self) -> tuple[Suppression, ...]:
        made = []
        for table in self._tables("suppress"):
            rule, reason, until = table.get("rule"), table.get("reason"), table.get("until")
            if not isinstance(rule, str) or not isinstance(reason, str) or not reason.strip():
                raise ConfigError("each [[suppress]] needs rule = … and a reason = … that says why")
            made.append(
                Suppression(
                    rule=rule,
                    reason=reason.strip(),
                    repository=self._glob("suppress", table, "repository"),
                    path=self._glob("suppress", table, "path"),
                    until=str(until) if until is not None else None,
                )
            )
        return tuple(made)


_SELECTOR = re.compile(r"ALL|[A-Z]{1,6}[0-9]{0,4}")
_TARGET = ("select", "ignore", "line-length", "formatter", "version")


def _target(where: str, table: dict[str, Any]) -> RuffTarget:
    for key in table:
        if key not in _TARGET:
            raise ConfigError(f"unknown key {where}.{key}; there are {', '.join((*_TARGET, *KINDS))}")
    length, formatter, version = table.get("line-length"), table.get("formatter", False), table.get("version")
    if length is not None and (isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= 320):
        raise ConfigError(f"{where}.line-length must be a number of 1 to 320")
    if not isinstance(formatter, bool):
        raise ConfigError(f"{where}.formatter must be true or false")
    return RuffTarget(
        select=_selectors(where, "select", table),
        ignore=_selectors(where, "ignore", table),
        line_length=length,
        formatter=formatter,
        version=_specifier(where, version),
    )


def _selectors(where: str, key: str, table: dict[str, Any]) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and _SELECTOR.fullmatch(v) for v in value):
        raise ConfigError(f'{where}.{key} must be a list of Ruff\'s selectors: "E4", "F401", "ALL"')
    return tuple(value)


def _specifier(where: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        return str(SpecifierSet(value)) if isinstance(value, str) and value.strip() else _no_specifier(where)
    except InvalidSpecifier:
        return _no_specifier(where)


def _no_specifier(where: str) -> str:
    raise ConfigError(f'{where}.version must be a range of versions: ">=0.16"')
