"""The settings that a uv lock records, against those of the workspace: options, environments, conflicts, Python."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.facts import Location
from scanner.freshness.uv_ground import Ground, Note
from scanner.freshness.uv_options import same_moment, texts
from scanner.freshness.uv_requirements import including_groups, normal
from scanner.markers import bounds, covered, equivalent
from scanner.toml_reader import table

_MOST_CONFLICTS = 2000

Conflict = frozenset[tuple[str, str, str]]
"""Extras and groups that cannot be installed together: package, ``extra`` or ``group``, name."""


def settings_notes(ground: Ground) -> Iterator[Note]:
    """All settings that differ, in the order in which uv looks."""
    yield from _options(ground)
    yield from _exclude_newer(ground)
    yield from _environments(ground)
    yield from _conflicts(ground)
    yield from _requires_python(ground)
    yield from _prerelease(ground)


def _options(ground: Ground) -> Iterator[Note]:
    options = table(ground.data, "options")
    for key, setting, default in (
        ("resolution-mode", "resolution", "highest"),
        ("fork-strategy", "fork-strategy", "requires-python"),
    ):
        yield from _option(ground, options, key, setting, default)


def _option(ground: Ground, options: Mapping[str, Any], key: str, setting: str, default: str) -> Iterator[Note]:
    locked, wanted = options.get(key, default), ground.settings.get(setting, default)
    if locked != wanted:
        yield ground.stale(f"`{setting}` is {wanted}, but the lock was made with {locked}", ground.setting())


def _prerelease(ground: Ground) -> Iterator[Note]:
    options = table(ground.data, "options")
    recorded, wanted = options.get("prerelease-mode"), ground.settings.get("prerelease")
    if {recorded, wanted} == {None, "if-necessary"}:
        if ground.revision < 5:
            message = "`prerelease` if-necessary is the default of uv from 0.12 on, and differs from it before"
            yield ground.unknown(f"{message}: the lock does not say which of them wrote it", ground.setting())
    else:
        yield from _option(ground, options, "prerelease-mode", "prerelease", "if-necessary-or-explicit")
    locked = table(options, "prerelease-package")
    declared = table(ground.settings, "prerelease-package")
    if {normal(k): v for k, v in locked.items()} != {normal(k): v for k, v in declared.items()}:
        yield ground.stale("`prerelease-package` differs from what the lock was made with", ground.setting())


def _exclude_newer(ground: Ground) -> Iterator[Note]:
    options = table(ground.data, "options")
    locked: dict[str, object] = {}
    if "exclude-newer" in options or "exclude-newer-span" in options:
        locked[""] = {"timestamp": options.get("exclude-newer"), "span": options.get("exclude-newer-span")}
    locked.update({normal(k): v for k, v in table(options, "exclude-newer-package").items()})
    wanted: dict[str, object] = {}
    if "exclude-newer" in ground.settings:
        wanted[""] = ground.settings["exclude-newer"]
    wanted.update({normal(k): v for k, v in table(ground.settings, "exclude-newer-package").items()})
    for name in sorted(locked.keys() | wanted.keys()):
        what = f"`exclude-newer` of {name}" if name else "`exclude-newer`"
        if name not in locked:
            yield ground.stale(f"{what} is set, but the lock was made without it", ground.setting())
        elif name not in wanted:
            yield ground.stale(f"{what} was set when the lock was made, and no longer is", ground.setting())
        else:
            same = same_moment(locked[name], wanted[name])
            if same is False:
                yield ground.stale(f"{what} differs from what the lock was made with", ground.setting())
            elif same is None:
                yield ground.unknown(f"{what} depends on the time zone, or is not understood", ground.setting())


def _environments(ground: Ground) -> Iterator[Note]:
    for key, setting in (("supported-markers", "environments"), ("required-markers", "required-environments")):
        locked, wanted = texts(ground.data.get(key)), texts(ground.workspace.uv.get(setting))
        if len(locked) != len(wanted):
            yield ground.stale(f"`{setting}` differs from what the lock was made with", ground.setting())
            continue
        for one, two in zip(locked, wanted, strict=True):
            same = equivalent(one, two, ground.python)
            if same is False:
                yield ground.stale(f"`{setting}` says {two!r}, the lock was made with {one!r}", ground.setting())
            elif same is None:
                yield ground.unknown(f"`{setting}` {two!r} is not understood", ground.setting())
    forks = texts(ground.data.get("resolution-markers"))
    supported = texts(ground.data.get("supported-markers")) or [""]
    if forks and not ground.data.get("conflicts") and covered(supported, forks, ground.python) is False:
        yield ground.stale("the lock's forks do not cover all environments", Location(path=ground.lock.path))


def _conflicts(ground: Ground) -> Iterator[Note]:
    locked = _conflict_sets(ground.data.get("conflicts"), None)
    wanted: list[Conflict] = []
    if not ground.workspace.has_project:
        wanted += _conflict_sets(ground.workspace.uv.get("conflicts"), None)
    for member in ground.workspace.members.values():
        wanted += _conflict_sets(member.uv.get("conflicts"), member.name)
    surplus = set(locked[len(wanted) :])
    # Which order inferred sets come in depends on the uv version; before revision 3 there may be none.
    inferred = _inferred(ground, wanted)
    if locked[: len(wanted)] != wanted or (surplus != inferred and (surplus or ground.revision >= 3)):
        yield ground.stale("`conflicts` differ from what the lock was made with", ground.setting())


def _inferred(ground: Ground, conflicts: list[Conflict]) -> set[Conflict]:
    """What conflicts beside: groups that include conflicting groups (``expand_transitive_group_includes``)."""
    root = ground.workspace.root
    including = including_groups(root) if ground.workspace.has_project else {}
    sets = list(dict.fromkeys(conflicts))
    for item in sorted({item for one in sets for item in one if item[1] == "group"}):
        others = [(normal(root.name or ""), "group", group) for group in including.get(item[2], ())]
        sets += [one - {item} | {other} for one in sets if item in one for other in others]
        if len(sets) > _MOST_CONFLICTS:
            break
    return set(sets) - set(conflicts)


def _requires_python(ground: Ground) -> Iterator[Note]:
    declared_by = [
        (member, text)
        for member in ground.workspace.members.values()
        if isinstance(text := member.project.get("requires-python"), str)
    ]
    if not declared_by and ground.python == f">={_version_file(ground)}":
        return
    if not declared_by:
        yield ground.unknown(
            "no requires-python is declared, so that uv takes the Python that it runs on"
            f" (the lock was made for {ground.python})"
        )
        return
    locked, wanted = bounds(ground.python), bounds(",".join(text for _, text in declared_by))
    at = declared_by[0][0].manifest.requires_python_at or Location(path=declared_by[0][0].manifest.path)
    if locked is None or wanted is None:
        yield ground.unknown("requires-python is not understood", at)
    elif locked != wanted:
        texts = " and ".join(dict.fromkeys(text for _, text in declared_by))
        yield ground.stale(f"requires-python is {texts}, but the lock was made for {ground.python}", at)


def _version_file(ground: Ground) -> str | None:
    """The minor version of Python in ``.python-version``, from which uv makes a missing ``requires-python``."""
    extract = ground.scene.extracts.get(posixpath.normpath(posixpath.join(ground.workspace.folder, ".python-version")))
    versions = [python.version for python in extract.pythons] if extract is not None else []
    match = re.match(r"\d+\.\d+", versions[0]) if versions else None
    return match[0] if match else None


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
