"""Tables for a terminal."""

from __future__ import annotations

from tabulate import tabulate

from reports.escape import terminal
from reports.table import Cell, Page, Table, text
from reports.writer import View, Writer


def write(view: View) -> str:
    """The page as plain text; numbers to the right, everything from repositories on one line and harmless."""
    return render(view.page())


def render(page: Page) -> str:
    """A page as plain text."""
    blocks = ["\n".join(terminal(line) for line in page.opening)] if page.opening else []
    blocks += [_table(table) for table in page.tables if table.rows and not table.detail]
    if page.closing:
        blocks.append("\n".join(terminal(line) for line in page.closing))
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    rows = [[terminal(text(cell)) for cell in row] for row in table.rows]
    align = [_alignment(column, table.rows) for column in range(len(table.columns))]
    body = tabulate(
        rows, headers=table.columns, tablefmt="simple", disable_numparse=True, colalign=align, maxcolwidths=table.wrap
    )
    note = f"\n{terminal(table.note)}" if table.note else ""
    return f"{table.title}\n\n{body}{note}"


def _alignment(column: int, rows: tuple[tuple[Cell, ...], ...]) -> str:
    cells = [row[column] for row in rows if row[column] is not None]
    numbers = all(isinstance(c, int | float) and not isinstance(c, bool) for c in cells)
    return "right" if cells and numbers else "left"


WRITER = Writer(name="table", suffix=".txt", write=write, summary="tables for a terminal")
