"""What PDM, Rye, Hatch and Flit share: ``[project]`` is there already, and only what is beside it has to move."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name

from rules.migration import Edit, Move, Recorded
from rules.migrations.addresses import git_source, has_variable, local_source, url_source, without_credentials
from rules.migrations.base import Base
from rules.migrations.draft import GroupOf, Source, Wish
from rules.migrations.ground import Moved, Site, Stop, deleted
from rules.migrations.pep import requirement_text
from rules.migrations.pins import normal_version
from rules.migrations.recorded import of_annotations
from rules.migrations.sheet import Block, Item, array_entries
from rules.migrations.toml_text import Entry, remark, string
from scanner import pep508
from scanner.facts import Location, LockedPackage, Requirement

_ROOT = re.compile(r"file:(?://)?/?\$\{PROJECT_ROOT\}/?")

_EDITABLE = re.compile(r"\s*(?:-e|--editable)\s")

_AT_ROOT = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<extras>\[[^\]]*\])?\s*@\s*file:(?://)?/?\$\{PROJECT_ROOT\}/?"
    r"(?P<path>[^\s;#]*)(?:#\S*)?(?P<marker>\s*;.*)?"
)


def table(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The table at ``keys``, empty where there is none."""
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return dict(value) if isinstance(value, dict) else {}


def item_at(base: Base, *keys: str) -> Item | None:
    """The entry at ``keys``, in whichever table of the manifest it is written."""
    for block in base.sheet.blocks:
        for item in block.items() if block.keys == keys[: len(block.keys)] else ():
            if (*block.keys, *item.keys) == keys:
                return item
    return None


def wishes(base: Base, group: str, item: Item) -> list[Wish | GroupOf]:
    """An array of requirements as wishes; raises :class:`Stop` for what is none."""
    entries, tail = array_entries(item.raw)
    base.draft.group_above[group] = item.above
    found: list[Wish | GroupOf] = [_wish(base, entry, item.line) for entry in entries if entry.raw is None]
    if [w.text for w in found if isinstance(w, Wish)] == [e.text for e in entries]:
        base.draft.group_raw[group] = item.raw  # nothing changes in it
    elif tail:
        base.draft.group_tail[group] = tail
    return found


def _wish(base: Base, entry: Entry, line: int) -> Wish:
    site = base.site
    text, editable = entry.text.strip(), False
    for option in ("-e ", "--editable "):
        if text.startswith(option):
            text, editable = text.removeprefix(option).strip(), True
    at = (site.manifest, line)
    try:
        made = pep508.requirement(_ROOT.sub("file:./", text), at=Location(path=site.manifest, line=line))
        source = _source(base, made, editable=editable, line=line) if made.source != "index" else None
        name = made.name or _name_at(site, made.url or "")
        if source is None:
            return Wish(
                name=name,
                text=text.replace('"', "'") if "'" not in text else text,
                marker=made.marker,
                comment=entry.comment,
                above=entry.above,
                path=site.manifest,
                line=line,
            )
        return Wish(
            name=name,
            text=requirement_text(name, made.extras, "", made.marker),
            marker=made.marker,
            source=source,
            comment=entry.comment,
            above=entry.above,
            path=site.manifest,
            line=line,
        )
    except ValueError as error:
        raise Stop("manifest-by-hand", str(error), *at) from None


def _source(base: Base, made: Requirement, *, editable: bool, line: int) -> Source:
    at, url = (base.site.manifest, line), made.url or ""
    if made.source == "path":
        return local_source(base.site, url, editable=editable, at=at)
    bare, secret = without_credentials(url)
    if has_variable(bare):
        raise Stop("index-in-variable", f"{bare}: the address holds a variable", *at)
    if secret:
        base.site.note("private-index", f"{bare}: the credentials in its address are left out", *at)
    return (
        git_source(bare, at=at, rev=made.ref, subdirectory=made.subdirectory)
        if made.source == "git"
        else url_source(bare, made.subdirectory)
    )


def _name_at(site: Site, target: str) -> str:
    folder = posixpath.normpath(posixpath.join(site.folder, target.removeprefix("file:")))
    for file in ("pyproject.toml", "setup.cfg", "setup.py"):
        extract = site.ground.facts.extracts.get(posixpath.normpath(posixpath.join(folder, file)))
        if extract is not None and extract.manifest is not None and extract.manifest.name:
            return extract.manifest.name
    raise ValueError(f"{target}: which distribution this is can only be seen by building it")


