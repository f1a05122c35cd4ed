"""Which kind of value stands where in the tables that a migration reads; anything else is refused, not guessed at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_Kind = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _table(value: Any) -> bool:
    return isinstance(value, dict)


def _array(value: Any) -> bool:
    return isinstance(value, list)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _text_or_texts(value: Any) -> bool:
    return isinstance(value, str) or _texts(value)


def _text_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _texts_table(value: Any) -> bool:
    return isinstance(value, dict) and all(_texts(item) for item in value.values())


def _array_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, list) for item in value.values())


def _table_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


_PYPROJECT: Mapping[str, _Kind] = {
    "project": _table,
    "project.name": _text,
    "project.version": _text,
    "project.requires-python": _text,
    "project.dependencies": _texts,
    "project.dynamic": _texts,
    "project.optional-dependencies": _texts_table,
    "project.urls": _text_table,
    "project.scripts": _text_table,
    "project.entry-points": _table_table,
    "build-system": _table,
    "build-system.requires": _texts,
    "build-system.build-backend": _text,
    "dependency-groups": _array_table,
    "tool": _table_table,
    "tool.uv.sources": _table,
    "tool.uv.index": _tables,
    "tool.poetry.name": _text,
    "tool.poetry.version": _text,
    "tool.poetry.description": _text,
    "tool.poetry.license": _text,
    "tool.poetry.authors": _texts,
    "tool.poetry.maintainers": _texts,
    "tool.poetry.classifiers": _texts,
    "tool.poetry.keywords": _texts,
    "tool.poetry.readme": _text_or_texts,
    "tool.poetry.packages": _tables,
    "tool.poetry.include": _array,
    "tool.poetry.exclude": _array,
    "tool.poetry.source": _tables,
    "tool.poetry.extras": _texts_table,
    "tool.poetry.group": _table_table,
    "tool.poetry.plugins": _table_table,
    "tool.poetry.urls": _text_table,
    "tool.pdm.dev-dependencies": _texts_table,
    "tool.pdm.source": _tables,
    "tool.pdm.resolution": _table,
    "tool.pdm.resolution.overrides": _table,
    "tool.pdm.resolution.excludes": _texts,
    "tool.pdm.overrides": _table,
    "tool.rye.dev-dependencies": _texts,
    "tool.rye.sources": _tables,
    "tool.flit.metadata": _table,
    "tool.flit.scripts": _text_table,
    "tool.flit.entrypoints": _table_table,
}
_PIPFILE: Mapping[str, _Kind] = {"source": _tables, "pipenv": _table, "requires": _table, "scripts": _table}


def misshapen(document: Mapping[str, Any], *, pipfile: bool = False) -> Iterator[str]:
    """The dotted keys at which another kind of value stands than belongs there, and text that no line may hold."""
    for dotted, kind in (_PIPFILE if pipfile else _PYPROJECT).items():
        value: Any = document
        for key in dotted.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None and not kind(value):
            yield dotted
