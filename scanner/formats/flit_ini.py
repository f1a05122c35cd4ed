"""``flit.ini``: the manifest of the first Flit, before ``pyproject.toml`` (https://flit.pypa.io/en/stable/flit_ini.html).

``[metadata]`` names the module and what it requires, ``[scripts]`` and ``[entrypoints]`` the commands and plug-ins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner import pep508
from scanner.facts import (
    EntryPoint,
    Extract,
    Gap,
    Location,
    ManagerSignal,
    Manifest,
    Problem,
    PythonVersion,
    Requirement,
    Scope,
    Table,
)
from scanner.format import Format, Unreadable, conflict_line, named
from scanner.ini_reader import Section, scan
from scanner.redact import redact

NAME = "flit.ini"
_EMPTY = Section(1, {})


def read(path: str, text: str) -> Extract | None:
    """Read a flit.ini; ``None`` where it names no module."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    sections = scan(text)
    metadata = sections.get("metadata", _EMPTY)
    module = metadata.text("dist-name") or metadata.text("module")
    if module is None:
        return None
    problems: list[Problem] = []
    python = metadata.text("requires-python")
    at = Location(path=path, line=metadata.line_of("requires-python")) if python is not None else None
    manifest = Manifest(
        path=path,
        format=NAME,
        name=module,
        requires_python=python,
        requires_python_at=at,
        has_build_system=True,
        requirements=tuple(_requirements(path, metadata, problems)),
        tables=tuple(Table(name=name, at=Location(path=path, line=s.line)) for name, s in sections.items()),
        entry_points=tuple(_entry_points(path, sections)),
        gaps=_gaps(path, metadata),
        classifiers=tuple(line.text for line in metadata.lines("classifiers")),
        homepage=redact(page) if (page := metadata.text("home-page")) else None,
    )
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        pythons=(PythonVersion(version=python, at=at, kind="requires-python"),) if python and at is not None else (),
        signals=(ManagerSignal(tool="flit", what=NAME, at=Location(path=path, line=metadata.line)),),
        problems=tuple(problems),
    )


FORMAT = Format(name=NAME, matches=named(NAME), read=read)


def _requirements(path: str, metadata: Section, problems: list[Problem]) -> Iterator[Requirement]:
    wanted: tuple[tuple[str, Scope, str | None], ...] = (
        ("requires", "runtime", None),
        ("dev-requires", "optional", "dev"),
    )
    for key, scope, group in wanted:
        for line in metadata.lines(key):
            at = Location(path=path, line=line.number)
            try:
                yield pep508.requirement(line.text, at=at, scope=scope, group=group)
            except pep508.InvalidRequirement as error:
                problems.append(Problem(code="invalid-entry", message=f"{key}: {error}", at=at))


def _entry_points(path: str, sections: Mapping[str, Section]) -> Iterator[EntryPoint]:
    scripts = sections.get("scripts", _EMPTY)
    for name in scripts.values:
        at = Location(path=path, line=scripts.line_of(name))
        yield EntryPoint(group="console_scripts", name=name, target=scripts.text(name) or "", at=at)


def _gaps(path: str, metadata: Section) -> tuple[Gap, ...]:
    """The plug-ins that another file lists: which, is not read."""
    if metadata.text("entry-points-file") is None:
        return ()
    at = Location(path=path, line=metadata.line_of("entry-points-file"))
    return (Gap(field="entry-points", reason="another file lists them", at=at),)
