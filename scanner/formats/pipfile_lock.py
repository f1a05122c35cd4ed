"""Pipfile.lock: Pipenv's lock (JSON, Pipfile specification 6).

The lock does not say which Pipenv wrote it; a category of its own proves 2022.10.9 or later. ``groups`` of a package
are its categories (``default``, ``develop``, …). ``_meta`` stays on the lock for the digest's check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner import pep508
from scanner.facts import Extract, Index, Location, Lock, LockedPackage, Source
from scanner.format import LOCK_LIMIT, Format, Unreadable, conflict_line, named
from scanner.redact import has_credentials, redact
from scanner.toml_reader import strings, table

NAME = "Pipfile.lock"
_OPENING = re.compile(r'^(?P<indent>[ \t]*)"(?P<key>[^"\n]*)"[ \t]*:[ \t]*\{', re.MULTILINE)


def read(path: str, text: str) -> Extract:
    """Read a Pipfile.lock; raises :class:`Unreadable` when it is not the JSON object that it should be."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    data = _loads(text)
    meta = table(data, "_meta")
    lines = _lines(text)
    specification = meta.get("pipfile-spec")
    lock = Lock(
        path=path,
        tool="pipenv",
        format=f"{NAME} {specification}" if isinstance(specification, int) else NAME,
        written_by=">=2022.10.9" if data.keys() - {"_meta", "default", "develop"} else None,
        packages=tuple(_packages(data, lines)),
        requires_python=_python(table(meta, "requires")),
        indexes=tuple(_indexes(meta, path, lines)),
        data={"_meta": {**meta, "sources": _without_secrets(meta.get("sources"))} if meta else {}},
    )
    return Extract(path=path, format=NAME, lock=lock)


def _loads(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {str(error)[:200]}") from None
    if not isinstance(data, dict):
        raise Unreadable("a JSON object was expected at the top", line=1)
    return data


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Lines of ``(category, package)``, found by indentation as json writes it; none for a lock on one line."""
    found: dict[tuple[str, str], int] = {}
    line, position, category, outer = 1, 0, "", -1
    for opening in _OPENING.finditer(text):
        line += text.count("\n", position, opening.start())
        position = opening.start()
        depth = len(opening["indent"])
        if outer < 0 or depth <= outer:
            category, outer = opening["key"], depth
        found.setdefault((category, "" if depth <= outer else opening["key"]), line)
    return found


def _packages(data: Mapping[str, Any], lines: Mapping[tuple[str, str], int]) -> Iterator[LockedPackage]:
    for category in data:
        if category == "_meta":
            continue
        for name, entry in table(data, category).items():
            if isinstance(entry, dict):
                yield _package(category, name, entry, lines.get((category, name)))


def _package(category: str, name: str, entry: Mapping[str, Any], line: int | None) -> LockedPackage:
    source, origin, ref = _source(entry)
    version = entry.get("version")
    return LockedPackage(
        name=name,
        version=version.strip().lstrip("=").strip() if isinstance(version, str) and source == "index" else None,
        source=source,
        origin=origin,
        ref=ref,
        hashes=tuple(strings(entry.get("hashes"))),
        marker=marker if isinstance(marker := entry.get("markers"), str) else None,
        extras=tuple(strings(entry.get("extras"))),
        groups=(category,),
        editable=entry.get("editable") is True,
        line=line,
    )


def _source(entry: Mapping[str, Any]) -> tuple[Source, str | None, str | None]:
    ref = redact(text) if isinstance(text := entry.get("ref"), str) else None
    for key in ("git", "hg", "svn", "bzr"):
        if isinstance(url := entry.get(key), str):
            address, own, _ = pep508.git_reference(url)
            return ("git" if key == "git" else "url"), address, ref or own
    if isinstance(path := entry.get("path"), str):
        return "path", redact(path), None
    if isinstance(file := entry.get("file"), str):
        return ("url" if "://" in file and not file.startswith("file:") else "path"), redact(file), None
    index = entry.get("index")
    return "index", redact(index) if isinstance(index, str) else None, None


def _indexes(meta: Mapping[str, Any], path: str, lines: Mapping[tuple[str, str], int]) -> Iterator[Index]:
    sources = meta.get("sources")
    at = Location(path=path, line=lines.get(("_meta", "")))
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        url = source.get("url") if isinstance(source, dict) else None
        if isinstance(url, str):
            name = source.get("name")
            yield Index(
                url=redact(url),
                at=at,
                kind="extra-index" if number else "index",
                name=name if isinstance(name, str) else None,
                credentials=has_credentials(url),
            )


def _without_secrets(sources: object) -> list[Any]:
    """The sources as they are hashed where the Pipfile names none; addresses redacted, as no default holds a secret."""
    return [
        {key: redact(value) if isinstance(value, str) else value for key, value in source.items()}
        for source in (sources if isinstance(sources, list) else ())
        if isinstance(source, dict)
    ]


def _python(requires: Mapping[str, Any]) -> str | None:
    values = (requires.get("python_full_version"), requires.get("python_version"))
    return next((value for value in values if isinstance(value, str)), None)


FORMAT = Format(name=NAME, matches=named("Pipfile.lock"), read=read, limit=LOCK_LIMIT)
