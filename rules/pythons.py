"""Python versions: which are past their end of life on a day, and which a declaration admits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.poetry_constraints import alternatives
from scanner.toml_reader import loads

Minor = tuple[int, int]

_PATCHES = (*range(31), 99)
_VERSION = re.compile(r"(?:^|[^0-9.])([23])\.(\d{1,2})(?![0-9])")
_TOX = re.compile(r"(?:^|[^a-z0-9])py([23])(\d{1,2})(?![0-9])")


@lru_cache(maxsize=8)
def data(name: str) -> dict[str, Any]:
    """A table of facts shipped with the rules (``rules/data``)."""
    return loads(files("rules").joinpath("data", name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def ends() -> Mapping[Minor, date]:
    """The end of life of every known feature release."""
    table: dict[str, date] = data("python_eol.toml")["end_of_life"]
    return {_pair(version): day for version, day in table.items()}


@lru_cache(maxsize=1)
def oldest_for_uv() -> Minor:
    """The oldest Python that uv works with."""
    return _pair(data("python_eol.toml")["uv"]["oldest"])


@lru_cache(maxsize=1)
def oldest_download() -> Minor:
    """The oldest Python that uv can download."""
    return _pair(data("python_eol.toml")["uv"]["downloads"])


def is_over(version: Minor, as_of: date) -> bool:
    """Whether ``version`` gets no more security fixes on ``as_of``; unknown (newer) versions are not over."""
    end = ends().get(version)
    return end is not None and end < as_of


def minor(text: str) -> Minor | None:
    """The one feature release that ``text`` names (``3.8``, ``3.8.12-slim``, ``py38``); ``None`` for ranges."""
    lowered = text.strip().lower()
    if "pypy" in lowered or "," in lowered or lowered.startswith((">", "<", "!", "^", "~")):
        return None
    found = _VERSION.findall(lowered) or _TOX.findall(lowered)
    versions = {(int(a), int(b)) for a, b in found}
    return versions.pop() if len(versions) == 1 else None


@lru_cache(maxsize=4096)
def admitted(declaration: str | None) -> frozenset[Minor] | None:
    """The known feature releases that a declaration (PEP 440, or Poetry's ``^``) admits; ``None`` when unreadable."""
    if declaration is None or not declaration.strip():
        return None
    parts = alternatives(declaration)
    if not parts:
        return None
    try:
        accepted = [SpecifierSet(part) for part in parts]
    except InvalidSpecifier:
        return None
    return frozenset(m for m in ends() if any(s.contains(f"{m[0]}.{m[1]}.{p}") for s in accepted for p in _PATCHES))


def _pair(version: str) -> Minor:
    major, _, feature = version.partition(".")
    return int(major), int(feature)


def dotted(version: Minor) -> str:
    """``3.9`` of ``(3, 9)``."""
    return f"{version[0]}.{version[1]}"
