"""Indexes that automation names: options of installers, their variables, settings that are written on the way.

Invocations are redacted when they are made, so that a literal secret shows here as its mask alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from scanner.commands.words import program
from scanner.facts import Extract, Index, IndexKind, Location
from scanner.redact import MASK, redact

_OPTIONS: Mapping[str, IndexKind] = {
    "-i": "index",
    "--index-url": "index",
    "--pypi-url": "index",
    "--default-index": "index",
    "--pypi-mirror": "index",
    "--extra-index-url": "extra-index",
    "--index": "extra-index",
    "-f": "find-links",
    "--find-links": "find-links",
    "--trusted-host": "trusted-host",
    "--allow-insecure-host": "trusted-host",
}
_VARIABLES: Mapping[str, IndexKind] = {
    "PIP_INDEX_URL": "index",
    "PIP_PYPI_URL": "index",
    "UV_INDEX_URL": "index",
    "UV_DEFAULT_INDEX": "index",
    "PDM_PYPI_URL": "index",
    "PIPENV_PYPI_MIRROR": "index",
    "PIP_EXTRA_INDEX_URL": "extra-index",
    "UV_EXTRA_INDEX_URL": "extra-index",
    "UV_INDEX": "extra-index",
    "PIP_FIND_LINKS": "find-links",
    "UV_FIND_LINKS": "find-links",
    "PIP_TRUSTED_HOST": "trusted-host",
    "UV_INSECURE_HOST": "trusted-host",
}
_SETTINGS: Mapping[str, IndexKind] = {
    "index-url": "index",
    "extra-index-url": "extra-index",
    "find-links": "find-links",
    "trusted-host": "trusted-host",
}
_INSTALLERS = frozenset({"pip", "uv", "uvx", "pip-tools", "pipenv", "pipx", "pdm"})
_SET = re.compile(
    r"(?:^|\.|\s|\\n)(?P<key>extra-index-url|index-url|find-links|trusted-host)\s{0,4}=\s{0,4}(?P<value>[^\s\\]{4,500})"
)
_PAIR = re.compile(
    r"(?P<name>[A-Z][A-Z_]{2,60})(?:=|\s)(?P<quote>[\"']?)(?P<value>[^\"'\n]{4,1000}?)(?P=quote)(?=\s|$)"
)
_HOST = re.compile(r"[\w.-]{1,250}(?::\d{1,5})?")


def indexes_named(extract: Extract) -> tuple[Index, ...]:
    """The indexes that the file's commands use, each where it is named first."""
    found: dict[tuple[IndexKind, str], Index] = {}
    for kind, name, url, at in (*_of_image(extract), *_of_commands(extract)):
        if _is_place(kind, url):
            index = Index(url=redact(url), at=at, kind=kind, name=name, credentials=MASK in redact(url))
            found.setdefault((kind, index.url), index)
    return tuple(found.values())


_Named = tuple[IndexKind, str | None, str, Location]


def _of_commands(extract: Extract) -> Iterator[_Named]:
    for invocation in extract.invocations:
        for kind, text in (*_of_words(invocation.argv), *_of_variables(invocation.env)):
            for word in text.split():
                name, equals, url = word.partition("=")
                named = bool(equals) and re.fullmatch(r"[\w.-]{1,100}", name) is not None
                yield kind, name if named else None, url if named else word, invocation.at


def _of_words(argv: tuple[str, ...]) -> Iterator[tuple[IndexKind, str]]:
    started = program(argv)
    args = started.args
    if started.name in _INSTALLERS:
        for number, word in enumerate(args):
            option, equals, value = word.partition("=")
            if option in _OPTIONS:
                yield _OPTIONS[option], value if equals else args[number + 1] if number + 1 < len(args) else ""
    if started.name == "pip" and args[:2] == ("config", "set") and len(args) > 3:
        key = args[2].rpartition(".")[2]
        if key in _SETTINGS:
            yield _SETTINGS[key], args[3]
    elif started.name == "poetry" and args[:2] == ("source", "add"):
        yield from (("extra-index", word) for word in args[3:] if "://" in word)
    elif started.name in ("echo", "printf"):
        yield from ((_SETTINGS[m["key"]], m["value"]) for word in args for m in _SET.finditer(word))


def _of_variables(env: Iterable[tuple[str, str]]) -> Iterator[tuple[IndexKind, str]]:
    return ((_VARIABLES[name], value) for name, value in env if name in _VARIABLES)


def _of_image(extract: Extract) -> Iterator[_Named]:
    """``ENV`` and ``ARG`` of a Dockerfile, at their own lines."""
    for stage in extract.dockerfile.stages if extract.dockerfile is not None else ():
        for step in stage.instructions:
            if step.name in ("ENV", "ARG"):
                at = Location(path=extract.path, line=step.line)
                pairs = [(m["name"], m["value"]) for m in _PAIR.finditer(step.value)]
                yield from ((kind, None, word, at) for kind, text in _of_variables(pairs) for word in text.split())


def _is_place(kind: IndexKind, url: str) -> bool:
    """Whether this says where packages come from: an address that begins literally, for a trusted host its name."""
    if kind == "trusted-host":
        return _HOST.fullmatch(url) is not None
    return re.match(r"(?:https?|file|s3|gs|ftp)://[^$\s]", url) is not None or (
        "://" in url and url.startswith("http") and "@" in url
    )
