"""The seam of output formats: a writer turns a view's page, or its document, into text.

Adding a format is one file in ``reports/writers/`` and its line in the tuple there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.table import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One thing to be shown: ``name`` (``inventory`` …), its ``page`` for people and its ``document`` for programs.

    Both are made on demand, because a writer needs one of them only. ``document`` is a value that msgspec encodes.
    ``model`` is for writers that need more than what is published: whatever stands behind the view.
    """

    name: str
    page: Callable[[], Page]
    document: Callable[[], Any]
    rows: Callable[[], tuple[Any, ...]] | None = None
    model: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An output format: its name on the command line and in file names, and the function that writes a view.

    ``views`` are the names of the views that it can write; empty for all.
    """

    name: str
    suffix: str
    write: Callable[[View], str]
    views: tuple[str, ...] = ()
    summary: str = ""
