"""A page for a terminal of a known width, in colour where that is wanted. Pipes and files get plain tables instead."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reports.escape import terminal
from reports.table import Cell, Count, Page, Table, text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

NARROWEST = 40
_INDENT = 4
_STYLES = {
    **dict.fromkeys(("error", "stale", "broken", "conflicting", "failed", "high", "unlocked", "L0"), "red"),
    **dict.fromkeys(("warning", "partial", "needs-decision", "medium", "regressed", "L1"), "yellow"),
    **dict.fromkeys(("locked", "fresh", "fixed", "proved", "low", "L3"), "green"),
    **dict.fromkeys(("unknown", "undecidable", "none", "note"), "dim"),
}


def on_terminal(page: Page, width: int, *, colour: bool) -> str:
    """The page as text of at most ``width`` columns; columns share what there is, long cells are broken."""
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(width, NARROWEST),
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in _parts(page):
        console.print(part)
    return "\n".join(_harmless(line.rstrip()) for line in buffer.getvalue().splitlines()).strip("\n") + "\n"


def _harmless(line: str) -> str:
    """Breaking a long cell can bring a CI system's command to the start of a line."""
    return f" {line}" if line.startswith(("::", "##[")) else line


def _parts(page: Page) -> Iterator[RenderableType]:
    from rich.text import Text

    for line in page.opening:
        yield Text(terminal(line), style="bold")
    for table in page.tables:
        if table.rows and not (table.detail or table.csv_only):
            yield Text()
            yield Text(terminal(table.title), style="bold")
            yield from _blocks(table) if table.heading else (_grid(table),)
            if table.note:
                yield Text(terminal(table.note), style="dim")
    if page.closing:
        yield Text()
    for line in page.closing:
        yield Text(terminal(line))


def _grid(table: Table) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Grid

    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for number, column in enumerate(table.columns):
        numeric = _numeric(table, number)
        grid.add_column(_shown(column), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in table.rows:
        grid.add_row(*(_styled(cell) for cell in row))
    return grid


def _blocks(table: Table) -> Iterator[RenderableType]:
    """Rows as blocks: what and where on one line; the sentences below it, indented."""
    from rich.padding import Padding
    from rich.text import Text

    for row in table.rows:
        yield Text("  ").join(_styled(cell) for cell in row[: table.heading])
        for cell in row[table.heading :]:
            if shown := terminal(text(cell)):
                yield Padding(Text(shown), (0, 0, 0, _INDENT))
        yield Text()


def _shown(value: str) -> Text:
    from rich.text import Text

    return Text(terminal(value))


def _styled(cell: Cell) -> Text:
    from rich.text import Text

    shown = terminal(text(cell))
    return Text(shown, style=_STYLES.get(shown, ""))


def _numeric(table: Table, column: int) -> bool:
    cells = [row[column] for row in table.rows if row[column] is not None]
    return bool(cells) and all(isinstance(c, int | float | Count) and not isinstance(c, bool) for c in cells)
