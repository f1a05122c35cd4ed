"""Text for the shell grammar, and back.

The grammar's scanner asks C's ``isalnum`` about code points, which is defined up to 255 only: a brace and a character
far beyond read memory that is not theirs, and can end the process. So it is shown each UTF-8 byte as a character.
"""

from __future__ import annotations


def narrowed(text: str) -> bytes:
    """``text`` as UTF-8 whose code points all lie below 256; :func:`widened` undoes it."""
    return text.encode("utf-8", "replace").decode("latin-1").encode("utf-8")


def widened(data: bytes | None) -> str:
    """The text of a node whose source was :func:`narrowed`; empty for a node without one."""
    return "" if data is None else data.decode("utf-8").encode("latin-1").decode("utf-8", "replace")
