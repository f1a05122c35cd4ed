"""What the new ``pyproject.toml`` is to say, whichever tool said it before, and how that is written into the file.

An origin fills a :class:`Draft`; :meth:`Draft.write` puts it into a :class:`~rules.migrations.sheet.Sheet`: entries go
into tables that exist, and what is missing is written in the usual order at one place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from rules.migration import BOUND
from rules.migrations.ground import Stop
from rules.migrations.sheet import Sheet
from rules.migrations.toml_text import Entry, Row, Value, listed, remark, string, table_text, value_text
from scanner.markers import disjoint

Source = Mapping[str, str | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A dependency of the new manifest: PEP 508 text, and where it comes from if not from the default indexes."""

    name: str
    text: str
    marker: str | None = None
    source: Source | None = None
    comment: str | None = None
    above: tuple[str, ...] = ()
    path: str = "pyproject.toml"
    line: int | None = None

    @property
    def entry(self) -> Entry:
        """The wish as an entry of an array."""
        return Entry(self.text, self.comment, self.above)


@dataclass(frozen=True, slots=True)
class GroupOf:
    """``{include-group = …}`` in a dependency group."""

    name: str

    @property
    def entry(self) -> Entry:
        """The inclusion as an entry of an array."""
        return Entry("", raw=value_text({"include-group": self.name}))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTable:
    """One ``[[tool.uv.index]]``."""

    name: str
    url: str
    explicit: bool = False
    default: bool = False
    flat: bool = False
    comment: str | None = None
    above: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """The entries of its table."""
        rows = [Row("name", string(self.name)), Row("url", string(self.url), self.comment)]
        rows += [Row("format", string("flat"))] if self.flat else []
        return rows + [Row(key, "true") for key in ("default", "explicit") if getattr(self, key)]


