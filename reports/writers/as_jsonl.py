"""One JSON value a line: the rows of a view, for streams."""

from __future__ import annotations

import msgspec

from reports.writer import View, Writer


def write(view: View) -> str:
    """One compact line for each row (repository, finding, plan, edge)."""
    rows = view.rows() if view.rows is not None else ()
    return "".join(msgspec.json.encode(row, order="deterministic").decode() + "\n" for row in rows)


WRITER = Writer(
    name="jsonl",
    suffix=".jsonl",
    write=write,
    views=("inventory", "findings", "plan", "graph"),
    summary="one JSON value a line",
)
