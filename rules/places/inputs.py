"""The old tool's version as an input of the repository's own actions: it goes where nothing takes it any more. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rules.migration import Edit, Ground
from rules.places.context import Context
from rules.places.text import Splice, applied
from rules.places.variables import without_variables
from rules.places.yaml_text import documents, without_entry
from scanner.yaml_reader import Mapping, Node, Sequence

_ACTION = re.compile(r"(?P<folder>\.github/(?:[\w.-]+/){1,6})action\.ya?ml")
_VERSION = re.compile(r"(?P<tool>poetry|pipenv|pdm|rye)[-_]?version", re.IGNORECASE)


def without_inputs(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Take such inputs out of the actions that moved, and out of the steps that hand them on."""
    for path, edit in sorted(edits.items()):
        found = _ACTION.fullmatch(path)
        if found is None or edit.before is None or edit.after is None:
            continue
        gone = {name for name in _inputs(edit.after) if _VERSION.fullmatch(name)}
        text = edit.after
        for name in sorted(gone):
            text = _keys(text, name)
        gone = {name for name in gone if re.search(rf"inputs\.{re.escape(name)}(?![\w-])", text) is None}
        if not gone:
            continue
        for name in sorted(gone):
            text = _without(text, ("inputs",), name)
        edits[path] = Edit(path=path, before=edit.before, after=text)
        _from_callers(f"./{found['folder'].rstrip('/')}", gone, ground, context, edits)


_NAMED = re.compile(
    r"^(?P<name>[ \t]*(?:- )?name:[^\n]*?)(?<![\w-])(?:poetry|pipenv|pdm|rye|uv)[ \t]+v?"
    r"\$\{\{\s*env\.[A-Z_]*VERSION\s*\}\}",
    re.MULTILINE | re.IGNORECASE,
)


def _inputs(text: str) -> list[str]:
    return [
        name
        for document in documents(text)[:1]
        if isinstance(document, Mapping)
        for name in document.map("inputs").entries
    ]


def _keys(text: str, name: str) -> str:
    """Keys of caches made of the version: what they keep is uv's."""
    used = re.compile(rf"(?:(?:poetry|pipenv|pdm|rye)-)?\$\{{\{{\s*inputs\.{re.escape(name)}\s*\}}\}}")
    return re.sub(r"^[ \t]*(?:- )?(?:restore-)?keys?:.*$", lambda row: used.sub("uv", row[0]), text, flags=re.MULTILINE)


def _without(text: str, above: tuple[str, ...], name: str) -> str:
    for document in documents(text)[:1]:
        node: Node | None = document
        for key in above:
            node = node.get(key) if isinstance(node, Mapping) else None
        if isinstance(node, Mapping) and name in node.entries and isinstance(document, Mapping):
            line = document.line_of(above[-1]) if len(node.entries) == 1 else node.line_of(name)
            if (splice := without_entry(text, line)) is not None:
                return applied(text, [splice])
    return text


def _from_callers(action: str, gone: set[str], ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    for path in sorted(ground.facts.files):
        if not path.startswith(".github/") or not path.endswith((".yml", ".yaml")):
            continue
        edit = edits.get(path)
        before = edit.before if edit is not None else ground.read(path)
        text = edit.after if edit is not None else before
        if before is None or text is None or action not in text:
            continue
        after = text
        for _ in range(100):
            splice = next((s for d in documents(after)[:1] for s in _handed(d, after, action, gone, 0)), None)
            if splice is None:
                break
            after = applied(after, [splice])
        if after != text:
            after = without_variables(_NAMED.sub(r"\g<name>uv", after), context)
            edits[path] = Edit(path=path, before=before, after=after)


def _handed(node: Node, text: str, action: str, gone: set[str], depth: int) -> Iterator[Splice]:
    """The entries of ``with`` that hand one of ``gone`` to the action."""
    if depth > 12:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _handed(item, text, action, gone, depth + 1)
    if not isinstance(node, Mapping):
        return
    if posixpath.normpath(node.text("uses") or "") == posixpath.normpath(action):
        given = node.map("with")
        for name in sorted(gone & given.entries.keys()):
            line = node.line_of("with") if len(given.entries) == 1 else given.line_of(name)
            if (splice := without_entry(text, line)) is not None:
                yield splice
    for value in node.entries.values():
        yield from _handed(value, text, action, gone, depth + 1)
