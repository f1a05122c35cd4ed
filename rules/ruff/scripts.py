"""Programs in Python without a suffix: hooks see them by their first line, a folder's walk does not."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rules.migration import Ground

_PYTHON = re.compile(r"#![^\n]{0,200}\bpython[\d.]*(?:[ \t]|\r?\n|$)")
_MOST = 500  # files without a suffix


def is_script(path: str) -> bool:
    """Whether a file of Python, as :func:`scripts` finds them, has no suffix."""
    return "." not in posixpath.basename(path)


def scripts(ground: Ground) -> Iterator[str]:
    """The files without a suffix whose first line starts Python."""
    for path in [path for path in sorted(ground.facts.files) if is_script(path)][:_MOST]:
        text = ground.read(path)
        if text is not None and _PYTHON.match(text) is not None:
            yield path
