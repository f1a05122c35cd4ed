"""Every output format, listed; a new one is a file here and a line below."""

from __future__ import annotations

from reports.writer import Writer
from reports.writers.as_csv import WRITER as AS_CSV
from reports.writers.as_cyclonedx import WRITER as AS_CYCLONEDX
from reports.writers.as_dot import WRITER as AS_DOT
from reports.writers.as_graphml import WRITER as AS_GRAPHML
from reports.writers.as_html import WRITER as AS_HTML
from reports.writers.as_json import WRITER as AS_JSON
from reports.writers.as_jsonl import WRITER as AS_JSONL
from reports.writers.as_junit import WRITER as AS_JUNIT
from reports.writers.as_markdown import WRITER as AS_MARKDOWN
from reports.writers.as_sarif import WRITER as AS_SARIF
from reports.writers.as_table import WRITER as AS_TABLE

WRITERS: tuple[Writer, ...] = (
    AS_TABLE,
    AS_JSON,
    AS_JSONL,
    AS_CSV,
    AS_MARKDOWN,
    AS_DOT,
    AS_GRAPHML,
    AS_HTML,
    AS_SARIF,
    AS_JUNIT,
    AS_CYCLONEDX,
)


def writers_for(view: str) -> tuple[Writer, ...]:
    """The formats that the view called ``view`` can be written in."""
    return tuple(w for w in WRITERS if not w.views or view in w.views)
