"""The published JSON documents (see ``muster schema``)."""

from __future__ import annotations

import msgspec

from reports.writer import View, Writer


def write(view: View) -> str:
    """The view's document, indented, keys in the contract's order; the same values give the same bytes."""
    encoded = msgspec.json.encode(view.document(), order="deterministic")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


WRITER = Writer(name="json", suffix=".json", write=write, summary="the published document")
