"""Files that nothing but a command line names (``pip install -r deps/ci.pip``, ``docker/setup.arm``): read like others.

Inside an image the build context is not known before everything was read: a file that fits below the Dockerfile's
folder or the root is taken.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from scanner.commands.container import copied_sources, copy_target
from scanner.commands.words import inner, pip_ask, program, script_word
from scanner.facts import Extract, Invocation

_OTHER_LANGUAGES = frozenset(
    ".py .pyz .js .mjs .ts .rb .pl .php .jar .exe .r .R .jl .lua .go .swift .ps1 .bat .cmd".split()
)
_INSTALLING = ("install", "sync", "compile", "wheel", "download")


def listings_named(extract: Extract) -> Iterator[str]:
    """Paths of the repository that may be the files that commands name after ``-r`` and ``-c``; they need not exist."""
    copies = list(_copies(extract))
    for invocation in extract.invocations:
        for word in listings(invocation.argv):
            yield from _inside((*_places(invocation, word), *_copied(extract.path, word, copies)))


def scripts_named(extract: Extract) -> Iterator[str]:
    """Paths of the repository that may be the scripts that a file's commands start; whether they exist is not asked."""
    copies = list(_copies(extract))
    for invocation in extract.invocations:
        argv = inner(program(invocation.argv)) or invocation.argv
        word = script_word(argv) or (argv[0] if copies else None)
        if not word or any(c in word for c in "$*~:") or posixpath.splitext(word)[1] in _OTHER_LANGUAGES:
            continue
        beside = posixpath.join(posixpath.dirname(invocation.at.path), word)
        yield from _inside((*_places(invocation, word), beside, *_copied(extract.path, word, copies)))


def _inside(paths: Iterable[str]) -> Iterator[str]:
    return (path for path in map(posixpath.normpath, paths) if not path.startswith(("../", "/")))


def _copied(path: str, word: str, copies: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What the Dockerfile at ``path`` may have copied to be the file ``word``."""
    name = posixpath.basename(word)
    for source, target in copies:
        if name in (posixpath.basename(source), posixpath.basename(target)):
            yield from _below(path, source)
        if posixpath.normpath(posixpath.dirname(word)) == posixpath.normpath(target):
            folder = posixpath.dirname(source) if "*" in posixpath.basename(source) else source
            yield from _below(path, posixpath.join(folder, name))


def _copies(extract: Extract) -> Iterator[tuple[str, str]]:
    """What a Dockerfile copies, and to where."""
    stages = extract.dockerfile.stages if extract.dockerfile is not None else ()
    for step in (step for stage in stages for step in stage.instructions):
        if step.name in ("COPY", "ADD") and "from" not in dict(step.flags):
            yield from ((source, copy_target(step)) for source in copied_sources(step))


def _below(path: str, source: str) -> Iterator[str]:
    """``source`` in the folder of the file ``path`` and in all above it, of which one is what it is copied from."""
    folder = posixpath.dirname(path)
    while folder:
        yield posixpath.join(folder, source.lstrip("/"))
        folder = posixpath.dirname(folder)
    yield source.lstrip("/")


def listings(argv: tuple[str, ...]) -> list[str]:
    """The files that an installing command names after ``-r`` and ``-c``, as far as they are known."""
    started = program(argv)
    if started.name not in ("pip", "uv", "pip-tools"):
        return []
    verb = next((number for number, word in enumerate(started.args) if word in _INSTALLING), None)
    if verb is None:
        return []
    ask = pip_ask(started.args[verb + 1 :])
    files = (*ask.requirements, *ask.constraints)
    if started.args[verb] == "sync":
        files += tuple(
            word for word in (*ask.names, *ask.paths, *ask.archives) if word.endswith((".txt", ".lock", "*"))
        )
    return [word for word in files if "$" not in word and "://" not in word]


def _places(invocation: Invocation, word: str) -> Iterator[str]:
    directory = invocation.directory
    if directory is not None and not directory.startswith("/"):
        yield posixpath.join(directory, word)
        return
    parts = word.strip("/").split("/")
    for start in range(len(parts) if word.startswith("/") else 1):
        for folder in {".", posixpath.dirname(invocation.at.path)}:
            yield posixpath.join(folder, *parts[start:])
