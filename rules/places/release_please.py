"""release-please raises the version in ``[project]``: ``uv.lock``, which holds it too, is one of its extra files. Pure.

Its reader of TOML keeps a string as a node with a value, so that a filter asks ``@.name.value`` and what is written is
named without it. Paths are below the package's folder, or from the repository's root behind a ``/``; a package's own
list hides the one that is written for all. Sources: release-please, *Updating arbitrary TOML files*, issue 2455.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from rules.migration import Edit
from rules.places.context import Context
from rules.places.releases import has_version
from rules.places.target import Target

_SETTINGS = re.compile(r"(?:.*/)?\.?release-please-config[\w.-]*\.json")
_FILES = "extra-files"


def with_extra_files(context: Context, edits: dict[str, Edit]) -> None:
    """Name the lock of each moved package of release-please's *python* strategy in the settings."""
    for path in sorted(path for path in context.ground.facts.files if _SETTINGS.fullmatch(path)):
        known = edits.get(path)
        before = known.before if known is not None else context.ground.read(path)
        text = (known.after if known is not None else before) or ""
        after = text
        for target in context.targets.values():
            if "uv.lock" not in text and has_version(target, context, edits):
                after = _with_lock(after, target, context, edits) or after
        if after != text:
            edits[path] = Edit(path=path, before=before, after=after)


def _with_lock(text: str, target: Target, context: Context, edits: Mapping[str, Edit]) -> str | None:
    """The settings with the target's lock; ``None`` where its package is not found or the place is not certain."""
    try:
        document = json.loads(text)
        packages = document["packages"]
        key = next(key for key in packages if posixpath.normpath(key) == posixpath.normpath(target.folder))
        package = packages[key]
        kind = package.get("release-type", document.get("release-type"))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None
    name = _name(target, context, edits)
    if kind != "python" or name is None or (_FILES in document and _FILES not in package):
        return None
    beside = (posixpath.dirname(target.lock) or ".") == posixpath.normpath(target.folder)
    wanted = {
        "type": "toml",
        "path": "uv.lock" if beside else f"/{target.lock}",
        "jsonpath": f"$.package[?(@.name.value=='{name}')].version",
    }
    package[_FILES] = [wanted, *package.get(_FILES, ())]
    return next((after for after in _written(text, key, wanted) if _read(after) == document), None)


def _written(text: str, key: str, wanted: Mapping[str, str]) -> list[str]:
    """The text with the entry in the package's list, or with a list of its own: one of them says what is meant."""
    found = re.search(rf"\"packages\"\s*:\s*\{{.*?{re.escape(json.dumps(key))}\s*:\s*\{{(?P<gap>\s*)", text, re.DOTALL)
    if found is None:
        return []
    entry = json.dumps(wanted)
    start, gap = found.start("gap"), found["gap"]
    own = [f"{gap}{json.dumps(_FILES)}: [{entry}]{comma}" for comma in (",", "")]
    texts = [text[:start] + row + text[start:] for row in own]
    if (files := re.compile(rf"\"{_FILES}\"\s*:\s*\[(?P<gap>\s*)").search(text, start)) is not None:
        place, inner = files.start("gap"), files["gap"]
        rows = [f"{inner}{entry}," + ("" if inner else " "), entry]
        texts = [*(text[:place] + row + text[place:] for row in rows), *texts]
    return texts


def _read(text: str) -> Any:
    """The document; ``None`` for what is none, or says a key twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except ValueError:
        return None


def _name(target: Target, context: Context, edits: Mapping[str, Edit]) -> str | None:
    """The project's name as the lock has it."""
    path = posixpath.normpath(posixpath.join(target.folder, "pyproject.toml"))
    known = edits.get(path)
    text = (known.after if known is not None else context.ground.read(path)) or ""
    try:
        name = tomllib.loads(text).get("project", {}).get("name")
    except tomllib.TOMLDecodeError:
        return None
    return str(canonicalize_name(name)) if isinstance(name, str) else None
