"""Requirements files that nothing but a command line names (``pip install -r deps/ci.pip``), so that they are read too.

Inside an image the build context is not known before everything was read: a file that fits below the Dockerfile's
folder or the root is taken.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from scanner.commands.words import pip_ask, program
from scanner.facts import Invocation

_INSTALLING = ("install", "sync", "compile", "wheel", "download")


def listings_named(invocations: Iterable[Invocation]) -> Iterator[str]:
    """Paths of the repository that may be the files named after ``-r`` and ``-c``; whether they exist is not asked."""
    for invocation in invocations:
        for word in listings(invocation.argv):
            for path in _places(invocation, word):
                path = posixpath.normpath(path)
                if not path.startswith(("../", "/")):
                    yield path


def listings(argv: tuple[str, ...]) -> list[str]:
    """The files that an installing command names after ``-r`` and ``-c``, as far as they are known."""
    started = program(argv)
    if started.name not in ("pip", "uv", "pip-tools"):
        return []
    verb = next((number for number, word in enumerate(started.args) if word in _INSTALLING), None)
    if verb is None:
        return []
    ask = pip_ask(started.args[verb + 1 :])
    return [word for word in (*ask.requirements, *ask.constraints) if "$" not in word and "://" not in word]


def _places(invocation: Invocation, word: str) -> Iterator[str]:
    directory = invocation.directory
    if directory is not None and not directory.startswith("/"):
        yield posixpath.join(directory, word)
        return
    parts = word.strip("/").split("/")
    for start in range(len(parts) if word.startswith("/") else 1):
        for folder in {".", posixpath.dirname(invocation.at.path)}:
            yield posixpath.join(folder, *parts[start:])
