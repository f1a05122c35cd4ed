"""From PDM: ``[tool.pdm]``'s groups, sources and overrides; what its build backend reads stays."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from typing import Any

from packaging.utils import canonicalize_name

from rules.migrations import pip_options
from rules.migrations.addresses import without_credentials
from rules.migrations.base import Base, base_of
from rules.migrations.draft import IndexTable
from rules.migrations.ground import Moved, Site, Stop
from rules.migrations.indexes import bind
from rules.migrations.narrow import UNIVERSAL
from rules.migrations.pdm_pylock import recorded, with_groups
from rules.migrations.pins import pins_of, prerelease_constraints
from rules.migrations.pythons import require_python
from rules.migrations.recorded import of_pdm
from rules.migrations.sheet import Item, array_entries
from rules.migrations.standard import (
    default_groups,
    drop_keys,
    item_at,
    moved,
    name_paths,
    rewrite_lists,
    table,
    wishes,
)
from scanner.facts import LockedPackage

_ROOT = ("tool", "pdm")
_ADDRESS = re.compile(r"(?:git\+)?(?:https?|ssh)://")
_BACKEND = ("build", "version", "includes", "excludes", "source-includes", "package-dir", "editable-backend", "scripts")


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where a person has to decide first."""
    base = base_of(site)
    if not base.project:
        raise Stop("manifest-by-hand", "there is no [project] table", site.manifest)
    pdm = table(base.document, *_ROOT)
    if "workspace" in pdm:
        block = base.sheet.find(*_ROOT, "workspace")
        message = "the workspace's members have locks of their own for PDM, and one for uv"
        raise Stop("manifest-by-hand", message, site.manifest, block.line if block else None)
    lock = _lock(site)
    by_standard = lock.endswith("pylock.toml")
    pins = with_groups(pins_of(site, lock)) if by_standard else pins_of(site, lock)
    _name_addresses(base, pins)
    name_paths(base)
    _groups(base, pdm)
    _sources(base, pdm, pins)
    _resolution(base, pdm)
    constraints = prerelease_constraints(base.draft, pins, base.document)
    if constraints:
        base.draft.settings["constraint-dependencies"] = constraints
    if pdm.get("distribution") is False or pdm.get("package-type") == "application":
        base.draft.settings = {"package": False, **base.draft.settings}
        base.package = False
    elif pdm.get("distribution") is True and "build-system" not in base.document:
        base.draft.settings = {"package": True, **base.draft.settings}
        base.package = True
    _scripts(base, pdm)
    require_python(base)
    drop_keys(base, _ROOT, _BACKEND)
    names = [*table(base.document, "dependency-groups"), *base.draft.groups]
    extras = table(base.document, "project", "optional-dependencies")
    return moved(
        base,
        environments=UNIVERSAL,
        pins=pins,
        old_lock=lock if pins else None,
        recorded=(recorded(site.read("pylock.toml")) if by_standard else of_pdm(site.read("pdm.lock"))) if pins else (),
        old_files=[lock, site.path("pdm.toml"), site.path(".pdm.toml")],
        groups=[
            ("default", "project"),
            *((name, f"extra:{name}") for name in extras),
            *((name, f"group:{name}") for name in names),
        ],
    )


def _lock(site: Site) -> str:
    """PDM's lock: its own, or where there is none the one of the standard, if PDM wrote it."""
    own, standard = site.path("pdm.lock"), site.path("pylock.toml")
    extract = site.ground.facts.extracts.get(standard)
    by_pdm = extract is not None and any(signal.tool == "pdm" for signal in extract.signals)
    return standard if by_pdm and own not in site.ground.facts.files else own


def _name_addresses(base: Base, pins: tuple[LockedPackage, ...]) -> None:
    """``git+https://…`` alone in a list, which PDM takes: uv needs ``name @ …``, and the lock knows the name."""

    def by_name(item: Item) -> str:
        raw = item.raw
        for address in (entry.text for entry in array_entries(raw)[0] if _ADDRESS.match(entry.text)):
            name = _name_of(base.site, address, pins, item.line)
            raw = re.sub(rf"(?<=[\"']){re.escape(address)}(?=[\"'])", f"{name} @ {address}", raw)
        return raw

    rewrite_lists(base, by_name)


def _name_of(site: Site, address: str, pins: tuple[LockedPackage, ...], line: int) -> str:
    wanted = _place(address)
    names = {pin.name for pin in pins if pin.source in ("git", "url") and _place(pin.origin or "") == wanted}
    if (egg := re.search(r"[#&]egg=([A-Za-z0-9._-]+)", address)) is not None:
        names = {egg[1]}
    if len(names) != 1:
        message = f"{address}: which distribution this is can only be seen by building it"
        raise Stop("manifest-by-hand", message, site.manifest, line)
    return names.pop()


