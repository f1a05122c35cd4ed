"""The digests that locks record, small enough to be compared across a fleet: a set for each package version of a lock.

What the same release has for digests is the same everywhere but for files that were added later and files that a tool
leaves out. So a set is kept once however many locks have it, and three things cannot be right: one file with two
digests; two *whole* sets of a version that share nothing, or of which each has as many digests that the other lacks;
one digest that serves two versions.

Two indexes may each have a file of their own under one name (builds for a graphics card, for a small board), so that a
set knows its index wherever the project uses more than the default one.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from packaging.utils import canonicalize_version
from packaging.version import InvalidVersion, Version

from scanner.facts import Lock, LockedPackage

_KIND = "sha256:"
_KEPT = 16  # hexadecimal digits of a digest: enough to tell 10⁹ files apart
_WHOLE = frozenset({"poetry", "pipenv", "pip-tools"})  # they record every file of a release
_PARTS = ("--only-binary", "--no-binary", "--pip-args")  # but for these options
_RECORD = ("poetry.lock", "uv.lock")  # formats that have the index of each package
_INDEX = "@ "

UNTOLD = "?"
"""The index of a set that may be from any of several: its lock does not say from which."""

Kind = Literal["file", "release", "version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashSet:
    """The digests of one package version as a lock has them: ``files`` are pairs of a name (or ``""``) and a digest.

    ``whole``: the lock's tool leaves no file of a release out. ``index``: another index than the default one, as the
    project calls it or by its address, :data:`UNTOLD` where the lock does not tell which of several.
    """

    id: int
    name: str
    version: str
    whole: bool
    files: tuple[tuple[str, str], ...]
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHashes:
    """The sets of one lock, each with the line of its package."""

    path: str
    sets: tuple[tuple[HashSet, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Sets that cannot all be right: ``sides`` are the ids of those that agree, under a digest of the side.

    ``what`` is the file's name for kind ``file``; for kind ``version`` the digest, and the sides go by version; for
    kind ``release`` how many digests are others (``1 of 12``), ``""`` for all of them.
    """

    kind: Kind
    name: str
    version: str
    what: str
    sides: tuple[tuple[str, tuple[int, ...]], ...]


def hashes_of(lock: Lock, indexes: frozenset[str] = frozenset()) -> LockHashes:
    """The sets that a lock records for packages of a Python index.

    ``indexes`` are the names and addresses of those that the project uses besides the default one; the lock of a tool
    that records each package's index may show others.
    """
    whole = lock.tool in _WHOLE and not any(word.startswith(_PARTS) for word in lock.command)
    others = indexes | _others(lock)
    sets = ((_set(package, whole, _index(package, lock, others)), package.line) for package in lock.packages)
    return LockHashes(path=lock.path, sets=tuple((found, line) for found, line in sets if found is not None))


def _others(lock: Lock) -> set[str]:
    """The addresses of indexes that fewer of the lock's packages are from than from the one that most are from."""
    if not lock.format.startswith(_RECORD):
        return set()
    used = Counter((package.origin or "").rstrip("/") for package in lock.packages if package.source == "index")
    return {origin for origin, _ in used.most_common()[1:] if origin}


def _index(package: LockedPackage, lock: Lock, others: frozenset[str]) -> str:
    if not others:
        return ""
    if package.origin is None:
        return "" if lock.format.startswith(_RECORD) else UNTOLD
    called = package.origin.rstrip("/")
    return called if called in others else ""


def _set(package: LockedPackage, whole: bool, index: str) -> HashSet | None:
    if package.source != "index" or package.ecosystem != "pypi" or package.version is None:
        return None
    digests = [digest for digest in package.hashes if digest.startswith(_KIND)]
    named = (
        zip(package.files, package.hashes, strict=False)
        if package.files
        else ((_alone(package, digests), d) for d in digests)
    )
    pairs = {(name, d[len(_KIND) : len(_KIND) + _KEPT].lower()) for name, d in named if d.startswith(_KIND)}
    return _made(package.key, package.version, whole, tuple(sorted(pairs)), index) if pairs else None


def _alone(package: LockedPackage, digests: list[str]) -> str:
    """The file at the address of a package that is locked as one file (pixi, conda-lock)."""
    name = (package.origin or "").partition("#")[0].rpartition("/")[2]
    return name if len(digests) == 1 and name.endswith((".whl", ".tar.gz", ".zip")) else ""


@lru_cache(maxsize=8192)
def _made(name: str, version: str, whole: bool, files: tuple[tuple[str, str], ...], index: str) -> HashSet:
    text = "\0".join((name, version, str(whole), index, *(part for pair in files for part in pair)))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big", signed=True)
    return HashSet(id=number, name=name, version=version, whole=whole, files=files, index=index)


# --- as bytes ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def packed_files(found: HashSet) -> bytes:
    """The files of a set and its index, for the store."""
    lines = [f"{digest} {_one_line(name)}" for name, digest in found.files]
    head = [_INDEX + _one_line(found.index)] if found.index else []
    return zlib.compress("\n".join([*head, *lines]).encode("utf-8", "replace"))


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def unpacked_files(data: bytes) -> tuple[tuple[tuple[str, str], ...], str]:
    """The other way round: the files, and the index."""
    lines = zlib.decompress(data).decode("utf-8", "replace").split("\n")
    index = lines.pop(0).removeprefix(_INDEX) if lines[0].startswith(_INDEX) else ""
    return tuple((name, digest) for digest, _, name in (line.partition(" ") for line in lines if line)), index


