"""Variables of the old tools and names of their locks: renamed where uv has the same, else taken out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rules.places.context import Context
from rules.places.mentions import matching
from rules.places.still_said import still_said
from rules.places.target import MANAGERS, new_name
from rules.places.text import Splice, applied
from rules.places.yaml_text import documents, without_entry
from scanner.yaml_reader import Mapping, Node, Sequence

_OLD = re.compile(r"(?:POETRY|PIPENV|PDM|RYE|PYTHON_POETRY)_[A-Z0-9_]+")
_RENAMED = (
    (re.compile(r"POETRY_PYPI_TOKEN_[A-Z0-9_]+"), "UV_PUBLISH_TOKEN"),
    (re.compile(r"(?:POETRY_HTTP_BASIC_PYPI|PDM_PUBLISH)_(USERNAME|PASSWORD)"), r"UV_PUBLISH_\1"),
    (re.compile(r"POETRY_HTTP_BASIC_([A-Z0-9_]+)_(USERNAME|PASSWORD)"), r"UV_INDEX_\1_\2"),
    (re.compile(r"(?:POETRY|PIPENV)_CACHE_DIR"), "UV_CACHE_DIR"),
)
_FILE = re.compile(
    r"(?<![\w.-])(?P<path>(?:[\w.*-]+/)*)(?P<name>poetry\.lock|pdm\.lock|Pipfile\.lock|Pipfile\*?)(?![\w-]|\.\w)"
)
_CACHE = re.compile(
    r"(?P<home>(?:~|\$HOME|\$\{HOME\}|/root|/home/\w+|\.)?/?\.cache)/(?:pypoetry|pipenv|pdm)(?:/[\w./-]*)?"
)
_IN_CACHE = re.compile(r"/virtualenvs/[\w.-]+")
_CACHE_MAC = re.compile(r"~/Library/Caches/pypoetry(?:/[\w./-]*)?")


def new_variable(name: str) -> str | None:
    """What a variable of an old tool is called for uv; ``None`` where uv has no such."""
    for pattern, new in _RENAMED:
        if pattern.fullmatch(name):
            return pattern.sub(new, name)
    return None


def is_old(name: str) -> bool:
    """Whether a variable is one of an old tool's."""
    return _OLD.fullmatch(name) is not None and not name.startswith("PDM_BUILD_")  # those are the backend's


def renamed_files(text: str, path: str, context: Context) -> str:
    """Old locks and manifests by their new names, where the project that had them moves; comments are kept."""
    text = _keys(text, path, context)
    if "lock" not in text and "Pipfile" not in text and ".cache" not in text and "Caches" not in text:
        return text

    script = _SCRIPT.fullmatch(path) is not None
    calls_old = next(still_said(path, text, {t for t in MANAGERS if t in text}), None) is not None

    def new(match: re.Match[str]) -> str:
        if _stays(match["path"], match["name"], path, context):
            return match[0]
        return f"{match['path']}{new_name(match['name']) or 'uv.lock'}"

    def cache(match: re.Match[str]) -> str:
        if _IN_CACHE.search(match[0]) is None:
            return f"{match['home']}/uv"
        number = next((n for n, row in enumerate(text.splitlines(), start=1) if match[0] in row), 1)
        context.note(path, number, f"names {match[0]}: uv has its environment in .venv", "Which path is it there?")
        return match[0]

    def line(row: str) -> str:
        if row.lstrip().startswith(("#", "//")) or (script and "Pipfile" in row and _HANDLES.search(row) is None):
            return row  # what reads it would find another form in the new one
        before, row = row, _FILE.sub(new, row)
        if row != before:  # a mounted file has the new name inside as well
            row = _MOUNTED.sub(lambda m: f"{m['outside']}:{m['folder']}{new_name(m['name'])}", row)
        return _CACHE_MAC.sub("~/.cache/uv", _CACHE.sub(cache, row)) if not calls_old else row

    rows: list[str] = []
    for row in text.splitlines(keepends=True):
        if (renamed := line(row)) == row or renamed not in rows[-1:] or _A_CACHE.fullmatch(renamed.strip()) is None:
            rows.append(renamed)  # of several folders in the old cache one is left
    return "".join(rows)


