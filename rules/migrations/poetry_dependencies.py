"""An entry of ``[tool.poetry.dependencies]`` as requirements with their sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules.migrations.addresses import git_source, local_source, url_source
from rules.migrations.draft import Source, Wish
from rules.migrations.ground import Site, Stop
from rules.migrations.pep import joined_markers, one_specifier, requirement_text
from scanner.poetry_constraints import python_marker

if TYPE_CHECKING:
    from rules.migrations.poetry import Papers


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, and the comments that belong to it."""

    path: str
    line: int | None
    comment: str | None = None
    above: tuple[str, ...] = ()


def wishes_of(site: Site, name: str, value: object, poetry: Papers, keys: tuple[str, ...]) -> list[tuple[Wish, bool]]:
    """The requirements that one entry stands for (several constraints: one each), and whether each is optional."""
    place = poetry.at(*keys)
    found = []
    for number, entry in enumerate(value if isinstance(value, list) else [value]):
        own = place if number == 0 else Place(place.path, place.line)
        if isinstance(entry, str):
            entry = {"version": entry}
        if not isinstance(entry, dict):
            raise Stop("unread-file", f"{name}: a version or a table expected", place.path, place.line)
        found.append((_wish(site, name, entry, own), entry.get("optional") is True))
    return found


def _wish(site: Site, name: str, entry: Mapping[str, Any], place: Place) -> Wish:
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    listed = entry.get("extras")
    extras = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    source = _source(site, texts, entry, place)
    wanted = "" if source is not None and "index" not in source else _wanted(site, name, texts, place)
    try:
        marker = _marker(name, texts, place)
        text = requirement_text(name, extras, wanted, marker)
    except ValueError as error:
        raise Stop("manifest-by-hand", f"{name}: {error}", place.path, place.line) from None
    return Wish(
        name=name,
        text=text,
        marker=marker,
        source=source,
        comment=place.comment,
        above=place.above,
        path=place.path,
        line=place.line,
    )


def _wanted(site: Site, name: str, texts: Mapping[str, str], place: Place) -> str:
    constraint = texts.get("version", "*")
    found = one_specifier(constraint)
    if found is None:
        message = f"{name}: {constraint!r} cannot be said as one PEP 440 specifier"
        question = "Which of the alternatives is to be kept?" if "|" in constraint else "Which versions are meant?"
        raise Stop("manifest-by-hand", message, place.path, place.line, question)
    if "+" in found and (bare := _LOCAL.sub(r"\1", found)) != found:
        message = f"{name}: {constraint!r} names a local version; {bare} says it without"
        site.note("manifest-by-hand", message, place.path, place.line)
        return bare
    return found


_LOCAL = re.compile(r"((?:>=|<=|~=|>|<)[^,+]+)\+[^,]*")


def _source(site: Site, texts: Mapping[str, str], entry: Mapping[str, Any], place: Place) -> Source | None:
    at = (place.path, place.line)
    if "git" in texts:
        return git_source(
            texts["git"],
            at=at,
            branch=texts.get("branch"),
            tag=texts.get("tag"),
            rev=texts.get("rev"),
            subdirectory=texts.get("subdirectory"),
        )
    if (target := texts.get("path") or texts.get("file")) is not None:
        return local_source(site, target, editable=entry.get("develop") is True, at=at)
    if "url" in texts:
        return url_source(texts["url"], texts.get("subdirectory"))
    return {"index": texts["source"]} if "source" in texts else None


def _marker(name: str, texts: Mapping[str, str], place: Place) -> str | None:
    parts = [texts.get("markers", "")]
    if "python" in texts:
        python = python_marker(texts["python"])
        if python is None:
            message = f"{name}: {texts['python']!r} is no constraint on Python"
            raise Stop("manifest-by-hand", message, place.path, place.line)
        parts.append(python)
    if texts.get("platform"):
        parts.append(_platform(texts["platform"]))
    return joined_markers(parts)


def _platform(text: str) -> str:
    names = [name.strip() for name in text.split("|") if name.strip()]
    negated = [name for name in names if name.startswith("!=")]
    clauses = [f"sys_platform {'!=' if n.startswith('!=') else '=='} '{n.lstrip('!= ')}'" for n in names]
    return (" and " if negated else " or ").join(clauses)
