"""Commands in loops over files: one for each file or folder of the repository that the pattern fits."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from scanner.command_files import listings
from scanner.commands.lookup import Lookup
from scanner.facts import Invocation

MAX_EACH = 24
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "Makefile")


def each_of(invocations: Iterable[Invocation], lookup: Lookup) -> list[Invocation]:
    """The commands, with those in whose folder or requirements file a ``*`` is left once for each that there is.

    Where nothing fits, or more than a few, the command stays as it is, in a folder that is not known.
    """
    return [one for invocation in invocations for one in _each(invocation, lookup)]


def _each(invocation: Invocation, lookup: Lookup) -> list[Invocation]:
    directory = invocation.directory
    if directory is not None and "*" in directory:
        found = [replace(invocation, directory=folder) for folder in _folders(invocation, lookup)]
        return each_of(found, lookup) if 0 < len(found) <= MAX_EACH else [replace(invocation, directory=None)]
    if not any("*" in word for word in invocation.argv):
        return [invocation]
    pattern = next((word for word in listings(invocation.argv) if "*" in word), None)
    paths = _files(invocation, pattern, lookup) if pattern is not None else []
    if pattern is None or not 0 < len(paths) <= MAX_EACH:
        return [invocation]
    return [replace(invocation, argv=tuple(_put(word, pattern, path) for word in invocation.argv)) for path in paths]


def _put(word: str, pattern: str, path: str) -> str:
    return word.removesuffix(pattern) + path if word.endswith(pattern) else word


def _folders(invocation: Invocation, lookup: Lookup) -> list[str]:
    """The folders that fit and hold what the command installs from, or a manifest where it names none."""
    named = [word for word in listings(invocation.argv) if "*" not in word]
    found = _fitting(invocation, invocation.directory or ".", lookup)
    wanted = [(f, [posixpath.normpath(posixpath.join(f, w)) for w in named or _MANIFESTS]) for f in found]
    return [
        folder
        for folder, paths in wanted
        if any(lookup.find(replace(invocation, directory=posixpath.dirname(p)), posixpath.basename(p)) for p in paths)
    ]


def _files(invocation: Invocation, pattern: str, lookup: Lookup) -> list[str]:
    """The files that fit, as the command would name them."""
    base = invocation.directory
    if base is None or "$" in pattern:
        return []
    found = _fitting(invocation, posixpath.normpath(posixpath.join(base, pattern)), lookup)
    return [posixpath.relpath(path, base) for path in found]


def _fitting(invocation: Invocation, pattern: str, lookup: Lookup) -> list[str]:
    """What fits the pattern: paths of the repository, or inside an image those at which it has them."""
    if not pattern.startswith("/"):
        return lookup.tree.glob(pattern)
    container = lookup.container(invocation.at.path)
    fixed = posixpath.dirname(pattern[: pattern.index("*")])
    if container is None:
        return []
    source = container.source(invocation.at.line, fixed)
    if source is None:
        names = {posixpath.join(fixed, posixpath.basename(path)): path for path in lookup.tree.files}
        fitting = (name for name in sorted(names) if fnmatchcase(name, pattern))
        return [name for name in fitting if container.source(invocation.at.line, name) in lookup.tree.files]
    found = lookup.tree.glob(posixpath.normpath(posixpath.join(source, posixpath.relpath(pattern, fixed))))
    return [posixpath.join(fixed, posixpath.relpath(path, source)) for path in found]
