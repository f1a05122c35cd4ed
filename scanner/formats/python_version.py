"""Files that name the Python to use: ``.python-version(s)``, ``runtime.txt``, ``.tool-versions``, ``mise.toml``.

pyenv and uv read one version a line, asdf a tool and its versions, Heroku ``python-3.12.4``, mise a TOML table. Which
package managers the last two name is kept as the setting ``tools``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from scanner.facts import Extract, Location, PythonVersion
from scanner.format import Format
from scanner.toml_reader import Lines, loads, table

NAME = "python-version"
_MISE = re.compile(r"(?:.*/)?(?:\.?mise(?:\.[\w-]{1,40}){0,2}\.toml|\.?mise/config\.toml|\.rtx\.toml)")
_NAMES = frozenset({".python-version", ".python-versions", "runtime.txt", ".tool-versions"})
_VERSION = re.compile(
    r"(?:(?:cpython|python|pypy|graalpy|miniconda|anaconda|miniforge|mambaforge|jython)[A-Za-z0-9]{0,20}[-@]?)?"
    r"(?:[0-9]{1,4}(?:\.(?:[0-9]{1,6}|x|\*)){0,3}(?:(?:a|b|rc)[0-9]{1,3}|-?dev|t|\+\w{1,30})?)(?:-[\w.+-]{1,60})?"
)
_RANGE = re.compile(r"(?:[<>=!~^]{1,3}\s?[0-9][0-9A-Za-z.*]{0,20}\s?,?\s?){1,4}")
_MANAGERS = frozenset({"poetry", "uv", "pdm", "pipenv", "hatch", "rye", "pixi"})
_NOT_PINNED = frozenset({"system", "latest", "lts", "path", "ref"})


def matches(path: str) -> bool:
    """Whether a file is one of these, by its name."""
    return posixpath.basename(path) in _NAMES or _MISE.fullmatch(path) is not None


def read(path: str, text: str) -> Extract | None:
    """Read a version file; ``None`` for a ``runtime.txt`` or ``mise.toml`` that does not speak of Python."""
    name = posixpath.basename(path)
    tools: dict[str, str] = {}
    if name.endswith(".toml"):
        data = loads(text)
        found, tools = tuple(_mise(path, text, data)), _mise_tools(data)
    elif "{{" in text or "{%" in text:
        return Extract(path=path, format=NAME, template=True)
    elif name == "runtime.txt":
        found = tuple(_runtime(path, text))
    elif name == ".tool-versions":
        found, tools = tuple(_asdf(path, text)), _asdf_tools(text)
    else:
        found = tuple(_pyenv(path, text))
    if not (found or tools or name == ".python-version"):
        return None
    return Extract(path=path, format=NAME, pythons=found, settings={"tools": tools} if tools else {})


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        body = line.partition("#")[0].strip()
        if body:
            yield number, body


def _pyenv(path: str, text: str) -> Iterator[PythonVersion]:
    """One version a line or several with white space between; names of virtual environments are left out."""
    for number, line in _lines(text):
        words = [line] if _RANGE.fullmatch(line) else line.split()
        for word in words:
            version = word.partition("/")[0]
            if _VERSION.fullmatch(version) or _RANGE.fullmatch(version):
                yield PythonVersion(version=_plain(version), at=Location(path=path, line=number), kind="version-file")


def _plain(version: str) -> str:
    """``python-3.12`` and ``cpython@3.12`` are plain versions; other implementations keep their names."""
    return re.sub(r"^(?:cpython|python)[-@]", "", version)


def _runtime(path: str, text: str) -> Iterator[PythonVersion]:
    for number, line in _lines(text):
        if line.startswith("python-") and _VERSION.fullmatch(line):
            at = Location(path=path, line=number)
            yield PythonVersion(version=line.removeprefix("python-"), at=at, kind="runtime-file")


def _asdf(path: str, text: str) -> Iterator[PythonVersion]:
    for number, line in _lines(text):
        tool, *versions = line.split()
        if tool == "python":
            for version in versions:
                if version.partition(":")[0] not in _NOT_PINNED:
                    yield PythonVersion(version=version, at=Location(path=path, line=number), kind="version-file")


def _asdf_tools(text: str) -> dict[str, str]:
    """The first version of each package manager."""
    words = (line.split() for _, line in _lines(text))
    return {tool: versions[0] for tool, *versions in words if versions and tool in _MANAGERS}


def _mise_tools(data: Mapping[str, object]) -> dict[str, str]:
    """The first version of each package manager, by its name without the backend (``pipx:poetry``)."""
    found: dict[str, str] = {}
    for name, entry in table(data, "tools").items():
        first = entry[0] if isinstance(entry, list) and entry else entry
        version = first.get("version") if isinstance(first, dict) else first
        tool = name.rpartition(":")[2].rpartition("/")[2]
        if isinstance(version, str | float) and tool in _MANAGERS:
            found[tool] = str(version)
    return found


def _mise(path: str, text: str, data: Mapping[str, object]) -> Iterator[PythonVersion]:
    entry = table(data, "tools").get("python")
    lines = Lines(text)
    for number, item in enumerate(entry if isinstance(entry, list) else [entry]):
        version = item.get("version") if isinstance(item, dict) else item
        if isinstance(version, str | float) and str(version).partition(":")[0] not in _NOT_PINNED:
            line = lines.item(("tools", "python"), number) if isinstance(entry, list) else lines.of("tools", "python")
            yield PythonVersion(version=str(version), at=Location(path=path, line=line), kind="version-file")


FORMAT = Format(name=NAME, matches=matches, read=read)
