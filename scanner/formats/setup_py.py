"""setup.py, read and never run: the arguments of its ``setup()`` call, as far as reading tells.

What only running would tell is a :class:`~scanner.facts.Gap` with the line that makes it so; a requirements file that
the script reads is an include. A script that calls no ``setup()`` merely has the name and is no build file.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator

from scanner import pep508
from scanner.facts import (
    Elsewhere,
    EntryPoint,
    Extract,
    Gap,
    Include,
    Index,
    Location,
    Manifest,
    Problem,
    PythonVersion,
    Requirement,
    Scope,
)
from scanner.format import Format, Unreadable, conflict_line, named, resolve_inside
from scanner.module_constants import module_paths
from scanner.redact import has_credentials, redact, redact_line
from scanner.static_python import (
    Call,
    Condition,
    File,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
    When,
    calls_of,
    parse,
)

NAME = "setup.py"
SIZE_LIMIT = 512 * 1024

_SETUP = re.compile(
    r"(?:setuptools|setuptools\.core|distutils|distutils\.core|numpy\.distutils|numpy\.distutils\.core|skbuild|cx_Freeze|paver\.setuputils"
    r"|jupyter_packaging|torch\.utils\.cpp_extension|distribute_setup)\.setup"
)
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]{1,200}\}\}|\{%[^%\n]{1,200}%\}")
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (?P<version>[0-9]{1,4}(?:\.[0-9]{1,4})?)(?: :: Only)?")
_CODE = ("cmdclass", "ext_modules", "cffi_modules", "rust_extensions", "distclass", "cmake_install_dir")
_MAX_PARTS = 5_000


def read(path: str, text: str) -> Extract | None:
    """Read a setup script; ``None`` when it calls no ``setup()``. Python 2 and nonsense raise :class:`Unreadable`."""
    if "setup" not in text:
        return None
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    try:
        calls = calls_of(parse(text), lambda name: _SETUP.fullmatch(name) is not None)
    except Unreadable:
        if _PLACEHOLDER.search(text):
            return Extract(path=path, format=NAME, template=True)
        if "setup(" not in text:
            return None
        raise
    if not calls:
        return None
    reader = _Reader(path)
    manifest = reader.manifest(calls[-1])
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        indexes=manifest.indexes,
        pythons=tuple(reader.pythons),
        problems=tuple(reader.problems),
        template=_is_template(manifest),
    )


def _is_template(manifest: Manifest) -> bool:
    return any(_PLACEHOLDER.search(value) for value in (manifest.name or "", manifest.version or ""))


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._requirements: list[Requirement] = []
        self._includes: list[Include] = []
        self._gaps: list[Gap] = []
        self._elsewhere: list[Elsewhere] = []
        self.problems: list[Problem] = []
        self.pythons: list[PythonVersion] = []
        self._named_classes: list[str] = []

    def manifest(self, call: Call) -> Manifest:
        arguments = call.arguments
        if arguments.unknown is not None:
            self._gap("arguments", arguments.unknown)
        self._dependencies("install_requires", arguments.get("install_requires"), "runtime", None)
        self._extras(arguments.get("extras_require"))
        self._dependencies("setup_requires", arguments.get("setup_requires"), "build", None)
        self._dependencies("tests_require", arguments.get("tests_require"), "group", "tests")
        self._other_sources(arguments)
        self._classifiers(arguments.get("classifiers"))
        requires_python, at = self._requires_python(arguments)
        return Manifest(
            path=self._path,
            format=NAME,
            name=self._text("name", arguments.get("name")),
            version=self._version(arguments),
            description=self._text("description", arguments.get("description")),
            requires_python=requires_python,
            requires_python_at=at,
            requirements=tuple(self._requirements),
            includes=tuple(dict.fromkeys(self._includes)),
            indexes=tuple(self._links(arguments.get("dependency_links"))),
            entry_points=(
                *self._entry_points(arguments.get("entry_points")),
                *self._scripts(arguments.get("scripts")),
            ),
            classifiers=tuple(self._named_classes),
            homepage=_address(arguments.get("url")) or _address(arguments.get("download_url")),
            options=tuple(key for key in _CODE if arguments.get(key) not in (None, Plain(None), Items(()))),
            gaps=tuple(dict.fromkeys(self._gaps)),
            elsewhere=tuple(self._elsewhere),
        )

    # --- requirements ---

    def _dependencies(self, field: str, value: Value | None, scope: Scope, group: str | None) -> None:
        for part, marker in _parts(value):
            match part:
                case Text():
                    for number, line in enumerate(part.value.splitlines()):
                        self._requirement(line, part.line + (number if part.spans else 0), marker, scope, group)
                case File():
                    self._include(part, scope, group)
                case Unknown() if (partial := _partial(part)) is not None:
                    self._add(partial, part.line, marker, scope, group, known=False)
                    self._gap(field, part)
                case Plain() if part.value is None:
                    pass
                case _:
                    self._gap(field, part)

    def _requirement(self, text: str, line: int, marker: str | None, scope: Scope, group: str | None) -> None:
        text = text.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            self._add(text, line, marker, scope, group)

    def _add(
        self, text: str, line: int, marker: str | None, scope: Scope, group: str | None, *, known: bool = True
    ) -> None:
        at = Location(path=self._path, line=line)
        try:
            made = pep508.requirement(_with_marker(text, marker), at=at, scope=scope, group=group)
        except pep508.InvalidRequirement as error:
            self.problems.append(Problem(code="invalid-entry", message=str(error), at=at))
            return
        self._requirements.append(made if known else _without_version(made))

    def _include(self, file: File, scope: Scope, group: str | None) -> None:
        at = Location(path=self._path, line=file.line or None)
        path = resolve_inside(self._path, file.path)
        include = Include(kind="dynamic", raw=redact(file.path), path=path, at=at, scope=scope, group=group)
        self._includes.append(include)

    def _extras(self, value: Value | None) -> None:
        if not isinstance(value, Table):
            if value is not None and value != Plain(None):
                self._gap("extras_require", value)
            return
        if value.unknown is not None:
            self._gap("extras_require", value.unknown)
        for key, entries in value.entries:
            name, colon, marker = key.partition(":")
            scope: Scope = "optional" if name else "runtime"
            under = When(entries, marker.strip(), value.line) if colon and marker.strip() else entries
            self._dependencies("extras_require", under, scope, name or None)

    def _other_sources(self, arguments: Table) -> None:
        if _is_true(arguments.get("pbr")):
            self._include(File("requirements.txt", "lines", _line(arguments.get("pbr"))), "runtime", None)
        if _is_true(arguments.get("use_pipfile")):
            self._include(File("Pipfile", "lines", _line(arguments.get("use_pipfile"))), "runtime", None)

    # --- metadata ---

    def _text(self, field: str, value: Value | None) -> str | None:
        if isinstance(value, Text):
            return redact(value.value.strip())
        if value is not None and value != Plain(None) and field != "description":
            self._gap(field, value)
            self._look_up(field, value)
        return None

    def _look_up(self, field: str, value: Value) -> None:
        """Where a module of the repository holds the value: one that is run or imported."""
        if isinstance(value, Unknown) and value.file and value.name:
            found = resolve_inside(self._path, value.file)
            paths: tuple[str, ...] = (found,) if found is not None else ()
            name = value.name
        elif isinstance(value, Symbol):
            module, _, name = value.name.rpartition(".")
            paths = module_paths(self._path, module)
        else:
            return
        if paths:
            self._elsewhere.append(Elsewhere(field=field, name=name, paths=paths))

    def _version(self, arguments: Table) -> str | None:
        value = arguments.get("version")
        if isinstance(value, Plain) and isinstance(value.value, int | float):
            return str(value.value)
        for key in ("use_scm_version", "pbr", "use_incremental", "vcversioner", "versioning"):
            asked = arguments.get(key)
            if value is None and asked is not None and asked not in (Plain(None), Plain(False)):
                self._gap("version", Unknown(f"{key} computes it", _line(asked)))
                return None
        return self._text("version", value)

    def _requires_python(self, arguments: Table) -> tuple[str | None, Location | None]:
        value = arguments.get("python_requires")
        text = self._text("python_requires", value)
        if text is None or value is None:
            return None, None
        at = Location(path=self._path, line=_line(value))
        self.pythons.append(PythonVersion(version=text, at=at, kind="requires-python"))
        return text, at

    def _classifiers(self, value: Value | None) -> None:
        for part, _ in _parts(value):
            for line in part.value.splitlines() if isinstance(part, Text) else ():
                if line.strip():
                    self._named_classes.append(line.strip())
                found = _CLASSIFIER.fullmatch(line.strip())
                if found is not None:
                    at = Location(path=self._path, line=_line(part))
                    self.pythons.append(PythonVersion(version=found["version"], at=at, kind="classifier"))

    def _links(self, value: Value | None) -> Iterator[Index]:
        for part, _ in _parts(value):
            if isinstance(part, Text) and part.value.strip():
                at = Location(path=self._path, line=part.line)
                secret = has_credentials(part.value)
                yield Index(url=redact(part.value.strip()), at=at, kind="find-links", credentials=secret)

    def _scripts(self, value: Value | None) -> Iterator[EntryPoint]:
        """The script files that are installed as they are."""
        for part, _ in _parts(value):
            if isinstance(part, Text) and part.value.strip():
                target = part.value.strip()
                at = Location(path=self._path, line=part.line)
                yield EntryPoint(group="scripts", name=target.rpartition("/")[2], target=target, at=at)

    def _entry_points(self, value: Value | None) -> Iterator[EntryPoint]:
        if isinstance(value, Text):
            yield from self._entry_point_sections(value)
        elif isinstance(value, Table):
            for group, entries in value.entries:
                for part, _ in _parts(entries):
                    if not isinstance(part, Text | Plain):
                        self._gap("entry_points", part)
                    for line in part.value.splitlines() if isinstance(part, Text) else ():
                        name, equals, target = line.partition("=")
                        if equals and name.strip():
                            at = Location(path=self._path, line=_line(part))
                            yield EntryPoint(group=group, name=name.strip(), target=target.strip(), at=at)
        elif value is not None and value != Plain(None):
            self._gap("entry_points", value)

    def _entry_point_sections(self, text: Text) -> Iterator[EntryPoint]:
        parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        try:
            parser.read_string("\n".join(line.strip() for line in text.value.splitlines()))
        except configparser.Error:
            self._gap("entry_points", Unknown("it is not in the format of entry points", text.line))
            return
        at = Location(path=self._path, line=text.line)
        for group in parser.sections():
            for name, target in parser.items(group):
                yield EntryPoint(group=group, name=name, target=target, at=at)

    def _gap(self, field: str, value: Value) -> None:
        at = Location(path=self._path, line=_line(value) or None)
        self._gaps.append(Gap(field=field, reason=redact_line(_reason(value)), at=at))


def _parts(value: Value | None) -> Iterator[tuple[Value, str | None]]:
    """The single entries of a value, each with the marker under which it stands."""
    waiting: list[tuple[Value, str | None]] = [(value, None)] if value is not None else []
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, marker = waiting.pop()
        match part:
            case Items():
                waiting.extend((item, marker) for item in reversed(part.items))
            case When():
                waiting.append((part.item, f"({marker}) and ({part.marker})" if marker else part.marker))
            case _:
                yield part, marker
    yield Unknown("more entries than are read", _line(value) if value is not None else 0), None


def _with_marker(text: str, marker: str | None) -> str:
    if marker is None:
        return text
    requirement, semicolon, own = text.partition(";")
    both = f"({own.strip()}) and ({marker})" if semicolon and own.strip() else marker
    return f"{requirement.strip()} ; {both}"


def _partial(unknown: Unknown) -> str | None:
    """The name, where a requirement's text begins with one and only its version is not known."""
    found = re.fullmatch(
        r"([A-Za-z0-9][A-Za-z0-9._-]{0,200}(?:\[[^\]]{0,200}\])?)\s{0,4}(?:[=<>!~]=?=?).{0,200}", unknown.prefix
    )
    return found[1] if found is not None else None


def _without_version(made: Requirement) -> Requirement:
    return Requirement(
        name=made.name,
        raw=made.raw,
        at=made.at,
        extras=made.extras,
        specifier=None,
        marker=made.marker,
        scope=made.scope,
        group=made.group,
    )


def _address(value: Value | None) -> str | None:
    return redact(value.value.strip()) or None if isinstance(value, Text) else None


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Plain) and bool(value.value)


def _line(value: Value | None) -> int:
    return value.line if value is not None else 0


def _reason(value: Value) -> str:
    match value:
        case Unknown():
            return value.reason
        case Symbol():
            module, _, name = value.name.rpartition(".")
            return f"{name} comes from {module}" if module else f"{name} is not set in this file"
        case File():
            return f"it is read from {value.path}"
        case Condition():
            return "it depends on a condition"
        case _:
            return "it is not written as a text, list or table"


FORMAT = Format(name=NAME, matches=named("setup.py"), read=read, limit=SIZE_LIMIT)
