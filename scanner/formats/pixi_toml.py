"""pixi.toml: Pixi's manifest (the tables are read by :mod:`scanner.pixi_tables`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.facts import Extract, Location, Manifest, Table
from scanner.format import Format, named
from scanner.pixi_tables import read_pixi
from scanner.pyproject.document import Document
from scanner.pyproject.tasks import read_pixi_tasks
from scanner.toml_reader import table

NAME = "pixi.toml"


def read(path: str, text: str) -> Extract | None:
    """Read a Pixi manifest; ``None`` for a TOML file that is none (no workspace, project, package or dependencies)."""
    doc = Document(path, text)
    data, lines = doc.data, doc.lines
    if not data.keys() & {"workspace", "project", "package", "dependencies", "environments", "feature"}:
        return None
    tables = read_pixi(data, lines, path)
    tasks = read_pixi_tasks(doc, ())
    manifest = Manifest(
        path=path,
        format=NAME,
        name=tables.name,
        version=tables.version,
        description=tables.description,
        build_backend=_backend(data),
        has_build_system=bool(table(data, "package", "build")),
        requirements=tables.requirements,
        indexes=tables.indexes,
        tables=tuple(Table(name=name, at=Location(path=path, line=lines.of(name))) for name in data),
        data=data,
    )
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        indexes=tables.indexes,
        pythons=tables.pythons,
        invocations=tasks.invocations,
        tasks=tasks.tasks,
    )


def _backend(data: Mapping[str, Any]) -> str | None:
    backend = table(data, "package", "build").get("backend")
    name = backend.get("name") if isinstance(backend, dict) else backend
    return name if isinstance(name, str) else None


FORMAT = Format(name=NAME, matches=named("pixi.toml"), read=read)
