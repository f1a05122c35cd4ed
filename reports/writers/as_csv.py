"""The view's main table as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from reports.escape import csv_cell
from reports.table import Cell, Count, Table, text
from reports.writer import View, Writer


def write(view: View) -> str:
    """The main table of the page, one header row; cells that a spreadsheet would run are marked as text."""
    page = view.page()
    table = next((t for t in page.tables if t.main), page.tables[0] if page.tables else None)
    return "" if table is None else write_table(table)


def write_table(table: Table) -> str:
    """One table, one header row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_cell(c) for c in row])
    return buffer.getvalue()


def _cell(cell: Cell) -> str:
    if isinstance(cell, Count):
        return str(cell.number)
    return text(cell) if cell is None or isinstance(cell, bool | int | float) else csv_cell(text(cell))


WRITER = Writer(name="csv", suffix=".csv", write=write, summary="the main table as CSV")
