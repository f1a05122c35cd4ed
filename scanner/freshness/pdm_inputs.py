"""What PDM hashes or records of a manifest: its digest by generation, and the inputs of ``lock_inputs`` mode.

Rules from pdm-project/pdm: ``src/pdm/project/project_file.py`` (``content_hash``), ``src/pdm/project/workspace.py`` and
``src/pdm/project/lockfile/freshness.py`` (2.29).
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.facts import Location, Manifest, Requirement
from scanner.freshness.verdict import Scene
from scanner.markers import equivalent
from scanner.pep508 import InvalidRequirement, requirement
from scanner.toml_reader import strings, table

GENERATIONS = ("<1.0", "1.0-1.4", "1.5-1.11", "1.12-2.2", "2.3-2.11", "2.12-2.15", "2.16-2.19", ">=2.20")
"""PDM versions between which the digest's content changed, oldest first."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OLDEST = re.compile("(?:.+-)?dependencies")
_ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})


class Unknown(Exception):
    """PDM would look at something that cannot be known from the files; the message says what."""


def digest(generation: str, manifest: Manifest, algorithm: str, scene: Scene) -> str:
    """The digest of the manifest, with its workspace's members where it has any; raises :class:`Unknown`."""
    if algorithm not in _ALGORITHMS:
        raise Unknown(f"the lock records a digest of an unknown kind ({algorithm[:20]})")
    own = _digest(generation, manifest.data, algorithm)
    patterns = strings(table(manifest.data, "tool", "pdm", "workspace").get("members"))
    if not patterns or generation != GENERATIONS[-1]:
        return own
    hasher = hashlib.new(algorithm, own.encode(), usedforsecurity=False)
    for folder, member in _members(patterns, manifest.path, scene):
        hasher.update(b"\0" + folder.encode() + b"\0" + _digest(generation, member.data, algorithm).encode())
    return hasher.hexdigest()


def _members(patterns: list[str], path: str, scene: Scene) -> Iterator[tuple[str, Manifest]]:
    """The members' folders, relative to the root's, and their manifests, in PDM's order."""
    if any("**" in pattern for pattern in patterns):
        raise Unknown("the workspace's members are given by a pattern over several levels")
    root = posixpath.dirname(path)
    wanted = [posixpath.normpath(pattern).split("/") for pattern in patterns]
    for file in sorted(scene.files, key=posixpath.dirname):
        folder = posixpath.relpath(posixpath.dirname(file) or ".", root or ".")
        parts = folder.split("/")
        if posixpath.basename(file) != "pyproject.toml" or not any(_fits(parts, pattern) for pattern in wanted):
            continue
        extract = scene.extracts.get(file)
        if extract is None or extract.manifest is None:
            raise Unknown(f"the workspace member {folder} cannot be read")
        yield folder, extract.manifest


def _fits(parts: list[str], pattern: list[str]) -> bool:
    return len(parts) == len(pattern) and all(fnmatchcase(p, w) for p, w in zip(parts, pattern, strict=True))


