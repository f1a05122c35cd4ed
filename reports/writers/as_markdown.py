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
    level = "###" if any(_is_section(table) for table in page.tables) else "##"
    for table in page.tables:
        if _is_section(table):
            blocks += [f"## {markdown(table.title)}", *(_cell(cell) for row in table.rows for cell in row)]
        elif table.rows and not table.csv_only:
            blocks.append(_table(table, level, most))
    if page.closing:
        blocks.append("\n".join(f"- {markdown(line)}" for line in page.closing if line))
    return "\n\n".join(blocks) + "\n"


def _is_section(table: Table) -> bool:
    """Sentences under a heading: a table without columns."""
    return not table.columns


def _table(table: Table, level: str, most: int | None) -> str:
    if table.markdown is not None:
        return f"{level} {markdown(table.title)}\n\n{table.markdown}"
    rows = [[_cell(cell) for cell in row] for row in table.rows[:most]]
    body = tabulate(rows, headers=[markdown(c) for c in table.columns], tablefmt="pipe", disable_numparse=True)
    left = f"{len(table.rows) - len(rows)} rows left out to fit. " if len(rows) < len(table.rows) else ""
    note = f"\n\n{markdown(left + (table.note or ''))}" if left or table.note else ""
    return f"{level} {markdown(table.title)}\n\n{body}{note}"


def _cell(cell: Cell) -> str:
    return markdown(text(cell))


WRITER = Writer(name="md", suffix=".md", write=write, summary="Markdown")
