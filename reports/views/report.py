"""The whole report as a view: the page for Markdown, the model for HTML and for the CSV of every table."""

from __future__ import annotations

from collections.abc import Iterator

from reports.datasets import datasets
from reports.model import Decision, Facts, Figure, Headline, Prose, Report, Rows, Said, Section
from reports.sections import SECTIONS
from reports.table import Page, Table, text
from reports.writer import View
from scanner.words import counted

JOB_SUMMARY = 1_000_000
_ROWS = 30


def report_view(facts: Facts) -> View:
    """The view of everything that is known of a run."""
    report = make_report(facts)
    return View(name="report", page=lambda: report_page(report), document=lambda: report)


def make_report(facts: Facts) -> Report:
    """The large tables once, then every section over them."""
    tables = datasets(facts)
    return Report(
        title="Python fleet report",
        facts=facts,
        sections=tuple(build(facts, tables) for build in SECTIONS),
        tables=tables,
    )


def graph_report(facts: Facts) -> Report:
    """The section of the graph alone, with the tables that it leads to."""
    whole = make_report(facts)
    section = next(s for s in whole.sections if s.anchor == "graph")
    shown = {block.table for block in section.blocks if isinstance(block, Rows)}
    return Report(
        title="Dependency graph",
        facts=facts,
        sections=(section,),
        tables={name: table for name, table in whole.tables.items() if name in shown},
    )


def missing(report: Report) -> tuple[str, ...]:
    """One line for each section that is not there yet, or not all of it."""
    return tuple(f"{s.title}: {s.missing}." for s in report.sections if s.missing)


def every_table(report: Report) -> Iterator[Table]:
    """The large tables, and the small ones of the sections: what is written as CSV."""
    yield from report.tables.values()
    for section in report.sections:
        for block in section.blocks:
            table = block.table if isinstance(block, Figure) else block
            if isinstance(table, Table):
                yield table


def report_page(report: Report) -> Page:
    """The report without its large tables: what fits a job summary."""
    present = [s for s in report.sections if s.blocks]
    return Page(
        title=report.title,
        opening=(f"As of {report.facts.as_of.isoformat()}, run {report.facts.fleet.run.id}.",),
        tables=tuple(table for s in present for table in _tables(s)),
        closing=tuple(f"Not in this report: {line}" for line in missing(report)),
        limit=JOB_SUMMARY,
    )


def _tables(section: Section) -> Iterator[Table]:
    """A section's sentences as a table without columns, then its tables."""
    said = tuple((_said(block),) for block in section.blocks if isinstance(block, Prose | Headline | Decision))
    yield Table(name=section.anchor, title=section.title, columns=(), rows=said)
    for block in section.blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, Table) and table.rows:
            yield _short(table)


def _said(block: Prose | Headline | Decision) -> str:
    if isinstance(block, Headline):
        return f"{text(block.count)} {block.label}: {block.meaning}"
    if isinstance(block, Decision):
        return f"To decide: {block.question} {_sentence(block.because)}"
    return _sentence(block.said)


def _sentence(said: Said) -> str:
    return "".join(part if isinstance(part, str) else text(part) for part in said)


def _short(table: Table) -> Table:
    if len(table.rows) <= _ROWS:
        return table
    more = f"and {counted(len(table.rows) - _ROWS, 'row')} more in tables/{table.name}.csv"
    note = f"{more}. {table.note}" if table.note else more
    return Table(name=table.name, title=table.title, columns=table.columns, rows=table.rows[:_ROWS], note=note)
