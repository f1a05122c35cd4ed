"""Text from repositories, made harmless for each place that it is written to. Data itself is never changed."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACEHOLDER = re.compile(r"\{([0-9]{1,9})\}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str) -> str:
    """``text`` on one line, with control and direction characters as escapes: fit for terminals and logs."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if not _is_control(c) else _escaped(c) for c in text)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _escaped(char: str) -> str:
    code = ord(char)
    return _BREAKS.get(char) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def terminal(text: str) -> str:
    """As :func:`visible`; and no line can pass for a command to a CI system (``::error``, ``##[group]``)."""
    shown = visible(text)
    return f" {shown}" if shown.startswith(("::", "##[")) else shown


def markdown(text: str) -> str:
    """``text`` as plain Markdown: nothing in it formats, links or breaks a table cell."""
    return _MARKDOWN.sub(r"\\\1", visible(text))


def xml(text: str) -> str:
    """``text`` for an XML document: visible, without the characters that XML has no place for; not yet escaped."""
    return _NOT_XML.sub("\ufffd", visible(text))


def sarif(text: str) -> str:
    """``text`` as a SARIF message: no links, no places to be filled (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return _PLACEHOLDER.sub(r"{{\1}}", visible(text).replace("](", "\\]("))


def csv_cell(text: str) -> str:
    """``text`` for a spreadsheet: what would be taken for a formula is marked as text."""
    shown = visible(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
