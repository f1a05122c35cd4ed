"""Metadata in the tables of build backends: Flit's own older format, and what setuptools reads from other files."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import EntryPoint, Gap, Include, Requirement, Scope
from scanner.format import resolve_inside
from scanner.pyproject.document import Document
from scanner.pyproject.standard import entry_point_table
from scanner.redact import redact

FLIT = ("tool", "flit", "metadata")
_DYNAMIC = ("tool", "setuptools", "dynamic")


def flit_requirements(doc: Document) -> Iterator[Requirement]:
    """``requires``, ``dev-requires`` (the extra ``dev``) and ``requires-extra`` of ``[tool.flit.metadata]``."""
    yield from doc.requirements(*FLIT, "requires")
    yield from doc.requirements(*FLIT, "dev-requires", scope="optional", group="dev")
    for extra in doc.table(*FLIT, "requires-extra"):
        yield from doc.requirements(*FLIT, "requires-extra", extra, scope="optional", group=extra)


def flit_entry_points(doc: Document) -> Iterator[EntryPoint]:
    """``[tool.flit.scripts]`` and ``[tool.flit.entrypoints.*]``."""
    yield from entry_point_table(doc, "console_scripts", "tool", "flit", "scripts")
    for keys in doc.subtables("tool", "flit", "entrypoints"):
        yield from entry_point_table(doc, keys[-1], *keys)


def setuptools_includes(doc: Document) -> Iterator[Include]:
    """Files that ``[tool.setuptools.dynamic]`` reads dependencies from."""
    yield from _files(doc, (*_DYNAMIC, "dependencies"), "runtime", None)
    for extra in doc.table(*_DYNAMIC, "optional-dependencies"):
        yield from _files(doc, (*_DYNAMIC, "optional-dependencies", extra), "optional", extra)


def _files(doc: Document, keys: tuple[str, ...], scope: Scope, group: str | None) -> Iterator[Include]:
    for text, at in doc.words(*keys, "file"):
        path = resolve_inside(doc.path, text)
        yield Include(kind="dynamic", raw=redact(text), path=path, at=at, scope=scope, group=group)


_POETRY = ("tool", "poetry", "dependencies")
_DECLARED_ELSEWHERE = {
    "dependencies": ((*_DYNAMIC, "dependencies"), _POETRY),
    "optional-dependencies": ((*_DYNAMIC, "optional-dependencies"), ("tool", "poetry", "extras"), _POETRY),
    "requires-python": ((*_POETRY, "python"), (*FLIT, "requires-python")),
}


def gaps(doc: Document, includes: list[Include]) -> Iterator[Gap]:
    """Dynamic fields about dependencies or Python that no table says anything of: only a build would tell."""
    for field, at in doc.strings("project", "dynamic"):
        places = _DECLARED_ELSEWHERE.get(field)
        if places is None or any(doc.get(*keys) is not None for keys in places):
            continue
        scope = "optional" if field == "optional-dependencies" else "runtime"
        if field == "requires-python" or not any(include.scope == scope for include in includes):
            yield Gap(field=field, reason=_reason(doc, field), at=at)


def _reason(doc: Document, field: str) -> str:
    backend = doc.get("build-system", "build-backend")
    by = backend if isinstance(backend, str) else "setuptools"
    return f"{field} is dynamic: {by} works it out while building"
