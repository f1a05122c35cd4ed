"""What a repository uses of another without declaring a dependency: submodules, images, shared CI, services."""

from __future__ import annotations

import posixpath
import re

from scanner.giturl import normalise
from scanner.graph.places import Places, image_name, last_part
from scanner.inventory import ExternalReference, Repository


def referenced(repository: Repository, reference: ExternalReference, places: Places) -> Repository | None:
    """The repository of the fleet that a reference leads to."""
    match reference.kind:
        case "submodule":
            return places.at_address(_absolute(repository, reference.target))
        case "ci":
            return _shared_ci(repository, reference.target, places)
        case "image":
            return _image_source(repository, reference.target, places)
        case "git":
            return places.at_address(reference.target) or places.inside_address(reference.target)
        case "service":
            target = re.sub(r"^[a-z]+:(?:[^/]+/)?", "", reference.target.lower())
            return places.at_address(reference.target) or places.named(last_part(target))


def _absolute(repository: Repository, target: str) -> str:
    """A submodule's address; relative ones (``../lib.git``) start from the repository's own."""
    if not target.startswith(("./", "../")):
        return target
    base = normalise(repository.remote) if repository.remote else repository.id
    return "https://" + posixpath.normpath(posixpath.join(base or repository.id, target))


def _shared_ci(repository: Repository, target: str, places: Places) -> Repository | None:
    if target.startswith((".", "docker:")):
        return None
    found = places.at_address(target) or places.inside_address(target)
    return found or places.at_tail(re.split(r"[@:?]|//", re.sub(r"^[a-z+]+://[^/]*/", "", target))[0], repository)


def _image_source(repository: Repository, target: str, places: Places) -> Repository | None:
    """The repository that builds an image: the one whose automation tags it so, else the one of that owner and name.

    A bare name on a registry (``registry.example/python-base``) counts only when it is a compound one.
    """
    image = image_name(target)
    if (built := places.builder(image)) is not None:
        return built
    first, _, rest = image.partition("/")
    path = rest if rest and ("." in first or ":" in first or first == "localhost") else image
    if "/" in path:
        found = places.at_tail(path, repository)
    else:
        found = places.named(path) if path != image and re.search(r"[-_]", path) else None
    return found if found is not None and found.images else None
