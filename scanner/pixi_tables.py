"""Pixi's tables, wherever they stand: at the top of ``pixi.toml`` or under ``[tool.pixi]`` of ``pyproject.toml``.

Source: the manifest's reference in Pixi's documentation (0.81). The default feature's dependencies are runtime ones,
those of ``[feature.X]`` belong to the group ``X``; platform tables become markers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner import conda_spec
from scanner.facts import Index, IndexKind, Location, PythonVersion, Requirement, Scope, Source
from scanner.redact import has_credentials, redact
from scanner.toml_reader import Lines, strings, table

_DEPENDENCIES = ("dependencies", "host-dependencies", "build-dependencies", "run-dependencies", "pypi-dependencies")


@dataclass(frozen=True, slots=True, kw_only=True)
class PixiTables:
    """What Pixi's tables say; ``indexes`` holds channels (as they are written) and Python indexes, in their order."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    requirements: tuple[Requirement, ...] = ()
    indexes: tuple[Index, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()


def read_pixi(pixi: Mapping[str, Any], lines: Lines, path: str, at: tuple[str, ...] = ()) -> PixiTables:
    """Read the tables in ``pixi``, which stand at ``at`` (``("tool", "pixi")``) in the file ``path``."""
    reader = _Reader(pixi, lines, path, at)
    workspace = table(pixi, "workspace") or table(pixi, "project") or table(pixi, "package")
    return PixiTables(
        name=_text(workspace.get("name")),
        version=_text(workspace.get("version")),
        description=_text(workspace.get("description")),
        requirements=tuple(reader.requirements()),
        indexes=tuple(reader.indexes()),
        pythons=tuple(reader.pythons()),
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """A table of dependencies: where it is, and for whom and which platform it counts."""

    where: tuple[str, ...]
    entries: Mapping[str, Any]
    scope: Scope
    group: str | None
    marker: str | None

    @property
    def is_conda(self) -> bool:
        return self.where[-1] != "pypi-dependencies"


class _Reader:
    def __init__(self, pixi: Mapping[str, Any], lines: Lines, path: str, at: tuple[str, ...]) -> None:
        self._pixi, self._lines, self._path, self._at = pixi, lines, path, at

    def requirements(self) -> Iterator[Requirement]:
        for section in self._sections():
            for name, entry in section.entries.items():
                if section.is_conda and name == "python":
                    continue
                yield self._requirement(section, name, self._shared(section, name, entry))

    def pythons(self) -> Iterator[PythonVersion]:
        for section in self._sections():
            if section.is_conda and "python" in section.entries:
                version = version_of(self._shared(section, "python", section.entries["python"]))
                if version not in ("", "*"):
                    at = self._location(*section.where, "python")
                    yield PythonVersion(version=version, at=at, kind="conda", job=section.group)

    def indexes(self) -> Iterator[Index]:
        for where, features in self._features():
            workspace = "workspace" if isinstance(features.get("workspace"), dict) else "project"
            listed = (workspace, "channels") if not where else ("channels",)
            channels: Any = table(features, *listed[:-1]).get("channels")
            for number, channel in enumerate(channels if isinstance(channels, list) else ()):
                name = channel.get("channel") if isinstance(channel, dict) else channel
                if isinstance(name, str):
                    yield self._index(name, (*where, *listed), number, "index", name if "://" not in name else None)
            for options in ((*where, "pypi-options"), *([("workspace", "pypi-options")] if not where else [])):
                yield from self._python_indexes(options)

    def _python_indexes(self, where: tuple[str, ...]) -> Iterator[Index]:
        options = table(self._pixi, *where)
        if isinstance(url := options.get("index-url"), str):
            yield self._index(url, (*where, "index-url"), None, "index")
        for number, url in enumerate(strings(options.get("extra-index-urls"))):
            yield self._index(url, (*where, "extra-index-urls"), number, "extra-index")
        links = options.get("find-links")
        for number, link in enumerate(links if isinstance(links, list) else ()):
            target = next(iter(link.values()), None) if isinstance(link, dict) else link
            if isinstance(target, str):
                yield self._index(target, (*where, "find-links"), number, "find-links")

    def _index(
        self, url: str, where: tuple[str, ...], number: int | None, kind: IndexKind, name: str | None = None
    ) -> Index:
        full = (*self._at, *where)
        line = self._lines.of(*full) if number is None else self._lines.item(full, number)
        at = Location(path=self._path, line=line)
        return Index(url=redact(url), at=at, kind=kind, name=name, credentials=has_credentials(url))

    def _features(self) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
        yield (), self._pixi
        for holder in ("feature", "environments"):
            for name, feature in table(self._pixi, holder).items():
                if isinstance(feature, dict):
                    yield (holder, name), feature

    def _sections(self) -> Iterator[_Section]:
        for where, feature in self._features():
            group = where[1] if where else None
            yield from self._tables(where, feature, "group" if group else "runtime", group, None)
            for platform, target in table(feature, "target").items():
                if isinstance(target, dict):
                    here = (*where, "target", platform)
                    yield from self._tables(
                        here, target, "group" if group else "runtime", group, conda_spec.platform_marker(platform)
                    )
        yield from self._tables(("package",), table(self._pixi, "package"), "runtime", None, None)

    def _tables(
        self, where: tuple[str, ...], holder: Mapping[str, Any], scope: Scope, group: str | None, marker: str | None
    ) -> Iterator[_Section]:
        for kind in _DEPENDENCIES:
            if entries := table(holder, kind):
                building = kind in ("host-dependencies", "build-dependencies") and group is None
                yield _Section((*where, kind), entries, "build" if building else scope, group, marker)

    def _shared(self, section: _Section, name: str, entry: object) -> object:
        """The entry itself, or what ``{ workspace = true }`` takes from the workspace's common tables."""
        if not (isinstance(entry, dict) and entry.get("workspace") is True):
            return entry
        common = table(self._pixi, "workspace", section.where[-1]) or table(self._pixi, "workspace", "dependencies")
        shared = common.get(name, "*")
        own = {key: value for key, value in entry.items() if key != "workspace"}
        return {**(shared if isinstance(shared, dict) else {"version": shared}), **own} if own else shared

    def _requirement(self, section: _Section, name: str, entry: object) -> Requirement:
        source, url, ref = source_of(entry)
        version = version_of(entry)
        options = entry if isinstance(entry, dict) else {}
        return Requirement(
            name=name,
            raw=redact(version if source == "index" else url or version),
            at=self._location(*section.where, name),
            extras=tuple(sorted(strings(options.get("extras")))),
            specifier=conda_spec.specifier(version) if section.is_conda else _python_specifier(version),
            marker=_both(section.marker, _text(options.get("env-markers"))),
            scope=section.scope,
            group=section.group,
            source=source,
            url=redact(url) if url else None,
            ref=redact(ref) if ref else None,
            subdirectory=_text(options.get("subdirectory")) or _text(options.get("subdir"))
            if source == "git"
            else None,
            editable=options.get("editable") is True,
            index=redact(index) if (index := _text(options.get("index")) or _text(options.get("channel"))) else None,
            ecosystem="conda" if section.is_conda else "pypi",
        )

    def _location(self, *where: str) -> Location:
        return Location(path=self._path, line=self._lines.of(*self._at, *where))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def version_of(entry: object) -> str:
    """The version expression of an entry (a text or a table), ``""`` where there is none."""
    value = entry.get("version", "") if isinstance(entry, dict) else entry
    return value.strip() if isinstance(value, str) else ""


def source_of(entry: object) -> tuple[Source, str | None, str | None]:
    """Where an entry comes from: source, address and reference."""
    options = entry if isinstance(entry, dict) else {}
    kinds: tuple[Literal["git", "path", "url"], ...] = ("git", "path", "url")
    for kind in kinds:
        if isinstance(address := options.get(kind), str):
            ref = next((r for key in ("rev", "tag", "branch") if isinstance(r := options.get(key), str)), None)
            return kind, address, ref
    return "index", None, None


def _python_specifier(version: str) -> str | None:
    if version in ("", "*"):
        return ""
    try:
        SpecifierSet(version)
    except (InvalidSpecifier, ValueError):
        return None
    return version


def _both(first: str | None, second: str | None) -> str | None:
    return f"{first} and {second}" if first and second else first or second
