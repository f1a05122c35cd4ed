"""Projects of one repository that take each other by path: who takes whom, and what has to hold for all of them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Mapping

from scanner.inventory import Dependency, Repository

PROJECT_ROOT = "${PROJECT_ROOT}"
"""How PDM writes the folder of the manifest in ``file:`` addresses."""


def folder_taken(item: Dependency) -> str | None:
    """The place in the repository that a dependency names by its path."""
    if item.source != "path" or not item.url:
        return None
    url = item.url.removeprefix(PROJECT_ROOT).lstrip("/") if item.url.startswith(PROJECT_ROOT) else item.url
    return posixpath.normpath(posixpath.join(posixpath.dirname(item.path), url))


def edges(repository: Repository) -> dict[str, dict[str, bool]]:
    """For each project's folder the folders that it takes by path, and whether as editable."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for project in repository.projects:
        for item in project.dependencies:
            target = folder_taken(item)
            if target is not None:
                found[project.path][target] = found[project.path].get(target, False) or item.editable
    return dict(found)


def reach(start: str, links: Mapping[str, Collection[str]]) -> set[str]:
    """``start`` and all that it takes by path, itself or through others."""
    found, waiting = {start}, [start]
    while waiting:
        for target in links.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def is_editable_for_all(repository: Repository, folder: str, target: str) -> bool:
    """Whether some project takes ``target`` as editable and, somehow, the project in ``folder`` as well.

    uv has one way of installing a path in one environment, where Poetry and pip take the first that they meet.
    """
    links = edges(repository)
    for root in links:
        together = reach(root, links)
        if folder in together and any(links.get(member, {}).get(target) for member in together):
            return True
    return False
