"""Where a package comes from when it is no index: git, file and path sources as ``[tool.uv.sources]`` has them."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import urlsplit, urlunsplit

from rules.migrations.beside import is_editable_for_all
from rules.migrations.ground import Site, Stop
from scanner.redact import has_credentials

_SCP = re.compile(r"(?P<user>[\w.-]{1,100}@)(?P<host>[\w.-]{1,200}):(?P<path>[^/\\].{0,1000})")
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]|%\(|\{\{")


_WHICH_ADDRESS = "At which https or ssh address is it?"


def git_source(
    address: str,
    *,
    at: tuple[str, int | None],
    branch: str | None = None,
    tag: str | None = None,
    rev: str | None = None,
    subdirectory: str | None = None,
) -> dict[str, str | bool]:
    """A git source; ``git@host:path`` becomes an ssh address, as uv takes URLs only.

    Raises :class:`Stop` for the unencrypted ``git:`` protocol, which uv does not speak (nor do most hosts now).
    """
    if address.strip().removeprefix("git+").startswith("git://"):
        raise Stop("manifest-by-hand", f"{address}: uv does not take git:", *at, _WHICH_ADDRESS)
    found: dict[str, str | bool] = {"git": git_url(address)}
    chosen = {"rev": rev, "tag": tag, "branch": branch}
    found.update(next(({key: value} for key, value in chosen.items() if value), {}))
    if subdirectory:
        found["subdirectory"] = subdirectory
    return found


def git_url(address: str) -> str:
    """A git address as a URL."""
    address = address.strip().removeprefix("git+")
    found = _SCP.fullmatch(address) if "://" not in address else None
    return f"ssh://{found['user']}{found['host']}/{found['path']}" if found else address


def local_source(
    site: Site, target: str, *, editable: bool, at: tuple[str, int | None], base: str | None = None
) -> dict[str, str | bool]:
    """A path source; the path is as written (relative to ``base``, the project's folder if not given).

    Raises :class:`Stop` for what lies outside the repository or is not in it.
    """
    if target.startswith("file:"):
        target = re.sub(r"^file:(?://(?=/))?", "", target)
    if _VARIABLE.search(target) or posixpath.isabs(target) or re.match(r"[A-Za-z]:[\\/]", target):
        raise Stop("external-path", f"{target} lies outside the repository", *at)
    joined = posixpath.normpath(posixpath.join(base if base is not None else site.folder, target))
    if joined == ".." or joined.startswith("../"):
        raise Stop("external-path", f"{target} lies outside the repository", *at)
    submodule = any(joined == s or joined.startswith(s + "/") for s in site.ground.facts.submodules)
    if not site.exists(joined) and not submodule:
        raise Stop("external-path", f"{target} is not in the repository", *at)
    if submodule:
        message = f"{target} is a submodule, whose files are in another repository"
        raise Stop("external-path", message, *at, decision=_SUBMODULE)
    found: dict[str, str | bool] = {"path": posixpath.relpath(joined, site.folder)}
    is_archive = joined in site.ground.facts.files
    if not is_archive and (editable or is_editable_for_all(site.ground.repository, site.folder, joined)):
        found["editable"] = True
    return found


_SUBMODULE = (
    "Take it from its own git repository at a commit ([tool.uv.sources] git, rev), which needs no submodule; or move "
    "that repository first, check the submodule out at the commit that has its new manifest, and lock there by hand."
)


def url_source(url: str, subdirectory: str | None = None) -> dict[str, str | bool]:
    """The source of an archive at an address."""
    return {"url": url, "subdirectory": subdirectory} if subdirectory else {"url": url}


def without_credentials(url: str) -> tuple[str, bool]:
    """An address without user information, and whether it had any (a secret, or variables that stand for one)."""
    try:
        parts = urlsplit(url)
        if "@" not in parts.netloc:
            return url, has_credentials(url)
        user, _, host = parts.netloc.rpartition("@")
        bare = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    except ValueError:
        return url, has_credentials(url)
    return (url, False) if user == "git" else (bare, True)


def has_variable(url: str) -> bool:
    """Whether an address holds a variable, which uv's manifest does not expand."""
    return _VARIABLE.search(url) is not None


def index_name(name: str | None, url: str, taken: set[str]) -> str:
    """A valid name for an index: the one it has, else its host's first words; unlike those ``taken``."""
    host = re.sub(r"^[A-Za-z+]+://(?:[^/@]*@)?", "", url).split("/")[0].split(":")[0]
    start = re.sub(r"[^A-Za-z0-9_-]+", "-", name or "").strip("-") or re.sub(r"[^A-Za-z0-9]+", "-", host).strip("-")
    chosen, number = start or "index", 2
    while chosen.lower() in {t.lower() for t in taken}:
        chosen, number = f"{start}-{number}", number + 1
    taken.add(chosen)
    return chosen


def is_public(name: str | None, url: str) -> bool:
    """Whether an index is the public one, uv's default: by its name where it has one, or by its host."""
    try:
        host = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        host = []
    known = host[-2:-1] in (["pypi"], ["python"]) and host[-1:] == ["org"] and "test" not in host
    return known or ((name or "").lower() == "pypi" and not url)
