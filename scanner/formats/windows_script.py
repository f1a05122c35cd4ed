"""Scripts of Windows: PowerShell's ``*.ps1``, and ``*.bat`` and ``*.cmd``, line by line.

What stands in a comment of several lines or in a here-string is text and no command.
"""

from __future__ import annotations

import posixpath
import re

from scanner import shell
from scanner.facts import Extract, Location
from scanner.format import Format, like

_TEXT = re.compile(r"<#.*?#>|@\"[ \t]*\n.*?\n\"@|@'[ \t]*\n.*?\n'@", re.DOTALL)
_SHELLS = {".ps1": "powershell", ".bat": "cmd", ".cmd": "cmd"}


def read(path: str, text: str) -> Extract | None:
    """Read a script; ``None`` for one that starts nothing."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    name = _SHELLS[posixpath.splitext(path)[1].lower()]
    if name == "powershell":
        text = _TEXT.sub(lambda match: "\n" * match[0].count("\n"), text)
    parsed = shell.parse(text, at=Location(path=path, line=1), context="script", shell=name, library=True)
    if not parsed.invocations:
        return None
    return Extract(path=path, format=FORMAT.name, invocations=parsed.invocations, template="{{" in path)


FORMAT = Format(name="windows-script", matches=like(r".*\.(?:ps1|bat|cmd)", flags=re.IGNORECASE), read=read, quiet=True)
