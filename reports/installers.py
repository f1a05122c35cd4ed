"""Which tools install the same: pip does what many that only declare ask for."""

from __future__ import annotations

_BY_PIP = frozenset({"pip-tools", "setuptools", "hatch", "flit", "rye"})


def differs(declared: str, installed: str) -> bool:
    """Whether another tool installs than the one that declares."""
    return _family(declared) != _family(installed)


def _family(tool: str) -> str:
    return "pip" if tool in _BY_PIP else tool
