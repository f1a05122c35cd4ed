"""``pdm.lock`` of every generation (``lock_version`` 2 to 4.5.1; before PDM 1.0 the digest stood in ``[root]``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from scanner.facts import Extract, Lock, LockedPackage, Source
from scanner.format import LOCK_LIMIT, Format, named
from scanner.lock_tables import file_hashes, header_lines, package_tables
from scanner.pep508 import git_reference
from scanner.redact import redact
from scanner.toml_reader import loads, strings, table

WRITERS = {
    "2": "1.x",
    "3": "1.x",
    "3.1": "1.x",
    "4.0": "2.0-2.2",
    "4.1": "2.3-2.4",
    "4.2": "2.5-2.7",
    "4.3": "2.8-2.9",
    "4.4": "2.10",
    "4.4.1": "2.11-2.15",
    "4.4.2": "2.16",
    "4.5.0": "2.17-2.28.0",
    "4.5.1": ">=2.28.1",
}
"""Which PDM versions write which ``lock_version``; the lock names no other."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_SOURCES: tuple[tuple[str, Source], ...] = (("git", "git"), ("path", "path"), ("url", "url"))


def read(path: str, text: str) -> Extract:
    """Read the lock; ``data`` keeps its ``[metadata]`` but for lists of files, and the digest of the oldest locks."""
    data = loads(text)
    metadata = table(data, "metadata")
    version = _text(metadata.get("lock_version"))
    listed = package_tables(data.get("package"))
    hashes = _old_hashes(metadata)
    lines = header_lines(text, "package", len(listed))
    lock = Lock(
        path=path,
        tool="pdm",
        format=f"pdm.lock {version}" if version else "pdm.lock",
        written_by=WRITERS.get(version) if version else None,
        packages=tuple(_package(entry, hashes, line) for entry, line in zip(listed, lines, strict=True)),
        requires_python=_requires_python(metadata),
        header_line=1 if text.startswith("#") else None,
        data={
            **{key: value for key, value in metadata.items() if key != "files"},
            "root_hash": _text(table(data, "root").get("content_hash")),
        },
    )
    return Extract(path=path, format=FORMAT.name, lock=lock)


FORMAT = Format(name="pdm.lock", matches=named("pdm.lock"), read=read, limit=LOCK_LIMIT)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _package(entry: Mapping[str, Any], old_hashes: Mapping[str, _Files], line: int | None) -> LockedPackage:
    name, version = _text(entry.get("name")) or "", _text(entry.get("version"))
    kind, origin = _source(entry)
    if origin and kind == "git":
        origin = git_reference(origin)[0]
    hashes, files = file_hashes(package_tables(entry.get("files")))
    if not hashes:
        hashes, files = old_hashes.get(f"{canonicalize_name(name)} {version}", ((), ()))
    return LockedPackage(
        name=name,
        version=version,
        source=kind,
        origin=redact(origin) if origin else None,
        ref=_text(entry.get("revision")) or _text(entry.get("ref")),
        hashes=hashes,
        files=files,
        marker=_text(entry.get("marker")) or _text(entry.get("markers")),
        extras=tuple(strings(entry.get("extras"))),
        groups=tuple(strings(entry.get("groups")) or strings(entry.get("sections"))),
        dependencies=_dependencies(entry.get("dependencies")),
        editable=entry.get("editable") is True,
        line=line,
    )


def _source(entry: Mapping[str, Any]) -> tuple[Source, str | None]:
    for key, kind in _SOURCES:
        if value := _text(entry.get(key)):
            return kind, value
    return "index", None


_Files = tuple[tuple[str, ...], tuple[str, ...]]


def _old_hashes(metadata: Mapping[str, Any]) -> dict[str, _Files]:
    """Digests and file names by name and version, as PDM up to 2.2 kept them."""
    found = {}
    for key, files in table(metadata, "files").items():
        name, _, version = key.partition(" ")
        found[f"{canonicalize_name(name.partition('[')[0])} {version}"] = file_hashes(package_tables(files))
    return found


def _dependencies(value: object) -> tuple[str, ...]:
    """The names in a list of requirements; in the oldest locks a table by name."""
    if isinstance(value, dict):
        return tuple(value)
    return tuple(dict.fromkeys(name for text in strings(value) if (name := _name(text))))


def _name(text: str) -> str | None:
    found = _NAME.match(text)
    return found[0] if found else None


def _requires_python(metadata: Mapping[str, Any]) -> str | None:
    targets = package_tables(metadata.get("targets"))
    found = [text for target in targets if (text := _text(target.get("requires_python")))]
    return found[0] if len(found) == 1 else _text(metadata.get("requires_python"))
