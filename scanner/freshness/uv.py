"""uv: is ``uv.lock`` what ``uv lock --check`` would leave as it is.

uv first compares the inputs recorded in the lock with the manifests' (``ValidatedLock::validate``, ``Lock::satisfies``
in uv 0.12); what differs there ends in another lock, so that the first comparison decides. Each comparison below is one
of uv's, in its order. Registry and git packages are never looked at by uv; whether they satisfy what is declared is
``covers``. The revision of the lock says which generation of uv wrote it; where generations disagree, so do
``other_versions``.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.utils import canonicalize_version

from scanner.facts import Extract, Location, LockedPackage, Manifest
from scanner.freshness.uv_coverage import covers
from scanner.freshness.uv_options import configured_indexes, same_moment, settings_for, texts
from scanner.freshness.uv_requirements import (
    Refused,
    Wanted,
    canonical,
    declared,
    flat_groups,
    flattened,
    including_groups,
    index_address,
    normal,
    recorded,
    sources_of,
    unread_field,
)
from scanner.freshness.uv_workspace import Member, Workspace, matches_whole
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import LockStatus, Reason
from scanner.markers import ALWAYS, Formula, bounds, covered, equivalent, parse
from scanner.redact import redact
from scanner.toml_reader import strings, table

_MOST_REASONS = 20
_MOST_CONFLICTS = 2000

Conflict = frozenset[tuple[str, str, str]]
"""Extras and groups that cannot be installed together: package, ``extra`` or ``group``, name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A range of uv versions that judge alike, as ``label`` names it."""

    label: str
    required_members_are_packages: bool = True
    unused_constraints_count: bool = True
    records_default_groups: bool = False


BEFORE_0_8 = Generation(label="<0.8", required_members_are_packages=False)
FROM_0_8 = Generation(label="0.8-0.12")
FROM_0_13 = Generation(label=">=0.13", unused_constraints_count=False, records_default_groups=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """Something that differs (``certain``), or that cannot be compared; ``own``: a project's own version, no more."""

    reason: Reason
    certain: bool = True
    own: bool = False


def check(scene: Scene) -> Verdict:
    """Judge a uv lock."""
    lock = scene.lock
    if (broken := lock.data.get("broken")) is not None:
        return Verdict(
            status="broken", covers=None, reasons=(Reason(message=broken[0], path=lock.path, line=broken[1]),)
        )
    if posixpath.basename(lock.path) != "uv.lock":
        reason = Reason(message="the metadata inside the script that this locks were not read", path=lock.path)
        return Verdict(status="undecidable", covers=None, reasons=(reason,))
    try:
        workspace = Workspace(posixpath.dirname(lock.path), scene.extracts, scene.files)
        _refuse_leftover(workspace, scene.extracts)
        comparison = _Comparison(scene, workspace)
        generation = comparison.written_by
        verdicts = {generation: comparison.notes(generation)}
        for other in comparison.others(generation):
            verdicts[other] = comparison.notes(other)
    except Refused as refused:
        answer, reasons = covers(scene, None)
        return Verdict(status="undecidable", covers=answer, reasons=(refused.reason, *reasons))
    answer, reasons = covers(scene, workspace)
    status = _status(verdicts[generation])
    others = _labelled({g: s for g, notes in verdicts.items() if (s := _status(notes)) != status})
    told = [note for note in verdicts[generation] if note.certain or status == "undecidable"]
    only_own = status == "stale" and all(note.own for note in told)
    wanted = [_own_version_only(note.reason) if only_own else note.reason for note in told]
    said = {reason.message for reason in wanted}
    wanted += [reason for reason in reasons if reason.message not in said]
    return Verdict(status=status, covers=answer, reasons=tuple(wanted[:_MOST_REASONS]), other_versions=others)


def _own_version_only(reason: Reason) -> Reason:
    """uv refuses the lock all the same (``uv lock --check``), but every dependency in it is as declared."""
    return replace(reason, message=f"own version only: {reason.message}")


def _labelled(others: Mapping[Generation, LockStatus]) -> dict[str, LockStatus]:
    """Other generations' answers by their names; the two latest under one, where they say the same."""
    if others.get(FROM_0_8) is not None and others.get(FROM_0_8) == others.get(FROM_0_13):
        return {">=0.8": others[FROM_0_8]}
    return {generation.label: status for generation, status in others.items()}


