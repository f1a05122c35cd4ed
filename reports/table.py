"""What is between the facts and the writers: titled tables of plain cells, and lines of prose around them."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.words import counted as counted_noun

__all__ = ["Cell", "Page", "Table", "counted_noun", "text"]

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns. ``name`` is a file name's stem, ``note`` stands below; ``main`` marks what CSV is made of.

    A ``detail`` table is for documents; a terminal, where it would scroll the rest away, leaves it out;
    ``wrap`` is the width at which a terminal breaks long cells. With a ``heading`` a terminal shows each row as a
    block: so many cells on its first line, the others below it, one a line.
    ``csv_only`` is for spreadsheets alone.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A view made ready for writing: an opening sentence, tables in order, and what to do next."""

    title: str
    opening: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()


def text(cell: Cell) -> str:
    """A cell as text: nothing for ``None``, words for truth values."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)
