"""``uv.lock`` and the locks beside scripts (``tool.py.lock``): what uv pinned, and the inputs that it wrote down.

The format is versioned by ``version`` (always 1) and ``revision``; the lock does not name the uv that wrote it, but the
revision narrows it to a range. What the freshness check needs verbatim stays in ``Lock.data``: the recorded inputs and
the entries of local packages. A lock that uv itself would refuse (another ``version``, an edge to a package that is not
there) is still read, with the fault as ``data["broken"] = (message, line)``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.facts import Extract, Location, Lock, LockedPackage, ManagerSignal, Problem, Source
from scanner.format import LOCK_LIMIT, Format, Unreadable
from scanner.lock_tables import file_hashes, package_tables
from scanner.redact import redact
from scanner.toml_reader import loads, strings

WRITERS = {
    0: "0.2-0.5",
    1: "0.6.0-0.6.14",
    2: "0.6.15-0.8.3",
    3: "0.8.4-0.12",
    4: "0.12 (preview: lock without metadata)",
    5: "0.13",
}
"""Which uv versions write which ``revision`` (0: none written)."""

_HEADER = re.compile(r"^\[\[package\]\]", re.MULTILINE)
_KINDS: dict[str, Source] = {
    "registry": "index",
    "git": "git",
    "url": "url",
    "path": "path",
    "directory": "path",
    "editable": "path",
    "virtual": "path",
}
LOCAL = frozenset({"directory", "editable", "virtual"})
"""The kinds of source that are folders, whose own manifests uv compares with the lock."""
_INPUTS = (
    "version",
    "revision",
    "requires-python",
    "resolution-markers",
    "supported-markers",
    "required-markers",
    "conflicts",
    "options",
    "manifest",
)


def matches(path: str) -> bool:
    """``uv.lock``, and ``NAME.py.lock`` beside a script."""
    name = posixpath.basename(path)
    return name == "uv.lock" or (name.endswith(".py.lock") and len(name) > len(".py.lock"))


def read(path: str, text: str) -> Extract | None:
    """Read a uv lock; ``None`` when a ``.py.lock`` is something else."""
    data = loads(text)
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        if posixpath.basename(path) != "uv.lock":
            return None
        raise Unreadable("no lock version: this is no lock that uv could read", line=1)
    revision = data.get("revision", 0)
    revision = revision if isinstance(revision, int) else 0
    listed = data.get("package", [])
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    lines = list(_lines(text))
    if len(lines) != len(entries):
        lines = [None] * len(entries)
    packages = tuple(_package(entry, line) for entry, line in zip(entries, lines, strict=True))
    broken = _broken(version, data, entries, lines)
    requires_python = data.get("requires-python")
    lock = Lock(
        path=path,
        tool="uv",
        format=f"uv.lock {version}" + (f".{revision}" if revision else ""),
        written_by=WRITERS.get(revision) if version == 1 else None,
        packages=packages,
        requires_python=requires_python if isinstance(requires_python, str) else None,
        data={
            **{key: data[key] for key in _INPUTS if key in data},
            "local": tuple(entry for entry in entries if _kind(entry) in LOCAL),
            **({"broken": broken} if broken else {}),
        },
    )
    at = Location(path=path, line=broken[1] if broken else None)
    return Extract(
        path=path,
        format="uv.lock",
        lock=lock,
        signals=(ManagerSignal(tool="uv", what="uv.lock", at=Location(path=path)),),
        problems=(Problem(code="invalid-entry", message=broken[0], at=at),) if broken else (),
    )


def _lines(text: str) -> Iterator[int | None]:
    line, position = 1, 0
    for match in _HEADER.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line


def _kind(entry: Mapping[str, Any]) -> str:
    source = entry.get("source")
    if isinstance(source, dict):
        for kind in source:
            if kind in _KINDS:
                return str(kind)
    return ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _package(entry: dict[str, Any], line: int | None) -> LockedPackage:
    kind = _kind(entry)
    address = _text(entry["source"][kind]) if kind else None
    origin, ref = (_address(address) if kind == "git" else (address, None)) if address is not None else (None, None)
    markers = strings(entry.get("resolution-markers"))
    hashes, files = file_hashes(_files(entry))
    return LockedPackage(
        name=_text(entry.get("name")) or "",
        version=_text(entry.get("version")),
        source=_KINDS.get(kind, "index"),
        origin=None if origin is None else redact(origin),
        ref=ref,
        hashes=hashes,
        files=files,
        marker=" or ".join(f"({marker})" for marker in markers) if len(markers) > 1 else next(iter(markers), None),
        dependencies=tuple(name for name, _ in _edges(entry)),
        editable=kind == "editable",
        line=line,
    )


def _address(text: str) -> tuple[str, str | None]:
    """A git source, ``https://host/x.git?tag=v1#<commit>``, as address and commit."""
    address, _, commit = text.partition("#")
    return address.partition("?")[0], commit or None


