"""The kinds of sources, in the order in which they are asked."""

from __future__ import annotations

from scanner.source import Source
from scanner.sources import folder, list_file

SOURCES: tuple[Source, ...] = (list_file.SOURCE, folder.SOURCE)
