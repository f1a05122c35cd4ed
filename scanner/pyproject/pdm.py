"""``[tool.pdm]``: development groups, sources, and what steers its resolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Index, Requirement, Workspace
from scanner.pyproject.document import Document
from scanner.redact import has_credentials, redact

_ROOT = ("tool", "pdm")


def requirements(doc: Document) -> Iterator[Requirement]:
    """``[tool.pdm.dev-dependencies]``."""
    for group in doc.table(*_ROOT, "dev-dependencies"):
        yield from doc.requirements(*_ROOT, "dev-dependencies", group, scope="group", group=group)


def overrides(doc: Document) -> Iterator[Requirement]:
    """Overrides of the resolution, in both places that PDM has had for them: ``name = "version or address"``."""
    for keys in ((*_ROOT, "resolution", "overrides"), (*_ROOT, "overrides")):
        for name in doc.table(*keys):
            if (value := doc.text(*keys, name)) is not None:
                text = _override(name, value.strip())
                found = doc.requirement(text, at=doc.at(*keys, name), scope="runtime", group=None)
                if found is not None:
                    yield replace(found, raw=redact(value))


def indexes(doc: Document) -> Iterator[Index]:
    """``[[tool.pdm.source]]``; the one called ``pypi`` stands in place of the public index, the others beside it."""
    for keys in doc.tables(*_ROOT, "source"):
        url, name = doc.text(*keys, "url"), doc.text(*keys, "name")
        if url is None:
            if not doc.table(*keys).keys() & {"include_packages", "exclude_packages", "verify_ssl"}:
                doc.invalid("a source without a url", doc.at(*keys))
            continue
        kind = doc.text(*keys, "type")
        yield Index(
            url=redact(url),
            at=doc.at(*keys, "url"),
            kind="find-links" if kind == "find_links" else "index" if name == "pypi" else "extra-index",
            name=name,
            credentials=has_credentials(url) or bool(doc.text(*keys, "password")),
        )


def workspace(doc: Document) -> Workspace | None:
    """``[tool.pdm.workspace]`` of recent versions."""
    members = tuple(text for text, _ in doc.strings(*_ROOT, "workspace", "members"))
    if not members:
        return None
    exclude = tuple(text for text, _ in doc.strings(*_ROOT, "workspace", "exclude"))
    return Workspace(tool="pdm", members=members, exclude=exclude, at=doc.at(*_ROOT, "workspace", "members"))


def _override(name: str, value: str) -> str:
    if "://" in value or value.startswith(("git+", "file:")):
        return f"{name} @ {value}"
    if value == "*":
        return name
    return f"{name}=={value}" if value[:1].isdecimal() else f"{name}{value}"
