"""uv's settings as the lock check needs them: where they stand, which indexes they name, up to when they look."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scanner.facts import Extract
from scanner.freshness.uv_requirements import index_address, indexes_of
from scanner.toml_reader import strings, table


def texts(value: object) -> list[str]:
    """A string or an array of strings, as a list."""
    return [value] if isinstance(value, str) else strings(value)


def settings_for(folder: str, extracts: Mapping[str, Extract]) -> tuple[Mapping[str, Any], str | None]:
    """The settings in force and their file: ``uv.toml``, else ``[tool.uv]``, of the nearest folder that has one."""
    folder = "" if folder == "." else folder
    while True:
        path = posixpath.join(folder, "uv.toml")
        if (extract := extracts.get(path)) is not None and not extract.unreadable:
            return extract.settings, path
        path = posixpath.join(folder, "pyproject.toml")
        if (extract := extracts.get(path)) is not None and extract.manifest is not None:
            tool = table(extract.manifest.data, "tool")
            if isinstance(tool.get("uv"), dict):
                return tool["uv"], path
        if not folder:
            return {}, None
        folder = posixpath.dirname(folder)


def configured_indexes(settings: Mapping[str, Any]) -> tuple[set[str] | None, bool]:
    """The addresses of all configured indexes, and whether one replaces the public one; ``None`` without any."""
    keys = ("index", "index-url", "extra-index-url", "find-links", "no-index")
    if not any(settings.get(key) for key in keys):
        return None, False
    entries = indexes_of(settings)
    found = {index_address(url) for entry in entries if isinstance(url := entry.get("url"), str)}
    found |= {index_address(url) for key in keys[2:4] for url in texts(settings.get(key))}
    if isinstance(url := settings.get("index-url"), str):
        found.add(index_address(url))
    replaced = any(entry.get("default") is True for entry in entries) or "index-url" in settings
    return found, replaced or settings.get("no-index") is True


# --- exclude-newer -------------------------------------------------------------------------------------------------

_ISO_SPAN = re.compile(r"[+-]?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)
_SPAN_PART = re.compile(r"(\d+)\s*(w|wk|wks|weeks?|d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b,?\s*")


def same_moment(locked: object, wanted: object) -> bool | None:
    """Whether two ``exclude-newer`` values say the same: spans by their fields, moments by time; ``None``: unknown."""
    if locked is False or wanted is False:
        return locked is wanted
    span, moment = None, locked
    if isinstance(locked, Mapping):
        span, moment = locked.get("span"), locked.get("timestamp")
    if not isinstance(wanted, str | date):
        return None
    wanted_span = _span(wanted) if isinstance(wanted, str) else None
    if isinstance(span, str) or wanted_span is not None:
        return _span(span) == wanted_span if isinstance(span, str) else False
    one, two = _moment(moment), _moment(wanted)
    if one is None or two is None:
        return None
    is_date = isinstance(wanted, str) and len(wanted.strip()) <= len("2024-01-01")
    if is_date and one != two and abs(one - two) <= timedelta(hours=14):
        return None
    return one == two


def _span(text: str) -> tuple[int, ...] | None:
    text = text.strip()
    if (match := _ISO_SPAN.fullmatch(text)) is not None and any(match.groups()):
        return tuple(int(part or 0) for part in match.groups())
    fields, position, text = dict.fromkeys("wdhms", 0), 0, text.lower().removesuffix("ago").strip()
    while position < len(text):
        part = _SPAN_PART.match(text, position)
        if part is None:
            return None
        fields[part[2][0]] += int(part[1])
        position = part.end()
    return tuple(fields.values()) if text else None


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        text = str(value).strip()
        if len(text) <= len("2024-01-01"):
            return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
