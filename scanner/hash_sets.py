"""The digests that locks record, small enough to be compared across a fleet: a set for each package version of a lock.

What the same release has for digests is the same everywhere but for files that were added later and files that a tool
leaves out. So a set is kept once however many locks have it, and three things cannot be right: one file with two
digests; two *whole* sets of a version that share nothing; one digest that serves two versions.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from packaging.utils import canonicalize_version

from scanner.facts import Lock, LockedPackage

_KIND = "sha256:"
_KEPT = 16  # hexadecimal digits of a digest: enough to tell 10⁹ files apart
_WHOLE = frozenset({"poetry", "pipenv", "pip-tools"})  # they record every file of a release

Kind = Literal["file", "release", "version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashSet:
    """The digests of one package version as a lock has them: ``files`` are pairs of a name (or ``""``) and a digest.

    ``whole``: the lock's tool leaves no file of a release out.
    """

    id: int
    name: str
    version: str
    whole: bool
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHashes:
    """The sets of one lock, each with the line of its package."""

    path: str
    sets: tuple[tuple[HashSet, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Sets that cannot all be right: ``sides`` are the ids of those that agree, under a digest of the side.

    ``what`` is the file's name for kind ``file``; for kind ``version`` the digest, and the sides go by version.
    """

    kind: Kind
    name: str
    version: str
    what: str
    sides: tuple[tuple[str, tuple[int, ...]], ...]


def hashes_of(lock: Lock) -> LockHashes:
    """The sets that a lock records for packages of the Python index."""
    whole = lock.tool in _WHOLE
    sets = ((_set(package, whole), package.line) for package in lock.packages)
    return LockHashes(path=lock.path, sets=tuple((found, line) for found, line in sets if found is not None))


def _set(package: LockedPackage, whole: bool) -> HashSet | None:
    if package.source != "index" or package.ecosystem != "pypi" or package.version is None:
        return None
    names = package.files or ("",) * len(package.hashes)
    pairs = {
        (name, digest[len(_KIND) : len(_KIND) + _KEPT].lower())
        for name, digest in zip(names, package.hashes, strict=False)
        if digest.startswith(_KIND)
    }
    return _made(package.key, package.version, whole, tuple(sorted(pairs))) if pairs else None


@lru_cache(maxsize=8192)
def _made(name: str, version: str, whole: bool, files: tuple[tuple[str, str], ...]) -> HashSet:
    text = "\0".join((name, version, str(whole), *(part for pair in files for part in pair)))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big", signed=True)
    return HashSet(id=number, name=name, version=version, whole=whole, files=files)


# --- as bytes ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def packed_files(found: HashSet) -> bytes:
    """The files of a set, for the store."""
    return zlib.compress("\n".join(f"{digest} {name}" for name, digest in found.files).encode("utf-8", "replace"))


def unpacked_files(data: bytes) -> tuple[tuple[str, str], ...]:
    """The other way round."""
    lines = zlib.decompress(data).decode("utf-8", "replace").split("\n")
    return tuple((name, digest) for digest, _, name in (line.partition(" ") for line in lines))


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
    """What cannot be right among the sets of one package; at most one of each kind for a version."""
    versions: defaultdict[str, list[HashSet]] = defaultdict(list)
    for found in sets:
        versions[canonicalize_version(found.version)].append(found)
    for same in versions.values():
        if len(same) > 1 and (found_one := _files(same) or _releases(same)) is not None:
            yield found_one
    if len(versions) > 1:
        yield from _versions(versions)


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
    """Whole sets without a common digest; those that have one are of one side."""
    sides: list[tuple[set[str], list[int]]] = []
    for found in sets:
        if found.whole:
            digests, ids = {digest for _, digest in found.files}, [found.id]
            for side in [side for side in sides if side[0] & digests]:
                sides.remove(side)
                digests, ids = side[0] | digests, side[1] + ids
            sides.append((digests, ids))
    if len(sides) < 2:
        return None
    return _contradiction("release", sets[0], "", {min(digests): ids for digests, ids in sides})


def _versions(versions: defaultdict[str, list[HashSet]]) -> Iterator[Contradiction]:
    """One digest that several versions have."""
    holders: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for sets in versions.values():
        for found in sets:
            for _, digest in found.files:
                holders[digest][sets[0].version].append(found.id)
    told: set[tuple[str, ...]] = set()
    for digest, by_version in sorted(holders.items()):
        names = tuple(sorted(by_version))
        if len(names) > 1 and names not in told:
            told.add(names)
            one = next(found for sets in versions.values() for found in sets if found.version == names[0])
            yield _contradiction("version", one, digest, by_version)


def _contradiction(kind: Kind, one: HashSet, what: str, sides: dict[str, list[int]]) -> Contradiction:
    made = tuple((label, tuple(sorted(ids))) for label, ids in sorted(sides.items()))
    return Contradiction(kind=kind, name=one.name, version=one.version, what=what, sides=made)