def _files(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return package_tables([entry.get("sdist"), *package_tables(entry.get("wheels"))])


def _edges(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All edges of a package: its dependencies, and those of its extras and groups."""
    optional, groups = entry.get("optional-dependencies"), entry.get("dev-dependencies")
    for edges in (
        entry.get("dependencies"),
        *(optional.values() if isinstance(optional, dict) else ()),
        *(groups.values() if isinstance(groups, dict) else ()),
    ):
        for edge in edges if isinstance(edges, list) else ():
            if isinstance(edge, dict) and isinstance(name := edge.get("name"), str):
                yield name, edge


def _broken(
    version: int, data: dict[str, Any], entries: list[dict[str, Any]], lines: list[int | None]
) -> tuple[str, int | None] | None:
    """Why uv could not read this lock (``crates/uv-resolver/src/lock/mod.rs``), with the line; ``None`` if it could."""
    if version != 1:
        return f"lock version {version} is not supported by any uv known", 1
    if not isinstance(data.get("requires-python"), str):
        return "no requires-python is recorded", 1
    known: dict[str, list[dict[str, Any]]] = {}
    for entry, line in zip(entries, lines, strict=True):
        name = entry.get("name")
        if not isinstance(name, str) or not _kind(entry):
            return "a package without name or source", line
        known.setdefault(name, []).append(entry)
        if (fault := _wrong_wheel(name, entry)) is not None:
            return fault, line
    for entry, line in zip(entries, lines, strict=True):
        for name, edge in _edges(entry):
            if not _leads_somewhere(edge, known.get(name, [])):
                return f"{entry['name']} depends on {name}, which is not in the lock", line
    return None


def _leads_somewhere(edge: dict[str, Any], candidates: list[dict[str, Any]]) -> bool:
    if len(candidates) == 1 and "version" not in edge and "source" not in edge:
        return True
    fitting = [
        candidate
        for candidate in candidates
        if edge.get("version", candidate.get("version")) == candidate.get("version")
        and edge.get("source", candidate.get("source")) == candidate.get("source")
    ]
    return len(fitting) == 1


def _wrong_wheel(name: str, entry: dict[str, Any]) -> str | None:
    """A first wheel whose file name speaks of another version than the entry (uv compares all of them)."""
    wheels, version = entry.get("wheels"), entry.get("version")
    wheel = wheels[0] if isinstance(wheels, list) and wheels else None
    if not isinstance(version, str) or not isinstance(wheel, dict):
        return None
    file = _text(wheel.get("filename")) or (_text(wheel.get("url")) or "").partition("#")[0].rpartition("/")[2]
    parts = file.replace("%2B", "+").split("-")
    if not file.endswith(".whl") or len(parts) < 5 or parts[1] == version:
        return None
    if canonicalize_name(parts[0]) == canonicalize_name(name) and not _same_version(parts[1], version):
        return f"{name} {version} is locked with a wheel of version {parts[1]}"
    return None


def _same_version(one: str, two: str) -> bool:
    try:
        return Version(one.replace("_", "-")).public == Version(two).public
    except InvalidVersion:
        return True


FORMAT = Format(name="uv.lock", matches=matches, read=read, limit=LOCK_LIMIT)
