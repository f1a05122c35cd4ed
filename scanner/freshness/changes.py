"""What changed in a manifest between two of its versions, as far as a lock's digest is taken of it.

Both versions are given as the values that the tool hashes. Requirements are told apart by name, whether they stand in
a table (``name = "^1"``) or in a list of PEP 508 texts; everything else is named by its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from scanner.redact import redact

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_TABLES = ("dependencies", "packages", "dev-packages", "dev-dependencies")
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference; ``name`` is a requirement's name, or a key (``requirement`` tells which).

    ``before`` and ``after`` are texts as written, redacted and cut short; ``None`` where there is no such thing.
    """

    name: str
    before: str | None
    after: str | None
    requirement: bool = False

    def __str__(self) -> str:
        if self.before is None:
            return f"{self._named(self.after)} was added"
        if self.after is None:
            return f"{self._named(self.before)} was removed"
        return f"{self._named(self.before)} became {self.after}"

    def _named(self, text: str | None) -> str:
        return str(text) if str(text).startswith(self.name) else f"{self.name} {text}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The differences between two versions of what is hashed, requirements first; empty where nothing differs."""
    found = dict.fromkeys(_compare((), before, after))
    return tuple(sorted(found, key=lambda change: not change.requirement))


def _compare(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    if _text(before) == _text(after):
        return
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        yield from _tables(path, before or {}, after or {})
    elif "extras" not in path and _are_requirements(before, after):
        yield from _lists(path, [_entry(item) for item in before or []], [_entry(item) for item in after or []])
    else:
        yield Change(name=".".join(path), before=_shown(before), after=_shown(after))


def _tables(path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Tables by key; one of requirements has their names as keys."""
    if not before and not after:  # an empty table is not a missing one
        yield Change(name=".".join(path), before="missing", after="empty")
    requirements = bool(path) and path[-1] in _TABLES
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if not requirements or _are_requirements(old, new):
            yield from _compare((*path, key), old, new)
        elif _text(old) != _text(new):
            yield Change(name=key, before=_version(old), after=_version(new), requirement=True)


def _lists(path: tuple[str, ...], before: list[str], after: list[str]) -> Iterator[Change]:
    """Lists of requirements by name; where only their order differs, the list itself."""
    gone = [text for text in before if text not in after]
    new = [text for text in after if text not in before]
    if not gone and not new:
        yield Change(name=".".join(path), before="in one order", after="another")
    for text in gone:
        match = next((other for other in new if _key(other) == _key(text)), None)
        if match is not None:
            new.remove(match)
        yield Change(name=_name(text), before=_shown(text), after=_shown(match), requirement=True)
    for text in new:
        yield Change(name=_name(text), before=None, after=_shown(text), requirement=True)


def _are_requirements(*values: Any) -> bool:
    """Whether these are lists of PEP 508 texts (a group may also include another one), or missing."""
    lists = [value for value in values if value is not None]
    return all(isinstance(value, list) for value in lists) and any(
        isinstance(item, str) for value in lists for item in value
    )


def _entry(item: Any) -> str:
    return item if isinstance(item, str) else _text(item)


def _name(text: str) -> str:
    found = _NAME.match(text)
    return found[0] if found else _cut(text)


def _key(text: str) -> str:
    return str(canonicalize_name(_name(text)))


def _version(value: Any) -> str | None:
    """A requirement of a table: its version where it has nothing else, as written."""
    return f'"{_shown(value)}"' if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    return _cut(redact(_entry(value)))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: Any) -> str:
    """The value as JSON: a digest tells ``1`` from ``1.0`` and ``true``, which Python does not."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
