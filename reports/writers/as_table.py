"""Tables for a terminal."""

from __future__ import annotations

from textwrap import wrap

from tabulate import tabulate

from reports.escape import terminal
from reports.table import Cell, Page, Table, text
from reports.writer import View, Writer

WIDTH = 116


def write(view: View) -> str:
    """The page as plain text; numbers to the right, everything from repositories on one line and harmless."""
    return render(view.page())


def render(page: Page) -> str:
    """A page as plain text."""
    blocks = ["\n".join(terminal(line) for line in page.opening)] if page.opening else []
    blocks += [_table(table) for table in page.tables if table.rows and not (table.detail or table.csv_only)]
    if page.closing:
        blocks.append("\n".join(terminal(line) for line in page.closing))
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    note = f"\n{terminal(table.note)}" if table.note else ""
    return f"{table.title}\n\n{_blocks(table) if table.heading else _grid(table)}{note}"


def _grid(table: Table) -> str:
    rows = [[terminal(text(cell)) for cell in row] for row in table.rows]
    align = [_alignment(column, table.rows) for column in range(len(table.columns))]
    return tabulate(
        rows,
        headers=table.columns,
        tablefmt="simple",
        disable_numparse=True,
        colalign=align,
        maxcolwidths=table.wrap,
    )


def _blocks(table: Table) -> str:
    """Rows as blocks: what and where on one line, aligned; the sentences below it."""
    heads = [[terminal(text(cell)) for cell in row[: table.heading]] for row in table.rows]
    widths = [min(40, max(len(head[column]) for head in heads)) for column in range(table.heading)]
    lines: list[str] = []
    for head, row in zip(heads, table.rows, strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(head, widths, strict=True)).rstrip())
        for cell in row[table.heading :]:
            if shown := terminal(text(cell)):
                lines += wrap(shown, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
        lines.append("")
    return "\n".join(lines).rstrip()


def _alignment(column: int, rows: tuple[tuple[Cell, ...], ...]) -> str:
    cells = [row[column] for row in rows if row[column] is not None]
    numbers = all(isinstance(c, int | float) and not isinstance(c, bool) for c in cells)
    return "right" if cells and numbers else "left"


WRITER = Writer(name="table", suffix=".txt", write=write, summary="tables for a terminal")
