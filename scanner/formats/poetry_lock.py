"""``poetry.lock`` of every generation, from Poetry before 1.0 to 2.x.

Where things stand has moved: digests of files from ``[metadata.hashes]`` over ``[metadata.files]`` into the packages,
what a package serves from ``category`` to ``groups``. The header's version is the only exact word on who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from scanner.facts import Extract, Lock, LockedPackage, Source
from scanner.format import LOCK_LIMIT, Format, named
from scanner.lock_tables import file_hashes, header_lines, package_tables
from scanner.redact import redact
from scanner.toml_reader import loads, strings, table

WRITERS = {None: "<1.0", "1.0": "1.0", "1.1": "1.1-1.2", "2.0": "1.3-1.8", "2.1": "2.x"}
"""Which Poetry versions write which ``lock-version``; used where the header has no number."""

_HEADER = re.compile(r"#[^\n]{0,100}\bPoetry (?P<version>[0-9][^ \n]{0,40})")
_SOURCES: dict[str, Source] = {"git": "git", "url": "url", "file": "path", "directory": "path"}


def read(path: str, text: str) -> Extract:
    """Read the lock; ``data`` keeps what the check needs: lock version, digest and the header's version."""
    data = loads(text)
    metadata = table(data, "metadata")
    version = _text(metadata.get("lock-version"))
    header = _HEADER.match(text)
    listed = package_tables(data.get("package"))
    hashes = _old_hashes(metadata)
    lines = header_lines(text, "package", len(listed))
    lock = Lock(
        path=path,
        tool="poetry",
        format=f"poetry.lock {version}" if version else "poetry.lock",
        written_by=header["version"] if header else WRITERS.get(version) if metadata else None,
        packages=tuple(_package(entry, hashes, line) for entry, line in zip(listed, lines, strict=True)),
        requires_python=_text(metadata.get("python-versions")),
        header_line=1 if text.startswith("#") else None,
        data={
            "lock-version": version,
            "content-hash": _text(metadata.get("content-hash")),
            "header": header["version"] if header else None,
        },
    )
    return Extract(path=path, format=FORMAT.name, lock=lock)


FORMAT = Format(name="poetry.lock", matches=named("poetry.lock"), read=read, limit=LOCK_LIMIT)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _package(entry: Mapping[str, Any], old_hashes: Mapping[str, _Files], line: int | None) -> LockedPackage:
    name = _text(entry.get("name")) or ""
    source = table(entry, "source")
    kind = _SOURCES.get(_text(source.get("type")) or "", "index")
    origin = _text(source.get("url"))
    hashes, files = file_hashes(package_tables(entry.get("files")))
    if not hashes:
        hashes, files = _of_version(_text(entry.get("version")), *old_hashes.get(canonicalize_name(name), ((), ())))
    return LockedPackage(
        name=name,
        version=_text(entry.get("version")),
        source=kind,
        origin=redact(origin) if origin else None,
        ref=(_text(source.get("resolved_reference")) or _text(source.get("reference"))) if kind == "git" else None,
        hashes=hashes,
        files=files,
        marker=_marker(entry),
        groups=_groups(entry),
        dependencies=tuple(table(entry, "dependencies")),
        editable=entry.get("develop") is True,
        line=line,
    )


_Files = tuple[tuple[str, ...], tuple[str, ...]]


def _of_version(version: str | None, hashes: tuple[str, ...], files: tuple[str, ...]) -> _Files:
    """Older locks keep the files of all versions of a package together; all of them where no name tells."""
    own = [
        (digest, file)
        for digest, file in zip(hashes, files, strict=False)
        if version and re.search(rf"-{re.escape(version)}(?:-|\.(?:tar|zip))", file)
    ]
    return (tuple(digest for digest, _ in own), tuple(file for _, file in own)) if own else (hashes, files)


def _old_hashes(metadata: Mapping[str, Any]) -> dict[str, _Files]:
    """Digests and file names by package: lists of files (1.0-1.2), or bare SHA-256 values (before 1.0)."""
    found: dict[str, _Files] = {}
    for name, files in table(metadata, "files").items():
        found[canonicalize_name(name)] = file_hashes(package_tables(files))
    for name, values in table(metadata, "hashes").items():
        found.setdefault(canonicalize_name(name), (tuple(f"sha256:{value}" for value in strings(values)), ()))
    return found


def _marker(entry: Mapping[str, Any]) -> str | None:
    """The marker; where each group has its own (2.x), a package can be needed wherever one of them holds."""
    value = entry.get("markers", entry.get("marker"))
    if not isinstance(value, dict):
        return _text(value)
    markers = sorted(set(strings(list(value.values()))))
    if len(value) < len(_groups(entry)):  # some group needs it everywhere
        return None
    return markers[0] if len(markers) == 1 else " or ".join(f"({marker})" for marker in markers) or None


def _groups(entry: Mapping[str, Any]) -> tuple[str, ...]:
    category = _text(entry.get("category"))
    return tuple(strings(entry.get("groups"))) or ((category,) if category else ())
