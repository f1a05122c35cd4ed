"""Lock verdicts: one module per lock format, all of them pure (see :mod:`scanner.freshness.verdict`)."""

from __future__ import annotations

from scanner.facts import Lock
from scanner.freshness import pipenv, poetry, uv
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import Reason

CHECKS: tuple[LockCheck, ...] = (pipenv.CHECK, poetry.CHECK, uv.CHECK)

COMPILED = "compiled"
"""The name in ``LockCheck.tools`` under which requirements files that some locker wrote are judged."""

_DOCUMENTS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock", "conda-lock", "pixi")


def judge(scene: Scene) -> Verdict:
    """The verdict of the check that knows this kind of lock; ``undecidable`` where there is none."""
    check = _check_of(scene.lock)
    if check is not None:
        return check.check(scene)
    message = f"there is no check for {scene.lock.format}"
    return Verdict(status="undecidable", covers=None, reasons=(Reason(message=message, path=scene.lock.path),))


def _check_of(lock: Lock) -> LockCheck | None:
    """By the tool for a lock in a format of its own; what a locker wrote as a requirements file is judged as that."""
    name = lock.tool if lock.format.startswith(_DOCUMENTS) else COMPILED
    return next((check for check in CHECKS if name in check.tools), None)
