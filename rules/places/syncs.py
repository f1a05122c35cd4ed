"""Two installs in a row that one ``uv sync`` does. Pure."""

from __future__ import annotations

import re
import shlex

from rules.places.options import NO_EDITABLE

_SYNC = re.compile(
    r"(?P<bring>.* && )??(?P<env>UV_PROJECT_ENVIRONMENT=(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]\S*) )?uv sync"
    r"(?P<options> .*)?",
    re.DOTALL,
)
_VALUED = ("--group", "--extra", "--only-group")
_LAST = (NO_EDITABLE, "--no-install-project", "--inexact", "--active", "--no-cache")
_OFF = frozenset({"--no-dev", "--no-default-groups", "--no-install-project"})
_FLAGS = _OFF | {"--locked", "--inexact", "--active", "--no-cache", "--all-extras", "--all-groups", NO_EDITABLE}


def merged(first: str, second: str) -> str | None:
    """One command in the place of two that follow each other, where the second keeps what the first installed.

    ``None`` where they differ in more than groups, extras and the project itself.
    """
    one, other = _SYNC.fullmatch(first), _SYNC.fullmatch(second)
    if one is None or other is None or other["bring"] or one["env"] != other["env"]:
        return None
    before, after = _options(one["options"]), _options(other["options"])
    if (
        before is None
        or after is None
        or not {"--inexact", "--active"} & set(after)
        or ("--active" in before) != ("--active" in after)
    ):
        return None
    if _is_alone(before) != _is_alone(after):
        if _OFF & {*before, *after}:
            return None
        before, after = _beside(before), _beside(after)
    kept = [option for option in before if option not in _OFF or option in after]
    told = [*kept, *(option for option in after if option not in kept and option not in _OFF)]
    last = [option for option in told if option in _LAST]
    words = ["uv sync", *(option for option in told if option not in last), *last]
    return f"{one['bring'] or ''}{one['env'] or ''}{' '.join(words)}"


def _is_alone(options: list[str]) -> bool:
    """Whether groups are installed without the project's own dependencies."""
    return any(option.startswith("--only-group ") for option in options)


def _beside(options: list[str]) -> list[str]:
    """The same groups beside the project's own dependencies."""
    return [option.replace("--only-group ", "--group ") for option in options]


def _options(text: str | None) -> list[str] | None:
    """The options, each with its value; ``None`` where one is not known here."""
    try:
        words = shlex.split(text or "")
    except ValueError:
        return None
    found: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word in _VALUED:
            found.append(f"{word} {next(waiting, '')}")
        elif word in _FLAGS:
            found.append(word)
        else:
            return None
    return None if any(re.search(r"[^\w. -]", option) for option in found) else found
