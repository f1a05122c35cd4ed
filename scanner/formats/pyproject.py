"""``pyproject.toml``: the standard tables, and those of Poetry, PDM, uv, Rye, Hatch, Flit, setuptools and Pixi."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.facts import Extract, Index, Location, Manifest, PythonVersion, Requirement, Table
from scanner.format import Format, named
from scanner.pixi_tables import PixiTables, read_pixi
from scanner.pyproject import backends, hatch, linters, pdm, poetry, rye, standard, uv
from scanner.pyproject.document import Document
from scanner.pyproject.tasks import read_tasks
from scanner.tox_environments import ToxConfig, from_toml

# Below these tables stand tables that users name (groups, environments): they are listed one level deeper.
_HOLDERS = frozenset({"group", "envs", "feature", "environments", "hooks"})


def read(path: str, text: str) -> Extract:
    """Read ``pyproject.toml``; an empty one, or one that only configures tools, is a manifest as well."""
    doc = Document(path, text)
    pixi = read_pixi(doc.table("tool", "pixi"), doc.lines, path, ("tool", "pixi"))
    tox, tasks = _tox(doc), read_tasks(doc)
    python = _python(doc)
    includes = [*backends.setuptools_includes(doc), *hatch.includes(doc)]
    manifest = Manifest(
        path=path,
        format="pyproject.toml",
        name=_first(doc, "name", ("tool", "flit", "metadata", "dist-name"), ("tool", "flit", "metadata", "module")),
        version=_first(doc, "version"),
        description=_first(doc, "description"),
        requires_python=python[0] if python else None,
        requires_python_at=python[1] if python else None,
        build_backend=standard.build_backend(doc),
        has_build_system=isinstance(doc.get("build-system"), dict),
        requirements=(*_requirements(doc), *pixi.requirements),
        constraints=tuple(uv.with_sources(doc, uv.constraints(doc))),
        overrides=(*uv.with_sources(doc, uv.overrides(doc)), *pdm.overrides(doc)),
        includes=tuple(includes),
        indexes=tuple(_indexes(doc, pixi)),
        tables=tuple(tables(doc)),
        dynamic=tuple(field for field, _ in doc.strings("project", "dynamic")),
        gaps=tuple(backends.gaps(doc, includes)),
        workspace=uv.workspace(doc) or pdm.workspace(doc) or rye.workspace(doc),
        entry_points=(*standard.entry_points(doc), *poetry.entry_points(doc), *backends.flit_entry_points(doc)),
        data=doc.data,
    )
    return Extract(
        path=path,
        format=FORMAT.name,
        manifest=manifest,
        invocations=(*tox.invocations, *tasks.invocations),
        tasks=(*tox.tasks, *tasks.tasks),
        mentions=tuple(linters.mentions(doc)),
        lint=tuple(linters.settings(doc)),
        pythons=(*_pythons(doc, python), *pixi.pythons, *tox.pythons),
        problems=(*doc.problems, *tox.problems),
    )


FORMAT = Format(name="pyproject.toml", matches=named("pyproject.toml"), read=read)


def _requirements(doc: Document) -> list[Requirement]:
    declared = [*standard.requirements(doc), *standard.group_requirements(doc)]
    own = [*pdm.requirements(doc), *uv.dev_requirements(doc), *rye.requirements(doc)]
    own += [*backends.flit_requirements(doc), *backends.templated_requirements(doc)]
    return uv.with_sources(doc, [*poetry.with_poetry(doc, declared), *own, *hatch.requirements(doc)])


def _indexes(doc: Document, pixi: PixiTables) -> Iterator[Index]:
    for found in (poetry.indexes(doc), pdm.indexes(doc), uv.indexes(doc), rye.indexes(doc), pixi.indexes):
        yield from found


def _python(doc: Document) -> tuple[str, Location] | None:
    for keys in (("project", "requires-python"), ("tool", "flit", "metadata", "requires-python")):
        if (text := doc.text(*keys)) is not None:
            return text, doc.at(*keys)
    return poetry.python(doc)


def _pythons(doc: Document, python: tuple[str, Location] | None) -> Iterator[PythonVersion]:
    if python is not None:
        yield PythonVersion(version=python[0], at=python[1], kind="requires-python")
    for keys in (("project",), ("tool", "poetry"), ("tool", "flit", "metadata")):
        yield from standard.classifiers(doc, *keys, "classifiers")
    yield from hatch.pythons(doc)
    yield from linters.target_versions(doc)


def _tox(doc: Document) -> ToxConfig:
    """tox's configuration, native or as INI text in ``legacy_tox_ini``; an empty one where there is none."""
    data = doc.table("tool", "tox")
    spread = doc.lines.is_spread("tool", "tox", "legacy_tox_ini")
    found = from_toml(doc.path, data, lambda *keys: doc.lines.of("tool", "tox", *keys), spread=spread) if data else None
    return found or ToxConfig()


def _first(doc: Document, key: str, *others: tuple[str, ...]) -> str | None:
    for keys in (("project", key), ("tool", "poetry", key), *others):
        if text := doc.text(*keys):
            return text
    return None


def tables(doc: Document) -> Iterator[Table]:
    """The tables that hold something themselves: down to two levels below ``tool``, one more below named holders.

    A table that is only the way to another one is left out, so that ``[tool.uv.build-backend]`` alone does not make a
    ``tool.uv``.
    """
    yield from _tables(doc, doc.data, ())


def _tables(doc: Document, value: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Table]:
    for name, entry in value.items():
        here = (*keys, name)
        if not _is_table(entry):
            continue
        if isinstance(entry, list) or not entry or not _deeper(here) or not all(map(_is_table, entry.values())):
            yield Table(name=".".join(here), at=doc.at(*here))
        if isinstance(entry, dict) and _deeper(here):
            yield from _tables(doc, entry, here)


def _is_table(value: object) -> bool:
    """Whether a value is a table, or an array of tables with something in it."""
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    )


def _deeper(keys: tuple[str, ...]) -> bool:
    return len(keys) < 3 or (len(keys) == 3 and keys[-1] in _HOLDERS)
