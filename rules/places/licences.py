"""Licences of single files (REUSE): what says one of a file that goes says it of the file in its place. Pure.

A side file ``NAME.license``, an entry of ``REUSE.toml``, one of ``.reuse/dep5``. A new file without any is told: the
project's linter refuses it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from rules.migration import Edit
from rules.places.context import Context
from scanner.words import listed

_SIDE = ".license"
_SETTINGS = re.compile(r"(?:.*/)?REUSE\.toml|\.reuse/dep5")
_STRING = re.compile(r"(?P<quote>[\"'])(?P<file>[^\"'\n]{1,300})(?P=quote)")
_ENTRY = re.compile(r"(?m)^(?:[ \t]*path[ \t]*=[ \t]*(?:\[[^\]]*\]|[^\n]*)|Files:[^\n]*(?:\n[ \t][^\n]*)*)")


def with_licences(context: Context, edits: dict[str, Edit]) -> None:
    """Move what states licences with the files that go, and tell which new files have none."""
    files = context.ground.facts.files
    settings = [path for path in sorted(files) if _SETTINGS.fullmatch(path)]
    if not settings and not any(path.endswith(_SIDE) for path in files):
        return
    gone = [path for path in sorted(edits) if edits[path].after is None]
    for path in gone:
        _side_file(path, context, edits)
    places = {path: new for path in gone if (new := _in_its_place(path, context)) is not None}
    for path in settings:
        text = context.ground.read(path)
        after = _renamed(path, text or "", places)
        if text is not None and after != text:
            edits[path] = Edit(path=path, before=text, after=after)
    for target in context.targets.values() if settings or any(p.startswith("LICENSES/") for p in files) else ():
        manifest = posixpath.join(posixpath.dirname(target.lock), "pyproject.toml")
        made = [target.lock, *([manifest] if manifest in edits and edits[manifest].before is None else [])]
        bare = [path for path in made if path not in files and not _is_licensed(path, settings, context, edits)]
        if bare:
            why = f"REUSE asks for a licence of every file; {listed(bare)} {'has' if len(bare) == 1 else 'have'} none"
            context.note(settings[0] if settings else bare[0], 1, why, "Annotate it, or write NAME.license beside it.")


def _side_file(path: str, context: Context, edits: dict[str, Edit]) -> None:
    side, new = f"{path}{_SIDE}", _in_its_place(path, context)
    text = context.ground.read(side) if side in context.ground.facts.files else None
    if text is None:
        return
    edits[side] = Edit(path=side, before=text, after=None)
    moved = f"{new}{_SIDE}"
    wanted = new is not None and (new not in context.ground.facts.files) and moved not in context.ground.facts.files
    if wanted and moved not in edits:
        edits[moved] = Edit(path=moved, before=None, after=text)


def _in_its_place(path: str, context: Context) -> str | None:
    """The file that says from now on what the one at ``path`` said."""
    target = next((t for t in context.targets.values() if t.file(path) is not None), None) or context.around(path)
    if target is None:
        return None
    manifest = posixpath.join(posixpath.dirname(target.lock), "pyproject.toml")
    return manifest if path.endswith((".in", "Pipfile")) else target.lock


def _renamed(path: str, text: str, places: Mapping[str, str]) -> str:
    folder = "" if path.startswith(".reuse/") else posixpath.dirname(path)

    def entry(match: re.Match[str]) -> str:
        row = match[0]
        for old, new in places.items():
            was, becomes = (posixpath.relpath(name, folder or ".") for name in (old, new))
            row = re.sub(rf"(?<![\w./*-]){re.escape(was)}(?![\w*-]|\.\w|/)", becomes, row)
        return row

    return _ENTRY.sub(entry, text)


def _is_licensed(path: str, settings: list[str], context: Context, edits: Mapping[str, Edit]) -> bool:
    edit = edits.get(path)
    if f"{path}{_SIDE}" in edits or (edit is not None and "SPDX-License-Identifier" in (edit.after or "")):
        return True
    for setting in settings:
        changed = edits.get(setting)
        text = (changed.after if changed is not None else context.ground.read(setting)) or ""
        folder = "" if setting.startswith(".reuse/") else posixpath.dirname(setting)
        inner = posixpath.relpath(path, folder or ".")
        if any(fnmatchcase(inner, pattern) for pattern in _patterns(text)):
            return True
    return False


def _patterns(text: str) -> Iterator[str]:
    for match in _ENTRY.finditer(text):
        if match[0].startswith("Files:"):
            yield from match[0].removeprefix("Files:").split()
        else:
            yield from (found["file"] for found in _STRING.finditer(match[0]))
