"""What uv would put into a lock as its inputs: the workspace around a lock, and its requirements as uv reads them.

Follows uv 0.12 (``crates/uv-workspace``, ``crates/uv-distribution/src/metadata/lowering.rs``): members by glob,
requirements joined with ``[tool.uv.sources]``, dependency groups flattened. A requirement becomes :class:`Wanted`, in
which spelling, order and equivalent writing no longer show, so that both sides can be compared.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl

from packaging.utils import canonicalize_name, canonicalize_version

from scanner.facts import Extract, Location, Manifest, Requirement
from scanner.inventory import Reason
from scanner.markers import ALWAYS, NEVER, Clause, Formula, assuming, both, either, parse, possible, without
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
            return (kind, _path(path))
    if isinstance(address := entry.get("git"), str):
        query = dict(parse_qsl(address.partition("#")[0].partition("?")[2]))
        ref = next(((kind, query[kind]) for kind in ("tag", "branch", "rev") if kind in query), ("", ""))
        inside = query.get("subdirectory", "") or query.get("path", "")
        return ("git", _address(address), *ref, _path(inside), query.get("lfs", ""))
    if isinstance(address := entry.get("url"), str):
        return ("url", _address(address), _path(str(entry.get("subdirectory") or "")))
    specifier, index, conflict = entry.get("specifier"), entry.get("index"), entry.get("conflict")
    item = [str(value) for _, value in sorted(conflict.items())] if isinstance(conflict, Mapping) else []
    clauses = canonical(specifier) if isinstance(specifier, str) else ()
    return ("index", _index(index) if isinstance(index, str) else "", ",".join(clauses), *item)


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


def _address(url: str) -> str:
    """An address without credentials, query, fragment and ``git+``; the user of ``ssh://git@`` is none."""
    url = url.removeprefix("git+").partition("#")[0].partition("?")[0]
    match = _USER.match(url)
    if match is not None and not (match[1] == "ssh" and match[2] == "git"):
        url = f"{match[1]}://{url[match.end() :]}"
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{separator}{host.lower()}{slash or '/'}{path}" if separator else url


def _index(url: str) -> str:
    """An index's address; uv versions differ on a final slash, so it does not count."""
    return _address(url).rstrip("/") if "://" in url else _path(url)


def _path(path: str) -> str:
    path = path.replace("\\", "/")
    return posixpath.normpath(path) if path else ""


# --- the workspace -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A package of the workspace: its folder relative to the workspace's root, and its manifest."""

    name: str
    folder: str
    manifest: Manifest

    @property
    def uv(self) -> dict[str, Any]:
        """Its ``[tool.uv]``."""
        return table(self.manifest.data, "tool", "uv")

    @property
    def project(self) -> dict[str, Any]:
        """Its ``[project]``."""
        return table(self.manifest.data, "project")

    def is_package(self, *, require_build_system: bool) -> bool:
        """Whether uv builds it (``package = …``; else a ``[build-system]``, where one is asked for)."""
        package = self.uv.get("package")
        if isinstance(package, bool):
            return package
        return "build-system" in self.manifest.data or not require_build_system