def _digest(generation: str, data: Mapping[str, Any], algorithm: str) -> str:
    try:
        text = json.dumps(hashed(generation, data), sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        raise Unknown("the manifest holds values that JSON cannot") from None
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


def hashed(generation: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a manifest that the digest is taken of."""
    age = GENERATIONS.index(generation)
    project, settings = table(data, "project"), table(data, "tool", "pdm")
    if age == 0:
        return {"sources": settings.get("source", [])} | {k: v for k, v in settings.items() if _OLDEST.fullmatch(k)}
    resolution = settings.get("resolution", {})
    content: dict[str, Any] = {
        "sources": settings.get("source", []),
        "dependencies": project.get("dependencies", []),
        "dev-dependencies": project.get("dev-dependencies", []) if age == 1 else settings.get("dev-dependencies", {}),
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
    }
    if age >= 7:
        content["dev-dependencies"] = _development(data, settings)
    if age >= 6:
        content["resolution"] = resolution
    elif age >= 3:
        overrides = resolution.get("overrides", {}) if isinstance(resolution, dict) else {}
        older = settings.get("overrides", {})
        content["overrides"] = older if age == 3 else (older or overrides) if age == 4 else overrides
    return content


def _development(data: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for name, entries in table(data, "dependency-groups").items():
        if normal(name) in groups:
            raise Unknown(f"the dependency group {name} is declared twice, which PDM refuses")
        groups[normal(name)] = entries
    for name, entries in table(settings, "dev-dependencies").items():
        before = groups.get(normal(name), [])
        if not isinstance(before, list) or not isinstance(entries, list):
            raise Unknown(f"the dependency group {name} is not a list")
        groups[normal(name)] = [*before, *entries]
    return groups


def normal(name: str) -> str:
    """A name as PDM normalises it."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).lower()


# --- lock_inputs mode ----------------------------------------------------------------------------------------------


def inputs_match(manifest: Manifest, recorded: object) -> tuple[bool, str]:
    """Whether the recorded inputs are those of the manifest, and what differs; raises :class:`Unknown`.

    Specifiers are no part of the inputs: PDM compares them with the locked versions.
    """
    if not isinstance(recorded, Mapping):
        return False, "the recorded inputs are no table"
    settings = table(manifest.data, "tool", "pdm")
    if "workspace" in recorded or table(settings, "workspace"):
        raise Unknown("the inputs of workspace members are compared by PDM itself only")
    locked = table(recorded, "project")
    if locked.get("local"):
        raise Unknown("the lock records the inputs of local packages")
    if not _same_python(manifest.requires_python or "", locked.get("requires-python")):
        return False, "requires-python is not the recorded one"
    current = {key: value for key, value in table(settings, "resolution").items() if key != "lock_inputs"}
    if _fingerprinted(current) != locked.get("resolution", {}):
        return False, "[tool.pdm.resolution] is not the recorded one"
    if [_source(s) for s in settings.get("source", []) if isinstance(s, dict)] != locked.get("sources", []):
        return False, "the sources are not the recorded ones"
    return _same_groups(_groups(manifest), table(locked, "groups"), manifest.requires_python)


def _same_python(current: str, recorded: object) -> bool:
    if not isinstance(recorded, str):
        return False
    try:
        one, other = SpecifierSet(current), SpecifierSet(recorded)
    except InvalidSpecifier:
        raise Unknown("requires-python cannot be read") from None
    if one != other and max(len(one), len(other)) > 2:
        raise Unknown("requires-python and the recorded one may be the same, written differently")
    return one == other


def _fingerprint(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


def _fingerprinted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _fingerprinted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fingerprinted(item) for item in value]
    return _fingerprint(value) if isinstance(value, str) and _URL.search(value) else value


def _source(source: Mapping[str, Any]) -> Any:
    item = {key: value for key, value in source.items() if key not in ("username", "password")}
    if url := item.get("url"):
        item["url"] = _fingerprint(str(url))
    for key in ("include_packages", "exclude_packages"):
        if key in item:
            item[key] = sorted(strings(item[key]))
    return _fingerprinted(item)


def locked_groups(manifest: Manifest, groups: Iterable[str]) -> Iterator[Requirement]:
    """The requirements of the lock's ``groups`` (``default`` is the runtime)."""
    wanted = {normal(group) for group in groups}
    standard = {normal(name) for name in table(manifest.data, "dependency-groups")}
    standard |= {normal(name) for name in table(manifest.data, "tool", "pdm", "dev-dependencies")}
    for item in manifest.requirements:
        name = "default" if item.scope == "runtime" else normal(item.group or "")
        known = item.scope in ("runtime", "optional") or (item.scope == "group" and name in standard)
        if known and name in wanted:
            yield item


def all_groups(manifest: Manifest) -> tuple[str, ...]:
    """Every group that PDM knows of in this manifest, in normal form."""
    names = {"default", *table(manifest.data, "project", "optional-dependencies")}
    names |= {*table(manifest.data, "dependency-groups"), *table(manifest.data, "tool", "pdm", "dev-dependencies")}
    return tuple(sorted(normal(name) for name in names))


_NOWHERE = Location(path="")
_Line = tuple[str, tuple[str, ...], str | None]


def _groups(manifest: Manifest) -> dict[str, list[_Line]]:
    """Each group's requirements as PDM records them: name, extras and marker; references to own extras unfolded."""
    own = {group: list(locked_groups(manifest, (group,))) for group in all_groups(manifest)}
    name = normal(manifest.name or "")
    return {group: _unfolded(group, own, name) for group in own}


def _unfolded(group: str, own: Mapping[str, list[Requirement]], name: str) -> list[_Line]:
    lines: dict[_Line, None] = {}
    seen: set[str] = set()
    waiting = [group]
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for item in own.get(current, ()):
            if item.source != "index" or not item.name:
                raise Unknown(f"how PDM writes {item.name or item.raw} down is known to PDM only")
            if name and normal(item.name) == name:
                waiting += [normal(extra) for extra in item.extras]
            else:
                lines[_line(item)] = None
    return list(lines)


def _line(item: Requirement) -> _Line:
    return re.sub(r"[^A-Za-z0-9]+", "-", item.name), tuple(sorted(item.extras)), item.marker


def _same_groups(
    current: Mapping[str, list[_Line]], recorded: Mapping[str, Any], python: str | None
) -> tuple[bool, str]:
    if set(current) != set(recorded):
        names = ", ".join(sorted(set(current) ^ set(recorded)))
        return False, f"the groups are not the recorded ones ({names})"
    for group, lines in current.items():
        known = [_recorded_line(text) for text in strings(recorded[group])]
        if sorted((name, extras) for name, extras, _ in lines) != sorted((name, extras) for name, extras, _ in known):
            return False, f"the requirements of the group {group} are not the recorded ones"
        for (name, _, marker), (_, _, other) in zip(sorted(lines, key=_key), sorted(known, key=_key), strict=True):
            same = equivalent(marker, other, python)
            if same is None:
                raise Unknown(f"the marker of {name} cannot be compared with the recorded one")
            if not same:
                return False, f"the marker of {name} is not the recorded one"
    return True, ""


def _recorded_line(text: str) -> _Line:
    if text.startswith("url-sha256:"):
        raise Unknown("the lock records a requirement by an address, which is known to PDM only")
    try:
        item = requirement(text, at=_NOWHERE)
    except InvalidRequirement:
        return text, (), None
    return _line(item)


def _key(line: _Line) -> tuple[str, tuple[str, ...], str]:
    return line[0], line[1], line[2] or ""
