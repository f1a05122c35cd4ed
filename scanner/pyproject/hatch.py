"""Hatch's environments and metadata hooks: ``[tool.hatch]`` of ``pyproject.toml``, the top level of ``hatch.toml``.

Every function takes the keys at which the settings stand (``root``).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Include, PythonVersion, Requirement
from scanner.format import resolve_inside
from scanner.pyproject.document import Document

ROOT = ("tool", "hatch")


def requirements(doc: Document, root: tuple[str, ...] = ROOT) -> Iterator[Requirement]:
    """What the environments install beside the project: the groups ``hatch:<environment>``."""
    for keys in doc.subtables(*root, "envs"):
        for key in ("dependencies", "extra-dependencies"):
            yield from doc.requirements(*keys, key, scope="group", group=f"hatch:{keys[-1]}")


def pythons(doc: Document, root: tuple[str, ...] = ROOT) -> Iterator[PythonVersion]:
    """The Pythons of the environments and of their matrices."""
    for keys in doc.subtables(*root, "envs"):
        name = keys[-1]
        if version := doc.text(*keys, "python"):
            yield PythonVersion(version=version, at=doc.at(*keys, "python"), kind="hatch", job=name)
        for matrix in doc.tables(*keys, "matrix"):
            for key in ("python", "py"):
                for version, at in doc.strings(*matrix, key):
                    yield PythonVersion(version=version, at=at, kind="hatch", job=name)


def includes(doc: Document) -> Iterator[Include]:
    """Files that the metadata hook ``hatch-requirements-txt`` reads dependencies from."""
    hook = (*ROOT, "metadata", "hooks", "requirements_txt")
    for key in ("files", "filename"):
        for text, at in doc.words(*hook, key):
            yield Include(kind="dynamic", raw=text, path=resolve_inside(doc.path, text), at=at)
    for extra in doc.table(*hook, "optional-dependencies"):
        for text, at in doc.strings(*hook, "optional-dependencies", extra):
            path = resolve_inside(doc.path, text)
            yield Include(kind="dynamic", raw=text, path=path, at=at, scope="optional", group=extra)
