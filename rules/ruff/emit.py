"""One configuration of Ruff out of what flake8, isort and Black are set to, as TOML.

The tables go into ``pyproject.toml`` in the place of those that they replace, or into a ``ruff.toml`` of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.items import Table

from rules.ruff.black_config import BlackRules
from rules.ruff.isort_config import IsortRules
from rules.ruff.translate import RuffLint

REPLACED_TABLES = ("black", "isort", "flake8", "autoflake", "pydocstyle", "pyupgrade", "bandit", "yapf")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffConfig:
    """``[tool.ruff]`` to be: plain values, ``format`` and ``lint`` with their tables, patterns whose rules are off."""

    top: Mapping[str, Any] = field(default_factory=dict)
    formatting: Mapping[str, Any] = field(default_factory=dict)
    lint: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    per_file: Mapping[str, Sequence[str]] = field(default_factory=dict)


def combine(
    flake8: RuffLint | None,
    isort: IsortRules | None,
    black: BlackRules | None,
    *,
    target: str | None = None,
    more: Sequence[str] = (),
    external: Sequence[str] = (),
) -> RuffConfig:
    """The configuration that stands for all of them together.

    ``target`` is the Python that Ruff is to aim at where no ``requires-python`` says so; ``more`` further rules;
    ``external`` codes of ``noqa`` comments that other tools still read.
    """
    select = {*(flake8.select if flake8 else ()), *more, *(("I001",) if isort else ())}
    if isort and isort.required:
        select.add("I002")
    tables: dict[str, dict[str, Any]] = {n: dict(v) for n, v in (flake8.settings if flake8 else {}).items()}
    if isort and (settings := dict(isort.settings)) | ({"required-imports": isort.required} if isort.required else {}):
        tables["isort"] = settings | ({"required-imports": isort.required} if isort.required else {})
    length = _length(flake8, isort, black)
    if tables.get("pycodestyle") == {"max-line-length": length}:
        del tables["pycodestyle"]  # it is line-length already
    top: dict[str, Any] = {"line-length": length}
    if target or (black and black.target):
        top["target-version"] = target or (black.target if black else None)
    if flake8 and flake8.indent != 4:
        top["indent-width"] = flake8.indent
    if isort and isort.src:
        top["src"] = isort.src
    lint: dict[str, Any] = {"select": sorted(select)}
    if flake8 and flake8.excluded:
        lint["exclude"] = sorted(flake8.excluded)
    formatting: dict[str, Any] = dict(black.formatting) if black else {}
    if black and black.excluded:
        formatting["exclude"] = sorted(black.excluded)
    if flake8 and flake8.needs_preview:
        lint |= {"preview": True, "explicit-preview-rules": True}
    if external:
        lint["external"] = sorted(external)
    return RuffConfig(
        top=top,
        formatting=formatting,
        lint=lint,
        tables=tables,
        per_file=_per_file(flake8, isort),
    )


def _length(flake8: RuffLint | None, isort: IsortRules | None, black: BlackRules | None) -> int:
    """The formatter's; without one, isort's, for which it decides where lines are wrapped; else the linter's."""
    if black:
        return black.line_length
    if isort:
        return isort.line_length
    style = flake8.settings.get("pycodestyle", {}) if flake8 else {}
    length = style.get("max-line-length", 79)
    return length if isinstance(length, int) else 79


def _per_file(flake8: RuffLint | None, isort: IsortRules | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pattern, codes in flake8.per_file if flake8 else ():
        found[pattern] = sorted({*found.get(pattern, ()), *codes})
    for pattern in isort.skipped if isort else ():
        found[pattern] = sorted({*found.get(pattern, ()), "I001"})
    return dict(sorted(found.items()))


def as_toml(config: RuffConfig) -> str:
    """The text of a ``ruff.toml``."""
    document = tomlkit.document()
    document.update(_table(config))
    return tomlkit.dumps(document)


def into_pyproject(text: str, config: RuffConfig) -> str:
    """``pyproject.toml`` with the tables of Ruff in the place of those that they replace; raises ``ValueError``."""
    document = tomlkit.parse(text)
    tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
    for name in REPLACED_TABLES:
        tool.pop(name, None)
    tool["ruff"] = _table(config)
    return tomlkit.dumps(document)


def _table(config: RuffConfig) -> Table:
    table = _filled(config.top)
    if config.formatting:
        table["format"] = _filled(config.formatting)
    lint = _filled(config.lint)
    for name, values in sorted(config.tables.items()):
        lint[name] = _filled(values)
    if config.per_file:
        lint["per-file-ignores"] = _filled(config.per_file)
    table["lint"] = lint
    return table


def _filled(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in values.items():
        if isinstance(value, Mapping):
            table[name] = _filled(value)
        elif isinstance(value, (list, tuple)):
            table[name] = _array(value)
        else:
            table[name] = value
    return table


def _array(values: Sequence[str]) -> Any:
    """An array on lines of at most 100 characters: families of codes together."""
    array = tomlkit.array()
    if sum(len(v) + 4 for v in values) <= 80:
        array.extend(values)
        return array
    rows: list[list[str]] = []
    for value in values:
        family = value.rstrip("0123456789")
        if rows and rows[-1][0].rstrip("0123456789") == family and sum(len(v) + 4 for v in rows[-1]) < 90:
            rows[-1].append(value)
        else:
            rows.append([value])
    for row in rows:
        array.add_line(*row)
    array.add_line(indent="")
    return array
