"""Shell scripts: ``*.sh`` and ``*.bash`` anywhere, and files without a suffix at the root and in folders that hold
scripts.

Functions that the script does not call itself are tasks: a script that sources this one may call them. What it does
with one of the words that it looks for among its arguments, or without any, stands in ``settings["called"]``.
"""

from __future__ import annotations

import posixpath
import re

from scanner import shell
from scanner.facts import FUNCTION, Extract, Invocation, Location, Task
from scanner.format import Format, like
from scanner.shell.arguments import words_asked_for

_SHEBANG = re.compile(r"#!\s{0,4}(?:/\S{0,100}/)?(?:env\s{1,4}(?:-S\s{1,4})?)?(?P<name>[\w.-]{1,40})")
_INSTALLS = re.compile(r"\b(?:install|sync|update|create|develop|run|pip|bootstrap|setup|make|tox|nox)\b|\.sh\b")
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
        settings={"called": {} if template else _called(path, text, name, parsed)},
    )


def _called(path: str, text: str, name: str, parsed: shell.Parsed) -> dict[str, tuple[Invocation, ...]]:
    """What the script does when it is called with one of the words that it asks for, or (``""``) without arguments.

    Empty where it installs nothing, or does the same whatever it is given.
    """
    words = words_asked_for(text) if any(_INSTALLS.search(" ".join(i.argv[:4])) for i in parsed.invocations) else ()
    found: dict[str, tuple[Invocation, ...]] = {}
    for word in ("", *words) if words else ():
        arguments = (word,) if word else ()
        at = Location(path=path, line=1)
        one = shell.parse(text, at=at, context="script", shell=name, library=True, arguments=arguments)
        found[word] = tuple(i for i in one.invocations if i.job is None)
    return found if len(set(found.values())) > 1 else {}


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
