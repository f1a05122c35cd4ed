"""Sections that configure a linter, formatter or type checker, and the Python versions that they aim at.

A section alone is weak evidence (``config-only``): it often outlives the tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner import lint_settings
from scanner.facts import Location, Mention, PythonVersion, Setting
from scanner.lint_tools import tool_of_section
from scanner.pyproject.document import Document

_TARGETS = (
    ("black", "target-version"),
    ("black", "target_version"),
    ("ruff", "target-version"),
    ("mypy", "python_version"),
    ("pyright", "pythonVersion"),
    ("basedpyright", "pythonVersion"),
    ("ty", "environment", "python-version"),
)
_SHORT = re.compile(r"py([23])([0-9]{1,2})")


def mentions(doc: Document) -> Iterator[Mention]:
    """One mention for each section; Ruff's formatter only where it has a table of its own."""
    for section, value in doc.table("tool").items():
        names = [f"tool.{section}"]
        if isinstance(value, dict):
            names += [f"tool.{section}.{below}" for below, entry in value.items() if isinstance(entry, dict)]
        found = dict.fromkeys(tool for name in names if (tool := tool_of_section(name)) is not None)
        for tool in found:
            name = next(name for name in names if tool_of_section(name) == tool)
            yield Mention(tool=tool, strength="config-only", at=doc.at(*name.split(".", 2)), kind="config")


def settings(doc: Document) -> Iterator[Setting]:
    """The options in these sections."""
    for section, value in doc.table("tool").items():
        tool = tool_of_section(f"tool.{section}")
        if tool is not None and isinstance(value, dict):

            def at(*keys: str, section: str = section) -> Location:
                return doc.at("tool", section, *keys)

            yield from lint_settings.of_table(tool, value, at)


def target_versions(doc: Document) -> Iterator[PythonVersion]:
    """The versions that tools are told to aim at; ``py38`` is written ``3.8``."""
    for keys in _TARGETS:
        value = doc.get("tool", *keys)
        if isinstance(value, float):
            yield _target(str(value), doc.at("tool", *keys), keys[0])
        elif value is not None:
            for text, at in doc.words("tool", *keys):
                yield _target(text, at, keys[0])


def _target(text: str, at: Location, tool: str) -> PythonVersion:
    short = _SHORT.fullmatch(text)
    version = f"{short[1]}.{short[2]}" if short else text
    return PythonVersion(version=version, at=at, kind="target-version", job=tool)
