"""What Python modules of a repository hold by name, as text: versions above all, and names. Nothing is imported.

A manifest that takes a field from a module says so (:class:`~scanner.facts.Elsewhere`); the module is read like any
file, and the field filled in when everything is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.facts import Elsewhere, Extract, Manifest
from scanner.format import Format, Unreadable, resolve_inside
from scanner.redact import redact
from scanner.static_python import Symbol, Text, names_of, parse

NAME = "module"
LIMIT = 256 * 1024
_MODULE = re.compile(r"\.*\w+(?:\.\w+)*")
_MOST_HOPS = 4
_FIELDS = {"name": "name", "version": "version"}


def module_paths(path: str, module: str, *, within: bool = False) -> tuple[str, ...]:
    """Where the dotted ``module`` that the file at ``path`` names may lie: beside it, or below ``src``.

    A file ``within`` a package names others from the folder in which the package lies.
    """
    if _MODULE.fullmatch(module) is None:
        return ()
    dots = len(module) - len(module.lstrip("."))
    above = "../" * (dots - 1)
    inner = module[dots:].replace(".", "/")
    homes = ["../" * up for up in range(path.count("/") + 1)] if within else ["", "src/"]
    places = [f"{above}{inner}"] if dots else [home + inner for home in homes]
    found = (resolve_inside(path, place + end) for place in places for end in (".py", "/__init__.py"))
    return tuple(place for place in found if place is not None)


def read(path: str, text: str) -> Extract | None:
    """The texts that a module sets, and the names that it takes from others; ``None`` where it is no Python."""
    try:
        names = names_of(parse(text))
    except Unreadable:
        return None
    texts = {name: redact(value.value) for name, value in names.items() if isinstance(value, Text)}
    taken = {}
    for name, value in names.items():
        if isinstance(value, Symbol) and "." in value.name:
            module, _, there = value.name.rpartition(".")
            paths = module_paths(path, module, within=True)
            if paths:
                taken[name] = Elsewhere(field=name, name=there, paths=paths)
    return Extract(path=path, format=NAME, settings={"texts": texts, "taken": taken})


FORMAT = Format(name=NAME, matches=lambda _path: False, read=read, limit=LIMIT, quiet=True)


def modules_named(extract: Extract) -> Iterator[str]:
    """The modules that a manifest takes fields from; of a module that it is handed on by, those behind it."""
    for one in extract.manifest.elsewhere if extract.manifest is not None else ():
        yield from one.paths
    if extract.format == NAME:
        for name, one in extract.settings.get("taken", {}).items():
            if name.startswith("__") or name.isupper() or "version" in name.lower():
                yield from one.paths


def with_constants(extracts: Mapping[str, Extract], modules: Mapping[str, Extract]) -> dict[str, Extract]:
    """The extracts with the names and versions of manifests that the ``modules`` hold."""
    return {
        path: extract if extract.manifest is None else replace(extract, manifest=_filled(extract.manifest, modules))
        for path, extract in extracts.items()
    }


def _filled(manifest: Manifest, modules: Mapping[str, Extract]) -> Manifest:
    for one in manifest.elsewhere:
        found = _value(one, modules)
        if found is None or one.field not in _FIELDS or getattr(manifest, one.field) is not None:
            continue
        gaps = tuple(gap for gap in manifest.gaps if gap.field != one.field)
        if one.field == "version":
            manifest = replace(manifest, version=found[0], version_from=found[1], gaps=gaps)
        else:
            manifest = replace(manifest, name=found[0], gaps=gaps)
    return manifest


def _value(one: Elsewhere, modules: Mapping[str, Extract]) -> tuple[str, str] | None:
    """The text and the module that sets it."""
    for _ in range(_MOST_HOPS):
        path = next((path for path in one.paths if path in modules), None)
        if path is None:
            return None
        settings = modules[path].settings
        text = settings.get("texts", {}).get(one.name, "").strip()
        if text:
            return text, path
        if one.name not in settings.get("taken", {}):
            return None
        one = settings["taken"][one.name]
    return None
