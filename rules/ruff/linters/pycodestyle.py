"""pycodestyle and pyflakes on their own → flake8's translation with nothing but them."""

from __future__ import annotations

from typing import Any

from rules.ruff.catalog import counterparts
from rules.ruff.decision import DEFAULT_IGNORE
from rules.ruff.flake8_config import Flake8Config, split
from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.linters.options import given
from rules.ruff.translate import translate as translate_flake8

VALUED = frozenset(
    "--exclude --filename --select --ignore --max-line-length --max-doc-length --indent-size --format --config".split()
)


def translate(asked: Asked) -> Part:
    """pycodestyle: ``select`` alone where it is given, else all but ``ignore`` (its own default where not given)."""
    options: dict[str, Any] = {**asked.options, **given(asked.argv, VALUED)}
    listed = {n: split(str(options[n])) for n in ("select", "ignore", "exclude") if options.get(n)}
    if "select" not in listed:
        listed = {"ignore": DEFAULT_IGNORE, **listed, "select": ("E", "W")}
    else:
        listed.setdefault("ignore", ())
    plain = {n: str(v) for n, v in options.items() if n in ("max-line-length", "max-doc-length", "indent-size")}
    lint = translate_flake8(Flake8Config(lists=listed, options=plain), ())
    pairs = tuple((code, rule) for code, rule in counterparts(["pycodestyle"]) if rule in lint.select)
    return Part(tool="pycodestyle", lint=lint, pairs=pairs)


def translate_pyflakes(asked: Asked) -> Part:
    """pyflakes, which has no options and no codes."""
    lint = translate_flake8(Flake8Config(lists={"select": ("F",), "ignore": ()}), ())
    return Part(tool="pyflakes", lint=lint, pairs=tuple(("pyflakes", rule) for rule in lint.select))


_SECTIONS = ("pycodestyle", "pep8")
LINTER = Linter(
    name="pycodestyle",
    files=(("setup.cfg", _SECTIONS), ("tox.ini", _SECTIONS)),
    option=("--config",),
    translate=translate,
)
PYFLAKES = Linter(name="pyflakes", translate=translate_pyflakes)
