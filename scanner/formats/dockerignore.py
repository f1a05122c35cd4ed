"""``.dockerignore`` and ``NAME.dockerignore``: what is kept out of an image's build context, as patterns in order."""

from __future__ import annotations

import posixpath

from scanner.facts import Extract
from scanner.format import Format

MAX_PATTERNS = 1_000
MAX_LENGTH = 500


def read(path: str, text: str) -> Extract:
    """Read the patterns after Docker's reference: one a line, cleaned; ``!`` takes back what earlier ones left out."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines()[: MAX_PATTERNS * 4])
    kept = [line for line in lines if line and not line.startswith("#") and len(line) <= MAX_LENGTH]
    patterns = tuple(_cleaned(line) for line in kept[:MAX_PATTERNS])
    return Extract(path=path, format=FORMAT.name, settings={"patterns": patterns})


def _cleaned(line: str) -> str:
    back = "!" if line.startswith("!") else ""
    return back + posixpath.normpath("/" + line.removeprefix("!").strip()).lstrip("/")


def _matches(path: str) -> bool:
    return path.endswith(".dockerignore")


FORMAT = Format(name="dockerignore", matches=_matches, read=read)
