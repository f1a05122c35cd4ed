"""uv's settings: ``[tool.uv]`` of ``pyproject.toml``, and ``uv.toml``, where the same keys stand at the top.

Every function takes the keys at which the settings stand (``root``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from scanner.facts import Index, IndexKind, Location, Requirement, Workspace
from scanner.pep508 import git_reference
from scanner.pyproject.document import Document
from scanner.redact import has_credentials, redact

ROOT = ("tool", "uv")
MAX_SOURCES = 100
"""How many alternative sources of one name are looked at."""


def dev_requirements(doc: Document) -> Iterator[Requirement]:
    """The older ``dev-dependencies``: the group ``dev``."""
    return doc.requirements(*ROOT, "dev-dependencies", scope="group", group="dev")


def constraints(doc: Document, root: tuple[str, ...] = ROOT) -> Iterator[Requirement]:
    """Constraints on the resolution, and on what builds need (scope ``build``)."""
    yield from doc.requirements(*root, "constraint-dependencies")
    yield from doc.requirements(*root, "build-constraint-dependencies", scope="build")


def overrides(doc: Document, root: tuple[str, ...] = ROOT) -> Iterator[Requirement]:
    """Requirements that stand in place of whatever is declared anywhere."""
    return doc.requirements(*root, "override-dependencies")


def workspace(doc: Document) -> Workspace | None:
    """``[tool.uv.workspace]``; a table without members still makes a root."""
    if not isinstance(doc.get(*ROOT, "workspace"), dict):
        return None
    return Workspace(
        tool="uv",
        members=tuple(text for text, _ in doc.strings(*ROOT, "workspace", "members")),
        exclude=tuple(text for text, _ in doc.strings(*ROOT, "workspace", "exclude")),
        at=doc.at(*ROOT, "workspace"),
    )


def indexes(doc: Document, root: tuple[str, ...] = ROOT) -> Iterator[Index]:
    """``[[index]]`` (``priority`` says ``default`` or ``explicit``) and the older keys, also those of ``[pip]``."""
    for keys in doc.tables(*root, "index"):
        url = doc.text(*keys, "url")
        if url is None:
            doc.invalid("an index without a url", doc.at(*keys))
            continue
        flat, default, explicit = (
            doc.text(*keys, "format") == "flat",
            doc.flag(*keys, "default"),
            doc.flag(*keys, "explicit"),
        )
        kind: IndexKind = "find-links" if flat else "index" if default else "extra-index"
        priority = "default" if default else "explicit" if explicit else None
        at = doc.at(*keys, "url")
        yield replace(_index(url, at, kind), name=doc.text(*keys, "name"), priority=priority)
    for table in (root, (*root, "pip")):
        if url := doc.text(*table, "index-url"):
            yield _index(url, doc.at(*table, "index-url"), "index")
        for key, kind in _URL_LISTS:
            for text, at in doc.strings(*table, key):
                yield _index(text, at, kind)


_URL_LISTS: tuple[tuple[str, IndexKind], ...] = (("extra-index-url", "extra-index"), ("find-links", "find-links"))


def _index(url: str, at: Location, kind: IndexKind) -> Index:
    return Index(url=redact(url), at=at, kind=kind, credentials=has_credentials(url))


def with_sources(doc: Document, requirements: Iterable[Requirement]) -> list[Requirement]:
    """Each requirement from where ``[tool.uv.sources]`` says that it comes (build requirements as well)."""
    sources: dict[str, list[dict[str, Any]]] = {
        canonicalize_name(name): _options(doc, name) for name in doc.table(*ROOT, "sources")
    }
    return [_placed(item, sources.get(item.key, [])) for item in requirements]


def _options(doc: Document, name: str) -> list[dict[str, Any]]:
    """The source tables of one name: a lone one, or several for different markers, extras or groups."""
    value = doc.get(*ROOT, "sources", name)
    listed = value[:MAX_SOURCES] if isinstance(value, list) else [value]
    tables = [table for table in listed if isinstance(table, dict)]
    if not tables:
        doc.invalid(f"tool.uv.sources.{name}: a table expected", doc.at(*ROOT, "sources", name))
    return tables


def _placed(item: Requirement, tables: list[dict[str, Any]]) -> Requirement:
    """``item`` with the first source that may serve it; one away from the indexes goes before another index."""
    fitting = [table for table in tables if _serves(table, item)]
    found = next((table for table in fitting if "index" not in table), fitting[0] if fitting else {})
    texts = {key: value for key, value in found.items() if isinstance(value, str)}
    editable = found.get("editable") is True
    if "git" in texts:
        address, ref, subdirectory = git_reference(texts["git"])
        return replace(
            item,
            source="git",
            url=address,
            ref=next((texts[key] for key in ("rev", "tag", "branch") if key in texts), ref),
            subdirectory=texts.get("subdirectory") or subdirectory,
        )
    if found.get("workspace") is True:
        return replace(item, source="path", workspace=True, editable=found.get("editable") is not False)
    if "path" in texts:
        return replace(item, source="path", url=redact(texts["path"]), editable=editable)
    if "url" in texts:
        url = redact(texts["url"])
        return replace(item, source="url", url=url, subdirectory=texts.get("subdirectory"))
    return replace(item, index=texts["index"]) if "index" in texts else item


def _serves(table: dict[str, Any], item: Requirement) -> bool:
    for key, scope in (("extra", "optional"), ("group", "group")):
        if isinstance(wanted := table.get(key), str):
            return item.scope == scope and canonicalize_name(item.group or "") == canonicalize_name(wanted)
    return True
