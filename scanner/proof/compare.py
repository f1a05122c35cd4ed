"""The old lock against the new one, package by package: versions, origins, and what Linux would install. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name, canonicalize_version

from rules.migration import BOUND, Move
from rules.plan import Change
from scanner import giturl
from scanner.facts import LockedPackage
from scanner.formats.uv_lock import read as read_uv_lock
from scanner.markers import NEVER, covered, possible
from scanner.proof.installed import PLATFORMS, Graph, Wanted, holds, pythons
from scanner.proof.served import is_itself, pip_found_the_rest, unserved
from scanner.proof.unreachable import unreachable
from scanner.toml_reader import loads, strings

INSTALLERS = frozenset({"setuptools", "pip", "wheel", "distribute", "uv"})
_PLAIN = frozenset({"poetry", "pdm", "rye"})
"""Tools whose manifest alone says what a project asks for."""
_SHA = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs. ``elsewhere`` are packages that only other platforms or interpreters install.

    ``uncovered`` are extras and groups that the old lock did not hold: they are locked for the first time.
    ``pythons`` are the Python versions that were looked at, ``complete`` those for which nothing more is installed.
    ``unserved`` is what a file installed and what stands for it now does not, though the lock holds it;
    ``asked`` is how many packages the project, its extras and groups name;
    ``found_by_pip`` what CI's other Pythons needed beside a compiled file, and pip brought in whatever version;
    ``astray`` what stood in the old lock although nothing there asked for it, and the new one leaves out.
    """

    locked: int
    kept: int
    changed: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()
    origin_changes: tuple[Change, ...] = ()
    elsewhere: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    unserved: tuple[Change, ...] = ()
    found_by_pip: tuple[str, ...] = ()
    astray: tuple[str, ...] = ()
    asked: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing was lost, moved, added or taken from elsewhere."""
        return not (self.changed or self.added or self.origin_changes)

    def is_mostly_new(self, move: Move) -> bool:
        """Whether there was no lock, and nobody pinned most of what is asked for: a few ``==`` among ranges."""
        by_hand = not move.complete and all(pin.groups and set(pin.groups) <= set(move.by_hand) for pin in move.pins)
        return by_hand and self.locked * 2 < self.asked


def compare(
    move: Move, new: str, declared: Iterable[str] = (), defaults: Collection[str] | None = ("dev",)
) -> Comparison:
    """The pins of ``move`` against the text of its new ``uv.lock``.

    ``defaults`` are the groups that uv installs unasked (``None``: all of them): what those bring is an addition, lock
    or no lock. ``declared`` are the addresses of indexes that the manifests name: the one that the lock names beside
    them is the default index.
    """
    data = loads(new)
    graph = Graph(data)
    extract = read_uv_lock("uv.lock", new)
    packages = extract.lock.packages if extract is not None and extract.lock is not None else ()
    requires = requires if isinstance(requires := data.get("requires-python"), str) else None
    locked = frozenset(p.key for p in packages)
    astray = tuple(p for p in unreachable(move) if p.key not in locked)
    held = [p for p in move.pins if p not in astray and not is_itself(p, graph.own) and possible(p.marker, requires)]
    before = _by_version(held)
    after = _by_version(p for p in packages if p.source != "path" or p.key not in graph.own or p.key in before)
    changed = (*_changed(before, after), *_no_longer_required(move, graph, requires))
    uncovered = _uncovered(move, graph, before, defaults)
    more = {python: _added(move, graph, python, before, uncovered) for python in _pythons(data)}
    by_pip: set[str] = set()
    complete = [python for python, names in more.items() if not names]
    for python in [python for python in more if pip_found_the_rest(move, python, complete)]:
        fresh = {text: text.partition(" (now with")[0] for text in more[python]}
        fresh = {text: name for text, name in fresh.items() if " " not in name and (text != name or name not in before)}
        more[python] -= fresh.keys()
        by_pip |= set(fresh.values())
    own = {name for python in more for name in _unrecorded(move, graph, python)}
    told = {change.name for change in changed}
    here = sorted({name for names in more.values() for name in names if name.partition(" ")[0] not in told})
    return Comparison(
        locked=sum(len(versions) for versions in before.values()),
        kept=sum(len(versions.keys() & after.get(name, {}).keys()) for name, versions in before.items()),
        changed=changed,
        added=tuple(here),
        origin_changes=tuple(_origins(before, after, _default(packages, declared), move)),
        uncovered=(*sorted(uncovered), *(["the project itself"] if own - before.keys() else [])),
        elsewhere=tuple(sorted(after.keys() - before.keys() - set(here) - INSTALLERS)),
        pythons=tuple(more),
        complete=tuple(python for python, names in more.items() if not names),
        found_by_pip=tuple(sorted(by_pip - set(here))),
        astray=tuple(sorted({pin.key for pin in astray})),
        asked=len(frozenset(graph.roots()).union(*graph.parts().values()) - {*graph.own}),
        unserved=tuple(change for change in unserved(move, graph, INSTALLERS) if change.name not in told),
    )


_Versions = dict[str, dict[str | None, LockedPackage]]


def _by_version(packages: Iterable[LockedPackage]) -> _Versions:
    found: defaultdict[str, dict[str | None, LockedPackage]] = defaultdict(dict)
    for package in packages:
        version = _normal(package.version) if package.source == "index" else None
        found[str(canonicalize_name(package.name))].setdefault(version, package)
    return dict(found)


def _normal(version: str | None) -> str | None:
    """A version to compare by: 1.0 is 1.0.0."""
    return canonicalize_version(version) if version is not None else None


def _changed(before: _Versions, after: _Versions) -> Iterator[Change]:
    for name, versions in sorted(before.items()):
        left = after.get(name, {})
        if not versions.keys() <= left.keys():
            yield Change(name=name, before=_shown(versions), after=_shown(left) if left else None)


def _shown(versions: Mapping[str | None, LockedPackage]) -> str:
    return ", ".join(sorted(package.version or package.source for package in versions.values()))


def _pythons(lock: Mapping[str, Any]) -> tuple[str, ...]:
    """The Python versions that the lock is for: on Linux, or on another system where Linux is left out."""
    requires = lock.get("requires-python")
    markers = strings(lock.get("supported-markers"))
    found = pythons(requires if isinstance(requires, str) else None)
    if not markers:
        return found
    places = ([f"{p}@{name}" if name else p for p in found] for name in PLATFORMS)
    served = (tuple(p for p in here if any(holds(marker, p) for marker in markers)) for here in places)
    return next((here for here in served if here), found)


def _uncovered(move: Move, graph: Graph, before: _Versions, defaults: Collection[str] | None) -> frozenset[str]:
    """Extras and groups that nothing of the old lock became, and that it did not hold."""
    held = {group for p in move.pins for group in p.groups} if all(p.groups for p in move.pins) else None
    mapped = {_target(now) for old, now in move.groups if held is None or old in held}
    parts = {part: names for part, names in graph.parts().items() if part not in mapped}
    unasked = {p for p in parts if p.startswith("group:") and (defaults is None or p.partition(":")[2] in defaults)}
    known = before.keys() | {*graph.own}
    return frozenset(part for part, names in parts.items() if part not in unasked and not names <= known)


def _target(now: str) -> str:
    kind, colon, name = now.partition(":")
    return f"{kind}:{canonicalize_name(name)}" if colon else now


def _covered(graph: Graph, uncovered: frozenset[str]) -> Wanted:
    """The project with all extras and groups but those that the old lock did not hold."""
    parts = graph.parts().keys() - uncovered - {f"group:{BOUND}"}
    extras, groups = _named(parts)
    return Wanted(extras=extras, groups=groups)


def _added(move: Move, graph: Graph, python: str, before: _Versions, uncovered: frozenset[str]) -> set[str]:
    """What Linux with this CPython would install that it did not before."""
    here: set[str] = set()
    free = uncovered | frozenset(_target(now) for old, now in move.groups if old in move.by_hand and now != "project")
    recorded = graph.installs(python, _covered(graph, free), leave=INSTALLERS - before.keys())
    whole = {name for name, _ in graph.installs(python, _by_lockers(move), leave=INSTALLERS - before.keys())}
    unrecorded = _unrecorded(move, graph, python)
    for name, version in graph.installs(python, _covered(graph, uncovered), leave=INSTALLERS - before.keys()):
        if name in INSTALLERS or _was_there(name, version, python, before):
            continue
        if name in before and (name, version) not in recorded:
            continue  # pip found it for what somebody pinned by hand
        if name in before:
            here.add(f"{name} {version}")
        elif (move.complete and name not in unrecorded) or name in whole:
            here.add(name)
    declared = _declared(move)
    for name, markers in graph.roots().items() if declared is not None else ():
        known = any(holds(m, python) for m in (declared or {}).get(name, []))
        if name not in INSTALLERS and not known and any(holds(m, python) for m in markers):
            here.add(f"{name} (now with the project)")
    for label, own, served, wanted in _profiles(move, graph.parts()):
        had = unrecorded | _versions_for(move, served, python) | _versions_for(move, own, python)
        for name, version in graph.installs(python, wanted):
            if name in INSTALLERS or name not in before or name in here:
                continue
            if name not in had:
                if own.isdisjoint(move.by_hand):  # pip found the rest of what somebody pinned by hand
                    here.add(f"{name} (now with {label})")
            elif version is not None and not {None, _normal(version)} & had[name]:
                here.add(f"{name} {version} (now with {label})")
    return here


def _by_lockers(move: Move) -> Wanted:
    """What stands for files that a locker wrote: that is all of what these serve, whatever others hold by hand."""
    held = {group for pin in move.pins for group in pin.groups} - set(move.by_hand)
    parts = {_target(now) for old, now in move.groups if old in held}
    extras, groups = _named(parts)
    return Wanted(project="project" in parts or bool(extras), extras=extras, groups=groups)


def _named(parts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The extras and the groups among the parts of a project, by their names."""
    parts = tuple(parts)
    extras, groups = (
        frozenset(p.partition(":")[2] for p in parts if p.startswith(kind)) for kind in ("extra:", "group:")
    )
    return extras, groups