_A_CACHE = re.compile(r"(?:-\s+)?[\"']?\S+/(?:\.cache|Caches|cache)/uv[\"']?")
_SCRIPT = re.compile(r"(?:.*/)?(?:[^/.]+|[^/]+\.(?:sh|bash|zsh|mk|ps1))")
_HANDLES = re.compile(
    r"(?<![\w-])(?:cp|mv|rm|ls|touch|git|test|md5sum|sha\d*sum|shasum|cksum|docker|podman|rsync|scp|tar|zip|chmod|chown"
    r"|ln|stat|COPY|ADD)(?![\w-])|\[[ \t]+!?[ \t]*-[efsr][ \t]|^[^\s#:=][^=:]*:(?!=)"
)
"""What takes a file as it is, whatever stands in it; rules of a Makefile, too."""
_MOUNTED = re.compile(
    r"(?P<outside>(?:uv\.lock|pyproject\.toml)):(?P<folder>/(?:[\w.-]+/){0,8})(?P<name>poetry\.lock|pdm\.lock|Pipfile\.lock|Pipfile)(?![\w-]|\.\w)"
)
_KEY = re.compile(r"(?:hashFiles\(|\{\{\s*checksum\s)[^}\n]*")
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<file>[\w./*-]+\.(?:txt|in))(?P=quote)")


def _keys(text: str, path: str, context: Context) -> str:
    """Requirements files that a cache's key is made of: the lock says now what changed."""
    target = context.around(path)
    if target is None or "pip" not in target.tools:
        return text

    def named(match: re.Match[str]) -> str:
        files = matching("", match["file"], context.ground.facts.files)
        moved = bool(files) and all(target.file(file) is not None for file in files)
        return f"{match['quote']}{target.lock}{match['quote']}" if moved else match[0]

    return _KEY.sub(lambda key: _QUOTED.sub(named, key[0]), text)


def _stays(folder: str, name: str, path: str, context: Context) -> bool:
    """Whether such a file is still there after the move, as far as can be told from how it is written."""
    folder = folder.rstrip("/")
    name = name.rstrip("*")
    if "*" in folder or not folder:
        return any(posixpath.basename(f) == name and not _moves(f, context) for f in context.ground.facts.files)
    candidates = {posixpath.normpath(folder), posixpath.normpath(posixpath.join(posixpath.dirname(path), folder))}
    inside = any(target != "." and folder.endswith(f"/{target}") for target in context.targets)  # /workspace/api
    return not inside and not (candidates & context.targets.keys())


def _moves(file: str, context: Context) -> bool:
    return (posixpath.dirname(file) or ".") in context.targets


def without_variables(text: str, context: Context) -> str:
    """A YAML text whose mappings of variables name none of the old tools' any more but of one that it still calls."""
    if not any(context.any_of(tool) for tool in ("poetry", "pipenv", "pdm", "rye")):
        return text
    kept = tuple(f"{tool.upper()}_" for tool in sorted(MANAGERS) if next(still_said("run.sh", text, {tool}), None))
    for _ in range(60):
        splice = next(_changes(text, kept), None)
        if splice is None:
            return text
        text = applied(text, [splice])
    return text


def _changes(text: str, kept: tuple[str, ...]) -> Iterator[Splice]:
    if not _OLD.search(text):
        return
    for document in documents(text):
        yield from _below(document, text, 0, None, kept)


def _below(node: Node, text: str, depth: int, holder: int | None, kept: tuple[str, ...]) -> Iterator[Splice]:
    if depth > 40:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _below(item, text, depth + 1, None, kept)
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if not isinstance(value, Mapping | Sequence) and is_old(key) and not key.startswith(kept):
            yield from _change(node, key, text, holder)
        yield from _below(value, text, depth + 1, node.line_of(key), kept)


def _change(node: Mapping, key: str, text: str, holder: int | None) -> Iterator[Splice]:
    line = node.line_of(key)
    rows = text.splitlines(keepends=True)
    start = sum(len(row) for row in rows[: line - 1])
    row = rows[line - 1] if line <= len(rows) else ""
    at = row.find(key)
    if at < 0 or "{" in row[:at]:
        return
    if (new := new_variable(key)) is not None and new not in node.entries:
        yield Splice(start + at, start + at + len(key), new)
        return
    if re.search(rf"(?<![A-Z_]){key}(?![A-Z0-9_]|[\"']?\s*:)", text) is not None:
        return
    found = without_entry(text, holder if len(node.entries) == 1 and holder is not None else line)
    if found is not None:
        yield found
