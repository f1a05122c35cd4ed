"""The versions that an old lock holds, for the new lock to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, canonicalize_version

from rules.migrations.draft import Draft
from rules.migrations.ground import Site, Stop
from rules.migrations.pep import is_prerelease, is_prerelease_explicit
from scanner.facts import LockedPackage


def pins_of(site: Site, path: str) -> tuple[LockedPackage, ...]:
    """What the lock at ``path`` holds; nothing where there is none. Raises :class:`Stop` for one that is broken."""
    extract = site.ground.facts.extracts.get(path)
    if extract is None:
        if path in site.ground.facts.files:
            raise Stop("broken-lock", f"{path} could not be read", path)
        return ()
    if extract.lock is None or extract.unreadable:
        problem = next((p for p in site.ground.facts.problems if p.at.path == path), None)
        message = f"{path}: {problem.message}" if problem else f"{path} could not be read"
        raise Stop("broken-lock", message, path, problem.at.line if problem else None)
    return extract.lock.packages


def normal_version(version: str | None) -> str | None:
    """A version in the form in which equal ones are the same text."""
    return canonicalize_version(version) if version else version


def prerelease_constraints(draft: Draft, pins: Iterable[LockedPackage], document: Mapping[str, Any]) -> list[str]:
    """Constraints that admit the locked pre-releases of direct dependencies whose specifiers do not name one.

    uv takes pre-releases where a requirement or constraint of the project names one, or where there is nothing else.
    """
    pre = {pin.key: pin.version for pin in pins if is_prerelease(pin.version) and pin.source == "index"}
    found: dict[str, str] = {}
    for text in (*(wish.text for _, _, wish in draft.wishes()), *_declared(document)):
        name = re.match(r"[A-Za-z0-9._-]+", text)
        key = str(canonicalize_name(name[0])) if name else ""
        if name and key in pre and not is_prerelease_explicit(text) and not _is_direct(text):
            found[key] = f"{name[0]}>={pre[key]}"
    return list(found.values())


def _declared(document: Mapping[str, Any]) -> Iterator[str]:
    """The requirements that the manifest holds already, in ``[project]`` and its groups."""
    project = document.get("project", {})
    lists = [project.get("dependencies", ()), *project.get("optional-dependencies", {}).values()]
    for texts in (*lists, *document.get("dependency-groups", {}).values()):
        yield from (text for text in texts if isinstance(text, str))


def _is_direct(text: str) -> bool:
    try:
        return Requirement(text).url is not None
    except InvalidRequirement:
        return True
