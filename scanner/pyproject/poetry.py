"""``[tool.poetry]`` of Poetry 1.x and 2.x.

Rules from poetry-core's factory: where ``[project]`` declares dependencies, ``[tool.poetry.dependencies]`` only adds to
entries of the same name (where to take them from); the same holds for a group that is also in ``[dependency-groups]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from packaging.utils import canonicalize_name

from scanner.facts import EntryPoint, Index, Location, Requirement, Scope
from scanner.pep508 import git_reference
from scanner.poetry_constraints import alternatives, python_marker, specifier
from scanner.pyproject.document import Document
from scanner.redact import has_credentials, redact

MAX_ENTRIES = 20_000

_ROOT = ("tool", "poetry")


def with_poetry(doc: Document, standard: Iterable[Requirement]) -> list[Requirement]:
    """The standard tables' requirements, enriched with and followed by those of ``[tool.poetry]``."""
    kept = list(standard)
    own = list(islice(_own(doc), MAX_ENTRIES))
    by_name: dict[str, list[Requirement]] = {}
    for item in own:
        by_name.setdefault(item.key, []).append(item)
    merged = [_enriched(item, by_name.get(item.key, ())) for item in kept]
    declared = _Declared(doc, kept)
    return merged + [item for item in own if _counts(item, declared)]


class _Declared:
    """What the standard tables leave to ``[tool.poetry]``."""

    def __init__(self, doc: Document, kept: list[Requirement]) -> None:
        self.dynamic = {text for text, _ in doc.strings("project", "dynamic")}
        self.scopes = {item.scope for item in kept} & {"runtime", "optional"}
        self.groups = {_group(item) for item in kept if item.scope == "group"}


def _counts(item: Requirement, declared: _Declared) -> bool:
    if item.scope == "group":
        return _group(item) not in declared.groups
    field = "dependencies" if item.scope == "runtime" else "optional-dependencies"
    return not declared.scopes or (field in declared.dynamic and item.scope not in declared.scopes)


def python(doc: Document) -> tuple[str, Location] | None:
    """The constraint on Python itself, as written."""
    keys = (*_ROOT, "dependencies", "python")
    value = doc.get(*keys)
    text = value.get("version") if isinstance(value, dict) else value
    return (text, doc.at(*keys)) if isinstance(text, str) else None


def indexes(doc: Document) -> Iterator[Index]:
    """``[[tool.poetry.source]]``; the public index has no address there and is left out."""
    for keys in doc.tables(*_ROOT, "source"):
        url, name, priority = doc.text(*keys, "url"), doc.text(*keys, "name"), doc.text(*keys, "priority")
        if not priority:
            priority = next((flag for flag in ("default", "secondary") if doc.flag(*keys, flag)), None)
        if url:
            yield Index(
                url=redact(url),
                at=doc.at(*keys, "url"),
                kind="extra-index" if priority in ("supplemental", "secondary", "explicit") else "index",
                name=name,
                priority=priority,
                credentials=has_credentials(url),
            )
        elif name is None or name.lower() != "pypi":
            doc.invalid("a source without a url", doc.at(*keys))


def entry_points(doc: Document) -> Iterator[EntryPoint]:
    """Scripts (installed files are left out) and plug-ins, where ``[project]`` has none."""
    if not doc.get("project", "scripts"):
        for name, value in doc.table(*_ROOT, "scripts").items():
            target = value if isinstance(value, str) else _script(value)
            if target:
                yield EntryPoint(group="console_scripts", name=name, target=target, at=doc.at(*_ROOT, "scripts", name))
    if not doc.get("project", "entry-points"):
        for keys in doc.subtables(*_ROOT, "plugins"):
            for name in doc.table(*keys):
                if (target := doc.text(*keys, name)) is not None:
                    yield EntryPoint(group=keys[-1], name=name, target=target, at=doc.at(*keys, name))


def _script(value: object) -> str | None:
    if not isinstance(value, dict) or value.get("type") == "file":
        return None
    target = value.get("reference") or value.get("callable")
    return target if isinstance(target, str) else None


def _own(doc: Document) -> Iterator[Requirement]:
    extras = _extras_by_name(doc)
    for item, optional in _entries(doc, (*_ROOT, "dependencies"), "runtime", None):
        if not optional:
            yield item
            continue
        for extra in extras.get(item.key) or (None,):
            yield replace(item, scope="optional", group=extra)
    for item, _ in _entries(doc, (*_ROOT, "dev-dependencies"), "group", "dev"):
        yield item
    yield from _groups(doc)


