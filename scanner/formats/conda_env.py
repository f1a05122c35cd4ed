"""Conda environment files (``environment.yml`` and its kin): packages, channels, and the ``pip:`` part.

Many files are named like one; content decides: a mapping whose ``dependencies`` is a list of specifications. Recipes
(``meta.yaml``), workflows, Kubernetes objects and locks are something else. Selectors (``# [win]``) become markers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from scanner import conda_spec, pep508
from scanner.facts import (
    Extract,
    Include,
    Index,
    IndexKind,
    Location,
    Manifest,
    Problem,
    PythonVersion,
    Requirement,
)
from scanner.format import Format, Unreadable, resolve_inside
from scanner.redact import has_credentials, redact, redact_line
from scanner.requirement_lines import Option, options, split_options
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

NAME = "conda"
_NAMES = re.compile(
    r"(?:.*environment.*|.*conda.*|env.*|.*[-_.]env|requirements.*|.*[-_]requirements)\.ya?ml", re.IGNORECASE
)
_PURPOSE = re.compile(
    r"(?:dev|develop|development|prod|production|test|tests|testing|docs?|base|local|gpu|cpu|full)\.ya?ml"
)
_OTHERS = frozenset({"apiVersion", "kind", "jobs", "on", "services", "package", "steps", "repos", "metadata", "stages"})
_TEMPLATE = re.compile(r"\{\{[^}\n]{1,200}\}\}|\{%[^%\n]{1,200}%\}")
_SELECTOR = re.compile(r"#\s{0,4}\[(?P<negated>not )?(?P<system>linux|osx|win|unix)(?P<machine>64)?\]")
_INDEXES: dict[str, IndexKind] = {
    "--index-url": "index",
    "--extra-index-url": "extra-index",
    "--find-links": "find-links",
    "--trusted-host": "trusted-host",
}


def matches(path: str) -> bool:
    """Whether a file's name is one that environments have."""
    name = posixpath.basename(path)
    named = _NAMES.fullmatch(name) is not None or _PURPOSE.fullmatch(name) is not None
    return named and "lock" not in name.lower() and ".github/workflows/" not in path


def read(path: str, text: str) -> Extract | None:
    """Read an environment file; ``None`` when the content is something else."""
    if re.search(r"^\s*dependencies\s*:", text, re.MULTILINE) is None:
        return None
    if _PURPOSE.fullmatch(posixpath.basename(path)) and re.search(r"^channels\s*:", text, re.MULTILINE) is None:
        return None
    if _DEVENV.fullmatch(path) is not None:
        text = _rendered(text)
    if _TEMPLATE.search(text):
        return Extract(path=path, format=NAME, template=True)
    try:
        document = load_mapping(text)
    except Unreadable:
        if re.search(r"^dependencies\s*:", text, re.MULTILINE) is None:
            return None
        raise
    if not _is_environment(document):
        return None
    reader = _Reader(path, text)
    return reader.extract(document)


def _rendered(text: str) -> str:
    """A file of conda-devenv as far as reading tells: every branch is taken, a version that is computed is any one."""
    text = "\n".join("" if _STATEMENT.fullmatch(line) else line for line in text.split("\n"))
    text = re.sub(r"\{\{\s{0,8}root\s{0,8}\}\}/?", "", text)
    return re.sub(r"[=<>!~ ]{0,4}\{\{[^{}\n]{1,200}\}\}(?=[ \t]{0,8}(?:#|$))", "", text, flags=re.MULTILINE)


_DEVENV = re.compile(r"(?:.*/)?[^/]*devenv\.ya?ml", re.IGNORECASE)
_STATEMENT = re.compile(r"\s{0,80}\{[%#].{0,400}[%#]\}\s{0,80}")


def _is_environment(document: Mapping) -> bool:
    dependencies = document.get("dependencies")
    if not _OTHERS.isdisjoint(document.entries):
        return False
    if isinstance(dependencies, Sequence) and dependencies.items:
        return all(isinstance(item, Scalar) or _is_part(item) for item in dependencies.items)
    return isinstance(document.get("channels"), Sequence)


