"""``[tool.rye]``: development dependencies, sources, workspace."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Index, Requirement, Workspace
from scanner.pyproject.document import Document
from scanner.redact import has_credentials, redact

_ROOT = ("tool", "rye")


def requirements(doc: Document) -> Iterator[Requirement]:
    """``dev-dependencies``: the group ``dev``."""
    return doc.requirements(*_ROOT, "dev-dependencies", scope="group", group="dev")


def indexes(doc: Document) -> Iterator[Index]:
    """``[[tool.rye.sources]]``; the one called ``default`` stands in place of the public index."""
    for keys in doc.tables(*_ROOT, "sources"):
        url, name = doc.text(*keys, "url"), doc.text(*keys, "name")
        if url is None:
            doc.invalid("a source without a url", doc.at(*keys))
            continue
        find_links = doc.text(*keys, "type") == "find-links"
        yield Index(
            url=redact(url),
            at=doc.at(*keys, "url"),
            kind="find-links" if find_links else "index" if name == "default" else "extra-index",
            name=name,
            credentials=has_credentials(url) or bool(doc.text(*keys, "password")),
        )


def workspace(doc: Document) -> Workspace | None:
    """``[tool.rye.workspace]``; without ``members`` every project below belongs to it."""
    if not isinstance(doc.get(*_ROOT, "workspace"), dict):
        return None
    members = tuple(text for text, _ in doc.strings(*_ROOT, "workspace", "members"))
    return Workspace(tool="rye", members=members or ("**",), at=doc.at(*_ROOT, "workspace"))
