"""GitHub-flavoured Markdown, fit for a job summary or a ticket."""

from __future__ import annotations

from tabulate import tabulate

from reports.escape import markdown
from reports.table import Cell, Table, text
from reports.writer import View, Writer


def write(view: View) -> str:
    """The page as Markdown; cells are escaped, so that names from repositories format nothing."""
    page = view.page()
    blocks = [f"# {markdown(page.title)}"]
    if page.opening:
        blocks.append("\n".join(markdown(line) for line in page.opening))
    blocks += [_table(table) for table in page.tables if table.rows and not table.csv_only]
    if page.closing:
        blocks.append("\n".join(f"- {markdown(line)}" for line in page.closing if line))
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    body = tabulate(rows, headers=[markdown(c) for c in table.columns], tablefmt="pipe", disable_numparse=True)
    note = f"\n\n{markdown(table.note)}" if table.note else ""
    return f"## {markdown(table.title)}\n\n{body}{note}"


def _cell(cell: Cell) -> str:
    return markdown(text(cell))


WRITER = Writer(name="md", suffix=".md", write=write, summary="Markdown")