def _status(notes: list[_Note]) -> LockStatus:
    if any(note.certain for note in notes):
        return "stale"
    return "undecidable" if notes else "fresh"


def _refuse_leftover(workspace: Workspace, extracts: Mapping[str, Extract]) -> None:
    """A folder that belongs to the workspace of a folder above is locked there: uv never reads this lock."""
    if isinstance(workspace.uv.get("workspace"), dict) or workspace.folder == ".":
        return
    root = _root_above(workspace.folder, extracts)
    if root is not None:
        where = posixpath.join(root, "uv.lock") if root else "uv.lock"
        message = f"this folder is a member of a workspace; uv reads {where} instead of this lock"
        raise Refused(message, Location(path=workspace.root.path))


def _root_above(folder: str, extracts: Mapping[str, Extract]) -> str | None:
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


class _Comparison:
    """One lock against its workspace; each method is one of uv's comparisons and yields what differs."""

    def __init__(self, scene: Scene, workspace: Workspace) -> None:
        self.scene = scene
        self.lock = scene.lock
        self.data = scene.lock.data
        self.workspace = workspace
        self.settings, settings_path = settings_for(workspace.folder, scene.extracts)
        self.settings_path = settings_path or workspace.root.path
        workspace.no_sources = self.settings.get("no-sources") is True
        self.python = self.lock.requires_python
        revision = self.data.get("revision", 0)
        self.revision = revision if isinstance(revision, int) else 0
        self.names = frozenset(package.key for package in self.lock.packages)
        self.used_indexes: set[str] = set()
        self.as_written = self.only_written = False

    @property
    def written_by(self) -> Generation:
        """The generation that wrote the lock, by its revision."""
        return BEFORE_0_8 if self.revision < 3 else FROM_0_8 if self.revision < 5 else FROM_0_13

    def others(self, generation: Generation) -> list[Generation]:
        """The other generations, where what they do differently is used here at all."""
        uv = self.workspace.uv
        found = []
        touched = any(
            uv.get(key) for key in ("constraint-dependencies", "override-dependencies", "exclude-dependencies")
        )
        touched |= self.revision >= 5
        members = self.workspace.members.values()
        unbuilt = any(
            "build-system" not in member.manifest.data for member in members if member.name in self.workspace.required
        )
        if unbuilt or any(
            "path" in source for member in members for s in sources_of(member.uv).values() for source in s
        ):
            found.append(FROM_0_8 if generation is BEFORE_0_8 else BEFORE_0_8)
        if self.only_written:
            found.append(FROM_0_8)
        if touched:
            found.append(FROM_0_8 if generation is FROM_0_13 else FROM_0_13)
        if found and generation is BEFORE_0_8:
            found = [FROM_0_8, FROM_0_13]
        return [other for other in dict.fromkeys(found) if other is not generation]

    def notes(self, generation: Generation) -> list[_Note]:
        """All that differs for this generation of uv, in the order in which uv looks."""
        self.used_indexes = set()
        self.as_written = generation is BEFORE_0_8 and self.revision <= 2
        return [
            *self._options(),
            *self._exclude_newer(),
            *self._environments(),
            *self._conflicts(),
            *self._requires_python(),
            *self._prerelease(),
            *self._members(),
            *self._kinds(generation),
            *self._inputs(generation),
            *self._dependency_metadata(),
            *self._local_packages(generation),
            *self._indexes(),
        ]

    # Places

    def _own(self, message: str, at: Location) -> _Note:
        return replace(self._stale(message, at), own=True)

    def _stale(self, message: str, at: Location | None = None) -> _Note:
        at = at or Location(path=self.workspace.root.path)
        return _Note(reason=Reason(message=message, path=at.path, line=at.line))

    def _unknown(self, message: str, at: Location | None = None) -> _Note:
        at = at or Location(path=self.workspace.root.path)
        return _Note(reason=Reason(message=message, path=at.path, line=at.line), certain=False)

    def _setting(self) -> Location:
        if self.settings_path == self.workspace.root.path:
            found = self.workspace.root.table("tool.uv")
            return found.at if found else Location(path=self.settings_path)
        return Location(path=self.settings_path)

    def _line_of(self, name: str) -> Location:
        line = next((package.line for package in self.lock.packages if package.key == name), None)
        return Location(path=self.lock.path, line=line)

    # Options

    def _options(self) -> Iterator[_Note]:
        options = table(self.data, "options")
        for key, setting, default in (
            ("resolution-mode", "resolution", "highest"),
            ("fork-strategy", "fork-strategy", "requires-python"),
        ):
            yield from self._option(options, key, setting, default)

    def _option(self, options: Mapping[str, Any], key: str, setting: str, default: str) -> Iterator[_Note]:
        locked, wanted = options.get(key, default), self.settings.get(setting, default)
        if locked != wanted:
            yield self._stale(f"`{setting}` is {wanted}, but the lock was made with {locked}", self._setting())

    def _prerelease(self) -> Iterator[_Note]:
        options = table(self.data, "options")
        recorded, wanted = options.get("prerelease-mode"), self.settings.get("prerelease")
        if {recorded, wanted} == {None, "if-necessary"}:
            if self.revision < 5:
                message = "`prerelease` if-necessary is the default of uv from 0.12 on, and differs from it before"
                yield self._unknown(f"{message}: the lock does not say which of them wrote it", self._setting())
        else:
            yield from self._option(options, "prerelease-mode", "prerelease", "if-necessary-or-explicit")
        locked = table(options, "prerelease-package")
        declared = table(self.settings, "prerelease-package")
        if {normal(k): v for k, v in locked.items()} != {normal(k): v for k, v in declared.items()}:
            yield self._stale("`prerelease-package` differs from what the lock was made with", self._setting())

    def _exclude_newer(self) -> Iterator[_Note]:
        options = table(self.data, "options")
        locked: dict[str, object] = {}
        if "exclude-newer" in options or "exclude-newer-span" in options:
            locked[""] = {"timestamp": options.get("exclude-newer"), "span": options.get("exclude-newer-span")}
        locked.update({normal(k): v for k, v in table(options, "exclude-newer-package").items()})
        wanted: dict[str, object] = {}
        if "exclude-newer" in self.settings:
            wanted[""] = self.settings["exclude-newer"]
        wanted.update({normal(k): v for k, v in table(self.settings, "exclude-newer-package").items()})
        for name in sorted(locked.keys() | wanted.keys()):
            what = f"`exclude-newer` of {name}" if name else "`exclude-newer`"
            if name not in locked:
                yield self._stale(f"{what} is set, but the lock was made without it", self._setting())
            elif name not in wanted:
                yield self._stale(f"{what} was set when the lock was made, and no longer is", self._setting())
            else:
                same = same_moment(locked[name], wanted[name])
                if same is False:
                    yield self._stale(f"{what} differs from what the lock was made with", self._setting())
                elif same is None:
                    yield self._unknown(f"{what} depends on the time zone, or is not understood", self._setting())

    # Environments and Python

    def _environments(self) -> Iterator[_Note]:
        for key, setting in (("supported-markers", "environments"), ("required-markers", "required-environments")):
            locked, wanted = texts(self.data.get(key)), texts(self.workspace.uv.get(setting))
            if len(locked) != len(wanted):
                yield self._stale(f"`{setting}` differs from what the lock was made with", self._setting())
                continue
            for one, two in zip(locked, wanted, strict=True):
                same = equivalent(one, two, self.python)
                if same is False:
                    yield self._stale(f"`{setting}` says {two!r}, the lock was made with {one!r}", self._setting())
                elif same is None:
                    yield self._unknown(f"`{setting}` {two!r} is not understood", self._setting())
        forks = texts(self.data.get("resolution-markers"))
        supported = texts(self.data.get("supported-markers")) or [""]
        if forks and not self.data.get("conflicts") and covered(supported, forks, self.python) is False:
            yield self._stale("the lock's forks do not cover all environments", Location(path=self.lock.path))

    def _conflicts(self) -> Iterator[_Note]:
        locked = _conflict_sets(self.data.get("conflicts"), None)
        wanted: list[Conflict] = []
        if not self.workspace.has_project:
            wanted += _conflict_sets(self.workspace.uv.get("conflicts"), None)
        for member in self.workspace.members.values():
            wanted += _conflict_sets(member.uv.get("conflicts"), member.name)
        surplus = set(locked[len(wanted) :])
        # Which order inferred sets come in depends on the uv version; before revision 3 there may be none.
        inferred = self._inferred(wanted)
        if locked[: len(wanted)] != wanted or (surplus != inferred and (surplus or self.revision >= 3)):
            yield self._stale("`conflicts` differ from what the lock was made with", self._setting())

    def _inferred(self, conflicts: list[Conflict]) -> set[Conflict]:
        """What conflicts beside: groups that include conflicting groups (``expand_transitive_group_includes``)."""
        root = self.workspace.root
        including = including_groups(root) if self.workspace.has_project else {}
        sets = list(dict.fromkeys(conflicts))
        for item in sorted({item for one in sets for item in one if item[1] == "group"}):
            others = [(normal(root.name or ""), "group", group) for group in including.get(item[2], ())]
            sets += [one - {item} | {other} for one in sets if item in one for other in others]
            if len(sets) > _MOST_CONFLICTS:
                break
        return set(sets) - set(conflicts)

    def _requires_python(self) -> Iterator[_Note]:
        declared_by = [
            (member, text)
            for member in self.workspace.members.values()
            if isinstance(text := member.project.get("requires-python"), str)
        ]
        if not declared_by and self.python == f">={self._version_file()}":
            return
        if not declared_by:
            yield self._unknown(
                "no requires-python is declared, so that uv takes the Python that it runs on"
                f" (the lock was made for {self.python})"
            )
            return
        locked, wanted = bounds(self.python), bounds(",".join(text for _, text in declared_by))
        at = declared_by[0][0].manifest.requires_python_at or Location(path=declared_by[0][0].manifest.path)
        if locked is None or wanted is None:
            yield self._unknown("requires-python is not understood", at)
        elif locked != wanted:
            texts = " and ".join(dict.fromkeys(text for _, text in declared_by))
            yield self._stale(f"requires-python is {texts}, but the lock was made for {self.python}", at)

    def _version_file(self) -> str | None:
        """The minor version of Python in ``.python-version``, from which uv makes a missing ``requires-python``."""
        extract = self.scene.extracts.get(posixpath.normpath(posixpath.join(self.workspace.folder, ".python-version")))
        versions = [python.version for python in extract.pythons] if extract is not None else []
        match = re.match(r"\d+\.\d+", versions[0]) if versions else None
        return match[0] if match else None

    # Members

    def _members(self) -> Iterator[_Note]:
        wanted = set(self.workspace.members)
        if len(wanted) == 1 and self.workspace.has_project:
            wanted = set()
        locked = set(strings(table(self.data, "manifest").get("members")))
        at = self.workspace.root.table("tool.uv.workspace")
        for name in sorted(wanted - locked):
            path = Location(path=self.workspace.members[name].manifest.path)
            yield self._stale(f"the workspace member {name} is not in the lock", path)
        for name in sorted(locked - wanted):
            message = f"the lock has the workspace member {name}, which the workspace no longer has"
            yield self._stale(message, at.at if at else None)

    def _kinds(self, generation: Generation) -> Iterator[_Note]:
        for name, member in self.workspace.members.items():
            entry = next((e for e in self.data.get("local", ()) if e.get("name") == name), None)
            if entry is None:
                message = f"the project {name} is not in the lock as a local package"
                yield self._stale(message, Location(path=member.manifest.path))
                continue
            locked = _local_source(entry)[0]
            wanted = self.workspace.kind(member, before_0_8=not generation.required_members_are_packages)
            if locked != wanted:
                message = f"{name} is to be {_KIND_WORDS[wanted]}, but is locked as {_KIND_WORDS[locked]}"
                yield self._stale(message, Location(path=member.manifest.path))

    # Recorded inputs

    def _inputs(self, generation: Generation) -> Iterator[_Note]:
        recorded_inputs, uv = table(self.data, "manifest"), self.workspace.uv
        for key, setting in (
            ("constraints", "constraint-dependencies"),
            ("overrides", "override-dependencies"),
            ("build-constraints", "build-constraint-dependencies"),
        ):
            wanted = self._root_requirements(strings(uv.get(setting)), generation)
            locked = self._recorded(recorded_inputs.get(key))
            if not generation.unused_constraints_count and key != "build-constraints":
                wanted = [one for one in wanted if one.name in self.names]
                locked = [one for one in locked if one.name in self.names]
            yield from self._compare(wanted, locked, f"`{setting}`")
        excluded = {normal(name) for name in strings(uv.get("exclude-dependencies"))}
        locked_excluded = {normal(name) for name in strings(recorded_inputs.get("excludes"))}
        differing = excluded ^ locked_excluded
        if not generation.unused_constraints_count:
            differing &= self.names
        if differing:
            message = f"`exclude-dependencies` differ from the lock's: {', '.join(sorted(differing))}"
            yield self._stale(message, self._setting())
        yield from self._root_groups(table(recorded_inputs, "dependency-groups"), generation)

    def _root_requirements(self, texts: list[str], generation: Generation) -> list[Wanted]:
        root = (
            self.workspace.members.get(normal(self.workspace.root.name or "")) if self.workspace.has_project else None
        )
        return [
            wanted
            for found in declared(self.workspace.root, texts)
            for wanted in self.workspace.lower(
                found, member=root, before_0_8=not generation.required_members_are_packages
            )
        ]

    def _root_groups(self, locked: Mapping[str, object], generation: Generation) -> Iterator[_Note]:
        groups = {} if self.workspace.has_project else flat_groups(self.workspace.root)
        yield from self._compare_groups(groups, locked, self.workspace.root, None, generation, empty_count=False)

    def _recorded(self, entries: object) -> list[Wanted]:
        found = [recorded(entry) for entry in entries] if isinstance(entries, list) else []
        if None in found:
            raise Refused("the lock records a requirement that is not understood", Location(path=self.lock.path))
        return [one for one in found if one is not None]

    def _dependency_metadata(self) -> Iterator[_Note]:
        locked = self._static_metadata(table(self.data, "manifest").get("dependency-metadata"))
        wanted = self._static_metadata(self.settings.get("dependency-metadata"))
        if locked != wanted:
            names = ", ".join(sorted({name for name, *_ in locked ^ wanted}))
            yield self._stale(f"`dependency-metadata` differs from the lock's: {names}", self._setting())

    def _static_metadata(self, entries: object) -> set[tuple[str, ...]]:
        found = set()
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, Mapping):
                continue
            wanted = [
                f"{one.key}[{','.join(sorted(one.extras))}]{canonical(one.specifier or '')}{one.url};{one.marker}"
                for one in declared(self.workspace.root, strings(entry.get("requires-dist")))
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

    # Local packages

    def _local_packages(self, generation: Generation) -> Iterator[_Note]:
        for entry in self.data.get("local", ()):
            yield from self._local_package(entry, generation)

    def _local_package(self, entry: Mapping[str, Any], generation: Generation) -> Iterator[_Note]:
        name, (_, path) = str(entry["name"]), _local_source(entry)
        try:
            workspace, member = self._owner(path)
        except Refused as refused:
            yield _Note(reason=refused.reason, certain=False)
            return
        if member is None:
            message = f"{name} at {path} has no [project]: only building it would tell its metadata"
            yield self._unknown(message, self._line_of(name))
            return
        at = Location(path=member.manifest.path)
        dynamic = strings(member.project.get("dynamic"))
        yield from self._version(entry, member, dynamic)
        unread = unread_field(member.manifest)
        metadata = table(entry, "metadata")
        if unread is not None:
            yield self._unknown(f"{name}: {unread} are dynamic: only building it would tell them", at)
        else:
            yield from self._extras(metadata, member)
            yield from self._requires_dist(metadata, workspace, member, "version" in dynamic, generation)
        groups = flat_groups(member.manifest)
        locked = table(metadata, "requires-dev")
        yield from self._compare_groups(
            groups, locked, member.manifest, (workspace, member), generation, empty_count=self.revision > 0
        )
        if generation.records_default_groups and self.revision >= 5 and workspace is self.workspace:
            yield from self._default_groups(entry, member)

    def _owner(self, path: str) -> tuple[Workspace, Member | None]:
        """The workspace and member of the local package at ``path`` (relative to the lock)."""
        member = next((m for m in self.workspace.members.values() if (m.folder or ".") == path), None)
        if member is not None:
            return self.workspace, member
        full = posixpath.normpath(posixpath.join(self.workspace.folder, path))
        place = Location(path=self.lock.path)
        if path.startswith("/") or full == ".." or full.startswith("../"):
            raise Refused(f"{path} leads outside the repository", place)
        extract = self.scene.extracts.get(posixpath.normpath(posixpath.join(full, "pyproject.toml")))
        if extract is None or extract.manifest is None:
            prefix = "" if full == "." else full + "/"
            if not any(file.startswith(prefix) for file in self.scene.files):
                raise Refused(f"the lock has a package at {path}, where the repository has nothing", place)
            return self.workspace, None
        if not isinstance(extract.manifest.data.get("project"), dict):
            return self.workspace, None
        folder = full if full != "." else ""
        root = None
        if not isinstance(table(extract.manifest.data, "tool", "uv").get("workspace"), dict):
            root = _root_above(folder, self.scene.extracts)
        other = Workspace(
            folder if root is None else root, self.scene.extracts, self.scene.files, origin=self.workspace.folder
        )
        inside = posixpath.relpath("/" + folder, posixpath.normpath("/" + other.folder))
        return other, next((m for m in other.members.values() if (m.folder or ".") == inside), None)

    def _version(self, entry: Mapping[str, Any], member: Member, dynamic: list[str]) -> Iterator[_Note]:
        locked, declared_version = entry.get("version"), member.project.get("version")
        at = Location(path=member.manifest.path)
        if "version" in dynamic:
            if locked is not None and self.revision == 0:
                # The first versions of uv built the project and locked what its version came to.
                yield self._unknown(f"the version of {member.name} is dynamic: only building it would tell it", at)
            elif locked is not None:
                yield self._own(f"the version of {member.name} is dynamic now, but locked as {locked}", at)
        elif locked is None:
            yield self._own(f"the version of {member.name} is {declared_version}, but locked as dynamic", at)
        elif not isinstance(declared_version, str):
            yield self._unknown(f"{member.name} declares no version", at)
        elif _version_text(declared_version) != _version_text(locked):
            yield self._own(f"{member.name} has version {declared_version}, but is locked as {locked}", at)

    def _extras(self, metadata: Mapping[str, Any], member: Member) -> Iterator[_Note]:
        if self.revision == 0:
            return
        wanted = {normal(extra) for extra in table(member.project, "optional-dependencies")}
        locked = {normal(extra) for extra in strings(metadata.get("provides-extras"))}
        at = Location(path=member.manifest.path)
        for extra in sorted(wanted - locked):
            yield self._stale(f"the extra {extra} of {member.name} is not in the lock", at)
        for extra in sorted(locked - wanted):
            yield self._stale(f"the lock has the extra {extra} of {member.name}, which is no longer declared", at)

    def _requires_dist(
        self, metadata: Mapping[str, Any], workspace: Workspace, member: Member, dynamic: bool, generation: Generation
    ) -> Iterator[_Note]:
        wanted = self._declared_requirements(workspace, member, generation)
        locked = self._recorded(metadata.get("requires-dist"))
        notes = list(self._compare(wanted, locked, member.name))
        if dynamic and notes and self._same(flattened(wanted, member.name), locked):
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
    ) -> Iterator[_Note]:
        workspace, member = owner or (self.workspace, None)
        recorded_groups = {normal(name): self._recorded(entries) for name, entries in locked.items()}
        at = Location(path=manifest.path)
        for name in sorted(groups.keys() | recorded_groups.keys()):
            wanted: list[Wanted] = []
            entries = groups.get(name, [])
            for found, (_, marker) in zip(declared(manifest, [text for text, _ in entries]), entries, strict=True):
                before_0_8 = not generation.required_members_are_packages
                wanted.extend(workspace.lower(found, member=member, group=name, marker=marker, before_0_8=before_0_8))
            self.used_indexes.update(one.source[1] for one in wanted if one.source[0] == "index" and one.source[1])
            yield from self._compare(wanted, recorded_groups.get(name, []), f"the group {name}")
            if empty_count and not wanted and not recorded_groups.get(name):
                if name not in recorded_groups:
                    yield self._stale(f"the group {name} is not in the lock", at)
                elif name not in groups:
                    yield self._stale(f"the lock has the group {name}, which is no longer declared", at)

    def _default_groups(self, entry: Mapping[str, Any], member: Member) -> Iterator[_Note]:
        wanted, locked = (
            _default_groups(value) for value in (member.uv.get("default-groups"), entry.get("default-groups"))
        )
        if wanted != locked:
            at = Location(path=member.manifest.path)
            yield self._stale(f"`default-groups` of {member.name} differ from what the lock was made with", at)

    # Indexes

    def _indexes(self) -> Iterator[_Note]:
        allowed, has_default = configured_indexes(self.settings)
        if allowed is None:
            return
        origins = Counter(
            index_address(package.origin)
            for package in self.lock.packages
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
                yield self._stale(message, Location(path=self.lock.path, line=package.line))

    def _direct_dependencies(self) -> Iterator[LockedPackage]:
        local = {str(entry["name"]) for entry in self.data.get("local", ())}
        names = {d for package in self.lock.packages if package.name in local for d in package.dependencies}
        return (package for package in self.lock.packages if package.name in names)

    # Comparing requirements

    def _compare(self, wanted: list[Wanted], locked: list[Wanted], what: str) -> Iterator[_Note]:
        missing, unsure = self._unmatched(wanted, locked)
        surplus, _ = self._unmatched(locked, wanted)
        for one in unsure:
            yield self._unknown(f"the marker of {one.text} cannot be compared", one.at)
        recorded_as: dict[str, list[Wanted]] = {}
        for one in surplus:
            recorded_as.setdefault(one.name, []).append(one)
        for one in missing:
            before = recorded_as.pop(one.name, [])
            said = f"the lock records {', '.join(b.text for b in before)}" if before else "the lock does not record it"
            yield self._stale(f"{one.text}{_place(one.at)} of {what} is declared, but {said}", one.at)
        for left in recorded_as.values():
            for one in left:
                yield self._stale(f"the lock records {one.text} for {what}, which is not declared so (any more)")

    def _same(self, these: list[Wanted], those: list[Wanted]) -> bool:
        return not any((*self._unmatched(these, those), *self._unmatched(those, these)))

    def _alike(self, one: Formula, two: Formula) -> bool | None:
        """Whether markers are alike within ``requires-python``: as written before 0.7.22, as meant in what follows.

        Revision 2 is of versions on either side of that.
        """
        if not self.as_written or not equivalent(one, two, self.python):
            return equivalent(one, two, self.python)
        exact = equivalent(one, two)
        self.only_written |= exact is False
        return None if exact is False and self.revision == 2 else exact

    def _unmatched(self, these: list[Wanted], those: list[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
        known: dict[object, list[Formula]] = {}
        for one in those:
            known.setdefault(one.identity, []).append(one.marker)
        missing: list[Wanted] = []
        unsure: list[Wanted] = []
        for one in these:
            markers = known.get(one.identity, ())
            if one.marker in markers:
                continue
            answers = {self._alike(one.marker, marker) for marker in markers}
            if True not in answers:
                (unsure if None in answers else missing).append(one)
        return missing, unsure


_KIND_WORDS = {
    "virtual": "a project that is not built (virtual)",
    "editable": "an editable package",
    "directory": "a package that is not editable",
}


def _place(at: Location | None) -> str:
    if at is None:
        return ""
    return f" ({at.path}:{at.line})" if at.line is not None else f" ({at.path})"


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


def _conflict_sets(value: object, package: str | None) -> list[Conflict]:
    found = []
    for entries in value if isinstance(value, list) else ():
        items = set()
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping):
                owner = normal(str(entry.get("package", package or "")))
                kind = next((kind for kind in ("extra", "group") if kind in entry), "")
                items.add((owner, kind, normal(str(entry.get(kind, ""))) if kind else ""))
        found.append(frozenset(items))
    return found


CHECK = LockCheck(tools=("uv",), check=check)
