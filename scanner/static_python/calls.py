"""The calls that a script makes, with their arguments."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable

from scanner.static_python.script import Leave, Script
from scanner.static_python.values import Call, Value


def calls_of(tree: ast.Module, is_wanted: Callable[[str], bool]) -> tuple[Call, ...]:
    """The calls of functions whose dotted name is wanted, in the order in which the script would make them.

    Functions that the script itself never calls are entered only when nothing was found outside them.
    """
    script = Script(is_wanted)
    with contextlib.suppress(Leave):
        script.run(tree.body)
    if not script.calls:
        with contextlib.suppress(Leave):
            script.enter_all()
    return script.finished()


def names_of(tree: ast.Module) -> dict[str, Value]:
    """What the names of a module stand for at its end."""
    script = Script(lambda _name: False)
    with contextlib.suppress(Leave):
        script.run(tree.body)
    return script.names()