def _is_part(item: Node) -> bool:
    """``pip:`` with its list, or conda-lock's ``sel(linux):`` with a specification."""
    return isinstance(item, Mapping) and all(key == "pip" or key.startswith("sel(") for key in item.entries)


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._includes: list[Include] = []
        self._indexes: list[Index] = []
        self._problems: list[Problem] = []
        self._pythons: list[PythonVersion] = []

    def extract(self, document: Mapping) -> Extract:
        channels = tuple(self._channels(document))
        requirements = tuple(self._requirements(document))
        self._includes.extend(self._environments(document))
        manifest = Manifest(
            path=self._path,
            format=NAME,
            name=redact(name) if (name := document.text("name")) else None,
            requirements=requirements,
            includes=tuple(self._includes),
            indexes=(*channels, *self._indexes),
            data={"platforms": tuple(n.text for n in document.seq("platforms") if isinstance(n, Scalar))},
        )
        return Extract(
            path=self._path,
            format=NAME,
            manifest=manifest,
            indexes=manifest.indexes,
            pythons=tuple(self._pythons),
            problems=tuple(self._problems),
        )

    def _at(self, line: int) -> Location:
        return Location(path=self._path, line=line)

    def _channels(self, document: Mapping) -> Iterator[Index]:
        for channel in document.seq("channels"):
            if isinstance(channel, Scalar) and channel.text:
                yield Index(
                    url=redact(channel.text),
                    at=self._at(channel.line),
                    name=channel.text if "://" not in channel.text else None,
                    credentials=has_credentials(channel.text),
                )

    def _environments(self, document: Mapping) -> Iterator[Include]:
        """The files that one of conda-devenv builds on."""
        for item in document.seq("includes") if _DEVENV.fullmatch(self._path) is not None else ():
            if isinstance(item, Scalar) and item.text:
                path = resolve_inside(self._path, item.text)
                yield Include(kind="requirements", raw=redact(item.text), path=path, at=self._at(item.line))

    def _requirements(self, document: Mapping) -> Iterator[Requirement]:
        for item in document.seq("dependencies"):
            if isinstance(item, Scalar):
                yield from self._conda(item, self._selector(item.line))
                continue
            for key, node in item.entries.items() if isinstance(item, Mapping) else ():
                if key == "pip":
                    yield from self._pip(node)
                else:
                    marker = conda_spec.platform_marker(key[4:].rstrip(")"))
                    for scalar in (node,) if isinstance(node, Scalar) else ():
                        yield from self._conda(scalar, marker)

    def _conda(self, item: Scalar, marker: str | None) -> Iterator[Requirement]:
        if not item.text:
            return
        spec = conda_spec.parse(item.text)
        if spec is None:
            self._problem(item, f"not a conda specification: {item.text[:200]!r}")
        elif spec.name == "python":
            if spec.version:
                self._pythons.append(PythonVersion(version=spec.version, at=self._at(item.line), kind="conda"))
        else:
            yield Requirement(
                name=spec.name,
                raw=redact(item.text),
                at=self._at(item.line),
                specifier=spec.specifier,
                marker=marker,
                index=redact(spec.channel) if spec.channel else None,
                ecosystem="conda",
            )

    def _selector(self, line: int) -> str | None:
        """The marker for a selector behind a specification; of combined ones none is read."""
        found = _SELECTOR.search(self._lines[line - 1]) if line <= len(self._lines) else None
        if found is None:
            return None
        marker = conda_spec.platform_marker(found["system"]) or ""
        return marker.replace("==", "!=") if found["negated"] and "==" in marker else marker

    def _pip(self, node: Node) -> Iterator[Requirement]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(item, Scalar):
                continue
            text = item.text.partition(" #")[0].strip()
            if text.startswith("-"):
                yield from self._options(item, text)
            elif text:
                yield from self._requirement(item, text, editable=False)

    def _requirement(self, item: Scalar, text: str, *, editable: bool) -> Iterator[Requirement]:
        body, hashes = split_options(text)
        try:
            made = pep508.requirement(body, at=self._at(item.line))
        except pep508.InvalidRequirement as error:
            self._problem(item, str(error))
            return
        marker = made.marker or self._selector(item.line)
        yield replace(made, editable=editable, marker=marker, hashes=(*made.hashes, *hashes))

    def _options(self, item: Scalar, text: str) -> Iterator[Requirement]:
        found = options(text)
        if found is None:
            self._problem(item, f"not an option of requirements files: {text[:200]!r}")
        for option in found or ():
            if option.name == "--editable" and option.value:
                yield from self._requirement(item, option.value, editable=True)
            elif option.name in ("--requirement", "--constraint"):
                self._include(item, option)
            elif option.name in _INDEXES and option.value:
                self._indexes.append(
                    Index(
                        url=redact(option.value),
                        at=self._at(item.line),
                        kind=_INDEXES[option.name],
                        credentials=has_credentials(option.value),
                    )
                )

    def _include(self, item: Scalar, option: Option) -> None:
        target = (option.value or "").removeprefix("file:")
        self._includes.append(
            Include(
                kind="requirements" if option.name == "--requirement" else "constraints",
                raw=redact(option.value or ""),
                path=resolve_inside(self._path, target),
                at=self._at(item.line),
            )
        )

    def _problem(self, item: Scalar, message: str) -> None:
        at = self._at(item.line)
        self._problems.append(Problem(code="invalid-entry", message=redact_line(message), at=at))


FORMAT = Format(name=NAME, matches=matches, read=read)
