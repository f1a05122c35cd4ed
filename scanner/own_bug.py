"""What is said of a bug of ours, where it costs one repository and not the run."""

from __future__ import annotations

import traceback

from scanner.redact import redact_line

_LONGEST = 500


def told(error: Exception) -> str:
    """The error with the place that it came from, on one line, without credentials."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    message = f"a bug in Muster: {type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    return redact_line(" ".join(message.split()))[:_LONGEST]
