"""Poetry's sources as ``[[tool.uv.index]]``, so that no package changes its origin.

Poetry searches its primary sources together, supplemental ones when the others have nothing, explicit ones for what
names them. uv searches index by index and takes the first that has the name. What the old lock records settles it:
the index that serves everything stays the default one, any other serves by name what was locked from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rules.migrations.addresses import has_variable, index_name, is_public, without_credentials
from rules.migrations.draft import Draft, IndexTable, Source
from rules.migrations.ground import Site, Stop
from rules.migrations.indexes import PRIVATE, bind, change
from scanner.facts import LockedPackage
from scanner.redact import redact

if TYPE_CHECKING:
    from rules.migrations.poetry import Papers
    from rules.migrations.poetry_dependencies import Place


@dataclass(slots=True)
class _From:
    """A source as declared; ``new`` is its name for uv, ``names`` what the lock took from it."""

    old: str
    new: str
    url: str
    priority: str
    place: Place
    names: frozenset[str] = frozenset()


def add(site: Site, poetry: Papers, draft: Draft, pins: Sequence[LockedPackage]) -> None:
    """Fill the draft's indexes, and let each dependency say its index where it has to."""
    found = _declared(site, poetry, pins)
    public = {p.key for p in pins if p.source == "index" and p.origin is None}
    default = _default(site, poetry, found, bool(pins), bool(public))
    names = {s.old.lower(): s.new for s in found}
    _rename(poetry, draft, names, default)
    for source in found:
        explicit = source is not default and _is_explicit(source, bool(pins))
        if explicit:
            bind(draft, source.names, source.new)
        elif source is not default:
            message = f"{source.old}: uv looks there first for every package; Poetry took the best of all sources"
            site.note("index-order", message, source.place.path, source.place.line)
        draft.indexes.append(
            IndexTable(
                name=source.new,
                url=source.url,
                explicit=explicit,
                default=source is default,
                above=source.place.above,
            )
        )


def _declared(site: Site, poetry: Papers, pins: Sequence[LockedPackage]) -> list[_From]:
    origins: defaultdict[str, set[str]] = defaultdict(set)
    for pin in pins:
        if pin.source == "index" and pin.origin:
            origins[pin.origin.rstrip("/")].add(pin.key)
    places = poetry.sheet.below("tool", "poetry", "source")
    found: list[_From] = []
    taken: set[str] = set()
    entries = poetry.data.get("source", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        name, url = str(entry.get("name") or ""), entry.get("url")
        place = _place(poetry, places, number)
        if not isinstance(url, str) or is_public(name, url):
            continue
        if has_variable(without_credentials(url)[0]):
            raise Stop("index-in-variable", f"the address of {name} holds a variable", place.path, place.line)
        bare, secret = without_credentials(url)
        if any((s.old.lower(), s.url) == (name.lower(), bare) for s in found):
            continue  # stated once more
        new = index_name(name, bare, taken)
        if secret:
            site.note("private-index", f"{new}: {PRIVATE}", place.path, place.line)
        keys = frozenset(origins.get(redact(url).rstrip("/"), set()) | origins.get(bare.rstrip("/"), set()))
        found.append(_From(name, new, bare, _priority(entry), place, keys))
    return found


def _place(poetry: Papers, blocks: Sequence[Any], number: int) -> Place:
    base = poetry.at("source")
    block = blocks[number] if number < len(blocks) else None
    if block is None:
        return base
    above = tuple(line.strip()[1:].strip() for line in block.lead.splitlines())
    return replace(base, line=block.line, above=above, comment=None)


def _priority(entry: dict[str, Any]) -> str:
    if isinstance(entry.get("priority"), str):
        return str(entry["priority"]).lower()
    return next((flag for flag in ("default", "secondary") if entry.get(flag) is True), "primary")


def _default(site: Site, poetry: Papers, found: list[_From], locked: bool, public: bool) -> _From | None:
    """The source that stands in place of the public index, if one does."""
    chosen = next((s for s in found if s.priority == "default"), None)
    if chosen is None and locked and not public:
        serving = [s for s in found if s.names]
        chosen = max(serving, key=lambda s: len(s.names)) if serving else None
    if chosen is not None and locked and public:
        line = chosen.place.line
        message = f"{chosen.old} replaces the public index, yet the lock has packages from there"
        raise Stop("index-order", message, chosen.place.path, line)
    return chosen


def _is_explicit(source: _From, locked: bool) -> bool:
    return locked or source.priority in ("explicit", "supplemental", "secondary")


def _rename(poetry: Papers, draft: Draft, names: dict[str, str], default: _From | None) -> None:
    """The sources that dependencies name, by uv's names; the public index needs none, unless another is default."""

    def renamed(source: Source | None, path: str, line: int | None) -> Source | None:
        if source is None or "index" not in source:
            return source
        old = str(source["index"])
        if old.lower() in names:
            new = names[old.lower()]
            return None if default is not None and new == default.new else {**source, "index": new}
        if old.lower() == "pypi" and default is None:
            return None
        raise Stop("index-order", f"{old} is not declared as a source with an address", path, line)

    change(draft, lambda wish: replace(wish, source=renamed(wish.source, wish.path, wish.line)))
    for name, tables in list(draft.sources.items()):
        new = [table for t in tables if (table := renamed(t, poetry.path, None)) is not None]
        if new:
            draft.sources[name] = new
        else:
            del draft.sources[name]
