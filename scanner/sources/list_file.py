"""``@FILE``: one source per line, or a fleet file (TOML, YAML, CSV) that says more about each repository.

Paths are relative to the file. An entry of a fleet file has ``path`` or ``url`` (or both), and may have ``id``,
``name``, ``owner`` (or ``owners``), ``criticality`` and ``tags``; the entries stand under ``repositories`` (or
``repository``), or at the top of a YAML file. CSV has a header line; several owners or tags are separated by ``;``.
"""

from __future__ import annotations

import csv
import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from scanner import files, gitdir, giturl, toml_reader, yaml_reader
from scanner.facts import Problem
from scanner.format import Unreadable
from scanner.gitdir import Unreached
from scanner.inventory import Criticality, Error
from scanner.source import Found, Labels, Named, Source
from scanner.tree import decode

_LIMIT = 32 * 1024 * 1024
_KEYS = ("id", "name", "url", "path", "owner", "owners", "criticality", "tags")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[\w.-]+@[\w.-]+:")

_Row = tuple[dict[str, Any], int | None]


def expand(source: str, folder: str) -> Iterator[Found | Named | Error]:
    """What the lines or entries of the file name, in their order."""
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(source.removeprefix("@"))))
    shown = files.shown(path)
    try:
        text = decode(shown, files.read(os.path.realpath(path), _LIMIT))
        if isinstance(text, Problem):
            raise Unreadable(text.message, line=text.at.line, code=text.code)
        kind = posixpath.splitext(shown)[1].lower()
        if kind not in _READERS:
            yield from _lines(text, os.path.dirname(path))
            return
        rows = list(_READERS[kind](text))
    except files.NotRead as error:
        yield Error(path=shown, line=None, code=error.code, message=error.message)
        return
    except Unreadable as error:
        yield Error(path=shown, line=error.line, code=error.code, message=error.message)
        return
    for row, line in rows:
        yield from _entry(row, line, shown, os.path.dirname(path))


SOURCE = Source(name="list file", takes=lambda word: word.startswith("@"), expand=expand)


def _lines(text: str, folder: str) -> Iterator[Found | Named]:
    for line in text.splitlines():
        source = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not source:
            continue
        yield _by_address(Labels(url=source), folder) if _ADDRESS.match(source) else _at(source, folder, None)


def _toml(text: str) -> Iterator[_Row]:
    data = toml_reader.loads(text)
    for row in _listed(data):
        yield row, None


def _yaml(text: str) -> Iterator[_Row]:
    node = yaml_reader.load(text)
    if isinstance(node, yaml_reader.Mapping):
        node = next((node.get(key) for key in ("repositories", "repository") if node.get(key) is not None), None)
    if not isinstance(node, yaml_reader.Sequence):
        raise Unreadable("a list of repositories was expected, at the top or under `repositories`")
    for item in node:
        if isinstance(item, yaml_reader.Scalar):
            yield {"path": item.text}, item.line
        elif isinstance(item, yaml_reader.Mapping):
            yield {key: _plain(value) for key, value in item.items()}, item.line
        else:
            raise Unreadable("each repository must be a mapping, or a path", line=item.line)


def _plain(node: yaml_reader.Node) -> Any:
    if isinstance(node, yaml_reader.Scalar):
        return None if node.plain and node.text in ("", "~", "null") else node.text
    if isinstance(node, yaml_reader.Sequence):
        return [_plain(item) for item in node]
    return {}


def _csv(text: str) -> Iterator[_Row]:
    try:
        dialect = "excel-tab" if "\t" in text.split("\n", 1)[0] else "excel"
        reader = csv.DictReader(text.splitlines(), dialect=dialect)
        for row in reader:
            cells = {key.strip().lower(): value.strip() for key, value in row.items() if key and isinstance(value, str)}
            if any(cells.values()):
                yield {key: _several(key, text) for key, text in cells.items() if text}, reader.line_num
    except csv.Error as error:
        raise Unreadable(f"not valid CSV: {error}") from None


_READERS = {".toml": _toml, ".yaml": _yaml, ".yml": _yaml, ".csv": _csv, ".tsv": _csv}


def _several(key: str, text: str) -> str | list[str]:
    return [part.strip() for part in text.split(";") if part.strip()] if key in _LISTS else text


def _listed(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    rows = next((data[key] for key in ("repositories", "repository") if key in data), None)
    if not isinstance(rows, list) or not all(isinstance(row, dict | str) for row in rows):
        raise Unreadable("write [[repositories]], one table for each repository")
    return [{"path": row} if isinstance(row, str) else row for row in rows]


def _entry(row: dict[str, Any], line: int | None, file: str, folder: str) -> Iterator[Found | Named | Error]:
    """The repository of an entry; a field that makes no sense is left out, with an error."""
    for key in [key for key in row if key in _KEYS and not _is_fit(key, row[key])]:
        del row[key]
        yield Error(path=file, line=line, code="invalid-entry", message=f"{key} must be {_MEANT.get(key, 'a text')}")
    labels = Labels(
        id=row.get("id"),
        name=row.get("name"),
        url=row.get("url"),
        owners=tuple(_strings(row.get("owner")) + _strings(row.get("owners"))),
        criticality=row.get("criticality"),
        tags=tuple(sorted(set(_strings(row.get("tags"))))),
    )
    if path := row.get("path"):
        yield _at(path, folder, labels)
    elif labels.url:
        yield _by_address(labels, folder)
    else:
        yield Error(path=file, line=line, code="invalid-entry", message="an entry needs a path or a url")


_LEVELS = get_args(Criticality)
_LISTS = ("owner", "owners", "tags")
_MEANT = {"criticality": f"one of {', '.join(_LEVELS)}", **dict.fromkeys(_LISTS, "a text or a list of texts")}


def _is_fit(key: str, value: Any) -> bool:
    if value is None:
        return True
    if key == "criticality":
        return value in _LEVELS
    if key in _LISTS and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str) and "\0" not in value


def _strings(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _at(source: str, folder: str, labels: Labels | None) -> Found | Named:
    """What a list names by path; what is not there is a repository that failed, so that it is not lost silently."""
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(source)))
    if source.startswith("@") or os.path.lexists(path):
        return Named(source=source, folder=folder, labels=labels)
    gone = Unreached("missing-file", f"no such folder: {files.shown(path)}, which the list names")
    return Found(path=path, kind="absent" if labels and labels.url else "work-tree", error=gone, labels=labels)


def _by_address(labels: Labels, folder: str) -> Found | Named:
    """The clone beside the file, called as the repository or as its whole address; else one that is not here."""
    assert labels.url is not None
    known = giturl.normalise(labels.url)
    last = known.rpartition("/")[2] if known else None
    for name in (labels.name, last, known):
        for tail in ("", ".git"):
            if name and _is_repository(path := os.path.join(folder, name + tail)):
                return Named(source=path, folder=folder, labels=labels)
    shown = giturl.redacted(labels.url)
    return Found(path=shown, kind="absent", error=Unreached("missing-file", f"not cloned: {shown}"), labels=labels)


def _is_repository(path: str) -> bool:
    return files.is_folder(os.path.join(path, ".git")) or gitdir.is_git_folder(path)
