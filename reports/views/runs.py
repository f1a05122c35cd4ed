"""The runs in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reports.table import Page, Table
from reports.writer import View
from scanner.inventory import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsDocument:
    """``muster.runs/1``."""

    schema: Literal["muster.runs/1"] = "muster.runs/1"
    runs: tuple[Run, ...]


def runs_view(runs: Sequence[Run]) -> View:
    """The view of all runs, newest first."""
    ordered = tuple(sorted(runs, key=lambda r: -r.id))
    return View(name="runs", page=lambda: _page(ordered), document=lambda: RunsDocument(runs=ordered))


def _page(runs: tuple[Run, ...]) -> Page:
    rows = [
        (r.id, r.state, r.started_at, r.finished_at, r.as_of, r.version, " ".join(r.sources), len(r.errors) or None)
        for r in runs
    ]
    columns = ("run", "state", "started", "finished", "as of", "version", "sources", "errors")
    table = Table(name="runs", title="Runs", columns=columns, rows=tuple(rows), main=True)
    return Page(title="Runs", tables=(table,))
