"""Lock verdicts: one module per lock format, all of them pure (see :mod:`scanner.freshness.verdict`)."""

from __future__ import annotations

from scanner.facts import Lock
from scanner.freshness import compiled, conda_lock, pdm, pipenv, pixi, poetry, pylock, uv
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import Reason

CHECKS: tuple[LockCheck, ...] = (
    compiled.CHECK,
    conda_lock.CHECK,
    pdm.CHECK,
    pipenv.CHECK,
    pixi.CHECK,
    poetry.CHECK,
    pylock.CHECK,
    uv.CHECK,
)


def judge(scene: Scene) -> Verdict:
    """The verdict of the check that knows this kind of lock; ``undecidable`` where there is none."""
    check = check_of(scene.lock)
    if check is not None:
        return check.check(scene)
    message = f"there is no check for {scene.lock.format}"
    return Verdict(status="undecidable", covers=None, reasons=(Reason(message=message, path=scene.lock.path),))


def check_of(lock: Lock) -> LockCheck | None:
    """The check of a lock.

    By the format where a check names its formats (what lockers write as requirements files), else by the tool.
    """
    by_format = next((check for check in CHECKS if lock.format in check.formats), None)
    return by_format or next((check for check in CHECKS if not check.formats and lock.tool in check.tools), None)
