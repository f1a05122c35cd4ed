"""The packages and inputs that a uv lock records, against those of the workspace: members, requirements, indexes."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_version

from scanner.facts import Location, LockedPackage, Manifest
from scanner.freshness.uv_ground import Generation, Ground, Note
from scanner.freshness.uv_matching import Matching
from scanner.freshness.uv_options import configured_indexes
from scanner.freshness.uv_requirements import (
    Refused,
    Wanted,
    canonical,
    declared,
    flat_groups,
    flattened,
    index_address,
    normal,
    recorded,
    unread_field,
)
from scanner.freshness.uv_workspace import Member, Workspace, root_above
from scanner.markers import ALWAYS, parse
from scanner.redact import redact
from scanner.toml_reader import strings, table


class Packages:
    """One lock's packages and inputs, for one generation of uv; each method yields what differs."""

    def __init__(self, ground: Ground, matching: Matching) -> None:
        self.ground = ground
        self.matching = matching
        self.used_indexes: set[str] = set()

    def notes(self, generation: Generation) -> Iterator[Note]:
        """All that differs, in the order in which uv looks."""
        yield from self._members()
        yield from self._kinds(generation)
        yield from self._inputs(generation)
        yield from self._dependency_metadata()
        yield from self._local_packages(generation)
        yield from self._indexes()

    def _members(self) -> Iterator[Note]:
        wanted = set(self.ground.workspace.members)
        if len(wanted) == 1 and self.ground.workspace.has_project:
            wanted = set()
        locked = set(strings(table(self.ground.data, "manifest").get("members")))
        at = self.ground.workspace.root.table("tool.uv.workspace")
        for name in sorted(wanted - locked):
            path = Location(path=self.ground.workspace.members[name].manifest.path)
            yield self.ground.stale(f"the workspace member {name} is not in the lock", path)
        for name in sorted(locked - wanted):
            message = f"the lock has the workspace member {name}, which the workspace no longer has"
            yield self.ground.stale(message, at.at if at else None)

    def _kinds(self, generation: Generation) -> Iterator[Note]:
        for name, member in self.ground.workspace.members.items():
            entry = next((e for e in self.ground.data.get("local", ()) if e.get("name") == name), None)
            if entry is None:
                message = f"the project {name} is not in the lock as a local package"
                yield self.ground.stale(message, Location(path=member.manifest.path))
                continue
            locked = _local_source(entry)[0]
            wanted = self.ground.workspace.kind(member, before_0_8=not generation.required_members_are_packages)
            if locked != wanted:
                message = f"{name} is to be {_KIND_WORDS[wanted]}, but is locked as {_KIND_WORDS[locked]}"
                yield self.ground.stale(message, Location(path=member.manifest.path))

    def _inputs(self, generation: Generation) -> Iterator[Note]:
        recorded_inputs, uv = table(self.ground.data, "manifest"), self.ground.workspace.uv
        for key, setting in (
            ("constraints", "constraint-dependencies"),
            ("overrides", "override-dependencies"),
            ("build-constraints", "build-constraint-dependencies"),
        ):
            wanted = self._root_requirements(strings(uv.get(setting)), generation)
            locked = self._recorded(recorded_inputs.get(key))
            if not generation.unused_constraints_count and key != "build-constraints":
                wanted = [one for one in wanted if one.name in self.ground.names]
                locked = [one for one in locked if one.name in self.ground.names]
            yield from self.matching.compare(wanted, locked, f"`{setting}`")
        excluded = {normal(name) for name in strings(uv.get("exclude-dependencies"))}
        locked_excluded = {normal(name) for name in strings(recorded_inputs.get("excludes"))}
        differing = excluded ^ locked_excluded
        if not generation.unused_constraints_count:
            differing &= self.ground.names
        if differing:
            message = f"`exclude-dependencies` differ from the lock's: {', '.join(sorted(differing))}"
            yield self.ground.stale(message, self.ground.setting())
        yield from self._root_groups(table(recorded_inputs, "dependency-groups"), generation)

    def _root_requirements(self, texts: list[str], generation: Generation) -> list[Wanted]:
        root = (
            self.ground.workspace.members.get(normal(self.ground.workspace.root.name or ""))
            if self.ground.workspace.has_project
            else None
        )
        return [
            wanted
            for found in declared(self.ground.workspace.root, texts)
            for wanted in self.ground.workspace.lower(
                found, member=root, before_0_8=not generation.required_members_are_packages
            )
        ]

    def _root_groups(self, locked: Mapping[str, object], generation: Generation) -> Iterator[Note]:
        groups = {} if self.ground.workspace.has_project else flat_groups(self.ground.workspace.root)
        yield from self._compare_groups(groups, locked, self.ground.workspace.root, None, generation, empty_count=False)

    def _recorded(self, entries: object) -> list[Wanted]:
        found = [recorded(entry) for entry in entries] if isinstance(entries, list) else []
        if None in found:
            raise Refused("the lock records a requirement that is not understood", Location(path=self.ground.lock.path))
        return [one for one in found if one is not None]

    def _dependency_metadata(self) -> Iterator[Note]:
        locked = self._static_metadata(table(self.ground.data, "manifest").get("dependency-metadata"))
        wanted = self._static_metadata(self.ground.settings.get("dependency-metadata"))
        if locked != wanted:
            names = ", ".join(sorted({name for name, *_ in locked ^ wanted}))
            yield self.ground.stale(f"`dependency-metadata` differs from the lock's: {names}", self.ground.setting())

    def _static_metadata(self, entries: object) -> set[tuple[str, ...]]:
        found = set()
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, Mapping):
                continue
            wanted = [
                f"{one.key}[{','.join(sorted(one.extras))}]{canonical(one.specifier or '')}{one.url};{one.marker}"
                for one in declared(self.ground.workspace.root, strings(entry.get("requires-dist")))
            ]
            found.add(
                (
                    normal(str(entry.get("name", ""))),
                    _version_text(entry.get("version")),
                    ",".join(strings([entry.get("requires-python")])).replace(" ", ""),
                    *wanted,
                    *(normal(e) for key in ("provides-extra", "provides-extras") for e in strings(entry.get(key))),
                )
            )
        return found

    def _local_packages(self, generation: Generation) -> Iterator[Note]:
        for entry in self.ground.data.get("local", ()):
            yield from self._local_package(entry, generation)

    def _local_package(self, entry: Mapping[str, Any], generation: Generation) -> Iterator[Note]:
        name, (_, path) = str(entry["name"]), _local_source(entry)
        try:
            workspace, member = self._owner(path)
        except Refused as refused:
            yield Note(reason=refused.reason, certain=False)
            return
        if member is None:
            message = f"{name} at {path} has no [project]: only building it would tell its metadata"
            yield self.ground.unknown(message, self.ground.line_of(name))
            return
        at = Location(path=member.manifest.path)
        dynamic = strings(member.project.get("dynamic"))
        yield from self._version(entry, member, dynamic)
        unread = unread_field(member.manifest)
        metadata = table(entry, "metadata")
        if unread is not None:
            yield self.ground.unknown(f"{name}: {unread} are dynamic: only building it would tell them", at)
        else:
            yield from self._extras(metadata, member)
            yield from self._requires_dist(metadata, workspace, member, "version" in dynamic, generation)
        groups = flat_groups(member.manifest)
        locked = table(metadata, "requires-dev")
        yield from self._compare_groups(
            groups, locked, member.manifest, (workspace, member), generation, empty_count=self.ground.revision > 0
        )
        if generation.records_default_groups and self.ground.revision >= 5 and workspace is self.ground.workspace:
            yield from self._default_groups(entry, member)

    def _owner(self, path: str) -> tuple[Workspace, Member | None]:
        """The workspace and member of the local package at ``path`` (relative to the lock)."""
        member = next((m for m in self.ground.workspace.members.values() if (m.folder or ".") == path), None)
        if member is not None:
            return self.ground.workspace, member
        full = posixpath.normpath(posixpath.join(self.ground.workspace.folder, path))
        place = Location(path=self.ground.lock.path)
        if path.startswith("/") or full == ".." or full.startswith("../"):
            raise Refused(f"{path} leads outside the repository", place)
        extract = self.ground.scene.extracts.get(posixpath.normpath(posixpath.join(full, "pyproject.toml")))
        if extract is None or extract.manifest is None:
            prefix = "" if full == "." else full + "/"
            if not any(file.startswith(prefix) for file in self.ground.scene.files):
                raise Refused(f"the lock has a package at {path}, where the repository has nothing", place)
            return self.ground.workspace, None
        if not isinstance(extract.manifest.data.get("project"), dict):
            return self.ground.workspace, None
        folder = full if full != "." else ""
        root = None
        if not isinstance(table(extract.manifest.data, "tool", "uv").get("workspace"), dict):
            root = root_above(folder, self.ground.scene.extracts)
        other = Workspace(
            folder if root is None else root,
            self.ground.scene.extracts,
            self.ground.scene.files,
            origin=self.ground.workspace.folder,
        )
        inside = posixpath.relpath("/" + folder, posixpath.normpath("/" + other.folder))
        return other, next((m for m in other.members.values() if (m.folder or ".") == inside), None)

    def _version(self, entry: Mapping[str, Any], member: Member, dynamic: list[str]) -> Iterator[Note]:
        locked, declared_version = entry.get("version"), member.project.get("version")
        at = Location(path=member.manifest.path)
        if "version" in dynamic:
            if locked is not None and self.ground.revision == 0:
                # The first versions of uv built the project and locked what its version came to.
                yield self.ground.unknown(
                    f"the version of {member.name} is dynamic: only building it would tell it", at
                )
            elif locked is not None:
                yield self.ground.own(f"the version of {member.name} is dynamic now, but locked as {locked}", at)
        elif locked is None:
            yield self.ground.own(f"the version of {member.name} is {declared_version}, but locked as dynamic", at)
        elif not isinstance(declared_version, str):
            yield self.ground.unknown(f"{member.name} declares no version", at)
        elif _version_text(declared_version) != _version_text(locked):
            yield self.ground.own(f"{member.name} has version {declared_version}, but is locked as {locked}", at)

    def _extras(self, metadata: Mapping[str, Any], member: Member) -> Iterator[Note]:
        if self.ground.revision == 0:
            return
        wanted = {normal(extra) for extra in table(member.project, "optional-dependencies")}
        locked = {normal(extra) for extra in strings(metadata.get("provides-extras"))}
        at = Location(path=member.manifest.path)
        for extra in sorted(wanted - locked):
            yield self.ground.stale(f"the extra {extra} of {member.name} is not in the lock", at)
        for extra in sorted(locked - wanted):
            yield self.ground.stale(f"the lock has the extra {extra} of {member.name}, which is no longer declared", at)

    def _requires_dist(
        self, metadata: Mapping[str, Any], workspace: Workspace, member: Member, dynamic: bool, generation: Generation
    ) -> Iterator[Note]:
        wanted = self._declared_requirements(workspace, member, generation)
        locked = self._recorded(metadata.get("requires-dist"))
        notes = list(self.matching.compare(wanted, locked, member.name))
        if dynamic and notes and self.matching.same(flattened(wanted, member.name), locked):
            return
        yield from notes

    def _declared_requirements(self, workspace: Workspace, member: Member, generation: Generation) -> list[Wanted]:
        before_0_8 = not generation.required_members_are_packages
        wanted: list[Wanted] = []
        for found in declared(member.manifest, strings(member.project.get("dependencies"))):
            wanted.extend(workspace.lower(found, member=member, before_0_8=before_0_8))
        for extra, entries in table(member.project, "optional-dependencies").items():
            marker = parse(f"extra == '{normal(extra)}'") or ALWAYS
            for found in declared(member.manifest, strings(entries)):
                wanted.extend(
                    workspace.lower(found, member=member, extra=normal(extra), marker=marker, before_0_8=before_0_8)
                )
        self.used_indexes.update(one.source[1] for one in wanted if one.source[0] == "index" and one.source[1])
        return wanted

    def _compare_groups(
        self,
        groups: Mapping[str, list[tuple[str, Any]]],
        locked: Mapping[str, object],
        manifest: Manifest,
        owner: tuple[Workspace, Member] | None,
        generation: Generation,
        *,
        empty_count: bool,
    ) -> Iterator[Note]:
        workspace, member = owner or (self.ground.workspace, None)
        recorded_groups = {normal(name): self._recorded(entries) for name, entries in locked.items()}
        at = Location(path=manifest.path)
        for name in sorted(groups.keys() | recorded_groups.keys()):
            wanted: list[Wanted] = []
            entries = groups.get(name, [])
            for found, (_, marker) in zip(declared(manifest, [text for text, _ in entries]), entries, strict=True):
                before_0_8 = not generation.required_members_are_packages
                wanted.extend(workspace.lower(found, member=member, group=name, marker=marker, before_0_8=before_0_8))
            self.used_indexes.update(one.source[1] for one in wanted if one.source[0] == "index" and one.source[1])
            yield from self.matching.compare(wanted, recorded_groups.get(name, []), f"the group {name}")
            if empty_count and not wanted and not recorded_groups.get(name):
                if name not in recorded_groups:
                    yield self.ground.stale(f"the group {name} is not in the lock", at)
                elif name not in groups:
                    yield self.ground.stale(f"the lock has the group {name}, which is no longer declared", at)

    def _default_groups(self, entry: Mapping[str, Any], member: Member) -> Iterator[Note]:
        wanted, locked = (
            _default_groups(value) for value in (member.uv.get("default-groups"), entry.get("default-groups"))
        )
        if wanted != locked:
            at = Location(path=member.manifest.path)
            yield self.ground.stale(f"`default-groups` of {member.name} differ from what the lock was made with", at)

    def _indexes(self) -> Iterator[Note]:
        allowed, has_default = configured_indexes(self.ground.settings)
        if allowed is None:
            return
        origins = Counter(
            index_address(package.origin)
            for package in self.ground.lock.packages
            if package.source == "index" and package.origin
        )
        allowed |= self.used_indexes
        if not has_default:
            # The public index is used beside those configured; it is the other one that most packages come from.
            allowed |= {
                url for url, _ in Counter({u: n for u, n in origins.items() if u not in allowed}).most_common(1)
            }
        reported: set[str] = set()
        for package in self._direct_dependencies():
            url = index_address(package.origin or "")
            if package.source == "index" and package.origin and url not in allowed | reported:
                reported.add(url)
                message = f"{package.name} is locked from {redact(package.origin)}, which is no configured index"
                yield self.ground.stale(message, Location(path=self.ground.lock.path, line=package.line))

    def _direct_dependencies(self) -> Iterator[LockedPackage]:
        local = {str(entry["name"]) for entry in self.ground.data.get("local", ())}
        names = {d for package in self.ground.lock.packages if package.name in local for d in package.dependencies}
        return (package for package in self.ground.lock.packages if package.name in names)


_KIND_WORDS = {
    "virtual": "a project that is not built (virtual)",
    "editable": "an editable package",
    "directory": "a package that is not editable",
}


def _local_source(entry: Mapping[str, Any]) -> tuple[str, str]:
    source = entry["source"]
    kind = next(kind for kind in _KIND_WORDS if kind in source)
    return kind, posixpath.normpath(str(source[kind]).replace("\\", "/"))


def _version_text(value: object) -> str:
    return "" if value is None else canonicalize_version(str(value))


def _default_groups(value: object) -> tuple[str, ...] | str:
    return (
        value if isinstance(value, str) else tuple(normal(g) for g in strings(value)) if value is not None else ("dev",)
    )
