"""git's object store read in this process: loose objects and packs, at a fraction of the cost of a process.

Every length is checked before it is believed, inflating stops at the size that was announced, chains of deltas and
the total of produced bytes are limited, and each object's hash is compared with its name. What this reader does not
know (:class:`Unsupported`) is left to git itself. Formats: git's own documentation, ``gitformat-pack``.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import zlib
from collections import OrderedDict

from scanner import files
from scanner.gitdir import GitDir

MAX_CHAIN = 4096
MAX_PRODUCED = 8 * 1024**3
MAX_ALTERNATES = 5
_LOOSE_LIMIT = 512 * 1024 * 1024
_BASE_LIMIT = 64 * 1024 * 1024
_CACHE_BYTES = 24 * 1024 * 1024
_TYPES = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFS_DELTA, _REF_DELTA = 6, 7


class Damaged(Exception):
    """An object that is there and cannot be right."""


class Unsupported(Exception):
    """A store in a form that is not read here."""


class Objects:
    """The objects of one repository; close it when done."""

    def __init__(self, repository: GitDir, *, oid_size: int) -> None:
        self._oid_size = oid_size
        self._folders = _with_alternates(repository.objects)
        self._packs: list[_Pack] | None = None
        self._produced = 0

    def read(self, oid: str, limit: int) -> tuple[str, bytes | int] | None:
        """An object's type and content; its size in place of a content above ``limit`` bytes; ``None``: missing.

        Raises :class:`Damaged` and :class:`Unsupported`.
        """
        found = self._packed(bytes.fromhex(oid), limit) or self._loose(oid, limit)
        if found is None or isinstance(found[1], int):
            return found
        kind, content = found[0], found[1]
        self._produce(len(content))
        digest = hashlib.sha1 if self._oid_size == 20 else hashlib.sha256
        check = digest(f"{kind} {len(content)}\0".encode(), usedforsecurity=False)
        check.update(content)
        if check.hexdigest() != oid:
            raise Damaged(f"object {oid} has another content than its name says")
        return found

    def close(self) -> None:
        """Let go of all files."""
        for pack in self._packs or ():
            pack.close()
        self._packs = None

    def _produce(self, size: int) -> int:
        self._produced += size
        if self._produced > MAX_PRODUCED:
            raise Damaged(f"its objects unfold to more than {MAX_PRODUCED} bytes")
        return size

    def _packed(self, oid: bytes, limit: int) -> tuple[str, bytes | int] | None:
        if self._packs is None:
            self._packs = [pack for folder in self._folders for pack in self._open_packs(folder)]
        for number, pack in enumerate(self._packs):
            if (offset := pack.find(oid)) is not None:
                if number:  # the next object is most likely beside this one
                    self._packs.insert(0, self._packs.pop(number))
                return self._unpack(pack, offset, limit)
        return None

    def _open_packs(self, folder: str) -> list[_Pack]:
        inside = os.path.join(folder, "pack")
        indexes = sorted(name for name in files.names(inside) if name.endswith(".idx"))
        return [_Pack(os.path.join(inside, name), self._oid_size) for name in indexes]

    def _unpack(self, pack: _Pack, offset: int, limit: int) -> tuple[str, bytes | int]:
        chain: list[tuple[int, bytes]] = []
        allowed = limit
        while (cached := pack.cached(offset)) is None:
            code, size, start = pack.header(offset)
            if code in _TYPES:
                if size > allowed:
                    return _TYPES[code], size
                cached = _TYPES[code], pack.inflate(start, size)
                pack.keep(offset, *cached)
                break
            if len(chain) >= MAX_CHAIN:
                raise Damaged(f"more than {MAX_CHAIN} deltas upon each other")
            base, start = pack.base(code, offset, start)
            delta = pack.inflate(start, self._produce(size))
            if not chain and (result := _sizes(delta)[1]) > limit:
                return self._kind(pack, base), result
            chain.append((offset, delta))
            offset, allowed = base, max(limit, _BASE_LIMIT)
        kind, content = cached
        for offset, delta in reversed(chain):
            content = _patch(content, delta, limit=max(limit, _BASE_LIMIT))
            self._produce(len(content))
            pack.keep(offset, kind, content)
        return kind, content if len(content) <= limit else len(content)

    def _kind(self, pack: _Pack, offset: int) -> str:
        for _ in range(MAX_CHAIN):
            code, _, start = pack.header(offset)
            if code in _TYPES:
                return _TYPES[code]
            offset, _ = pack.base(code, offset, start)
        raise Damaged(f"more than {MAX_CHAIN} deltas upon each other")

    def _loose(self, oid: str, limit: int) -> tuple[str, bytes | int] | None:
        for folder in self._folders:
            try:
                data = files.read_if_there(os.path.join(folder, oid[:2], oid[2:]), _LOOSE_LIMIT)
            except files.NotRead as error:
                raise Damaged(f"object {oid}: {error.message}") from None
            if data is not None:
                return _inflate_loose(oid, data, limit)
        return None


class _Pack:
    """One pack and its index (version 2), mapped."""

    def __init__(self, index: str, oid_size: int) -> None:
        self._oid_size = oid_size
        self._path = index.removesuffix(".idx") + ".pack"
        self._pack: mmap.mmap | None = None
        self._cache: OrderedDict[int, tuple[str, bytes]] = OrderedDict()
        self._cached = 0
        try:
            self._index = files.map_file(index)
        except files.NotRead as error:
            raise Unsupported(f"{os.path.basename(index)}: {error.message}") from None
        if self._index[:8] != b"\xfftOc\0\0\0\2" or len(self._index) < 8 + 1024 + 2 * oid_size:
            raise Unsupported("a pack index of another version")
        self._fan: tuple[int, ...] = struct.unpack(">256L", self._index[8:1032])
        self._count = self._fan[255]
        if 1032 + self._count * (oid_size + 8) + 2 * oid_size > len(self._index) or list(self._fan) != sorted(
            self._fan
        ):
            raise Unsupported("a damaged pack index")

    def close(self) -> None:
        self._index.close()
        if self._pack is not None:
            self._pack.close()

    def find(self, oid: bytes) -> int | None:
        """Where the object begins in the pack."""
        low, high = self._fan[oid[0] - 1] if oid[0] else 0, self._fan[oid[0]]
        index, size = self._index, self._oid_size
        while low < high:
            middle = (low + high) // 2
            at = 1032 + middle * size
            found = index[at : at + size]
            if found == oid:
                return self._offset(middle)
            if found < oid:
                low = middle + 1
            else:
                high = middle
        return None

    def _offset(self, number: int) -> int:
        table = 1032 + self._count * (self._oid_size + 4)
        (offset,) = struct.unpack_from(">L", self._index, table + 4 * number)
        if offset < 0x80000000:
            return int(offset)
        at = table + 4 * self._count + 8 * (offset & 0x7FFFFFFF)
        if at + 8 > len(self._index):
            raise Damaged("a pack index that points behind its own end")
        return int(struct.unpack_from(">Q", self._index, at)[0])

    @property
    def _data(self) -> mmap.mmap:
        if self._pack is None:
            try:
                self._pack = files.map_file(self._path)
            except files.NotRead as error:
                raise Damaged(f"{os.path.basename(self._path)}: {error.message}") from None
            if self._pack[:4] != b"PACK" or self._pack[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
                raise Damaged(f"{os.path.basename(self._path)} is no pack")
        return self._pack

    def header(self, offset: int) -> tuple[int, int, int]:
        """Type code, announced size, and where what follows begins."""
        data = self._data
        try:
            byte = data[offset]
            code, size, shift = byte >> 4 & 7, byte & 15, 4
            while byte & 0x80:
                offset += 1
                byte = data[offset]
                size |= (byte & 0x7F) << shift
                shift += 7
                if shift > 64:
                    raise Damaged("an object of absurd size")
        except IndexError:
            raise Damaged("an object behind the end of its pack") from None
        return code, size, offset + 1

    def base(self, code: int, offset: int, start: int) -> tuple[int, int]:
        """Of a delta: where its base object begins, and where its data do."""
        if code == _REF_DELTA:
            found = self.find(self._data[start : start + self._oid_size])
            if found is None:
                raise Damaged("a delta upon an object that its pack lacks")
            return found, start + self._oid_size
        if code != _OFS_DELTA:
            raise Damaged(f"an object of unknown type {code}")
        data = self._data
        try:
            byte = data[start]
            distance = byte & 0x7F
            while byte & 0x80:
                start += 1
                byte = data[start]
                distance = ((distance + 1) << 7) | (byte & 0x7F)
                if distance > offset:
                    break
        except IndexError:
            raise Damaged("a delta behind the end of its pack") from None
        if not 0 < distance < offset:
            raise Damaged("a delta upon nothing")
        return offset - distance, start + 1

    def inflate(self, start: int, size: int) -> bytes:
        """Exactly ``size`` bytes of inflated data."""
        data = self._data
        stream = zlib.decompressobj()
        step = size + (size >> 10) + 128
        content = b""
        try:
            while not stream.eof and len(content) <= size and start < len(data):
                part = data[start : start + step]
                start += len(part)
                content += stream.decompress(stream.unconsumed_tail + part, size - len(content) + 1)
        except zlib.error as error:
            raise Damaged(f"compressed data: {error}") from None
        if not stream.eof or len(content) != size:
            raise Damaged("compressed data of another size than announced")
        return content

    def cached(self, offset: int) -> tuple[str, bytes] | None:
        if (found := self._cache.get(offset)) is not None:
            self._cache.move_to_end(offset)
        return found

    def keep(self, offset: int, kind: str, content: bytes) -> None:
        if offset in self._cache or len(content) > _CACHE_BYTES // 4:
            return
        self._cache[offset] = (kind, content)
        self._cached += len(content)
        while self._cached > _CACHE_BYTES:
            _, (_, dropped) = self._cache.popitem(last=False)
            self._cached -= len(dropped)


def _with_alternates(objects: str) -> list[str]:
    """The repository's object folder and those that it borrows from, each once, as git follows them."""
    found = [objects]
    level = [objects]
    for _ in range(MAX_ALTERNATES):
        level = [folder for above in level for folder in _alternates(above) if folder not in found]
        found.extend(dict.fromkeys(level))
        if not level or len(found) > 100:
            break
    return found


