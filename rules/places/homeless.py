"""``uv run`` in images whose user has no home to keep a cache in: it needs none there. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from rules.migration import Edit
from rules.places.context import Context

_USER = re.compile(r"^USER[ \t]+(?!root\b|0\b)(?P<name>[^\s:]+)", re.MULTILINE | re.IGNORECASE)
_MADE = re.compile(r"\b(?P<program>useradd|adduser)[ \t]+(?P<options>(?:[^&|;\n\\]|\\\r?\n)+)")
_WITH_HOME = re.compile(r"(?:^|\s)(?:-[a-zA-Z]*m[a-zA-Z]*|--create-home)(?=\s|$)")
_WITHOUT = re.compile(r"(?:^|\s)(?:--no-create-home|--system|-[a-zA-Z]*[HS][a-zA-Z]*)(?=\s|$)")
_PLACED = re.compile(r"UV_CACHE_DIR|UV_NO_CACHE|XDG_CACHE_HOME|^ENV[ \t]+HOME\b", re.MULTILINE)
_RUNS = (
    (re.compile(r"\buv run (?=--no-sync\b)"), "uv run --no-cache "),
    (re.compile(r"(?P<quote>[\"'])run(?P=quote), (?=(?P=quote)--no-sync)"), r"\g<0>\g<quote>--no-cache\g<quote>, "),
    (re.compile(r"(?P<lead>\n[ \t]*-[ \t]+)run(?=(?P=lead)--no-sync\b)"), r"\g<0>\g<lead>--no-cache"),
)


def without_cache(context: Context, edits: dict[str, Edit]) -> None:
    """Let services and scripts of such images run without a cache, which uv could not make."""
    images = [p for p, e in context.ground.facts.extracts.items() if e.format == "dockerfile"]
    if not any(is_homeless(context.ground.read(path) or "") for path in images):
        return
    for path, edit in edits.items():
        extract = context.ground.facts.extracts.get(path)
        if extract is None or extract.format not in ("compose", "shell") or not edit.after or not edit.before:
            continue
        after = edit.after
        for pattern, new in _RUNS:
            after = pattern.sub(new, after)
        edits[path] = replace(edit, after=after)


def is_homeless(image: str) -> bool:
    """Whether what an image starts runs as a user that has no home: a number, or made without one."""
    user = _USER.search(image)
    if user is None or _PLACED.search(image) is not None:
        return False
    name = user["name"].strip("\"'")
    if name.isdigit():
        return not any(re.search(rf"(?<!\d){name}(?!\d)", m["options"]) for m in _MADE.finditer(image))
    for made in _MADE.finditer(image):
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", made["options"]) is None and "$" not in name:
            continue
        if made["program"] == "useradd":
            return _WITH_HOME.search(made["options"]) is None
        return _WITHOUT.search(made["options"]) is not None
    return False
