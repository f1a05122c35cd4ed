"""One requirement as text, whoever wrote it down: PEP 508, and the bare addresses and paths that pip takes beside it.

Credentials are redacted before a value is made. Nothing here looks at the disk, so a path is known by its looks, with
pip's own rule: it starts with a dot, or holds a slash.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from packaging import requirements as packaging_requirements
from packaging.markers import InvalidMarker, Marker
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from scanner.facts import Location, Requirement, Scope, Source
from scanner.redact import redact, redact_line

LENGTH_LIMIT = 4096

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?"
_EGG = re.compile(rf"(?P<name>{_NAME})(?:\[(?P<extras>[^\[\]]{{0,500}})\])?(?=$|[=<>!~;\s])")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20}):")
_SCP = re.compile(r"(?P<host>(?:[\w.-]{1,100}@)?[\w.-]{1,200}):(?P<path>[^/\\:@][^:]{0,1000})")
_PATH_EXTRAS = re.compile(r"(?P<path>[^\[\]]{1,2000})\[(?P<extras>[^\[\]]{0,500})\]")
_MARKER_OF_ADDRESS = re.compile(r"\s;|;\s")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar|tgz|tbz2|tbz|txz|tar\.(?:gz|bz2|xz|lz|lzma))$", re.IGNORECASE)
_FORGE_ARCHIVE = re.compile(r"/(?:-/)?(?:archive|tarball|zipball|tar\.gz|zip)/")
_DIGEST = re.compile(r"(?:md5|sha1|sha224|sha256|sha384|sha512)")


class InvalidRequirement(ValueError):
    """The text is no requirement; the message says why and quotes it, without secrets."""


def requirement(text: str, *, at: Location, scope: Scope = "runtime", group: str | None = None) -> Requirement:
    """Read one requirement: ``name[extra]>=1; marker``, ``name @ url``, a bare VCS or archive address, or a path.

    Bare addresses take their name from ``#egg=`` or a standard file name, else it is ``""``. ``url`` is the address
    without its reference, fragment and ``git+``; for paths the path as written. Raises :class:`InvalidRequirement`.
    """
    return replace(_parse(text.strip()), at=at, scope=scope, group=group)


def git_reference(url: str) -> tuple[str, str | None, str | None]:
    """Split ``git+https://host/x.git@v1#subdirectory=y`` into address, ref and subdirectory; the address redacted.

    The address keeps its scheme without ``git+``; scp-like ones (``git@host:x/y.git``) stay as they are.
    """
    address, fragment = _split_fragment(redact(url.strip()))
    address, ref = _split_ref(address.removeprefix("git+"))
    return address, ref, fragment.get("subdirectory")


@lru_cache(maxsize=16384)
def _parse(text: str) -> Requirement:
    if not text:
        raise InvalidRequirement("an empty requirement")
    if len(text) > LENGTH_LIMIT:
        raise InvalidRequirement(f"a requirement longer than {LENGTH_LIMIT} characters")
    address, marker = _split_marker(text)
    if _is_address(address):
        return _from_address(address, text, marker)
    try:
        parsed = packaging_requirements.Requirement(text)
        marker_text = str(parsed.marker) if parsed.marker is not None else None
        specifier = str(parsed.specifier)
    except (ValueError, RecursionError) as error:
        if _is_path(address) and "@" not in address.partition("/")[0]:
            return _from_address(address, text, marker)
        raise InvalidRequirement(_why(text, error)) from None
    extras = tuple(sorted(parsed.extras))
    if parsed.url:
        if not re.search(r"[:/\\{]", parsed.url):
            raise InvalidRequirement(_why(text, ValueError("no address stands after the @")))
        return replace(_from_address(parsed.url, text, marker_text), name=parsed.name, extras=extras)
    return Requirement(
        name=parsed.name, raw=redact(text), at=_NOWHERE, extras=extras, specifier=specifier, marker=marker_text
    )


_NOWHERE = Location(path="")


def _why(text: str, error: Exception) -> str:
    reason = str(error).partition("\n")[0] or "nested too deeply"
    return redact_line(f"not a requirement: {text[:200]!r}: {reason[:300]}")


def _split_marker(text: str) -> tuple[str, str | None]:
    """A bare address and its marker: the semicolon needs white space beside it, as addresses may hold one."""
    found = _MARKER_OF_ADDRESS.search(text)
    if found is None:
        return text, None
    return text[: found.start()].rstrip(), text[found.end() :].strip(" \t;") or None


def _is_address(text: str) -> bool:
    """Whether the text is a URL, an scp-like git address, or plainly a path."""
    if text.startswith((".", "/", "~/")) or re.match(r"[A-Za-z]:[\\/]", text):
        return not text.startswith("...") and " " not in text
    found = _SCHEME.match(text)
    if found is not None and (text[found.end() :].startswith("//") or found["scheme"].lower() == "file"):
        return " " not in text
    return " " not in text and (text.startswith(("git+", "git@")) or _ends_as_archive(text))


def _ends_as_archive(text: str) -> bool:
    return not re.search(r"[@<>=;,]", text) and _ARCHIVE.search(text[-9:]) is not None


def _is_path(text: str) -> bool:
    return ("/" in text or "\\" in text) and not re.search(r"[\s<>=;,]", text)


def _from_address(address: str, raw: str, marker: str | None) -> Requirement:
    address = redact(address)
    body, fragment = _split_fragment(address)
    source = _source(body)
    extras: str | None = None
    if source == "path" and (found := _PATH_EXTRAS.fullmatch(body)) is not None:
        body, extras = found["path"], found["extras"]
    url, ref = _location(body, source)
    name = ""
    if (egg := _EGG.match(fragment.get("egg", ""))) is not None:
        name, extras = egg["name"], egg["extras"] or extras
    return Requirement(
        name=name or _name_of_file(url),
        raw=redact(raw),
        at=_NOWHERE,
        extras=tuple(sorted({extra.strip() for extra in (extras or "").split(",")} - {""})),
        marker=_marker(marker, raw),
        source=source,
        url=url,
        ref=ref,
        subdirectory=fragment.get("subdirectory"),
        hashes=tuple(f"{key}:{value}" for key, value in fragment.items() if _DIGEST.fullmatch(key) and value),
    )


def _marker(text: str | None, raw: str) -> str | None:
    if text is None:
        return None
    try:
        return str(Marker(text))
    except (InvalidMarker, ValueError, RecursionError) as error:
        raise InvalidRequirement(_why(raw, error)) from None


def _split_fragment(address: str) -> tuple[str, dict[str, str]]:
    body, _, fragment = address.partition("#")
    pairs = (part.partition("=") for part in fragment.split("&"))
    return body, {key: unquote(value).strip() for key, _, value in pairs if key}


def _source(body: str) -> Source:
    scheme = _SCHEME.match(body)
    name = scheme["scheme"].lower() if scheme is not None and len(scheme["scheme"]) > 1 else ""
    if body.startswith(("git+", "git@")) or name in {"git", "ssh"}:
        return "git"
    if scheme is not None and body[scheme.end() :].startswith("//") and name != "file":
        return "url"
    return "path"


def _location(body: str, source: Source) -> tuple[str, str | None]:
    if source == "git":
        return _split_ref(body.removeprefix("git+"))
    if source == "url":
        version_control = body.startswith(("hg+", "svn+", "bzr+"))
        return _split_ref(body) if version_control else (body, None)
    return _file_path(body), None


def _file_path(body: str) -> str:
    """``file:`` addresses as paths; those that start at a variable (``file:///${PROJECT_ROOT}/x``) begin with it."""
    if body[:5].lower() != "file:":
        return body
    path = unquote(body[5:])
    if path.startswith("//"):
        host, slash, rest = path[2:].partition("/")
        path = slash + rest if host in {"", "localhost"} else host + slash + rest
    return path[1:] if path.startswith(("/${", "/{")) else path


def _split_ref(address: str) -> tuple[str, str | None]:
    """Part ``@ref`` off the path of an address; what stands before the path may hold an ``@`` of its own."""
    if "://" in address:
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("/")
        path, _, ref = _last_at(path)
        return f"{scheme}://{host}{slash}{path}", ref
    found = _SCP.fullmatch(address)
    if found is None:
        return address, None
    path, _, ref = _last_at(found["path"])
    return f"{found['host']}:{path}", ref


def _last_at(path: str) -> tuple[str, str, str | None]:
    head, at, ref = path.rpartition("@")
    return (head, at, ref or None) if at and head else (path, "", None)


def _name_of_file(url: str) -> str:
    """The distribution's name where a wheel's or source archive's standard file name tells it."""
    name = unquote(url.partition("?")[0].replace("\\", "/").rpartition("/")[2])
    try:
        if name.endswith(".whl"):
            return str(parse_wheel_filename(name)[0])
        if name.endswith((".tar.gz", ".zip")) and not _FORGE_ARCHIVE.search(url):
            return str(parse_sdist_filename(name)[0])
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        pass
    return ""