def _alternates(objects: str) -> list[str]:
    try:
        data = files.read_if_there(os.path.join(objects, "info", "alternates"), 64 * 1024)
    except files.NotRead:
        return []
    lines = [os.fsdecode(line) for line in (data or b"").splitlines() if line and not line.startswith(b"#")]
    return [os.path.normpath(os.path.join(objects, line)) for line in lines if "\0" not in line]


def _inflate_loose(oid: str, data: bytes, limit: int) -> tuple[str, bytes | int]:
    stream = zlib.decompressobj()
    try:
        head = stream.decompress(data, 64)
        header, zero, content = head.partition(b"\0")
        kind, _, length = header.partition(b" ")
        if not zero or not length.isdigit() or kind.decode("ascii", "replace") not in _TYPES.values():
            raise Damaged(f"object {oid} has no valid header")
        size = int(length)
        if size > limit:
            return kind.decode(), size
        if not stream.eof and len(content) <= size:
            content += stream.decompress(stream.unconsumed_tail, size - len(content) + 1)
    except zlib.error as error:
        raise Damaged(f"object {oid}: compressed data: {error}") from None
    if len(content) != size:
        raise Damaged(f"object {oid} has another size than announced")
    return kind.decode(), content


def _sizes(delta: bytes) -> tuple[int, int, int]:
    """Of a delta: the size of its base, that of its result, and where its instructions begin."""
    at = 0
    sizes = []
    for _ in range(2):
        size = shift = 0
        while True:
            if at >= len(delta) or shift > 63:
                raise Damaged("a delta without sizes")
            byte = delta[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        sizes.append(size)
    return sizes[0], sizes[1], at


def _patch(base: bytes, delta: bytes, limit: int) -> bytes:
    """``base`` with the instructions of ``delta`` carried out. Written out, as everything here is run for each line of
    each version of a lock: copy (size, offset) from the base, or insert bytes of the delta."""
    source, result, at = _sizes(delta)
    if source != len(base) or result > limit:
        raise Damaged("a delta upon an object of another size, or of too large a result")
    parts: list[bytes] = []
    add = parts.append
    made, end = 0, len(delta)
    try:
        while at < end:
            code = delta[at]
            at += 1
            if code & 0x80:
                offset = size = 0
                if code & 0x01:
                    offset = delta[at]
                    at += 1
                if code & 0x02:
                    offset |= delta[at] << 8
                    at += 1
                if code & 0x04:
                    offset |= delta[at] << 16
                    at += 1
                if code & 0x08:
                    offset |= delta[at] << 24
                    at += 1
                if code & 0x10:
                    size = delta[at]
                    at += 1
                if code & 0x20:
                    size |= delta[at] << 8
                    at += 1
                if code & 0x40:
                    size |= delta[at] << 16
                    at += 1
                made += size or 0x10000
                add(base[offset : offset + (size or 0x10000)])
            elif code:
                made += code
                add(delta[at : at + code])
                at += code
            else:
                raise Damaged("a delta with an unknown instruction")
            if made > result:
                break
    except IndexError:
        raise Damaged("a delta that ends early") from None
    content = b"".join(parts)
    if len(content) != result:
        raise Damaged("a delta whose result has another size than announced")
    return content
