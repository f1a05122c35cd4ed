"""Manifests in the folders above a project, which uv reads in search of a workspace and may not be able to. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from rules.migration import Edit
from rules.migrations.ground import Moved, Site, is_name
from rules.migrations.pep import is_version
from rules.migrations.sheet import Sheet
from rules.migrations.standard import table
from rules.migrations.toml_text import Row, table_text
from scanner.format import Unreadable
from scanner.toml_reader import loads

_WORKSPACE = ("tool", "uv", "workspace")
Read = Callable[[str], str | None]


def apart(site: Site, moved: Moved, read: Read) -> Moved:
    """A workspace of its own where uv could not read a manifest above the project; ``read``: texts after all moves."""
    edit = next((e for e in moved.edits if e.path == moved.move.manifest and e.after is not None), None)
    found = next(((path, why) for path in _above(site.folder) if (why := _unread(read(path))) is not None), None)
    if edit is None or edit.after is None or found is None:
        return moved
    sheet = Sheet.of(edit.after)
    if sheet.find(*_WORKSPACE) is not None:
        return moved
    uv = [number for number, block in enumerate(sheet.blocks) if block.keys[:2] == _WORKSPACE[:2]]
    rows = [Row("members", "[]")]
    sheet.insert(uv[-1] + 1 if uv else len(sheet.blocks), table_text(_WORKSPACE, rows))
    path, why = found
    message = f"uv reads {path} above the project, too, and cannot ({why}): [tool.uv.workspace] keeps it from looking"
    site.note("manifest-by-hand", message, path, 1, f"Repair {path}? Then the table can go.")
    edits = tuple(replace(e, after=sheet.text) if e is edit else e for e in moved.edits)
    return replace(moved, edits=edits)


def after_all(edits: Iterator[Edit], read: Read) -> Read:
    """The texts as all moves leave them."""
    changed = {edit.path: edit.after for edit in edits}
    return lambda path: changed[path] if path in changed else read(path)


def _above(folder: str) -> Iterator[str]:
    while folder not in ("", "."):
        folder = posixpath.dirname(folder)
        yield posixpath.join(folder, "pyproject.toml")


def _unread(text: str | None) -> str | None:
    """Why uv cannot read a manifest; ``None`` where it can, or where there is none."""
    if text is None:
        return None
    try:
        document = loads(text)
    except Unreadable:
        return "it is no TOML"
    if "project" not in document:
        return None
    project = table(document, "project")
    name, version, python = project.get("name"), project.get("version"), project.get("requires-python")
    if not isinstance(name, str) or not is_name(name):
        return f"name = {name!r}" if name is not None else "[project] without a name"
    dynamic = project.get("dynamic")
    if version is None and not (isinstance(dynamic, list) and "version" in dynamic):
        return "[project] without a version"
    if version is not None and not (isinstance(version, str) and is_version(version)):
        return f"version = {version!r}"
    return f"requires-python = {python!r}" if python is not None and not _is_range(python) else None


def _is_range(text: object) -> bool:
    try:
        return isinstance(text, str) and SpecifierSet(text) is not None
    except InvalidSpecifier:
        return False