@dataclass(slots=True)
class Draft:
    """The new manifest. ``fields`` are those of ``[project]`` but for the lists of dependencies, as TOML text."""

    fields: dict[str, Row] = field(default_factory=dict)
    dependencies: list[Wish] = field(default_factory=list)
    dependencies_above: tuple[str, ...] = ()
    dependencies_tail: tuple[str, ...] = ()
    project_tail: tuple[str, ...] = ()
    group_tail: dict[str, tuple[str, ...]] = field(default_factory=dict)
    extras: dict[str, list[Wish]] = field(default_factory=dict)
    groups: dict[str, list[Wish | GroupOf]] = field(default_factory=dict)
    group_raw: dict[str, str] = field(default_factory=dict)
    group_above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    urls: list[Row] = field(default_factory=list)
    scripts: list[Row] = field(default_factory=list)
    gui_scripts: list[Row] = field(default_factory=list)
    plugins: dict[str, list[Row]] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)
    settings_above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: list[IndexTable] = field(default_factory=list)
    sources: dict[str, list[Source]] = field(default_factory=dict)
    workspace: list[Row] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    lead: str = ""

    def text_field(self, key: str, text: str) -> None:
        """Set a field of ``[project]`` to a string."""
        self.fields[key] = Row(key, string(text))

    def wishes(self) -> Iterator[tuple[str | None, str | None, Wish]]:
        """All dependencies as (extra, group, wish)."""
        yield from ((None, None, wish) for wish in self.dependencies)
        for extra, wishes in self.extras.items():
            yield from ((extra, None, wish) for wish in wishes)
        for group, entries in self.groups.items():
            yield from ((None, group, wish) for wish in entries if isinstance(wish, Wish))

    def write(self, sheet: Sheet, position: int) -> None:
        """Put everything into ``sheet``; tables that are not there yet go before the block at ``position``."""
        made: list[str] = []
        self._write_project(sheet, made)
        for name, rows in self._project_tables():
            _put(sheet, ("project", name), rows, made)
        for group, rows in self.plugins.items():
            _put(sheet, ("project", "entry-points", group), rows, made)
        made += [text for text in self.tables if text.startswith("[build-system]")]
        self._write_groups(sheet, made)
        self._write_settings(sheet, made)
        _put(sheet, ("tool", "uv", "sources"), self._source_rows(sheet), made)
        _put(sheet, ("tool", "uv", "workspace"), self.workspace, made)
        for index in self.indexes:
            lead = "".join(f"{remark(text)}\n" for text in index.above)
            made.append(table_text(("tool", "uv", "index"), index.rows(), array=True, lead=lead))
        made += [text for text in self.tables if not text.startswith("[build-system]")]
        if made:
            made[0] = self.lead + made[0]
        sheet.insert(position, "\n".join(made))

    def _write_project(self, sheet: Sheet, made: list[str]) -> None:
        block = sheet.find("project")
        entries = [wish.entry for wish in self.dependencies]
        if block is None:
            rows = list(self.fields.values())
            array = listed(entries, trailing=self.dependencies_tail)
            rows.append(Row("dependencies", array, None, self.dependencies_above))
            made.append(table_text(("project",), rows, trailing=self.project_tail))
            return
        for row in self.fields.values():
            sheet.set_key(block, row.key, row.raw)
        sheet.append_comments(block, self.project_tail)
        if entries:
            sheet.add_to_array(block, "dependencies", entries)

    def _project_tables(self) -> Iterator[tuple[str, list[Row]]]:
        yield "urls", self.urls
        yield "optional-dependencies", [Row(name, _array(wishes)) for name, wishes in self.extras.items()]
        yield "scripts", self.scripts
        yield "gui-scripts", self.gui_scripts

    def _write_groups(self, sheet: Sheet, made: list[str]) -> None:
        block = sheet.find("dependency-groups")
        there = {item.keys[0]: item for item in block.items()} if block else {}
        fresh = []
        for name, entries in self.groups.items():
            known = next((n for n in there if canonicalize_name(n) == canonicalize_name(name)), None)
            if block is not None and known is not None:
                sheet.add_to_array(block, known, [e.entry for e in entries])
            else:
                raw = self.group_raw.get(name) or _array(entries, self.group_tail.get(name, ()))
                fresh.append(Row(name, raw, None, self.group_above.get(name, ())))
        _put(sheet, ("dependency-groups",), fresh, made)

    def _write_settings(self, sheet: Sheet, made: list[str]) -> None:
        if BOUND in self.groups and self.settings.get("default-groups") == "all":
            there = sheet.find("dependency-groups")
            names = [item.keys[0] for item in there.items()] if there is not None else list(self.groups)
            self.settings["default-groups"] = [name for name in dict.fromkeys(names) if name != BOUND]
        rows = [
            Row(key, _setting(value), None, self.settings_above.get(key, ())) for key, value in self.settings.items()
        ]
        _put(sheet, ("tool", "uv"), rows, made)

    def _source_rows(self, sheet: Sheet) -> list[Row]:
        block = sheet.find("tool", "uv", "sources")
        there = {canonicalize_name(item.keys[0]) for item in block.items()} if block else set()
        found = {**sources_of(self.wishes()), **{str(canonicalize_name(n)): s for n, s in self.sources.items()}}
        rows = []
        for name, tables in found.items():
            if name not in there:
                rows.append(Row(name, value_text(tables[0]) if len(tables) == 1 else _source_list(tables)))
        return rows


def sources_of(wishes: Iterable[tuple[str | None, str | None, Wish]]) -> dict[str, list[Source]]:
    """``[tool.uv.sources]`` for the wishes that name a source.

    Where one name has several sources each gets the marker, or the extra or group, that tells it from the others.
    Raises :class:`Stop` where nothing does.
    """
    by_name: dict[str, list[tuple[str | None, str | None, Wish]]] = {}
    for place in wishes:
        by_name.setdefault(str(canonicalize_name(place[2].name)), []).append(place)
    found: dict[str, list[Source]] = {}
    for name, places in by_name.items():
        editable = any(w.source and w.source.get("editable") for _, _, w in places)
        places = [(e, g, _as_editable(w) if editable else w) for e, g, w in places]
        distinct = list({tuple(w.source.items()): w.source for _, _, w in places if w.source}.values())
        if not distinct:
            continue
        plain = [w for _, _, w in places if not w.source]
        if len(distinct) == 1:
            found[name] = [_told_apart(distinct[0], places, plain)]
        else:
            found[name] = [_marked(source, places) for source in distinct]
    return found