def _unrecorded(move: Move, graph: Graph, python: str) -> dict[str, set[str | None]]:
    """What the project itself installs, in any version, where no locker wrote what the project itself needs."""
    always = {old for old, now in move.groups if now == "project"} - set(move.by_hand)
    if move.project.primary_manager in {*_PLAIN, "pipenv"} or not all(pin.groups for pin in move.pins):
        return {}
    if any(not always.isdisjoint(pin.groups) for pin in move.pins):
        return {}
    return {name: {None} for name, _ in graph.installs(python, Wanted())}


def _versions_for(move: Move, groups: Collection[str], python: str) -> dict[str, set[str | None]]:
    """The versions that these old groups or files held for this Python on Linux."""
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    for pin in move.pins:
        if not set(groups).isdisjoint(pin.groups) and holds(pin.marker, python):
            found[pin.key].add(_normal(pin.version) if pin.source == "index" else None)
    return dict(found)


def _was_there(name: str, version: str | None, python: str, before: _Versions) -> bool:
    """Whether the old lock had this version for this Python on Linux."""
    extras = frozenset({"*"})
    known = before.get(name, {})
    packages = [p for v, p in known.items() if v is None or version is None or v == _normal(version)]
    return any("extra" in (p.marker or "") or holds(p.marker, python, extras) for p in packages)


