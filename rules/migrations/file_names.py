"""What the name of a requirements file says: its group, and how near it is to the project itself. Pure."""

from __future__ import annotations

import posixpath
import re

from scanner.folder import folder_of
from scanner.requirement_files import group_of_file

_ROOTS = tuple("requirements base common main core runtime app install default prod production".split())


def stem_of(path: str) -> str:
    """The name of a file without its ending, as a group may be called."""
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "requirements"


def rank(path: str) -> int:
    """How near a file's name is to that of the project's own requirements; 0 is nearest."""
    words = re.split(r"[^a-z]+", posixpath.splitext(posixpath.basename(path))[0].lower())
    return next((i for i, name in enumerate(_ROOTS) if words == [name]), len(_ROOTS))


def group_name(path: str) -> str:
    """The group for a file: ``dev`` of ``requirements-dev.txt``; its own stem where the name says nothing else."""
    own = posixpath.splitext(posixpath.basename(path))[0].lower()
    rest = re.sub(r"requirements?|requirments|reqs?", "", own).strip("-_. ")
    name = group_of_file(path) or rest or posixpath.basename(folder_of(path)) or own
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "requirements"
