"""The workspace around a lock, and its requirements with ``[tool.uv.sources]`` applied.

Follows uv 0.12 (``crates/uv-workspace``, ``crates/uv-distribution/src/metadata/lowering.rs``): members by glob, each
declared requirement joined with its sources, split where these have markers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from scanner.facts import Extract, Location, Manifest, Requirement
from scanner.freshness.uv_requirements import (
    Refused,
    Wanted,
    bare_address,
    canonical,
    clean_path,
    index_address,
    indexes_of,
    normal,
    sources_of,
)
from scanner.markers import ALWAYS, NEVER, Formula, both, either, parse, possible, without
from scanner.redact import redact
from scanner.toml_reader import strings, table


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
            return ("git", bare_address(found.url or ""), *ref, clean_path(found.subdirectory or ""), "")
        if found.source == "url":
            return ("url", bare_address(found.url or ""), clean_path(found.subdirectory or ""))
        path = found.url or ""
        if "$" in path or "{" in path:
            raise Refused(f"the path of {base.text} depends on the environment", found.at)
        path = clean_path(path)
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
            return ("git", bare_address(address), *(refs[0] if refs else ("", "")), clean_path(inside), lfs)
        if isinstance(address := source.get("url"), str):
            return ("url", bare_address(address), clean_path(str(source.get("subdirectory") or "")))
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
        target = path if path.startswith("/") else clean_path(posixpath.join(folder, path.replace("\\", "/")))
        target = clean_path(target)
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
                    return index_address(url)
        raise Refused(f"[tool.uv.sources] names the index {name}, which is not declared", at)


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


def root_above(folder: str, extracts: Mapping[str, Extract]) -> str | None:
    """The root of the workspace to which a folder belongs as a member (``find_workspace``), if there is one."""
    above = folder
    while above:
        above = posixpath.dirname(above)
        extract = extracts.get(posixpath.join(above, "pyproject.toml"))
        if extract is None or extract.manifest is None:
            continue
        definition = table(extract.manifest.data, "tool", "uv").get("workspace")
        if not isinstance(definition, dict):
            return None
        inside = posixpath.relpath("/" + folder, "/" + above)
        members, exclude = strings(definition.get("members")), strings(definition.get("exclude"))
        belongs = any(matches_whole(m, inside) for m in members) and not any(matches_whole(e, inside) for e in exclude)
        return above if belongs else None
    return None