def _place(address: str) -> str:
    """The host and path of a repository or file, without credentials, reference and fragment."""
    bare = without_credentials(address.removeprefix("git+").partition("#")[0])[0]
    return re.sub(r"^\w+://|(?<=[^/])@[^/]+$|\.git(?=@|$)", "", bare).rstrip("/").lower()


def _groups(base: Base, pdm: dict[str, Any]) -> None:
    for name in table(pdm, "dev-dependencies"):
        item = item_at(base, *_ROOT, "dev-dependencies", name)
        if item is None or not isinstance(item.value, list):
            raise Stop("manifest-by-hand", f"dev-dependencies.{name}: an array expected", base.site.manifest)
        base.draft.groups[name] = wishes(base, name, item)
    names = [*table(base.document, "dependency-groups"), *base.draft.groups]
    default_groups(base, names, all_of_them=True)


def _sources(base: Base, pdm: dict[str, Any], pins: tuple[LockedPackage, ...]) -> None:
    """``[[tool.pdm.source]]``: the one called pypi stands for the public index; the others are asked beside it."""
    site = base.site
    declared: list[tuple[str, str | None, str, str, int]] = []
    sources = [*_configured(site), *(s for s in pdm.get("source", ()) if isinstance(s, dict))]
    blocks = base.sheet.below(*_ROOT, "source")
    for number, source in enumerate(sources):
        url, name = source.get("url"), str(source.get("name") or "")
        line = blocks[number].line if number < len(blocks) else 1
        if not isinstance(url, str):
            continue
        included = [text for text in source.get("include_packages", ()) if isinstance(text, str)]
        if source.get("type") == "find_links":
            _append(base, "find-links", without_credentials(url)[0])
        elif included:
            _include(base, name or "index", url, included, pins)
        else:
            option = "--index-url" if name == "pypi" else "--extra-index-url"
            declared.append((option, name if name not in ("", "pypi") else None, url, site.manifest, line))
    pip_options.add_indexes(site, base.draft, declared, pins)


def _configured(site: Site) -> list[dict[str, Any]]:
    """The index that ``pdm.toml`` puts in place of the public one."""
    for name in ("pdm.toml", ".pdm.toml"):
        try:
            url = table(tomllib.loads(site.read(name) or ""), "pypi").get("url")
        except tomllib.TOMLDecodeError:
            continue
        if isinstance(url, str):
            return [{"name": "pypi", "url": url}]
    return []


def _include(base: Base, name: str, url: str, patterns: list[str], pins: tuple[LockedPackage, ...]) -> None:
    bare, _ = without_credentials(url)
    base.draft.indexes.append(IndexTable(name=name, url=bare, explicit=True))
    known = {pin.key for pin in pins} | {str(canonicalize_name(w.name)) for _, _, w in base.draft.wishes()}
    bind(base.draft, {key for key in known if any(fnmatchcase(key, p.lower()) for p in patterns)}, name)


def _resolution(base: Base, pdm: dict[str, Any]) -> None:
    resolution = table(pdm, "resolution")
    overrides = {**table(pdm, "overrides"), **table(resolution, "overrides")}
    texts = []
    for name, value in overrides.items():
        if not isinstance(value, str):
            continue
        value = value.strip()
        if "://" in value or value.startswith("git+"):
            texts.append(f"{name} @ {value}")
        else:
            texts.append(name if value == "*" else f"{name}=={value}" if value[:1].isdecimal() else f"{name}{value}")
    if texts:
        base.draft.settings["override-dependencies"] = texts
    if resolution.get("allow-prereleases") is True or pdm.get("allow_prereleases") is True:
        base.draft.settings["prerelease"] = "allow"
    if excludes := [text for text in resolution.get("excludes", ()) if isinstance(text, str)]:
        base.draft.settings["exclude-dependencies"] = excludes


def _scripts(base: Base, pdm: dict[str, Any]) -> None:
    scripts = [name for name in table(pdm, "scripts") if name != "_"]
    if scripts:
        block = base.sheet.find(*_ROOT, "scripts")
        message = f"[tool.pdm.scripts] has no counterpart in uv: {', '.join(scripts)}; the table stays as a record"
        base.site.note("task-runner", message, base.site.manifest, block.line if block else None)


def _append(base: Base, key: str, value: str) -> None:
    known = base.draft.settings.get(key, [])
    base.draft.settings[key] = [*(known if isinstance(known, list) else []), value]
