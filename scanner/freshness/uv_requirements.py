"""Requirements as uv compares them, from the lock's own words and from a manifest's tables.

A requirement becomes :class:`Wanted`, in which spelling, order and equivalent writing no longer show
(``normalize_requirement`` in uv 0.12).
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from packaging.utils import canonicalize_name, canonicalize_version

from scanner.facts import Location, Manifest, Requirement
from scanner.inventory import Reason
from scanner.markers import ALWAYS, Clause, Formula, assuming, both, parse, possible, without
from scanner.pep508 import InvalidRequirement, requirement
from scanner.redact import redact
from scanner.toml_reader import strings, table

_MOST_STEPS = 500


class Refused(Exception):
    """uv itself stops at this manifest, or what it would read cannot be known; ``reason`` says where and why."""

    def __init__(self, message: str, at: Location | None = None) -> None:
        super().__init__(message)
        self.reason = Reason(message=message, path=at.path if at else None, line=at.line if at else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A requirement as uv compares it: ``source`` is a kind followed by what identifies it, credentials left out."""

    name: str
    extras: tuple[str, ...]
    source: tuple[str, ...]
    marker: Formula
    text: str
    at: Location | None = None

    @property
    def identity(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """All but the marker, which is compared by meaning."""
        return self.name, self.extras, self.source


def normal(name: str) -> str:
    """A name of a package, extra or group in normal form (PEP 503)."""
    return str(canonicalize_name(name))


# --- requirements as the lock records them -------------------------------------------------------------------------


def recorded(entry: object) -> Wanted | None:
    """A requirement in the lock's own words (``{ name = …, specifier = …, marker = … }``); ``None`` if it is none."""
    if not isinstance(entry, Mapping) or not isinstance(name := entry.get("name"), str):
        return None
    marker = entry.get("marker")
    formula = parse(marker) if isinstance(marker, str) and marker else ALWAYS
    if formula is None:
        return None
    extras = tuple(sorted(normal(extra) for extra in strings(entry.get("extras"))))
    source = _recorded_source(entry)
    return Wanted(name=normal(name), extras=extras, source=source, marker=formula, text=_recorded_text(entry))


def _recorded_source(entry: Mapping[str, Any]) -> tuple[str, ...]:
    for kind in ("directory", "editable", "virtual", "path"):
        if isinstance(path := entry.get(kind), str):
            return (kind, clean_path(path))
    if isinstance(address := entry.get("git"), str):
        query = dict(parse_qsl(address.partition("#")[0].partition("?")[2]))
        ref = next(((kind, query[kind]) for kind in ("tag", "branch", "rev") if kind in query), ("", ""))
        inside = query.get("subdirectory", "") or query.get("path", "")
        return ("git", bare_address(address), *ref, clean_path(inside), query.get("lfs", ""))
    if isinstance(address := entry.get("url"), str):
        return ("url", bare_address(address), clean_path(str(entry.get("subdirectory") or "")))
    specifier, index, conflict = entry.get("specifier"), entry.get("index"), entry.get("conflict")
    item = [str(value) for _, value in sorted(conflict.items())] if isinstance(conflict, Mapping) else []
    clauses = canonical(specifier) if isinstance(specifier, str) else ()
    return ("index", index_address(index) if isinstance(index, str) else "", ",".join(clauses), *item)


def _recorded_text(entry: Mapping[str, Any]) -> str:
    extras = ",".join(strings(entry.get("extras")))
    where = next((k for k in ("directory", "editable", "virtual", "path", "git", "url", "index") if k in entry), None)
    text = f"{entry['name']}{f'[{extras}]' if extras else ''}{entry.get('specifier') or ''}"
    text += f" ({where} {entry[where]})" if where else ""
    return redact(text + (f"; {entry['marker']}" if entry.get("marker") else ""))


_CLAUSE = re.compile(r"(~=|===|==|!=|<=|>=|<|>)[ \t]*([^ \t,]+)")


@lru_cache(maxsize=8192)
def canonical(specifier: str) -> tuple[str, ...]:
    """A specifier's clauses, sorted, with versions in the form by which uv finds them equal (``1.0`` is ``1``)."""
    clauses = []
    for part in specifier.split(","):
        match = _CLAUSE.fullmatch(part.strip())
        if match is None:
            clauses.append(part.strip())
            continue
        version, star = (match[2][:-2], ".*") if match[2].endswith(".*") else (match[2], "")
        clauses.append(f"{match[1]}{canonicalize_version(version)}{star}")
    return tuple(sorted(clause for clause in clauses if clause))


_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://([^/@]*)@")


def bare_address(url: str) -> str:
    """An address without credentials, query, fragment and ``git+``; the user of ``ssh://git@`` is none."""
    url = url.removeprefix("git+").partition("#")[0].partition("?")[0]
    match = _USER.match(url)
    if match is not None and not (match[1] == "ssh" and match[2] == "git"):
        url = f"{match[1]}://{url[match.end() :]}"
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{separator}{host.lower()}{slash or '/'}{path}" if separator else url


def index_address(url: str) -> str:
    """An index's address (or folder) as uv compares it; uv versions differ on a final slash, so it does not count."""
    return bare_address(url).rstrip("/") if "://" in url else clean_path(url)


def clean_path(path: str) -> str:
    """A path in normal form, with forward slashes; an empty one stays empty."""
    path = path.replace("\\", "/")
    return posixpath.normpath(path) if path else ""


def flattened(requirements: list[Wanted], name: str) -> list[Wanted]:
    """The requirements with those on the project's own extras (``demo[all]``) replaced by what these extras need.

    Build backends differ in whether they do this, so that for a dynamic version uv takes either (``FlatRequiresDist``).
    """
    by_extra: dict[str, list[Wanted]] = {}
    for one in requirements:
        for extra in {item.value for item in one.marker if isinstance(item, Clause) and item.variable == "extra"}:
            by_extra.setdefault(extra, []).append(one)
    found = list(requirements)
    queue = deque((extra, one.marker) for one in requirements if one.name == name for extra in one.extras)
    seen: set[tuple[str, Formula]] = set()
    while queue and len(seen) < _MOST_STEPS:
        extra, path = queue.popleft()
        if (extra, path) in seen:
            continue
        seen.add((extra, path))
        for one in by_extra.get(extra, ()):
            unasked = without(assuming(one.marker, frozenset()))
            marker = both(path, both(assuming(one.marker, frozenset({extra})), unasked))
            if possible(marker):
                found.append(replace(one, marker=marker))
                queue.extend((further, marker) for further in one.extras if one.name == name)
    plain = ("index", "", "")
    own = [replace(one, extras=()) for one in found if one.name == name and one.source != plain]
    return [one for one in found if one.name != name] + own


def sources_of(settings: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """``[tool.uv.sources]`` by normalised name; each a list, as several with markers are allowed."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name, value in table(settings, "sources").items():
        entries = value if isinstance(value, list) else [value]
        found[normal(name)] = [entry for entry in entries if isinstance(entry, Mapping)]
    return found


def indexes_of(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """``[[tool.uv.index]]``."""
    entries = settings.get("index")
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


# --- what a manifest declares --------------------------------------------------------------------------------------


def declared(manifest: Manifest, texts: Iterable[str]) -> Iterator[Requirement]:
    """Requirements written in ``manifest`` (PEP 508), with the places that its reader found for them."""
    places = {r.raw: r.at for r in (*manifest.overrides, *manifest.constraints, *manifest.requirements)}
    for text in texts:
        at = places.get(redact(text.strip()), Location(path=manifest.path))
        try:
            yield requirement(text, at=at)
        except InvalidRequirement as error:
            raise Refused(str(error), at) from None


def flat_groups(manifest: Manifest) -> dict[str, list[tuple[str, Formula]]]:
    """The dependency groups with includes resolved and ``dev-dependencies`` added to ``dev``: text and added marker."""
    raw = {normal(name): entries for name, entries in table(manifest.data, "dependency-groups").items()}
    settings = {
        normal(name): value
        for name, value in table(manifest.data, "tool", "uv", "dependency-groups").items()
        if isinstance(value, Mapping)
    }
    done: dict[str, list[tuple[str, Formula]]] = {}
    for name in raw:
        _resolve_group(name, raw, settings, done, (), manifest)
    legacy = table(manifest.data, "tool", "uv").get("dev-dependencies")
    if isinstance(legacy, list):
        done["dev"] = [*done.get("dev", []), *((text, ALWAYS) for text in strings(legacy))]
    return done


def including_groups(manifest: Manifest) -> dict[str, set[str]]:
    """For each dependency group, the groups that include it, directly or not."""
    direct: dict[str, set[str]] = {}
    for name, entries in table(manifest.data, "dependency-groups").items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(included := entry.get("include-group"), str):
                direct.setdefault(normal(included), set()).add(normal(name))
    found: dict[str, set[str]] = {}
    for name in direct:
        reached, queue = set(direct[name]), list(direct[name])
        while queue:
            further = direct.get(queue.pop(), set()) - reached
            reached |= further
            queue.extend(further)
        found[name] = reached
    return found


def _resolve_group(
    name: str,
    raw: Mapping[str, object],
    settings: Mapping[str, Mapping[str, Any]],
    done: dict[str, list[tuple[str, Formula]]],
    parents: tuple[str, ...],
    manifest: Manifest,
) -> None:
    if name in done:
        return
    at = Location(path=manifest.path)
    if name in parents or len(parents) > 100:
        raise Refused(f"the dependency group {name} includes itself", at)
    if name not in raw:
        raise Refused(f"the dependency group {name} is included, but not declared", at)
    entries = raw[name]
    found: list[tuple[str, Formula]] = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, str):
            found.append((entry, ALWAYS))
        elif isinstance(entry, Mapping) and isinstance(included := entry.get("include-group"), str):
            _resolve_group(normal(included), raw, settings, done, (*parents, name), manifest)
            found.extend(done[normal(included)])
        else:
            raise Refused(f"the dependency group {name} has an entry that is neither text nor include-group", at)
    python = settings.get(name, {}).get("requires-python")
    if isinstance(python, str):
        within = _python_range(python, at)
        found = [(text, both(marker, within)) for text, marker in found]
    done[name] = found


def _python_range(requires_python: str, at: Location) -> Formula:
    clauses = [f"python_full_version {match[1]} '{match[2]}'" for match in _CLAUSE.finditer(requires_python)]
    formula = parse(" and ".join(clauses)) if clauses else ALWAYS
    if formula is None:
        raise Refused(f"the range of Python {requires_python!r} is not understood", at)
    return formula


def unread_field(manifest: Manifest) -> str | None:
    """The list of dependencies that only building the project would tell, if there is one."""
    project = table(manifest.data, "project")
    dynamic = strings(project.get("dynamic"))
    for field in ("dependencies", "optional-dependencies"):
        if field in dynamic:
            return field
    poetry = isinstance(table(manifest.data, "tool").get("poetry"), dict)
    return "dependencies" if poetry and "dependencies" not in project else None