def _declared(move: Move) -> dict[str, list[str | None]] | None:
    """What the old manifest asked for without any extra or group; ``None`` where other files may ask for more."""
    if move.project.primary_manager not in _PLAIN or move.members:
        return None
    found: defaultdict[str, list[str | None]] = defaultdict(list)
    for item in move.project.dependencies:
        own = item.scope == "runtime" and item.path == move.manifest
        if own and canonicalize_name(item.name) not in move.by_extra:
            found[str(canonicalize_name(item.name))].append(item.marker)
    return dict(found)


def _no_longer_required(move: Move, graph: Graph, requires: str | None) -> Iterator[Change]:
    """What the project asked for by itself, and now only with an extra or group, in fewer environments, or not."""
    roots = graph.roots()
    for name, markers in sorted((_declared(move) or {}).items()):
        if name in graph.own and name not in roots:
            continue
        if covered(markers, roots.get(name, [NEVER]), requires) is False:
            yield Change(name=name, before="required by the project", after="required less, or not")


def _profiles(
    move: Move, parts: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, frozenset[str], frozenset[str], Wanted]]:
    """What each part of the project is called now, which groups of the old lock became it, which serve it, and what it
    installs.

    A group that asks for all that another one asks for includes it. Nothing where the lock does not say what serves
    which group.
    """
    if not all(p.groups for p in move.pins):
        return
    known = {group for p in move.pins for group in p.groups}
    always = {old for old, now in move.groups if now == "project"}
    for target in dict.fromkeys(now for _, now in move.groups):
        whole = parts.get(_target(target), frozenset())
        inside = {part for part, names in parts.items() if names and names <= whole}
        own = frozenset(old for old, now in move.groups if now == target) & known
        served = {old for old, now in move.groups if now == target or _target(now) in inside} & known
        kind, _, name = target.partition(":")
        if served and kind == "project" and not any(old in served and now != target for old, now in move.groups):
            yield "the project", own, frozenset(served), Wanted()
        elif served and kind == "group":
            yield name, own, frozenset(served | always), Wanted(groups=frozenset({str(canonicalize_name(name))}))


