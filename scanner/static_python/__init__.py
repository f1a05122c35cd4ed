"""What a Python script would compute, as far as reading tells: for ``setup.py``, which must never be run.

Statements are followed in order over a small set of values: text, lists, tables, contents of files (which are named,
not read), conditions that PEP 508 markers can say. Everything else is :class:`Unknown` with the line that makes it so.
Depth, steps and sizes are limited; nothing is imported, executed or folded without a bound.

``values`` are what there is; ``combining``, ``conditions`` and ``methods`` what operations make of them; ``script``
follows statements and expressions; ``calls`` and ``source`` are the way in.
"""

from __future__ import annotations

from scanner.static_python.calls import calls_of, names_of
from scanner.static_python.source import line_of_nul, parse
from scanner.static_python.values import (
    Call,
    Condition,
    File,
    Function,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
    When,
)

__all__ = [
    "Call",
    "Condition",
    "File",
    "Function",
    "Items",
    "Plain",
    "Symbol",
    "Table",
    "Text",
    "Unknown",
    "Value",
    "When",
    "calls_of",
    "line_of_nul",
    "names_of",
    "parse",
]
