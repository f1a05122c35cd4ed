"""Addresses of files on the hosts of repositories: ``file:line`` at the commit that was scanned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from scanner.inventory import Repository

#: The page of a file on the known kinds of hosts; a line's part follows.
TEMPLATES: Mapping[str, str] = {
    "github": "https://{host}/{path}/blob/{commit}/{file}#L{line}",
    "gitlab": "https://{host}/{path}/-/blob/{commit}/{file}#L{line}",
    "bitbucket": "https://{host}/{path}/src/{commit}/{file}#lines-{line}",
}


def template(repository: Repository, links: Mapping[str, str]) -> str | None:
    """The address of this repository's files with ``{file}`` and ``{line}`` left open; ``None`` where unknown.

    ``links`` are the user's: a host (or ``*``) to one of :data:`TEMPLATES` or to a template of the user's own, in which
    ``{host}``, ``{path}``, ``{commit}``, ``{file}`` and ``{line}`` are filled. Only http and https make a link.
    """
    remote = repository.remote or _of_id(repository, links)
    if remote is None or repository.commit is None:
        return None
    host, _, path = remote.partition("/")
    made = links.get(host) or links.get("*") or _kind(host)
    if not made:
        return None
    made = TEMPLATES.get(made, made)
    for name, value in (("host", host), ("path", quote(path, errors="replace")), ("commit", repository.commit)):
        made = made.replace(f"{{{name}}}", value)
    return made if urlsplit(made).scheme in ("http", "https") and urlsplit(made).netloc else None


def address(made: str | None, path: str, line: int | None) -> str | None:
    """The address of one file, and line where there is one."""
    if made is None:
        return None
    if line is None:
        made = made.partition("#")[0]
    return made.replace("{file}", quote(path, errors="replace")).replace("{line}", str(line))


def _of_id(repository: Repository, links: Mapping[str, str]) -> str | None:
    """The id is an address where its host has a template: mirrors have no remote, yet a fleet file may name them."""
    host = repository.id.partition("/")[0]
    return repository.id if host and host in links else None


def _kind(host: str) -> str | None:
    """The kind of host that a name gives away: the public ones, and the usual names of installations of one's own."""
    labels = host.partition(":")[0].split(".")
    return next((kind for kind in TEMPLATES if kind in labels), None)
