"""Configuration files of linters, formatters and type checkers: a sign of the tool, and the Python that it aims at.

Alone such a file says only that the tool was once set up (*config-only*). ``tox.ini`` and ``pytest.ini`` come here when
they configure nothing else.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scanner import jsonc, lint_settings, toml_reader
from scanner.facts import Extract, Location, Mention, PythonVersion, Setting
from scanner.format import Format
from scanner.lint_tools import TOOLS, ini_mentions, tool_of_file
from scanner.pipeline import in_side_folder
from scanner.yaml_reader import load_mapping

_INI_VERSION = re.compile(
    r"[ \t]{0,8}(?:python_version|py-version|python-version)[ \t]{0,8}[=:][ \t]{0,8}(?P<version>\d\.\d{1,2})\b"
)
_JSON_VERSION = re.compile(r"\"pythonVersion\"\s{0,8}:\s{0,8}\"(?P<version>\d\.\d{1,2})\"")
_SHORT = re.compile(r"py(\d)(\d{1,2})")
_MANY = frozenset({"tox.ini", "pytest.ini", ".pytest.ini"})
_SECTIONED = frozenset({".flake8", "mypy.ini", ".mypy.ini"})
_JSON = frozenset({"pyrightconfig.json", ".pyre_configuration", ".pyre_configuration.local"})
NAMES = tuple(sorted(_MANY.union(name for tool in TOOLS for name in tool.files)))


def read(path: str, text: str) -> Extract | None:
    """Read one of these files; ``None`` for a ``tox.ini`` or ``pytest.ini`` that names no tool."""
    name = posixpath.basename(path)
    if name in _MANY:
        mentions = ini_mentions(path, text)
        lint = lint_settings.of_ini(path, text)
        return Extract(path=path, format="lint-config", mentions=mentions, lint=lint) if mentions else None
    tool = tool_of_file(path)
    if tool is None:
        return None
    mentions = (Mention(tool=tool, strength="config-only", at=Location(path=path, line=1), kind="config"),)
    if name in ("ruff.toml", ".ruff.toml"):
        return _ruff(path, text, mentions)
    if name in ("mypy.ini", ".mypy.ini", ".flake8", ".isort.cfg"):
        mentions = tuple({m.tool: m for m in (*ini_mentions(path, text), *mentions)}.values())
    pythons = tuple(_versions(path, text, tool))
    lint = _settings(path, text, tool)
    return Extract(path=path, format="lint-config", mentions=mentions, lint=lint, pythons=pythons)


def _settings(path: str, text: str, tool: str) -> tuple[Setting, ...]:
    name = posixpath.basename(path)
    if name in _JSON:
        return lint_settings.of_mapping(tool, path, jsonc.loads(text)) if text.strip() else ()
    if name.endswith((".yaml", ".yml")):
        return lint_settings.of_mapping(tool, path, load_mapping(text)) if text.strip() else ()
    if name.endswith(".toml"):
        data, lines = toml_reader.loads(text), toml_reader.Lines(text)
        held = toml_reader.table(data, "tool", tool)
        above = ("tool", tool) if held else ()
        at = lambda *keys: Location(path=path, line=lines.of(*above, *keys))  # noqa: E731
        return lint_settings.of_table(tool, held or data, at)
    return lint_settings.of_ini(path, text, None if name in _SECTIONED else tool)


def _ruff(path: str, text: str, mentions: tuple[Mention, ...]) -> Extract:
    data = toml_reader.loads(text)
    lines = toml_reader.Lines(text)
    if toml_reader.table(data, "format"):
        at = Location(path=path, line=lines.of("format"))
        mentions = (*mentions, Mention(tool="ruff-format", strength="config-only", at=at, kind="config"))
    target = data.get("target-version")
    short = _SHORT.fullmatch(target) if isinstance(target, str) else None
    lint = lint_settings.of_table("ruff", data, lambda *keys: Location(path=path, line=lines.of(*keys)))
    if short is None:
        return Extract(path=path, format="lint-config", mentions=mentions, lint=lint)
    at = Location(path=path, line=lines.of("target-version"))
    version = PythonVersion(version=f"{short[1]}.{short[2]}", at=at, kind="target-version", job="ruff")
    return Extract(path=path, format="lint-config", mentions=mentions, lint=lint, pythons=(version,))


def _versions(path: str, text: str, tool: str) -> Iterator[PythonVersion]:
    pattern = _JSON_VERSION if path.endswith(".json") else _INI_VERSION
    for number, line in enumerate(text.splitlines(), start=1):
        match = pattern.search(line) if path.endswith(".json") else pattern.match(line)
        if match is not None:
            at = Location(path=path, line=number)
            yield PythonVersion(version=match["version"], at=at, kind="target-version", job=tool)


def _matches(path: str) -> bool:
    return posixpath.basename(path) in NAMES and not in_side_folder(path)


FORMAT = Format(name="lint-config", matches=_matches, read=read)