class Workspace:
    """The workspace whose root is ``folder``; raises :class:`Refused` where uv would stop.

    ``origin`` is the folder to which the paths of sources are to be relative: the lock's, if that lies elsewhere.
    """

    def __init__(
        self, folder: str, extracts: Mapping[str, Extract], files: frozenset[str], *, origin: str | None = None
    ) -> None:
        self.folder = folder or "."
        self._origin = self.folder if origin is None else origin or "."
        self.no_sources = False
        self._sources: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        self._extracts = extracts
        self._files = files
        root = self._manifest("")
        if root is None:
            raise Refused("there is no pyproject.toml beside the lock", Location(path=self._full("pyproject.toml")))
        self.root = root
        self.uv = table(root.data, "tool", "uv")
        self.has_project = isinstance(root.data.get("project"), dict)
        if self.uv.get("managed") is False:
            raise Refused("`managed = false`: uv does not lock this project", self._table("tool.uv"))
        self.members = self._members()
        self.required = self._required()

    # Files and manifests, by paths relative to the workspace's root

    def _full(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def _manifest(self, folder: str) -> Manifest | None:
        path = self._full(posixpath.join(folder, "pyproject.toml"))
        extract = self._extracts.get(path)
        if extract is not None and extract.manifest is not None:
            return extract.manifest
        if path in self._files or extract is not None:
            raise Refused("this manifest could not be read", Location(path=path))
        return None

    def _table(self, name: str) -> Location:
        found = self.root.table(name)
        return found.at if found is not None else Location(path=self.root.path)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """All folders below the root that hold a file of the repository."""
        prefix = "" if self.folder in {"", "."} else self.folder + "/"
        found: set[str] = set()
        for file in self._files:
            folder = posixpath.dirname(file)
            while folder.startswith(prefix) and len(folder) > len(prefix) and folder[len(prefix) :] not in found:
                found.add(folder[len(prefix) :])
                folder = posixpath.dirname(folder)
        return frozenset(found)

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a folder: as the repository shows it, else by its looks."""
        if self._full(path) in self._files:
            return False
        return path in self._folders or not posixpath.splitext(path)[1]

    # Members

    def _members(self) -> dict[str, Member]:
        definition = table(self.uv, "workspace")
        members: dict[str, Member] = {}
        if self.has_project:
            self._add(members, Member(name=self._name(self.root), folder="", manifest=self.root))
        for folder in self._member_folders(definition):
            manifest = self._manifest(folder)
            if manifest is None:
                if posixpath.basename(folder).startswith("."):
                    continue
                message = f"the workspace member {folder} has no pyproject.toml"
                raise Refused(message, self._table("tool.uv.workspace"))
            if table(manifest.data, "tool", "uv").get("managed") is False:
                continue
            if not isinstance(manifest.data.get("project"), dict):
                raise Refused("a workspace member without [project]", Location(path=manifest.path))
            if isinstance(table(manifest.data, "tool", "uv").get("workspace"), dict):
                raise Refused("a workspace inside a workspace", Location(path=manifest.path))
            self._add(members, Member(name=self._name(manifest), folder=folder, manifest=manifest))
        return dict(sorted(members.items()))

    def _add(self, members: dict[str, Member], member: Member) -> None:
        if member.name in members:
            message = f"two workspace members are called {member.name}"
            raise Refused(message, Location(path=member.manifest.path))
        members[member.name] = member

    @staticmethod
    def _name(manifest: Manifest) -> str:
        name = table(manifest.data, "project").get("name")
        if not isinstance(name, str):
            raise Refused("[project] has no name", Location(path=manifest.path))
        return normal(name)

    def _member_folders(self, definition: Mapping[str, Any]) -> list[str]:
        found: list[str] = []
        for pattern in strings(definition.get("members")):
            pattern = posixpath.normpath(pattern.replace("\\", "/"))
            if not re.search(r"[*?\[]", pattern):
                exists = pattern in self._folders or self._full(f"{pattern}/pyproject.toml") in self._files
                matching = [pattern] if exists else []
            else:
                matching = sorted(folder for folder in self._folders if matches_walk(pattern, folder))
            found.extend(folder for folder in matching if folder not in found and folder != ".")
        excluded = strings(definition.get("exclude"))
        return [folder for folder in found if not any(matches_whole(pattern, folder) for pattern in excluded)]

    def _required(self) -> dict[str, bool | None]:
        """Members that some ``{ workspace = true }`` source names, with the ``editable`` that it asks for."""
        required: dict[str, bool | None] = {}
        tables: list[tuple[str | None, Mapping[str, Any]]] = [
            (self._name(self.root) if self.has_project else None, self.uv),
            *((member.name, member.uv) for member in self.members.values()),
        ]
        for owner, settings in tables:
            for name, sources in sources_of(settings).items():
                if name == owner:
                    continue
                for source in sources:
                    if source.get("workspace") is True:
                        editable = source.get("editable")
                        required[name] = editable if isinstance(editable, bool) else None
        return required

    def kind(self, member: Member, *, before_0_8: bool = False) -> str:
        """The kind of source under which uv locks a member: ``virtual``, ``editable`` or ``directory``.

        Since uv 0.8 a member that another one requires is a package even without a ``[build-system]``.
        """
        needs_build_system = before_0_8 or member.name not in self.required
        if not member.is_package(require_build_system=needs_build_system):
            return "virtual"
        return "directory" if self.required.get(member.name) is False else "editable"

    # Requirements

    def lower(
        self,
        found: Requirement,
        *,
        member: Member | None,
        extra: str | None = None,
        group: str | None = None,
        marker: Formula = ALWAYS,
        before_0_8: bool = False,
    ) -> Iterator[Wanted]:
        """One declared requirement as uv compares it, split by its sources where these have markers of their own.

        ``member`` is whose manifest declares it (``None``: the root without ``[project]``); ``marker`` is what the
        place adds (an extra, a group's Python range).
        """
        declared = parse(found.marker) if found.marker else ALWAYS
        if declared is None:
            raise Refused(f"the marker of {redact(found.raw)} is not understood", found.at)
        full = both(declared, marker)
        name = normal(found.name)
        base = Wanted(
            name=name,
            extras=tuple(sorted(normal(e) for e in found.extras)),
            source=("index", "", ",".join(canonical(found.specifier or ""))),
            marker=full,
            text=redact(found.raw),
            at=found.at,
        )
        sources, folder = self._sources_for(name, member)
        fitting = [s for s in sources or () if _applies(s, extra, group)]
        foreign = sources is None or any(source.get("workspace") is not True for source in fitting)
        if foreign and not self.no_sources and name in self.members and (member is None or member.name != name):
            message = f"{name} is a workspace member, but [tool.uv.sources] does not say `workspace = true`"
            raise Refused(message, found.at)
        if sources is None:
            yield replace(base, source=self._declared_source(found, base))
            return
        covered: Formula = NEVER
        for source in fitting:
            condition = _marker_of(source, found.at)
            covered = either(covered, condition)
            conflict = _conflict(member, source)
            where = self._source(source, name, found, folder, member, before_0_8=before_0_8)
            if where[0] == "index":
                where = (*where, base.source[2], *conflict)
            wanted = replace(base, source=where, marker=both(condition, full))
            if possible(wanted.marker):
                yield wanted
        rest = both(without(covered), full)
        if possible(rest):
            yield replace(base, source=self._declared_source(found, base), marker=rest)

    def _sources_for(self, name: str, member: Member | None) -> tuple[list[Mapping[str, Any]] | None, str]:
        """The sources for a name, the member's own before the workspace's, and the folder that they start from."""
        if self.no_sources:
            return None, ""
        folder = member.folder if member else ""
        if folder not in self._sources:
            self._sources[folder] = sources_of(member.uv if member else self.uv)
        own = self._sources[folder].get(name)
        if own is not None or not isinstance(self.uv.get("workspace"), dict):
            return own, folder
        return self._root_sources.get(name), ""

    @cached_property
    def _root_sources(self) -> dict[str, list[Mapping[str, Any]]]:
        return sources_of(self.uv)

    def _declared_source(self, found: Requirement, base: Wanted) -> tuple[str, ...]:
        """What the requirement itself says (``name @ address``)."""
        if found.source == "index":
            return base.source
        if found.source == "git":
            ref = ("rev", found.ref) if found.ref else ("", "")
            return ("git", _address(found.url or ""), *ref, _path(found.subdirectory or ""), "")
        if found.source == "url":
            return ("url", _address(found.url or ""), _path(found.subdirectory or ""))
        path = found.url or ""
        if "$" in path or "{" in path:
            raise Refused(f"the path of {base.text} depends on the environment", found.at)
        path = _path(path)
        return ("directory" if self.is_folder(path) else "path", self._seen_from_origin(path))

    def _source(
        self,
        source: Mapping[str, Any],
        name: str,
        found: Requirement,
        folder: str,
        member: Member | None,
        *,
        before_0_8: bool,
    ) -> tuple[str, ...]:
        if isinstance(address := source.get("git"), str):
            refs = [(kind, str(source[kind])) for kind in ("tag", "branch", "rev") if kind in source]
            if len(refs) > 1:
                raise Refused(f"the source of {name} has more than one of rev, tag and branch", found.at)
            inside = str(source.get("subdirectory") or "") or str(source.get("path") or "")
            lfs = "true" if source.get("lfs") is True else ""
            return ("git", _address(address), *(refs[0] if refs else ("", "")), _path(inside), lfs)
        if isinstance(address := source.get("url"), str):
            return ("url", _address(address), _path(str(source.get("subdirectory") or "")))
        if isinstance(path := source.get("path"), str):
            return self._path_source(source, path, folder, before_0_8=before_0_8)
        if isinstance(index := source.get("index"), str):
            return ("index", self._named_index(index, found.at, member))
        if source.get("workspace") is True:
            target = self.members.get(name)
            if target is None:
                raise Refused(f"{name} is not a member of the workspace", found.at)
            return (self.kind(target, before_0_8=before_0_8), self._seen_from_origin(target.folder or "."))
        raise Refused(f"the source of {name} is of a kind that is not understood", found.at)

    def _path_source(self, source: Mapping[str, Any], path: str, folder: str, *, before_0_8: bool) -> tuple[str, ...]:
        target = path if path.startswith("/") else _path(posixpath.join(folder, path.replace("\\", "/")))
        target = _path(target)
        seen = self._seen_from_origin(target)
        if not self.is_folder(target):
            return ("path", seen)
        if source.get("editable") is True:
            return ("editable", seen)
        package = source.get("package")
        if not isinstance(package, bool):
            manifest = None if target.startswith(("../", "/")) or target == ".." else self._manifest(target)
            at_target = Member(name="", folder=target, manifest=manifest) if manifest is not None else None
            package = at_target is None or at_target.is_package(require_build_system=before_0_8)
        return ("directory" if package else "virtual", seen)

    def _seen_from_origin(self, path: str) -> str:
        if self._origin == self.folder or path.startswith("/"):
            return path
        return posixpath.relpath("/" + self._full(path), posixpath.normpath("/" + self._origin))

    def _named_index(self, name: str, at: Location, member: Member | None) -> str:
        for settings in ((member.uv,) if member else ()) + (self.uv,):
            for entry in indexes_of(settings):
                if entry.get("name") == name and isinstance(url := entry.get("url"), str):
                    return _index(url)
        raise Refused(f"[tool.uv.sources] names the index {name}, which is not declared", at)


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


def index_address(url: str) -> str:
    """An index's address (or folder) as uv compares it."""
    return _index(url)


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


def _applies(source: Mapping[str, Any], extra: str | None, group: str | None) -> bool:
    wants_extra, wants_group = source.get("extra"), source.get("group")
    return not (
        (isinstance(wants_extra, str) and normal(wants_extra) != extra)
        or (isinstance(wants_group, str) and normal(wants_group) != group)
    )


def _marker_of(source: Mapping[str, Any], at: Location) -> Formula:
    text = source.get("marker")
    if not isinstance(text, str) or not text:
        return ALWAYS
    formula = parse(text)
    if formula is None:
        raise Refused("a marker in [tool.uv.sources] is not understood", at)
    return formula


def _conflict(member: Member | None, source: Mapping[str, Any]) -> tuple[str, ...]:
    """An index source for one extra or group is recorded with that condition."""
    item = next((source[key] for key in ("extra", "group") if isinstance(source.get(key), str)), None)
    if item is None or member is None:
        return ()
    key = "extra" if isinstance(source.get("extra"), str) else "group"
    return tuple(value for _, value in sorted({"package": member.name, key: normal(str(item))}.items()))


# --- globs ---------------------------------------------------------------------------------------------------------


def matches_walk(pattern: str, folder: str) -> bool:
    """Whether walking ``pattern`` leads to ``folder``: ``*`` stays within a name, ``**`` crosses any number."""
    return _walk(tuple(pattern.split("/")), tuple(folder.split("/")))


def _walk(patterns: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    reachable = {0}
    for pattern in patterns:
        if pattern == "**":
            reachable = set(range(min(reachable, default=len(parts) + 1), len(parts) + 1))
        else:
            reachable = {n + 1 for n in reachable if n < len(parts) and fnmatchcase(parts[n], pattern)}
        if not reachable:
            return False
    return len(parts) in reachable


def matches_whole(pattern: str, folder: str) -> bool:
    """Whether ``pattern`` matches the path as one text, so that ``*`` crosses folders (uv's ``exclude``)."""
    pattern = posixpath.normpath(pattern.replace("\\", "/"))
    return fnmatchcase(folder, pattern) or (pattern.startswith("**/") and fnmatchcase(folder, pattern[3:]))


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
