"""Wheels and source archives that are installed by their file: builds of this repository's own projects, or others'."""

from __future__ import annotations

import posixpath
import re

from packaging.utils import canonicalize_name

from scanner.commands.lookup import Lookup
from scanner.facts import Invocation

_NAME_ENDS = re.compile(r"[*?\[$]|-\d|\.whl|\.tar|\.tgz|\.zip")


def built_from(word: str, lookup: Lookup) -> str | None:
    """The manifest of the project whose name a built file bears."""
    name = _name(word)
    return lookup.manifest_of(name) if name else None


def is_from_elsewhere(word: str, invocation: Invocation, lookup: Lookup, *, gathered: bool = False) -> bool:
    """Whether no project of the repository can have been built into the file, or the files, that ``word`` names.

    A name tells, that of the committed files too that a pattern fits; without one it is told by an image that takes
    nothing of the repository, or by wheels that the job ``gathered`` of named packages. Where a project's own name is
    not known nobody can tell.
    """
    known = lookup.distributions()
    if known is None:
        return False
    names = [word, *_committed(word, invocation, lookup)]
    told = [name for name in map(_name, names) if name]
    if told:
        return not any(_may_be(name, known, open_ended=f"{name}*" in names[0]) for name in told)
    image = lookup.image_of(invocation)
    return gathered or (image is not None and image[0].asks_for_nothing)


def _name(word: str) -> str:
    """The name before the version in a file's name, normal in form; ``""`` where it is a pattern or a variable."""
    return canonicalize_name(_NAME_ENDS.split(posixpath.basename(word))[0].rstrip("-_."))


def _committed(word: str, invocation: Invocation, lookup: Lookup) -> list[str]:
    return lookup.matching(invocation, word) if "*" in word and "$" not in word else []


def _may_be(name: str, known: frozenset[str], *, open_ended: bool) -> bool:
    return any(own == name or (open_ended and own.startswith(name)) for own in known)
