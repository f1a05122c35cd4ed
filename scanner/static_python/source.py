"""Python text as its syntax tree, or the place that keeps it from being one."""

from __future__ import annotations

import ast
import warnings

from scanner.format import Unreadable


def parse(text: str) -> ast.Module:
    """Parse Python; raises :class:`Unreadable` for what is none (Python 2 included), or too deep or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(f"not valid Python 3: {error.msg}", line=error.lineno or line_of_nul(text)) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError as error:
        raise Unreadable(f"not valid Python: {error}", line=line_of_nul(text)) from None


def line_of_nul(text: str) -> int:
    """The line of the first NUL, which Python refuses without a line (before 3.12 with a ``ValueError``)."""
    return text.count("\n", 0, max(text.find("\0"), 0)) + 1
