"""GitHub-flavoured Markdown, fit for a job summary or a ticket."""

from __future__ import annotations

from tabulate import tabulate

from reports.escape import markdown
from reports.table import Cell, Page, Table, text
from reports.writer import View, Writer


def write(view: View) -> str:
    """The page as Markdown; cells are escaped, so that names from repositories format nothing."""
    page = view.page()
    written = _page(page)
    most = max((len(table.rows) for table in page.tables), default=0)
    while page.limit is not None and len(written.encode()) > page.limit and most > 1:
        most //= 2
        written = _page(page, most)
    return written


def _page(page: Page, most: int | None = None) -> str:
    blocks = [f"# {markdown(page.title)}"]
    if page.opening:
        blocks.append("\n".join(markdown(line) for line in page.opening))
    blocks += [_table(table, most) for table in page.tables if table.rows and not table.csv_only]
    if page.closing:
        blocks.append("\n".join(f"- {markdown(line)}" for line in page.closing if line))
    return "\n\n".join(blocks) + "\n"


def _table(table: Table, most: int | None) -> str:
    rows = [[_cell(cell) for cell in row] for row in table.rows[:most]]
    if not table.columns:
        return "\n\n".join((f"## {markdown(table.title)}", *(cell for row in rows for cell in row)))
    body = tabulate(rows, headers=[markdown(c) for c in table.columns], tablefmt="pipe", disable_numparse=True)
    left = f"{len(table.rows) - len(rows)} rows left out to fit. " if len(rows) < len(table.rows) else ""
    note = f"\n\n{markdown(left + (table.note or ''))}" if left or table.note else ""
    return f"## {markdown(table.title)}\n\n{body}{note}"


def _cell(cell: Cell) -> str:
    return markdown(text(cell))


WRITER = Writer(name="md", suffix=".md", write=write, summary="Markdown")
