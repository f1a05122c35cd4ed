"""What is between the facts and the writers: titled tables of plain cells, and lines of prose around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import quote

from reports.escape import visible
from scanner.words import counted as counted_noun

__all__ = [
    "Cell",
    "Count",
    "Page",
    "Place",
    "Repo",
    "Table",
    "Where",
    "counted_noun",
    "fragment",
    "key",
    "rows_where",
    "share",
    "text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file (and line) of a repository, named by its id, at the commit that was scanned."""

    repository: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A repository: its id, and its name for reading."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Rows of the table called ``table``: those that have one of the values in every column of ``filters``.

    A filter is the column's key and a value as text; the empty text stands for cells that hold nothing.
    """

    table: str
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number, of how many, and the rows that it counts: each one, or the projects or repositories in them."""

    number: int
    of: int | None = None
    where: Where | None = None
    unit: Literal["rows", "projects", "repositories"] = "rows"


Cell: TypeAlias = str | int | float | bool | Place | Repo | Count | tuple[str, ...] | tuple[Place, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns. ``name`` is a file name's stem, ``note`` stands below; ``main`` marks what CSV is made of.

    A ``detail`` table is for documents; a terminal, where it would scroll the rest away, leaves it out;
    ``wrap`` is the width at which a terminal breaks long cells. With a ``heading`` a terminal shows each row as a
    block: so many cells on its first line, the others below it, one a line.
    ``csv_only`` is for spreadsheets alone. ``hidden`` are columns that a reader has to ask for. ``markdown`` says the
    same in Markdown that is ready, for what has lines of its own.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str | None = None
    main: bool = False
    detail: bool = False
    wrap: int | None = None
    heading: int = 0
    csv_only: bool = False
    markdown: str | None = None
    hidden: tuple[str, ...] = ()
    index: dict[int, dict[str, list[int]]] = field(default_factory=dict, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A view made ready for writing: an opening sentence, tables in order, and what to do next.

    ``limit``: a document of more bytes is of no use (a job summary); tables are cut, and say so, until it fits.
    """

    title: str
    opening: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()
    limit: int | None = None


def text(cell: Cell) -> str:
    """A cell as text: nothing for ``None``, words for truth values."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return (
            " ".join(text(one) for one in cell) if cell and isinstance(cell[0], Place) else ", ".join(map(text, cell))
        )
    if isinstance(cell, Place):
        return f"{cell.path}:{cell.line}" if cell.line is not None else cell.path
    if isinstance(cell, Repo):
        return cell.name
    return _share(cell) if isinstance(cell, Count) else str(cell)


def _share(count: Count) -> str:
    return f"{count.number} of {count.of} ({share(count)})" if count.of else str(count.number)


def share(count: Count) -> str:
    """The share in whole per cent, never rounded to none or all of them."""
    if not count.of:
        return ""
    per_cent = round(100 * count.number / count.of)
    if per_cent == 0 and count.number:
        return "< 1 %"
    return "> 99 %" if per_cent == 100 and count.number < count.of else f"{per_cent} %"


@lru_cache(maxsize=1024)
def key(column: str) -> str:
    """A column's name in links: ``installed with`` is ``installed-with``."""
    return re.sub(r"[^a-z0-9]+", "-", column.lower()).strip("-")


def rows_where(table: Table, filters: tuple[tuple[str, str], ...]) -> tuple[tuple[Cell, ...], ...]:
    """The rows that a link shows: one of the values in each column named, a list holding it counts."""
    keys = [key(c) for c in table.columns]
    wanted: dict[int, set[int]] = {}
    for name, value in filters:
        column = keys.index(name)
        wanted.setdefault(column, set()).update(_index(table, column).get(value, ()))
    if not wanted:
        return table.rows
    return tuple(table.rows[i] for i in sorted(set.intersection(*wanted.values())))


def _index(table: Table, column: int) -> dict[str, list[int]]:
    """Where each value of a column stands; kept with the table, as a report asks for many."""
    if column not in table.index:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(table.rows):
            for value in _values(row[column]):
                found.setdefault(value, []).append(number)
        table.index[column] = found
    return table.index[column]


def _values(cell: Cell) -> set[str]:
    if isinstance(cell, tuple):
        return {text(one) for one in cell} or {""}
    return {cell.id, cell.name} if isinstance(cell, Repo) else {text(cell)}


def fragment(where: Where) -> str:
    """The link to rows of a large table, as the report's page reads it: ``#locks?verdict=stale&tool=uv``.

    Values stand in it as the page shows them, with control characters as escapes.
    """
    filters = "&".join(f"{quote(name, safe='')}={quote(visible(value), safe='')}" for name, value in where.filters)
    return f"#{where.table}?{filters}" if filters else f"#{where.table}"
