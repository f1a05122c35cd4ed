"""Shell scripts: ``*.sh`` and ``*.bash`` anywhere, and files without a suffix at the root and in folders that hold
scripts.

Functions that the script does not call itself are tasks: a script that sources this one may call them.
"""

from __future__ import annotations

import posixpath
import re

from scanner import shell
from scanner.facts import FUNCTION, Extract, Location, Task
from scanner.format import Format, like

_SHEBANG = re.compile(r"#!\s{0,4}(?:/\S{0,100}/)?(?:env\s{1,4}(?:-S\s{1,4})?)?(?P<name>[\w.-]{1,40})")
_TEMPLATE = re.compile(r"\{%[-+ ]|\{\{ {0,4}(?:cookiecutter|copier)\b")


def read(path: str, text: str) -> Extract | None:
    """Read a script; ``None`` when its first line names another interpreter, or none and the name does not tell."""
    text = text.removeprefix("\ufeff")
    shebang = _SHEBANG.match(text)
    suffix = posixpath.splitext(path)[1]
    if shebang is None and (text.startswith("#!") or suffix not in (".sh", ".bash")):
        return None
    name = shebang["name"] if shebang is not None else "bash"
    if name not in ("bash", "sh", "dash", "ash", "zsh", "ksh"):
        return None
    template = "{{" in path or bool(_TEMPLATE.search(text))
    parsed = shell.parse(text, at=Location(path=path, line=1), context="script", shell=name, library=True)
    return Extract(
        path=path,
        format="shell",
        invocations=parsed.invocations,
        tasks=tuple(
            Task(name=name, at=Location(path=path, line=line), runner=FUNCTION) for name, line in parsed.functions
        ),
        problems=() if template else parsed.problems,
        template=template,
    )


# Any script but that which libtool makes.
FORMAT = Format(name="shell", matches=like(r"(?:.*/)?(?!ltmain\.sh$)[^/]*\.(?:sh|bash)"), read=read)
# Read when a command starts it, whatever it is called.
STARTED = Format(name="shell-started", matches=lambda _path: False, read=read, quiet=True)
# Perhaps a script: a binary, or a file whose content is elsewhere, is nobody's loss there.
UNNAMED = Format(
    name="shell-unnamed",
    matches=like(
        r"[a-z][a-z0-9_-]{1,40}"
        r"|(?:.*/)?(?:bin|scripts?|ci|tools?|hack|dev|build|deploy|\.github|\.ci|\.buildkite|\.?docker|release|setup|install"
        r"|provision(?:ing)?|jenkins|maintenance|django|compose)/(?:[^/]+/)?[\w-]+"
    ),
    read=read,
    quiet=True,
)
