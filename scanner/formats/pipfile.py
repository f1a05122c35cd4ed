"""Pipfile: Pipenv's manifest (TOML).

``[packages]`` are runtime, ``[dev-packages]`` the group ``dev``, any further table a category of that name. The parsed
document stays on the manifest: the lock's digest is computed from it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner import pep508
from scanner.facts import (
    Extract,
    Index,
    Invocation,
    Location,
    Manifest,
    Problem,
    PythonVersion,
    Requirement,
    Scope,
    Source,
    Table,
)
from scanner.format import Format, named
from scanner.redact import has_credentials, redact, redact_line
from scanner.toml_reader import Lines, loads, strings, table

NAME = "Pipfile"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?")
_NO_CATEGORIES = frozenset({"source", "requires", "scripts", "pipfile", "pipenv", "packages", "dev-packages"})
_MARKER_KEYS = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)


def read(path: str, text: str) -> Extract:
    """Read a Pipfile; raises :class:`~scanner.format.Unreadable` when it is not TOML."""
    data = loads(text)
    reader = _Reader(path, data, Lines(text))
    indexes = tuple(reader.indexes())
    manifest = Manifest(
        path=path,
        format=NAME,
        requirements=tuple(reader.requirements()),
        indexes=indexes,
        tables=tuple(Table(name=name, at=reader.at(name)) for name in data),
        options=tuple(f"{key}={value}" for key, value in table(data, "pipenv").items() if isinstance(value, bool)),
        data=data,
    )
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        indexes=indexes,
        pythons=tuple(reader.pythons()),
        invocations=tuple(reader.scripts()),
        problems=tuple(reader.problems),
    )


class _Reader:
    def __init__(self, path: str, data: Mapping[str, Any], lines: Lines) -> None:
        self._path, self._data, self._lines = path, data, lines
        self.problems: list[Problem] = []

    def at(self, *where: str) -> Location:
        return Location(path=self._path, line=self._lines.of(*where))

    def requirements(self) -> Iterator[Requirement]:
        for name, entries in self._data.items():
            if not isinstance(entries, dict) or name in _NO_CATEGORIES - {"packages", "dev-packages"}:
                continue
            for package, entry in entries.items():
                made = self._requirement(name, package, entry)
                if made is not None:
                    yield made

    def indexes(self) -> Iterator[Index]:
        sources = self._data.get("source")
        for number, source in enumerate(sources if isinstance(sources, list) else ()):
            url = source.get("url") if isinstance(source, dict) else None
            if isinstance(url, str):
                yield Index(
                    url=redact(url),
                    at=self.at("source", str(number), "url"),
                    kind="extra-index" if number else "index",
                    name=_text(source.get("name")),
                    credentials=has_credentials(url),
                )

    def pythons(self) -> Iterator[PythonVersion]:
        for key in ("python_full_version", "python_version"):
            version = table(self._data, "requires").get(key)
            if isinstance(version, str) and version not in ("", "*"):
                yield PythonVersion(version=version, at=self.at("requires", key), kind="pipfile")

    def scripts(self) -> Iterator[Invocation]:
        for name, script in table(self._data, "scripts").items():
            command = script.get("cmd") if isinstance(script, dict) else script
            if not isinstance(command, str):
                continue
            try:
                words = shlex.split(redact(command))
            except ValueError:
                continue
            if words:
                yield Invocation(argv=tuple(words), at=self.at("scripts", name), context="task", job=name)

    def _requirement(self, category: str, name: str, entry: object) -> Requirement | None:
        at = self.at(category, name)
        if not isinstance(entry, str | dict) or _NAME.fullmatch(name) is None:
            message = redact_line(f"no package with its version or table: {name[:200]}")
            self.problems.append(Problem(code="invalid-entry", message=message, at=at))
            return None
        options = {"version": entry} if isinstance(entry, str) else entry
        scope: Scope = "runtime" if category == "packages" else "group"
        group = {"packages": None, "dev-packages": "dev"}.get(category, category)
        version = (_text(options.get("version")) or "").strip()
        made = _address(options, at)
        return Requirement(
            name=name,
            raw=made.raw if made else redact(version),
            at=at,
            extras=tuple(sorted(strings(options.get("extras")))),
            specifier=_specifier(version),
            marker=_marker(options),
            scope=scope,
            group=group,
            source=made.source if made else "index",
            url=made.url if made else None,
            ref=made.ref if made else None,
            subdirectory=_text(options.get("subdirectory")) or (made.subdirectory if made else None),
            editable=options.get("editable") is True,
            index=_text(options.get("index")),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _address(options: Mapping[str, Any], at: Location) -> Requirement | None:
    """Where a table takes the package from, if not from an index: ``git``, ``path`` or ``file``."""
    for key in ("git", "hg", "svn", "bzr"):
        if isinstance(url := options.get(key), str):
            address, ref, subdirectory = pep508.git_reference(url)
            ref = redact(text) if (text := _text(options.get("ref"))) else ref
            source: Source = "git" if key == "git" else "url"
            return Requirement(
                name="", raw=redact(url), at=at, source=source, url=address, ref=ref, subdirectory=subdirectory
            )
    if isinstance(path := options.get("path"), str):
        return Requirement(name="", raw=redact(path), at=at, source="path", url=redact(path))
    if isinstance(file := options.get("file"), str):
        remote = "://" in file and not file.startswith("file:")
        return Requirement(name="", raw=redact(file), at=at, source="url" if remote else "path", url=redact(file))
    return None


def _specifier(version: str) -> str | None:
    """What is asked for, as Pipenv reads it: a version without an operator is that one."""
    if version in ("", "*"):
        return ""
    if version[0].isdigit():
        version = f"=={version}"
    try:
        SpecifierSet(version)
    except (InvalidSpecifier, ValueError):
        return None
    return version


def _marker(options: Mapping[str, Any]) -> str | None:
    """The ``markers`` text and the single ones (``sys_platform = "== 'win32'"``), joined as Pipenv joins them."""
    parts = [text] if isinstance(text := options.get("markers"), str) and text.strip() else []
    alone = [f"{key} {value.strip()}" for key in _MARKER_KEYS if isinstance(value := options.get(key), str)]
    parts = [f"({part})" if alone and " or " in part else part for part in parts] + alone
    return " and ".join(parts) or None


FORMAT = Format(name=NAME, matches=named("Pipfile"), read=read)
