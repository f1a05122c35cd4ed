"""What a repository builds on outside itself: what its files name, what its commands fetch with git or install."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.commands.words import pip_ask, program
from scanner.facts import Extract
from scanner.giturl import normalise
from scanner.inventory import Command, ExternalReference

_FETCHING = frozenset({"clone", "fetch", "ls-remote", "submodule"})
_INSTALLING = frozenset({"install", "bootstrap", "adhoc"})


def references_of(extracts: Iterable[Extract], commands: Iterable[Command]) -> tuple[ExternalReference, ...]:
    """Submodules, images, shared CI and services that files name; repositories that commands clone or install from."""
    found = {
        ExternalReference(kind=r.kind, target=r.target, ref=r.ref, path=r.at.path, line=r.at.line): None
        for extract in extracts
        for r in extract.references
    }
    for command in commands:
        for address, ref in _addresses(command):
            found[ExternalReference(kind="git", target=address, ref=ref, path=command.path, line=command.line)] = None
    return tuple(sorted(found, key=lambda r: (r.path, r.line or 0, r.kind, r.target, r.ref or "")))


def named_installs(commands: Iterable[Command]) -> Iterator[tuple[Command, str]]:
    """The requirements that stand in the commands themselves (``pip install acme-lib==1.2``), as written."""
    for command in commands:
        if command.kind in _INSTALLING:
            started = program(command.argv)
            words = started.args[1:] if started.name == "uv" and started.args[:1] == ("pip",) else started.args
            if started.name in ("pip", "uv") and words[:1] == ("install",):
                for word in pip_ask(tuple(words[1:])).names:
                    yield command, word


def _addresses(command: Command) -> Iterator[tuple[str, str | None]]:
    """Addresses without reference, and the reference: ``git clone URL``, ``pip install git+URL@REF``."""
    if program(command.argv).name == "git":
        if (address := _cloned(command.argv)) is not None:
            yield address, None
    elif command.kind in _INSTALLING:
        for word in command.argv:
            before, mark, rest = word.partition("git+")
            if mark and (not before or before.endswith(("@", " ", "="))) and "$" not in rest:
                yield _split(rest)


def _cloned(argv: Sequence[str]) -> str | None:
    if _FETCHING.isdisjoint(argv):
        return None
    return next((w for w in argv[1:] if "$" not in w and normalise(w) is not None), None)


def _split(text: str) -> tuple[str, str | None]:
    """``https://host/owner/name.git@ref#egg=…`` → the address and ``ref`` (pip's VCS form)."""
    text = text.partition("#")[0]
    scheme, mark, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    path, at, ref = path.partition("@")
    return f"{scheme}{mark}{host}{slash}{path}", ref if at and ref else None
