"""pixi.lock: Pixi's lock (YAML, versions 1 to 7), read line by line as it may be large.

One locked package stands for a name and version on all platforms. What the satisfiability check needs stays in
``Lock.data``: ``environments`` (channels, indexes, options, and per platform the keys of its packages) and ``records``
(key → what the lock says of that package).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote as unescape

from scanner.facts import Ecosystem, Extract, Index, Location, Lock, LockedPackage, Source
from scanner.format import LOCK_LIMIT, Format, Unreadable, conflict_line, named
from scanner.redact import has_credentials, redact
from scanner.yaml_records import Record, records, split, unquote

NAME = "pixi.lock"
_FILE = re.compile(r"/(?P<file>[^/]+?)(?:\.conda|\.tar\.bz2)$")
_WHEEL = re.compile(r"/(?P<name>[^/-]+)-(?P<version>[^/-]+)(?:-[^/]*)?\.whl$")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")
_KINDS = ("conda", "pypi", "conda_source")


@dataclass(frozen=True, slots=True, kw_only=True)
class PixiRecord:
    """What the lock says of one package: ``needs`` are its dependencies as written (conda's or PEP 508)."""

    ecosystem: Ecosystem
    name: str
    version: str | None
    build: str | None
    source: Source
    needs: tuple[str, ...]
    requires_python: str | None
    digest: str
    address: str
    purls: tuple[str, ...] | None
    line: int


@dataclass(slots=True, kw_only=True)
class PixiEnvironment:
    """One solved environment; ``platforms`` maps each to the keys of its packages in ``records``."""

    line: int
    channels: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    has_indexes: bool = False
    options: dict[str, str] = field(default_factory=dict)
    platforms: dict[str, list[str]] = field(default_factory=dict)

    def add(self, part: str, platform: str, item: str) -> None:
        """Take one item of a list in the ``part`` of the environment that is being read."""
        _, colon, value = item.partition(": ")
        if part == "channels":
            self.channels.append(unquote(value if colon else item))
        elif part == "indexes":
            self.indexes.append(unquote(item))
        elif part == "packages" and colon and platform:
            self.platforms.setdefault(platform, []).append(unquote(value))


def read(path: str, text: str) -> Extract:
    """Read a pixi.lock; raises :class:`Unreadable` for what is no such file."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    version = re.search(r"^version:\s{0,4}(\d{1,4})\s*$", text, re.MULTILINE)
    if version is None:
        raise Unreadable("no version at the top", line=1)
    _, lines, first = split(text, "packages" if int(version[1]) >= 4 else "package")
    found = dict(_keyed(records(lines, first)))
    environments = _environments(text)
    lock = Lock(
        path=path,
        tool="pixi",
        format=f"{NAME} {version[1]}",
        packages=tuple(_packages(found, environments)),
        indexes=tuple(_indexes(path, environments)),
        data={
            "version": int(version[1]),
            "environments": environments,
            "records": found,
            "platforms": _platforms(text),
        },
    )
    return Extract(path=path, format=NAME, lock=lock)


def _platforms(text: str) -> dict[str, str]:
    """Platforms with names of their own (version 7), each with the conda platform that it stands for."""
    _, lines, first = split(text, "platforms")
    return {r.texts["name"]: r.texts.get("subdir", r.texts["name"]) for r in records(lines, first) if "name" in r.texts}


def _keyed(entries: Iterable[Record]) -> Iterator[tuple[str, PixiRecord]]:
    for entry in entries:
        texts = entry.texts
        kind = next((k for k in _KINDS if k in texts), texts.get("kind", ""))
        kind = kind or texts.get("manager", "").replace("pip", "pypi")
        address = texts.get(kind) or texts.get("url") or texts.get("path") or ""
        if kind not in _KINDS:
            continue
        ecosystem: Ecosystem = "pypi" if kind == "pypi" else "conda"
        name, version, build = _identity(ecosystem, address, texts)
        needs = entry.lists.get("depends") or entry.lists.get("requires_dist") or entry.lists.get("dependencies") or []
        yield (
            address if "manager" not in texts else f"{address}#{texts.get('platform', '')}",
            PixiRecord(
                ecosystem=ecosystem,
                name=name,
                version=version,
                build=build,
                source=_source(kind, address),
                needs=tuple(needs),
                requires_python=texts.get("requires_python"),
                address=redact(address),
                digest=f"sha256:{texts['sha256']}" if "sha256" in texts else "",
                purls=tuple(entry.lists.get("purls", ())) if "purls" in entry.lists or "purls" in texts else None,
                line=entry.line,
            ),
        )


def _identity(ecosystem: Ecosystem, address: str, texts: dict[str, str]) -> tuple[str, str | None, str | None]:
    name, version, build = texts.get("name", ""), texts.get("version"), texts.get("build")
    if ecosystem == "conda" and (file := _FILE.search(address)) is not None:
        parts = unescape(file["file"]).rsplit("-", 2)
        if len(parts) == 3:
            return name or parts[0], version or parts[1], build or parts[2]
    if ecosystem == "pypi" and not name and (wheel := _WHEEL.search(address)) is not None:
        return wheel["name"], version or unescape(wheel["version"]), None
    described = address.partition(" @")[0].partition("[")[0]
    return name or described.rstrip("/").rpartition("/")[2], version, build


def _source(kind: str, address: str) -> Source:
    if address.startswith("git+"):
        return "git"
    if "://" not in address or kind == "conda_source":
        return "path"
    return "index"


def _environments(text: str) -> dict[str, PixiEnvironment]:
    """The ``environments`` section, by indentation: name, then channels, indexes, options and packages by platform."""
    _, lines, first = split(text, "environments")
    found: dict[str, PixiEnvironment] = {}
    current = PixiEnvironment(line=0)
    part = platform = ""
    for number, line in enumerate(lines, start=first):
        body = line.lstrip(" ")
        depth = len(line) - len(body)
        if not body or body.startswith("#"):
            continue
        if body.startswith("- "):
            current.add(part, platform, body[2:])
        elif depth == 2 and body.endswith(":"):
            current = found.setdefault(unquote(body[:-1]), PixiEnvironment(line=number))
            part = platform = ""
        elif depth == 4:
            part, platform = body.partition(":")[0], ""
            if part == "indexes":
                current.has_indexes = True
        elif depth == 6 and part == "packages":
            platform = unquote(body.partition(":")[0])
            current.platforms.setdefault(platform, [])
        elif depth == 6 and part == "options":
            name, _, value = body.partition(": ")
            current.options[name] = unquote(value)
    return found


def _packages(found: Mapping[str, PixiRecord], environments: Mapping[str, PixiEnvironment]) -> Iterator[LockedPackage]:
    users: dict[str, set[str]] = {}
    for name, environment in environments.items():
        for keys in environment.platforms.values():
            for key in keys:
                users.setdefault(key, set()).add(name)
    together: dict[tuple[str, str, str | None, Source], list[str]] = {}
    for key, record in found.items():
        together.setdefault((record.ecosystem, record.name, record.version, record.source), []).append(key)
    for keys in together.values():
        record = found[keys[0]]
        yield LockedPackage(
            name=record.name,
            version=record.version,
            source=record.source,
            origin=redact(keys[0]),
            hashes=tuple(sorted({found[key].digest for key in keys} - {""})),
            groups=tuple(sorted({name for key in keys for name in users.get(key, ())})),
            dependencies=tuple(match[0] for need in record.needs if (match := _NAME.match(need)) is not None),
            line=record.line,
            ecosystem=record.ecosystem,
        )


def _indexes(path: str, environments: Mapping[str, PixiEnvironment]) -> Iterator[Index]:
    seen: set[str] = set()
    for environment in environments.values():
        for url in (*environment.channels, *environment.indexes):
            if url not in seen:
                seen.add(url)
                at = Location(path=path, line=environment.line)
                yield Index(url=redact(url), at=at, credentials=has_credentials(url))


FORMAT = Format(name=NAME, matches=named("pixi.lock"), read=read, limit=LOCK_LIMIT)
