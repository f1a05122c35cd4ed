"""The one door to files of scanned repositories: regular files only, sizes first, links never followed.

A file is opened with ``O_NOFOLLOW`` and ``O_NONBLOCK`` and looked at before it is read, so that a link, pipe, socket or
device where a file belongs can neither lead outside nor hang. Access times stay as they were where the system allows.
Paths are bytes or text as the caller has them; nothing is ever written.
"""

from __future__ import annotations

import errno
import mmap
import os
import stat
from typing import Literal, NamedTuple

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NOATIME = getattr(os, "O_NOATIME", 0)

Path = str | bytes


class NotRead(Exception):
    """A file that was not read, and why; ``code`` as in :class:`scanner.facts.Problem`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Found(NamedTuple):
    """An entry of a folder: its raw name and what it is, links not followed."""

    name: bytes
    kind: Literal["file", "folder", "link", "other"]


def read(path: Path, limit: int) -> bytes:
    """The whole content of a regular file of at most ``limit`` bytes; raises :class:`NotRead`."""
    descriptor, size = _open_regular(path)
    try:
        if size > limit:
            raise NotRead("too-large", f"{size} bytes; the limit is {limit}")
        return _read_all(descriptor, limit)
    except OSError as error:
        raise _not_read(error) from None
    finally:
        os.close(descriptor)


def read_if_there(path: Path, limit: int) -> bytes | None:
    """As :func:`read`, but ``None`` when there is no such file."""
    try:
        return read(path, limit)
    except NotRead as error:
        if error.code == "missing-file":
            return None
        raise


def map_file(path: Path) -> mmap.mmap:
    """A regular, non-empty file as read-only memory; raises :class:`NotRead`. The caller closes it."""
    descriptor, size = _open_regular(path)
    try:
        if size == 0:
            raise NotRead("unreadable", "an empty file")
        return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise NotRead("unreadable", f"cannot be mapped: {error}") from None
    finally:
        os.close(descriptor)


def listing(folder: Path) -> list[Found]:
    """What a folder holds, in the order of raw names; raises :class:`NotRead`. Links are not followed."""
    try:
        with os.scandir(os.fsencode(folder)) as entries:
            return sorted(_found(entry) for entry in entries)
    except (OSError, ValueError) as error:
        raise _not_read(error) from None


def names(folder: Path) -> list[str]:
    """The names in a folder, unsorted; none where there is no such folder."""
    try:
        return os.listdir(os.fsdecode(folder))
    except (OSError, ValueError):
        return []


def link_target(path: Path) -> str | None:
    """Where a symbolic link points to, as written; ``None`` if ``path`` is none."""
    try:
        return os.readlink(os.fsdecode(path))
    except (OSError, ValueError):
        return None


def is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder itself, not a link to one."""
    return stat.S_ISDIR(_mode(path))


def is_file(path: Path) -> bool:
    """Whether ``path`` is a regular file itself, not a link to one."""
    return stat.S_ISREG(_mode(path))


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place on disk."""
    return os.path.realpath(os.fsencode(one)) == os.path.realpath(os.fsencode(other))


def shown(path: Path) -> str:
    r"""``path`` as text for people and documents: bytes that are not UTF-8 as ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _mode(path: Path) -> int:
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0


def _found(entry: os.DirEntry[bytes]) -> Found:
    if entry.is_symlink():
        return Found(entry.name, "link")
    if entry.is_dir(follow_symlinks=False):
        return Found(entry.name, "folder")
    if entry.is_file(follow_symlinks=False):
        return Found(entry.name, "file")
    return Found(entry.name, "other")


def _open_regular(path: Path) -> tuple[int, int]:
    try:
        descriptor = _open(path)
    except (OSError, ValueError) as error:
        raise _not_read(error) from None
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise NotRead("not-a-file", "not a regular file")
    return descriptor, state.st_size


def _open(path: Path) -> int:
    try:
        return os.open(path, _FLAGS | _NOATIME)
    except PermissionError:  # O_NOATIME is for the owner only
        return os.open(path, _FLAGS)


def _read_all(descriptor: int, limit: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while part := os.read(descriptor, min(limit - total + 1, 1 << 20)):
        parts.append(part)
        total += len(part)
        if total > limit:  # it grew, or reports no size (as files of /proc do)
            raise NotRead("too-large", f"more than {limit} bytes")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _not_read(error: OSError | ValueError) -> NotRead:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG) or number is None:
        return NotRead("missing-file", "no such file")
    if number == errno.ELOOP:
        return NotRead("not-a-file", "a link, which is not followed")
    if number in (errno.ENXIO, errno.EISDIR):
        return NotRead("not-a-file", "not a regular file")
    return NotRead("unreadable", os.strerror(number))
