"""What is resolved at install time beside what a lock gives, so that nobody says that there is no lock."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.commands.pip_install import is_partly
from scanner.inventory import Command

MAX_TOLD = 3
_STARTED = re.compile(r"^(?:[^\s:]+:\d+: )+")  # where that stands which a command starts


def resolved_apart(commands: Iterable[Command]) -> tuple[str, ...]:
    """Why some of what these commands install together is not from a lock; empty where all of it is, or nothing."""
    together = tuple(commands)
    resolved = dict.fromkeys(_STARTED.sub("", c.because or " ".join(c.argv)) for c in together if c.uses_lock is False)
    if not any(c.uses_lock or is_partly(c.because) for c in together):
        return ()
    more = len(resolved) - MAX_TOLD
    return (*list(resolved)[:MAX_TOLD], *([f"and {more} more"] if more > 0 else []))
