"""``uv.toml``: uv's settings in a file of their own; beside it, the settings in ``[tool.uv]`` do not count for uv."""

from __future__ import annotations

from scanner.facts import Extract, Location, ManagerSignal
from scanner.format import Format, named
from scanner.pyproject import uv
from scanner.pyproject.document import Document


def read(path: str, text: str) -> Extract:
    """Read the indexes; the whole document goes along as settings, as lock checks need them."""
    doc = Document(path, text)
    return Extract(
        path=path,
        format=FORMAT.name,
        indexes=tuple(uv.indexes(doc, ())),
        signals=(ManagerSignal(tool="uv", what="uv.toml", at=Location(path=path)),),
        problems=doc.problems,
        settings=doc.data,
    )


FORMAT = Format(name="uv.toml", matches=named("uv.toml"), read=read)
