"""Conda's locks: conda-lock's ``conda-lock.yml`` and explicit lists (``@EXPLICIT``, one address a line).

``groups`` of a package are its categories. One entry stands for a name and version on all platforms; what each
platform holds stays in ``Lock.data["platforms"]`` as ``(ecosystem, name) → version``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from scanner.facts import Ecosystem, Extract, Index, Location, Lock, LockedPackage
from scanner.format import LOCK_LIMIT, Format, Unreadable, conflict_line, resolve_inside
from scanner.redact import has_credentials, redact
from scanner.yaml_reader import Mapping, Scalar, load_mapping
from scanner.yaml_records import Record, records, split

NAME = "conda-lock"
EXPLICIT = "conda explicit"
_NAMES = re.compile(
    r"(?:.*[-_.])?conda[-_]lock(?:[-_.].*)?\.ya?ml|conda-.+(?:-lock\.ya?ml|\.lock)|.*(?:conda|explicit|spec-?file|spec-?list).*\.txt"
    r"|(?:conda|env|environment).*(?:linux|osx|win)-(?:64|arm64|aarch64).*\.(?:txt|lock|ya?ml)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?P<url>\S+/(?P<file>[^/\s#]+)\.(?:conda|tar\.bz2))(?:#(?P<hash>[0-9a-f:sha]{32,80}))?")
_PIP = re.compile(r"# pip (?P<name>[A-Za-z0-9._-]{1,200}) @ (?P<url>\S+)")


def matches(path: str) -> bool:
    """Whether a file's name is one that conda's locks have."""
    return _NAMES.fullmatch(posixpath.basename(path)) is not None


def read(path: str, text: str) -> Extract | None:
    """Read a lock; ``None`` for a file that is neither conda-lock's nor an explicit list."""
    if re.search(r"^@EXPLICIT\s*$", text, re.MULTILINE) is not None:
        return Extract(path=path, format=NAME, lock=_explicit(path, text))
    if re.search(r"^package:", text, re.MULTILINE) is None or re.search(r"^metadata:", text, re.MULTILINE) is None:
        return None
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    head, lines, first = split(text, "package")
    return Extract(path=path, format=NAME, lock=_lock(path, load_mapping(head), list(records(lines, first))))


def file_parts(file: str) -> tuple[str, str, str] | None:
    """Name, version and build of a conda package's file name without its suffix."""
    parts = unquote(file).rsplit("-", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


# --- conda-lock.yml ---


def _lock(path: str, head: Mapping, entries: list[Record]) -> Lock:
    metadata = head.map("metadata")
    platforms: dict[str, dict[tuple[str, str], str]] = {}
    for entry in entries:
        known = platforms.setdefault(entry.texts.get("platform", ""), {})
        known[_ecosystem(entry), entry.texts.get("name", "").lower()] = entry.texts.get("version", "")
    sources = [node.text for node in metadata.seq("sources") if isinstance(node, Scalar)]
    version = head.text("version")
    return Lock(
        path=path,
        tool="conda-lock",
        format=f"{NAME} {version}" if version else NAME,
        packages=tuple(_packages(entries)),
        inputs=tuple(inside for source in sources if (inside := resolve_inside(path, source)) is not None),
        command_dir=posixpath.dirname(path) or ".",
        indexes=tuple(_channels(path, metadata)),
        data={
            "platforms": platforms,
            "sources": tuple(sources),
            "content_hash": {
                key: node.text for key, node in metadata.map("content_hash").items() if isinstance(node, Scalar)
            },
        },
    )


def _ecosystem(entry: Record) -> Ecosystem:
    return "pypi" if entry.texts.get("manager") == "pip" else "conda"


def _packages(entries: Iterable[Record]) -> Iterator[LockedPackage]:
    together: dict[tuple[str, str, str], list[Record]] = {}
    for entry in entries:
        if name := entry.texts.get("name"):
            key = (_ecosystem(entry), name.lower(), entry.texts.get("version", ""))
            together.setdefault(key, []).append(entry)
    for (_, _, version), same in together.items():
        first = same[0]
        url = first.texts.get("url", "")
        hashes = {f"{kind}:{value}" for entry in same for kind, value in entry.tables.get("hash", {}).items()}
        yield LockedPackage(
            name=first.texts["name"],
            version=version or None,
            source="git" if url.startswith("git+") else "url" if "source" in first.tables else "index",
            origin=redact(url) if url else None,
            hashes=tuple(sorted(hashes)),
            groups=tuple(sorted({entry.texts["category"] for entry in same if "category" in entry.texts})),
            dependencies=tuple(sorted({name for entry in same for name in entry.tables.get("dependencies", {})})),
            line=first.line,
            ecosystem=_ecosystem(first),
        )


def _channels(path: str, metadata: Mapping) -> Iterator[Index]:
    for channel in metadata.seq("channels"):
        url = channel.text("url") if isinstance(channel, Mapping) else None
        if url:
            yield Index(
                url=redact(url),
                at=Location(path=path, line=channel.line),
                name=url if "://" not in url else None,
                credentials=has_credentials(url),
            )


# --- explicit lists ---


def _explicit(path: str, text: str) -> Lock:
    packages: list[LockedPackage] = []
    header: int | None = None
    content_hash: dict[str, Any] = {}
    platform = ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line == "@EXPLICIT":
            header = number
        elif line.startswith("# platform:"):
            platform = line.partition(":")[2].strip()
        elif line.startswith("# input_hash:"):
            content_hash = {platform: line.partition(":")[2].strip()}
        elif (package := _explicit_package(line, number)) is not None:
            packages.append(package)
    generated = "# Generated by conda-lock" in text[:2000]
    return Lock(
        path=path,
        tool="conda-lock" if generated else "conda",
        format=EXPLICIT,
        packages=tuple(packages),
        header_line=header,
        data={"content_hash": content_hash},
    )


def _explicit_package(line: str, number: int) -> LockedPackage | None:
    if (pip := _PIP.match(line)) is not None:
        return LockedPackage(
            name=pip["name"], version=None, source="url", origin=redact(pip["url"]), line=number, ecosystem="pypi"
        )
    found = _ADDRESS.fullmatch(line)
    parts = file_parts(found["file"]) if found is not None else None
    if found is None or parts is None:
        return None
    digest = found["hash"]
    kind = "sha256" if digest is not None and len(digest.removeprefix("sha256:")) == 64 else "md5"
    return LockedPackage(
        name=parts[0],
        version=parts[1],
        origin=redact(found["url"]),
        hashes=(f"{kind}:{digest.removeprefix('sha256:')}",) if digest else (),
        line=number,
        ecosystem="conda",
    )


FORMAT = Format(name=NAME, matches=matches, read=read, limit=LOCK_LIMIT)
