"""Filters of pipelines, the files whose changes start one: where an old file goes, the lock takes its place. Pure.

GitHub's ``paths``, GitLab's and Azure's lists, and those that actions for filters take as text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rules.migration import Edit
from rules.places.context import Context
from rules.places.mentions import matching
from rules.reading import area_of

_ROW = re.compile(r"(?P<indent>[ \t]*)(?P<dash>-[ \t]+)?(?P<rest>\S.*)?")
_ITEM = re.compile(
    r"(?P<lead>[ \t]*-[ \t]+)(?P<quote>[\"']?)(?P<not>!?)(?P<pattern>[\w./*?-]+)(?P=quote)"
    r"(?P<rest>[ \t]*(?:#.*)?\r?\n?)"
)
_KEY = re.compile(r"[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*:")
_FILTERS = frozenset({"paths", "paths-ignore", "changes", "filters"})


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a filter: its row (from 0), the row of the key that holds it, and the pattern."""

    row: int
    holder: int
    pattern: str


def filter_lines(path: str, text: str) -> set[int]:
    """The lines (from 1) that are items of filters."""
    return {item.row + 1 for item in _items(path, text)}


def with_locks(context: Context, edits: dict[str, Edit]) -> None:
    """Filters that name what goes name the lock and the manifest instead."""
    gone = {path for path, edit in edits.items() if edit.after is None}
    files = {*context.ground.facts.files, *(p for p, e in edits.items() if e.before is None)} - gone
    left = {note.path for note in context.notes if "left as it is" in note.message} | context.left
    for path in sorted(context.ground.facts.files) if gone else ():
        known = edits.get(path)
        text = (known.after if known is not None else context.ground.read(path)) or ""
        if not text or path in left:
            continue
        after = _rewritten(path, text, gone, files, context)
        if after != text:
            edits[path] = Edit(path=path, before=known.before if known is not None else text, after=after)


def _rewritten(path: str, text: str, gone: set[str], files: Collection[str], context: Context) -> str:
    rows = text.splitlines(keepends=True)
    items = list(_items(path, text))
    said: dict[int, set[str]] = {}
    for item in items:
        said.setdefault(item.holder, set()).add(item.pattern)
    for item in reversed(items):
        old = matching("", item.pattern, gone)
        match = _ITEM.fullmatch(rows[item.row])
        if not old or match is None:
            continue
        stays = bool(matching("", item.pattern, files))
        names = dict.fromkeys(name for file in sorted(old) for name in _new_names(file, item.pattern, context))
        new = [name for name in names if not any(matching("", p, {name}) for p in said[item.holder] - {item.pattern})]
        new = [name for name in new if not stays or not matching("", item.pattern, {name})]
        lead, quote = match["lead"], match["quote"] or ("'" if any("*" in name for name in new) else "")
        end = match["rest"] if match["rest"].endswith("\n") else f"{match['rest']}\n"
        made = [f"{lead}{quote}{match['not']}{name}{quote}{end}" for name in new]
        said[item.holder] |= set(new)
        if stays or made or sum(1 for other in items if other.holder == item.holder) > 1:
            rows[item.row : item.row + 1] = [rows[item.row], *made] if stays else made
    return "".join(rows)


def _new_names(file: str, pattern: str, context: Context) -> Iterator[str]:
    """What stands for an old file: the manifest for what people write, the lock for what tools write."""
    target = next((t for t in context.targets.values() if t.file(file) is not None), None) or context.around(file)
    if target is None:
        return
    anywhere = "**/" if pattern.startswith("**/") else ""
    lock = posixpath.basename(target.lock) if anywhere else target.lock
    manifest = posixpath.join(posixpath.dirname(lock), "pyproject.toml")
    if file.endswith((".in", "Pipfile")):
        yield anywhere + manifest
    else:
        yield anywhere + lock


def _items(path: str, text: str) -> Iterator[_Item]:
    """The items of all filters in a file of a pipeline."""
    if area_of(path) != "ci" or not path.endswith((".yml", ".yaml")):
        return
    above: list[tuple[int, int, str]] = []  # indentation, row and name of the keys that hold what comes
    for number, row in enumerate(text.splitlines(keepends=True)):
        found = _ROW.match(row)
        if found is None or not found["rest"] or found["rest"].startswith("#"):
            continue
        indent = len(found["indent"])
        item = _ITEM.fullmatch(row)
        while above and (above[-1][0] > indent or (above[-1][0] == indent and item is None)):
            above.pop()
        if item is not None:
            if above and _FILTERS & {name for _, _, name in above}:
                yield _Item(number, above[-1][1], item["pattern"])
        elif (key := _KEY.match(found["rest"])) is not None:
            above.append((indent + len(found["dash"] or ""), number, key["key"]))
