"""Addresses of git repositories in one comparable form: ``host/owner/name``.

Credentials, schemes, users, default ports, ``.git``, queries and trailing slashes are no part of a repository's
identity; the letter case of its path is (some hosts tell them apart), that of its host is not.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from scanner.redact import redact

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<rest>.*)", re.DOTALL)
_SCP = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,60}\]|[^/:@\s\[\]]{1,255}):(?P<path>(?!//|:).+)", re.DOTALL)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?\.?")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,60}\]")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_PORTS = {"http": "80", "https": "443", "ssh": "22", "git": "9418", "ftp": "21", "ftps": "990"}
_LIMIT = 4096


def normalise(url: str) -> str | None:
    """``host/path`` of a remote repository's address; ``None`` for local paths and for what is no address.

    >>> normalise("git@Git.Example:acme/api.git"), normalise("https://user:secret@git.example:443/acme/api/")
    ('git.example/acme/api', 'git.example/acme/api')
    """
    text = url.strip()
    if not text or len(text) > _LIMIT or text.startswith("-") or _BLANK.search(text):
        return None
    if found := _SCHEME.fullmatch(text):
        return _from_url(found["scheme"].lower(), found["rest"])
    if _DRIVE.match(text) or text.startswith(("/", ".", "~")):
        return None
    if found := _SCP.fullmatch(_without_user(text)):
        return _join(found["host"].lower(), None, found["path"])
    return None


def redacted(url: str) -> str:
    """``url`` for showing: without passwords, users of http addresses, queries and fragments."""
    text = url.strip()
    if (found := _SCHEME.fullmatch(text)) is None:
        rest = _without_user(text)
        return redact(rest if ":" in text[: len(text) - len(rest)] else text)
    authority, slash, path = found["rest"].partition("/")
    user, at, host = authority.rpartition("@")
    keep = f"{user}@" if at and ":" not in user and "ssh" in found["scheme"].lower() else ""
    return redact(f"{found['scheme']}://{keep}{host}{slash}{path.partition('?')[0].partition('#')[0]}")


def _without_user(scp: str) -> str:
    before, slash, after = scp.partition("/")
    return before.rpartition("@")[2] + slash + after


def _from_url(scheme: str, rest: str) -> str | None:
    scheme = scheme.removeprefix("git+").removesuffix("+git")
    if scheme not in _PORTS:
        return None
    authority, _, path = rest.partition("/")
    host, port = _split_port(authority.rpartition("@")[2].lower())
    path = unquote(path.partition("?")[0].partition("#")[0])
    return _join(host, None if port in (None, "", _PORTS[scheme]) else port, path)


def _split_port(authority: str) -> tuple[str, str | None]:
    if authority.startswith("["):
        host, bracket, tail = authority.partition("]")
        return host + bracket, tail.removeprefix(":") or None
    host, _, port = authority.partition(":")
    return host, port or None


def _join(host: str, port: str | None, path: str) -> str | None:
    if not (_HOST.fullmatch(host) or _IPV6.fullmatch(host)) or (port is not None and not port.isdecimal()):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if parts and parts[0] == "~":
        del parts[0]
    if not parts or ".." in parts or _CONTROL.search(path):
        return None
    parts[-1] = parts[-1].removesuffix(".git") or parts[-1]
    return "/".join((host.rstrip(".") + (f":{int(port)}" if port else ""), *parts))
