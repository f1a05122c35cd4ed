"""The report as one HTML file: no network, no other file, opens from disk."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from markupsafe import Markup

from reports.html.cells import html_cell, html_count, html_said
from reports.html.payload import payload
from reports.links import template
from reports.model import Decision, Figure, Headline, Picker, Prose, Report, Rows
from reports.table import Cell, Count, Place, Table, text
from reports.views.report import missing
from reports.writer import View, Writer

_BLOCKS = {
    Prose: "prose",
    Headline: "headline",
    Decision: "decision",
    Figure: "figure",
    Table: "table",
    Rows: "rows",
    Picker: "picker",
}


def write(view: View) -> str:
    """The whole page. Style and script are ours and named by digest: the browser runs nothing else in it."""
    from jinja2 import Environment, StrictUndefined

    report = view.model() if view.model is not None else view.document()
    assert isinstance(report, Report)
    style, script = (files("reports").joinpath("html", name).read_text(encoding="utf-8") for name in _OURS)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(files("reports").joinpath("html", "page.html.j2").read_text(encoding="utf-8"))
    templates = {r.id: template(r, report.facts.links) for r in report.facts.fleet.repositories}
    return page.render(
        report=report,
        sections=[s for s in report.sections if s.blocks],
        missing=missing(report),
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        style_digest=_digest(style),
        script_digest=_digest(script),
        payload=payload(report),
        cell=lambda c: html_cell(c, templates),
        count=html_count,
        said=html_said,
        kind=lambda block: _BLOCKS[type(block)],
        numeric=_numeric,
        placed=_placed,
        long=lambda c: len(text(c)) > _LONG,
    )


#: Cells of more characters get room on narrow screens.
_LONG = 40
_OURS = ("page.css", "page.js")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _numeric(table: Table, column: int) -> bool:
    cells: list[Cell] = [row[column] for row in table.rows if row[column] is not None]
    return bool(cells) and all(isinstance(c, int | float | Count) and not isinstance(c, bool) for c in cells)


def _placed(cell: Cell) -> bool:
    return isinstance(cell, Place) or (isinstance(cell, tuple) and any(isinstance(one, Place) for one in cell))


WRITER = Writer(name="html", suffix=".html", write=write, views=("report", "graph"), summary="one self-contained page")