def packed_lock(found: LockHashes) -> bytes:
    """The ids of a lock's sets and their lines, for the store."""
    return (
        array("q", (s.id for s, _ in found.sets)).tobytes()
        + array("I", (line or 0 for _, line in found.sets)).tobytes()
    )


def unpacked_lock(data: bytes) -> tuple[Sequence[int], Sequence[int]]:
    """The other way round: ids, and lines (0 where there is none)."""
    ids, lines = array("q"), array("I")
    count = len(data) // (ids.itemsize + lines.itemsize)
    ids.frombytes(data[: count * ids.itemsize])
    lines.frombytes(data[count * ids.itemsize :])
    return ids, lines


# --- contradictions ------------------------------------------------------------------------------------------------


def contradictions(sets: Iterable[HashSet]) -> Iterator[Contradiction]:
    """What cannot be right among the sets of one package; at most one of each kind for a version.

    Sets of one index come before those of several: what they contradict each other in weighs more.
    """
    versions: defaultdict[str, list[HashSet]] = defaultdict(list)
    for found in sets:
        versions[canonicalize_version(found.version)].append(found)
    for same in versions.values():
        groups = _by_index(same)
        asked = (ask(group) for ask in (_files, _releases, _replaced) for group in groups)
        if (one := next((one for one in asked if one is not None), None)) is not None:
            yield one
    if len(versions) > 1:
        yield from _versions(versions)


def _by_index(sets: list[HashSet]) -> list[list[HashSet]]:
    """The sets of each index, then all of them."""
    indexes = sorted({found.index for found in sets} - {UNTOLD})
    if len(indexes) < 2 and len({found.index for found in sets}) < 2:
        return [sets]
    return [*([found for found in sets if found.index == index] for index in indexes), sets]


def _files(sets: list[HashSet]) -> Contradiction | None:
    """One file with several digests; a set that contradicts itself says nothing about the others."""
    holders: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for found in sets:
        if len({file for file, _ in found.files}) == len(found.files):
            for file, digest in found.files:
                holders[file][digest].append(found.id)
    holders.pop("", None)
    for file, digests in sorted(holders.items()):
        if len(digests) > 1:
            return _contradiction("file", sets[0], file, digests)
    return None


def _releases(sets: list[HashSet]) -> Contradiction | None:
    """Whole sets without a common digest, and no names that explain it; those that have one are of one side."""
    sides: list[tuple[set[str], list[HashSet]]] = []
    for found in sets:
        if found.whole:
            digests, members = {digest for _, digest in found.files}, [found]
            for side in [side for side in sides if side[0] & digests]:
                sides.remove(side)
                digests, members = side[0] | digests, side[1] + members
            sides.append((digests, members))
    if len(sides) < 2 or not any(all(map(_is_nameless, members)) for _, members in sides):
        return None
    labelled = {min(digests): [found.id for found in members] for digests, members in sides}
    return _contradiction("release", sets[0], "", labelled)


def _replaced(sets: list[HashSet]) -> Contradiction | None:
    """Whole lists that are equally long and differ: files that are added make a list longer than it was."""
    lists: defaultdict[int, defaultdict[frozenset[str], list[HashSet]]] = defaultdict(lambda: defaultdict(list))
    for found in sets:
        if found.whole:
            digests = frozenset(digest for _, digest in found.files)
            lists[len(digests)][digests].append(found)
    for length, sides in sorted(lists.items()):
        common = frozenset.intersection(*sides)
        if common and len(sides) > 1 and any(all(map(_is_nameless, found)) for found in sides.values()):
            labelled = {min(digests - common): [one.id for one in members] for digests, members in sides.items()}
            return _contradiction("release", sets[0], f"{length - len(common)} of {length}", labelled)
    return None


def _is_nameless(found: HashSet) -> bool:
    """Where all sides name their files, other names explain other digests: files were added and taken away."""
    return any(not file for file, _ in found.files)


def _versions(versions: defaultdict[str, list[HashSet]]) -> Iterator[Contradiction]:
    """One digest that several versions have; a local version is one of the public version before its ``+``."""
    holders: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    called: dict[str, HashSet] = {}
    for sets in versions.values():
        public = _public(sets[0].version)
        key = canonicalize_version(public)
        called.setdefault(key, replace(sets[0], version=public))
        for found in sets:
            for _, digest in found.files:
                holders[digest][key].append(found.id)
    told: set[tuple[str, ...]] = set()
    for digest, by_version in sorted(holders.items()):
        keys = tuple(sorted(by_version))
        if len(keys) > 1 and keys not in told:
            told.add(keys)
            sides = {called[key].version: ids for key, ids in by_version.items()}
            yield _contradiction("version", called[keys[0]], digest, sides)


def _public(version: str) -> str:
    try:
        return Version(version).public
    except InvalidVersion:
        return version


def _contradiction(kind: Kind, one: HashSet, what: str, sides: dict[str, list[int]]) -> Contradiction:
    made = tuple((label, tuple(sorted(ids))) for label, ids in sorted(sides.items()))
    return Contradiction(kind=kind, name=one.name, version=one.version, what=what, sides=made)