def _as_editable(wish: Wish) -> Wish:
    """One path has one way of being installed: where one entry says editable, all are."""
    if not wish.source or "path" not in wish.source:
        return wish
    return replace(wish, source={**wish.source, "editable": True})


_Place = tuple[str | None, str | None, Wish]


def _told_apart(source: Source, places: Sequence[_Place], plain: Sequence[Wish]) -> Source:
    """The only source of a name: with its marker where other entries of the name exclude it and take the index."""
    own = [w for _, _, w in places if w.source]
    apart = plain and all(w.marker and p.marker and disjoint(w.marker, p.marker) for w in own for p in plain)
    markers = list(dict.fromkeys(w.marker for w in own if w.marker))
    if not apart or not markers:
        return source
    joined = markers[0] if len(markers) == 1 else " or ".join(f"({m})" for m in markers)
    return {**source, "marker": joined}


def _marked(source: Source, places: Sequence[_Place]) -> Source:
    own = [place for place in places if place[2].source == source]
    markers = list(dict.fromkeys(w.marker for _, _, w in own))
    if None not in markers:
        joined = markers[0] if len(markers) == 1 else " or ".join(f"({m})" for m in markers)
        return {**source, "marker": joined or ""}
    spots = {(extra, group) for extra, group, _ in own}
    if len(spots) == 1:
        extra, group = spots.pop()
        if extra is not None:
            return {**source, "extra": extra}
        if group is not None:
            return {**source, "group": group}
    wish = own[0][2]
    raise Stop(
        "manifest-by-hand", f"{wish.name} comes from several places, and nothing tells them apart", wish.path, wish.line
    )


def _source_list(tables: Sequence[Source]) -> str:
    return "[\n" + "".join(f"  {value_text(table)},\n" for table in tables) + "]"


def _array(entries: Sequence[Wish | GroupOf], tail: Sequence[str] = ()) -> str:
    return listed([e.entry for e in entries], trailing=tail)


def _setting(value: Value) -> str:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value_text(value)
    texts = [Entry(v) if isinstance(v, str) else Entry("", raw=value_text(v)) for v in value]
    return listed(texts)


def _put(sheet: Sheet, keys: tuple[str, ...], rows: Sequence[Row], made: list[str]) -> None:
    """Entries of a table: into the one that is there, else into a new one."""
    if not rows:
        return
    block = sheet.find(*keys)
    if block is None:
        if not _put_inside(sheet, keys, rows):
            made.append(table_text(keys, rows))
        return
    there = {item.keys[0] for item in block.items()}
    for row in rows:
        if row.key in there:
            sheet.set_key(block, row.key, row.raw)
        else:
            sheet.append_rows(block, [replace(row)])


def _put_inside(sheet: Sheet, keys: tuple[str, ...], rows: Sequence[Row]) -> bool:
    """Entries of a table that its parent holds, inline or by dotted keys; whether there is such a one."""
    parent = sheet.find(*keys[:-1])
    own = [item for item in parent.items() if item.keys[0] == keys[-1]] if parent is not None else []
    if parent is None or not own:
        return False
    if len(own[0].keys) == 1:
        values = {row.key: tomllib.loads(f"x = {row.raw}\n")["x"] for row in rows}
        sheet.set_key(parent, keys[-1], value_text({**own[0].value, **values}))
        return True
    there = {item.keys[1:2] for item in own}
    fresh = [row for row in rows if (row.key,) not in there]
    sheet.append_rows(parent, [replace(row, outer=keys[-1]) for row in fresh])
    return True