def name_paths(base: Base) -> None:
    """``name @ file:///${PROJECT_ROOT}/…``: uv takes its working folder for that, also where a member says it.

    ``-e file:///${PROJECT_ROOT}/…`` is PDM's own way of saying an editable one in ``[dependency-groups]``.
    """

    def by_source(item: Item) -> str:
        raw = item.raw
        texts = [text.strip() for text in item.value if isinstance(text, str)]
        for found in filter(None, map(_AT_ROOT.fullmatch, texts)):
            at = (base.site.manifest, item.line)
            source = local_source(base.site, found["path"] or ".", editable=False, at=at)
            base.draft.sources[str(canonicalize_name(found["name"]))] = [source]
            raw = raw.replace(found[0], f"{found['name']}{found['extras'] or ''}{found['marker'] or ''}")
        for text in (text for text in item.value if isinstance(text, str) and _EDITABLE.match(text)):
            wish = _wish(base, Entry(text), item.line)
            if wish.source is not None:
                base.draft.sources[str(canonicalize_name(wish.name))] = [wish.source]
            for quote in "\"'":
                raw = raw.replace(f"{quote}{text}{quote}", string(wish.text))
        return raw

    rewrite_lists(base, by_source)


def rewrite_lists(base: Base, new: Callable[[Item], str]) -> None:
    """Every list of requirements in the standard tables as ``new`` writes it."""
    for keys in (("project",), ("project", "optional-dependencies"), ("dependency-groups",)):
        block = base.sheet.find(*keys)
        for item in block.items() if block is not None else ():
            if block is not None and isinstance(item.value, list) and (raw := new(item)) != item.raw:
                base.sheet.set_key(block, item.keys[0], raw)


def drop_keys(base: Base, root: tuple[str, ...], kept: Sequence[str]) -> None:
    """Take the tool's tables out, but for the keys that stay (the first below ``root``)."""
    sheet = base.sheet
    for block in list(sheet.below(*root)):
        below = block.keys[len(root) :]
        if below and below[0] not in kept:
            sheet.drop(block)
        elif not below:
            for key in dict.fromkeys(item.keys[0] for item in block.items()):
                if key not in kept:
                    sheet.remove_key(block, key)
            if not block.items():
                _drop_empty(base, block)


def _drop_empty(base: Base, block: Block) -> None:
    if not block.trailing():
        base.sheet.drop(block)
    else:
        base.sheet.drop(block)
        comments = "".join(f"{remark(text)}\n" for text in block.trailing())
        base.draft.lead = comments + base.draft.lead


def default_groups(base: Base, names: Sequence[str], *, all_of_them: bool) -> None:
    """The groups that a plain install brings: all of them for PDM, ``dev`` for Rye, as uv has it."""
    if all_of_them and [canonicalize_name(n) for n in names] not in ([], ["dev"]):
        base.draft.settings["default-groups"] = "all"


def one_version_each(pins: Sequence[LockedPackage]) -> tuple[LockedPackage, ...]:
    """Pins of several files, each once; raises :class:`Stop` where two files disagree."""
    held: dict[str, dict[str | None, LockedPackage]] = {}
    for pin in pins:
        held.setdefault(pin.key, {}).setdefault(normal_version(pin.version), pin)
    for name, found in sorted(held.items()):
        if len(found) > 1 and not all(pin.marker for pin in found.values()):
            first, second = list(found.values())[:2]
            places = [f"{p.version} in {p.groups[0]}:{p.line}" if p.groups else f"{p.version}" for p in (first, second)]
            message = f"{name} is {' and '.join(places)}"
            raise Stop("conflicting-pins", message, second.groups[0] if second.groups else None, second.line)
    return tuple(pin for found in held.values() for pin in found.values())


def moved(
    base: Base,
    *,
    pins: tuple[LockedPackage, ...],
    old_lock: str | None,
    old_files: Sequence[str],
    groups: Sequence[tuple[str, str]],
    members: tuple[str, ...] = (),
    environments: tuple[str, ...] = (),
    complete: bool = True,
    recorded: tuple[Recorded, ...] = (),
) -> Moved:
    """The edits and the move of a project whose draft is done.

    Where ``recorded`` is empty, the annotations of the pins say who needs whom.
    """
    site = base.site
    edits = [Edit(path=site.manifest, before=base.before, after=base.written())]
    return Moved(
        edits=(*edits, *deleted(site, list(old_files)), *base.edits()),
        move=Move(
            project=site.project,
            manifest=site.manifest,
            lock=site.path("uv.lock"),
            old_lock=old_lock,
            pins=pins,
            groups=tuple(dict.fromkeys(groups)),
            members=members,
            package=base.package,
            environments=environments,
            complete=complete,
            recorded=recorded or of_annotations(pins),
        ),
    )
