"""Which uv proves: the user's own where it can, else the one of the extra ``fleet-muster[uv]``.

Supported are the versions whose locks were studied and tested, :data:`OLDEST` up to and without :data:`NEWEST`.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import tempfile
from dataclasses import dataclass

from packaging.version import Version

from scanner import sandbox

OLDEST = Version("0.11")
NEWEST = Version("0.14")
SUPPORTED = "0.11 to 0.13"
_VERSION = re.compile(r"\buv (\d+\.\d+\.\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uv:
    """A uv that can be called: its program and its version."""

    path: str
    version: str


class NoUv(Exception):
    """There is no uv that could prove; says what to do."""


def find_uv(asked: str | None = None) -> Uv:
    """The uv at ``asked``; without it the one on the path, else the extra's. Raises :class:`NoUv`."""
    if asked is not None:
        return _usable(asked)
    tried = []
    for path in (shutil.which("uv"), _of_the_extra()):
        if path is not None:
            try:
                return _usable(path)
            except NoUv as no:
                tried.append(str(no))
    if tried:
        raise NoUv(f"{tried[0]}; name another with --uv, or install fleet-muster[uv]")
    raise NoUv("there is no uv on the path: install fleet-muster[uv], or name one with --uv")


def _of_the_extra() -> str | None:
    if importlib.util.find_spec("uv") is None:
        return None
    from uv import find_uv_bin

    try:
        return str(find_uv_bin())
    except FileNotFoundError:
        return None


def _usable(path: str) -> Uv:
    try:
        with tempfile.TemporaryDirectory(prefix="muster-uv-") as folder:
            done = sandbox.run([path, "--version"], cwd=folder, timeout=30)
    except sandbox.NotStarted as error:
        raise NoUv(str(error)) from None
    found = _VERSION.search(done.stdout)
    if not done.ok or found is None:
        raise NoUv(f"{path} does not answer as uv does: {(done.stderr or done.stdout).strip()[:200]!r}")
    if not OLDEST <= Version(found[1]) < NEWEST:
        raise NoUv(f"{path} is uv {found[1]}; supported are {SUPPORTED}")
    return Uv(path=path, version=found[1])