def _extras_by_name(doc: Document) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for extra in doc.table(*_ROOT, "extras"):
        for text, _ in doc.strings(*_ROOT, "extras", extra):
            found.setdefault(canonicalize_name(text.partition("[")[0].strip()), []).append(extra)
    return found


def _groups(doc: Document) -> Iterator[Requirement]:
    own = {
        keys[-1]: [item for item, _ in _entries(doc, (*keys, "dependencies"), "group", keys[-1])]
        for keys in doc.subtables(*_ROOT, "group")
    }
    names = {canonicalize_name(name): name for name in own}
    for name, items in own.items():
        yield from items
        for included, _ in doc.strings(*_ROOT, "group", name, "include-groups"):
            other = names.get(canonicalize_name(included), name)
            yield from (replace(item, group=name) for item in (own[other] if other != name else ()))


def _entries(
    doc: Document, keys: tuple[str, ...], scope: Scope, group: str | None
) -> Iterator[tuple[Requirement, bool]]:
    for name, value in doc.table(*keys).items():
        if name.lower() == "python":
            continue
        many = isinstance(value, list)
        for number, entry in enumerate(value if many else [value]):
            at = doc.item_at((*keys, name), number) if many else doc.at(*keys, name)
            base = Requirement(name=name, raw="", at=at, scope=scope, group=group)
            if isinstance(entry, str):
                yield _versioned(doc, base, entry), False
            elif isinstance(entry, dict):
                yield _from_table(doc, base, entry), entry.get("optional") is True
            else:
                doc.invalid(f"{name}: a version or a table expected", at)


def _versioned(doc: Document, base: Requirement, constraint: str) -> Requirement:
    if not alternatives(constraint):
        doc.invalid(f"{base.name}: {constraint!r} is no version constraint", base.at)
    return replace(base, raw=redact(constraint), specifier=specifier(constraint))


def _from_table(doc: Document, base: Requirement, entry: dict[str, Any]) -> Requirement:
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    extras = entry.get("extras")
    base = replace(
        base,
        extras=tuple(item for item in extras if isinstance(item, str)) if isinstance(extras, list) else (),
        marker=_marker(doc, base, texts),
        index=texts.get("source"),
        subdirectory=texts.get("subdirectory"),
        editable=entry.get("develop") is True,
    )
    if "git" in texts:
        address, ref, subdirectory = git_reference(texts["git"])
        ref = next((texts[key] for key in ("rev", "tag", "branch") if key in texts), ref)
        subdirectory = base.subdirectory or subdirectory
        raw = f"git+{address}" + (f"@{ref}" if ref else "")
        return replace(base, raw=raw, source="git", url=address, ref=ref, subdirectory=subdirectory)
    for key in ("path", "file"):
        if key in texts:
            return replace(base, raw=texts[key], source="path", url=redact(texts[key]))
    if "url" in texts:
        url = redact(texts["url"])
        return replace(base, raw=url, source="url", url=url)
    if "version" in texts:
        return _versioned(doc, base, texts["version"])
    if "version" in entry:
        doc.invalid(f"{base.name}: the version must be a string", base.at)
    return replace(base, raw="*")


def _marker(doc: Document, base: Requirement, texts: dict[str, str]) -> str | None:
    parts = [texts["markers"]] if texts.get("markers") else []
    if "python" in texts:
        python_part = python_marker(texts["python"])
        if python_part is None:
            doc.invalid(f"{base.name}: {texts['python']!r} is no constraint on Python", base.at)
        parts += [python_part] if python_part else []
    if texts.get("platform"):
        platforms = [name.strip() for name in texts["platform"].split("|") if name.strip()]
        parts.append(" or ".join(_platform(name) for name in platforms))
    if len(parts) < 2:
        return parts[0] if parts else None
    return " and ".join(f"({part})" if " or " in part else part for part in parts)


def _platform(name: str) -> str:
    operator = "!=" if name.startswith("!=") else "=="
    return f'sys_platform {operator} "{name.lstrip("!= ")}"'


def _enriched(item: Requirement, own: Iterable[Requirement]) -> Requirement:
    """``item`` with what ``[tool.poetry]`` adds to the entry of its name (runtime and extras are one place)."""
    for other in own:
        if item.scope == "build" or (item.scope == "group") != (other.scope == "group"):
            continue
        if item.scope == "group" and _group(item) != _group(other):
            continue
        if item.source == "index" and other.source != "index":
            item = replace(item, source=other.source, url=other.url, ref=other.ref, subdirectory=other.subdirectory)
        return replace(item, index=item.index or other.index, editable=item.editable or other.editable)
    return item


def _group(item: Requirement) -> str:
    return str(canonicalize_name(item.group or ""))
