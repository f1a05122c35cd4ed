"""Metadata in the tables of build backends and their plug-ins.

Flit's own older format, the files that setuptools reads dependencies from, and plug-ins whose lists of requirements
hold a placeholder for the version being built (``"acme-core == {version}"``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import EntryPoint, Gap, Include, Requirement, Scope
from scanner.format import resolve_inside
from scanner.pyproject.document import Document
from scanner.pyproject.standard import entry_point_table
from scanner.redact import redact, redact_line

FLIT = ("tool", "flit", "metadata")
_DYNAMIC = ("tool", "setuptools", "dynamic")
_TEMPLATED = (
    ("tool", "setuptools_dynamic_dependencies"),
    ("tool", "hatch", "metadata", "hooks", "uv-dynamic-versioning"),
)
_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,200}\}")
_CLAUSE = re.compile(r"(?:[<>=!~]=?=?)[ \t]{0,8}[^,;\s<>=!~]{0,100}\0[^,;\s]{0,100}")


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


def templated_requirements(doc: Document) -> Iterator[Requirement]:
    """Requirements that a plug-in completes while building; one with a placeholder has no specifier that is known."""
    for keys in _TEMPLATED:
        yield from _templated(doc, (*keys, "dependencies"), "runtime", None)
        for extra in doc.table(*keys, "optional-dependencies"):
            yield from _templated(doc, (*keys, "optional-dependencies", extra), "optional", extra)


def _templated(doc: Document, keys: tuple[str, ...], scope: Scope, group: str | None) -> Iterator[Requirement]:
    for text, at in doc.strings(*keys):
        marked = _PLACEHOLDER.sub("\0", text.replace("{{", "{").replace("}}", "}"))
        found = doc.requirement(_CLAUSE.sub("", marked), at=at, scope=scope, group=group)
        if found is not None:
            unknown = "\0" in marked
            yield replace(found, raw=redact_line(text), specifier=None) if unknown else found


def _files(doc: Document, keys: tuple[str, ...], scope: Scope, group: str | None) -> Iterator[Include]:
    for text, at in doc.words(*keys, "file"):
        path = resolve_inside(doc.path, text)
        yield Include(kind="dynamic", raw=redact(text), path=path, at=at, scope=scope, group=group)


_POETRY = ("tool", "poetry", "dependencies")
_DECLARED_ELSEWHERE = {
    "dependencies": (
        (*_DYNAMIC, "dependencies"),
        _POETRY,
        *((*keys, "dependencies") for keys in _TEMPLATED),
    ),
    "optional-dependencies": (
        (*_DYNAMIC, "optional-dependencies"),
        ("tool", "poetry", "extras"),
        _POETRY,
        *((*keys, "optional-dependencies") for keys in _TEMPLATED),
    ),
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
