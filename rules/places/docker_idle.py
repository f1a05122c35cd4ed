"""Commands of an image that serve nothing but the old tool: its program is linked, its cache emptied. Pure."""

from __future__ import annotations

import posixpath
import re

from rules.places.calls import Call
from rules.places.target import MANAGERS, Target

_CACHE = re.compile(r"\$\{?(?:POETRY|PIPENV|PDM)_CACHE_DIR\}?|/\.?cache/(?:pypoetry|pipenv|pdm)\b")
_PIP = frozenset({"pip", "pip3"})
_BREAK = r"(?:\s|\\\r?\n)*"
_LINKED = re.compile(
    rf"[ \t]*&&{_BREAK}ln[ \t]+-\w+[ \t]+\S+/bin/(?:poetry|pdm)(?:[ \t]+(?:poetry|pdm))?"
    rf"(?={_BREAK}(?:&&{_BREAK}(?:poetry|pdm)[ \t]+config\b|\n[^ \t]|\Z))"
)
"""What follows a ``cd`` that is there to link the old tool."""


def is_idle(call: Call, text: str, target: Target) -> bool:
    """Whether a command takes away requirements files that are not there any more, or serves the old tool alone."""
    files = [w.value for w in call.words[1:] if not w.value.startswith("-")]
    names = {posixpath.basename(old) for old in target.renamed}
    tools = "|".join(sorted(target.tools & MANAGERS))
    if call.program == "rm":
        cache = tools != "" and all(_CACHE.search(file) is not None for file in files)
        return bool(files) and (cache or {posixpath.basename(f) for f in files} <= names)
    if not tools:
        return False
    if call.program in _PIP and files[:1] == ["uninstall"]:
        return len(files) > 1 and {re.split(r"[<>=~!\[]", file)[0].lower() for file in files[1:]} <= set(target.tools)
    if call.program == "cd":
        return _LINKED.match(text, call.stop) is not None
    return call.program in ("ln", "chmod") and any(re.search(rf"/bin/(?:{tools})\Z", file) for file in files)
