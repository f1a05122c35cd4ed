"""What is wrong inside a lock that its own tool may read all the same: hand edits and bad merges leave such traces.

Nothing here bears on the verdict of the tool, which looks at none of it: an install fails later, or takes other files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from scanner.facts import Lock, LockedPackage
from scanner.inventory import Fault

SHOWN = 20
_Code = Literal["foreign-file", "two-digests", "foreign-digest", "twice", "no-digest", "index-digests"]


def faults(lock: Lock) -> tuple[Fault, ...]:
    """What contradicts itself in the lock, the first :data:`SHOWN` of it, with lines."""
    found: list[Fault] = []
    for fault in (*_foreign_files(lock), *_two_digests(lock), *_twice(lock), *_unhashed(lock), *_generations(lock)):
        if len(found) == SHOWN:
            break
        found.append(fault)
    return tuple(found)


def indexes_of(lock: Lock) -> dict[str, int]:
    """How many packages of Python indexes the lock has from each, by name or address; ``""`` where it does not say."""
    origins = Counter(
        "" if lock.tool in _FILES_ALONE else (package.origin or "").rstrip("/")
        for package in lock.packages
        if package.source == "index" and package.ecosystem == "pypi" and package.version is not None
    )
    return dict(sorted(origins.items()))


_FILES_ALONE = frozenset({"pixi", "conda-lock"})  # they record the address of each file


def _foreign_files(lock: Lock) -> Iterator[Fault]:
    """A version (or a name) that was edited while the files, and with them the digests, stayed those of another."""
    for package in lock.packages:
        if package.source == "index" and package.version is not None:
            for file in package.files:
                if (other := _other(file, package)) is not None:
                    what = f"{_named(package)} is locked with {file}, which is a file of {other}"
                    yield _at(lock, package, "foreign-file", what)
                    break


def _other(file: str, package: LockedPackage) -> str | None:
    """Whose file this is, where that is certainly somebody else; ``None`` for the package's own and for odd names."""
    if _is_plainly_own(file, package):
        return None
    try:
        if file.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(file)
        else:
            name, version = parse_sdist_filename(file)
        own = Version(package.version or "")
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    if file.endswith(".whl") and name != package.key:
        return f"{name} {version}"
    same = own == version or own.public == version.public
    return None if same or name != package.key else str(version)


def _is_plainly_own(file: str, package: LockedPackage) -> bool:
    """Whether the file bears the very name and version; so nearly all do, and taking names apart is slow."""
    end = len(package.key)
    version = f"-{package.version}"
    if not file.startswith(version, end) or file[:end].lower().replace("_", "-").replace(".", "-") != package.key:
        return False
    rest = file[end + len(version) :]
    return rest in (".tar.gz", ".zip") or (rest.startswith("-") and rest.endswith(".whl"))


def _two_digests(lock: Lock) -> Iterator[Fault]:
    """One file with two digests, and one digest for two versions."""
    digests: dict[str, str] = {}
    owners: dict[str, LockedPackage] = {}
    for package in lock.packages:
        if package.source != "index" or package.ecosystem != "pypi" or package.version is None:
            continue
        if (file := next((f for f, d in _files(package) if digests.setdefault(f, d) != d), None)) is not None:
            yield _at(lock, package, "two-digests", f"{file} of {_named(package)} is locked with two digests")
        other = next((o for d in package.hashes if _differ(o := owners.setdefault(d, package), package)), None)
        if other is not None:
            what = f"{_named(package)} is locked with a digest of {_named(other)}"
            yield _at(lock, package, "foreign-digest", what)


def _files(package: LockedPackage) -> Iterator[tuple[str, str]]:
    """Files by name with their digests; a file may have one of each kind."""
    for file, digest in zip(package.files, package.hashes, strict=False):
        if file:
            yield f"{file} {digest.partition(':')[0]}".removesuffix(" sha256"), digest


def _differ(one: LockedPackage, other: LockedPackage) -> bool:
    return (one.key, one.version) != (other.key, other.version)


def _twice(lock: Lock) -> Iterator[Fault]:
    """Entries that stand there twice, as a merge of two sides leaves them."""
    seen: set[tuple[object, ...]] = set()
    for package in lock.packages:
        if lock.tool not in _LISTS or package.version is None:
            continue
        key = (
            package.key,
            package.version,
            package.origin,
            package.ref,
            package.extras,
            package.groups,
            package.marker,
        )
        if key in seen:
            yield _at(lock, package, "twice", f"{_named(package)} stands in the lock twice")
        seen.add(key)


_LISTS = frozenset({"poetry", "pdm", "uv"})
_HASHED = frozenset({"poetry", "pdm", "pipenv", "uv"})


def _unhashed(lock: Lock) -> Iterator[Fault]:
    """Packages of an index without a digest in a lock whose other packages have theirs."""
    if lock.tool not in _HASHED:
        return
    packages = [package for package in lock.packages if package.source == "index" and package.version is not None]
    without = [package for package in packages if not package.hashes]
    if 0 < len(without) <= len(packages) / 2:
        names = ", ".join(package.name for package in without[:3]) + (" …" if len(without) > 3 else "")
        what = f"{len(without)} of {len(packages)} packages from an index are locked without a digest"
        apart = _of_other_indexes(without, packages)
        if apart:
            yield _at(lock, without[0], "index-digests", f"{what}, all of them from {' and '.join(apart)}: {names}")
        else:
            yield _at(lock, without[0], "no-digest", f"{what}: {names}")


def _of_other_indexes(without: list[LockedPackage], packages: list[LockedPackage]) -> list[str]:
    """The indexes of those ``without``, if they are other ones than that which most of the lock is from."""
    [(usual, _)] = Counter(package.origin or "" for package in packages if package.hashes).most_common(1)
    origins = {package.origin or "" for package in without}
    return sorted(origins) if usual not in origins and "" not in origins else []


def _generations(lock: Lock) -> Iterator[Fault]:
    """A header of one Poetry above the lock version of another."""
    if lock.tool != "poetry":
        return
    try:
        header = Version(lock.data.get("header") or "")
    except InvalidVersion:
        return
    written = "2.1" if header.major >= 2 else "2.0"
    found = lock.data.get("lock-version")
    if header >= Version("1.4") and found != written:
        message = f"the header names Poetry {header}, which writes lock-version {written}, not {found}"
        yield Fault(code="header", message=message, path=lock.path, line=1)


def _named(package: LockedPackage) -> str:
    return f"{canonicalize_name(package.name)} {package.version}"


def _at(lock: Lock, package: LockedPackage, code: _Code, message: str) -> Fault:
    return Fault(code=code, message=message, path=lock.path, line=package.line)
