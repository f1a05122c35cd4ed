"""Where the fleet's repositories are: by address, by the end of the address, by folder, by name, by image."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scanner.giturl import normalise
from scanner.inventory import Repository


class Places:
    """Where the fleet's repositories are: by address, by the end of the address, by folder, by name."""

    def __init__(self, fleet: Sequence[Repository]) -> None:
        self.by_id = {r.id: r for r in fleet}
        self._address: dict[str, Repository] = {}
        self._tails: defaultdict[str, list[Repository]] = defaultdict(list)
        self._folders: dict[str, Repository] = {}
        self._names: defaultdict[str, list[Repository]] = defaultdict(list)
        self._built: dict[str, Repository | None] = {}
        for repository in fleet:
            self._names[repository.name.lower()].append(repository)
            for image in built_images(repository):
                if "/" in image and "$" not in image and "{" not in image:
                    self._built[image] = repository if self._built.get(image, repository) is repository else None
            if repository.location.startswith("/"):
                self._folders[repository.location.rstrip("/")] = repository
            for address in _addresses(repository):
                self._address.setdefault(address, repository)
                tail = address.partition("/")[2]
                if "/" in tail and repository not in self._tails[tail]:
                    self._tails[tail].append(repository)

    def at_address(self, url: str | None) -> Repository | None:
        """The repository that a git address leads to."""
        address = normalise(url) if url else None
        return self._address.get(address.lower()) if address else None

    def inside_address(self, url: str | None) -> Repository | None:
        """The repository whose address begins ``url`` (archives, release files, files in a repository)."""
        parts = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?", "", url or "").lower().split("/")
        for end in range(min(len(parts), 12), 2, -1):
            if (found := self._address.get("/".join(parts[:end]).removesuffix(".git"))) is not None:
                return found
        return None

    def at_tail(self, target: str, near: Repository) -> Repository | None:
        """The repository whose owner and name begin ``target`` (``acme/ci/…``); of several, the consumer's host's."""
        parts = target.lower().strip("/").split("/")
        for end in range(min(len(parts), 12), 1, -1):
            tail = "/".join(parts[:end]).removesuffix(".git")
            found = self._tails.get(tail, [])
            if len(found) == 1:
                return found[0]
            host = near.id.partition("/")[0]
            if (same := self._address.get(f"{host}/{tail}".lower())) is not None:
                return same
        return None

    def at_folder(self, near: Repository, path: str) -> tuple[Repository, str] | None:
        """The repository that lies at ``path`` (relative to ``near``'s root, leading outside), and the path in it."""
        if not near.location.startswith("/"):
            return None
        target = posixpath.normpath(posixpath.join(near.location, path))
        folder = target
        while folder not in ("/", ""):
            if (found := self._folders.get(folder)) is not None:
                return found, posixpath.relpath(target, folder)
            folder = posixpath.dirname(folder)
        return None

    def builder(self, image: str) -> Repository | None:
        """The only repository that builds an image of this name."""
        return self._built.get(image)

    def named(self, name: str) -> Repository | None:
        """The only repository of that name."""
        found = self._names.get(name.lower(), [])
        return found[0] if len(found) == 1 else None


def _addresses(repository: Repository) -> list[str]:
    known = (normalise(url) for url in (repository.remote, repository.location) if url)
    return [repository.id.lower(), *(address.lower() for address in known if address)]


def built_images(repository: Repository) -> Iterator[str]:
    """The names that the repository's own automation gives to the images that it builds or pushes."""
    for command in repository.commands:
        words = command.argv
        if (
            not words
            or words[0] not in ("docker", "podman", "buildah", "nerdctl")
            or not {"build", "push"} & set(words)
        ):
            continue
        if words[1:2] == ("push",):
            yield image_name(words[-1])
        for option, value in pairwise(words):
            if option in ("-t", "--tag"):
                yield image_name(value)
        yield from (image_name(w.partition("=")[2]) for w in words if w.startswith("--tag="))


def image_name(reference: str) -> str:
    """An image reference without tag and digest, in lower case."""
    return re.split(r"@|:(?=[^/]*$)", reference.strip().lower())[0]


def last_part(identity: str) -> str:
    """The last part of an address or id."""
    return identity.rstrip("/").rpartition("/")[2]