def _default(packages: Sequence[LockedPackage], declared: Iterable[str]) -> str | None:
    """The index that the manifests do not name; ``None`` where that is not one."""
    named = {_address(url) for url in declared}
    rest = {_address(p.origin) for p in packages if p.source == "index" and p.origin} - named
    return rest.pop() if len(rest) == 1 else None


def _address(url: str | None) -> str:
    return (url or "").rstrip("/").removesuffix("/simple").removesuffix("/").lower()


def _origins(before: _Versions, after: _Versions, default: str | None, move: Move) -> Iterator[Change]:
    folder = posixpath.dirname(move.lock)
    for name, versions in sorted(before.items()):
        for version, old in sorted(versions.items(), key=lambda item: item[0] or ""):
            new = after.get(name, {}).get(version)
            if new is not None and not _same_origin(old, new, default, folder):
                yield Change(name=name, before=_origin(old), after=_origin(new))


def _same_origin(old: LockedPackage, new: LockedPackage, default: str | None, folder: str) -> bool:
    if old.source != new.source:
        return False
    if old.source == "git":
        return _same_repository(old.origin, new.origin) and _same_commit(old.ref, new.ref)
    if old.source == "path":
        return _inside(folder, old.origin) == _inside(folder, new.origin)
    if old.source == "url":
        return (old.origin or "").partition("#")[0] == (new.origin or "").partition("#")[0] or _hashes(old, new) is True
    told = _hashes(old, new)
    if told is not None:
        return told
    return (_address(old.origin) if old.origin and "://" in old.origin else default) in (_address(new.origin), None)


def _hashes(old: LockedPackage, new: LockedPackage) -> bool | None:
    """Whether both speak of the same files; ``None`` where they have no digests of one kind."""
    names = dict(zip(new.files, new.hashes, strict=False))
    for file, digest in zip(old.files, old.hashes, strict=False):
        other = names.get(file)
        if file and other is not None and _kind(other) == _kind(digest) and other != digest:
            return False
    kinds = {_kind(h) for h in old.hashes} & {_kind(h) for h in new.hashes}
    return bool(set(old.hashes) & set(new.hashes)) if kinds else None


def _kind(digest: str) -> str:
    return digest.partition(":")[0]


def _same_repository(old: str | None, new: str | None) -> bool:
    return bool(old and new) and giturl.normalise(old or "") == giturl.normalise(new or "")


def _same_commit(old: str | None, new: str | None) -> bool:
    if not old or not new:
        return False
    short = min(len(old), len(new))
    return old[:short] == new[:short] and short >= 7 and set(old) <= _SHA


def _inside(folder: str, path: str | None) -> str:
    return posixpath.normpath(posixpath.join(folder, path or "."))


def _origin(package: LockedPackage) -> str:
    where = package.origin or "the default index"
    return f"{package.source} {where}" + (f" @ {package.ref}" if package.ref else "")
