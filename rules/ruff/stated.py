"""Which Ruff a repository has today: by what its ranges admit, and which rules came later."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from rules.migration import Ground
from rules.ruff.catalog import ruff_rules
from rules.uv import version

# Rules whose own defaults changed into the opposite: they report what they were content with.
_TURNED = {"PT001": "0.6", "PT023": "0.6"}


def later_than(stated: str | None) -> frozenset[str]:
    """The rules that Ruff of the ``stated`` version has not, or has the other way round."""
    known = _version(stated or "")
    if known is None:
        return frozenset()
    since = ((code, _version(_TURNED.get(code, rule.since))) for code, rule in ruff_rules().items())
    return frozenset(code for code, first in since if first is not None and first > known)


_ASKED = re.compile(r"(?<![\w./-])ruff[ \t]*(?P<range>(?:[<>=!~]=?[ \t]*[\w.*]{1,20}[ \t]*,?[ \t]*){1,6})")
_ASKING = re.compile(
    r"(?:pyproject\.toml|tox\.ini|setup\.cfg|setup\.py|noxfile\.py|[\w.-]*requirements[\w.-]*\.(?:txt|in))"
)


def bounded(ground: Ground) -> str | None:
    """The newest version that a range admits which does not admit the one of the patch: the lowest of them."""
    found = set()
    for path in sorted(p for p in ground.facts.files if _ASKING.fullmatch(posixpath.basename(p)))[:_MANY]:
        for match in _ASKED.finditer(ground.read(path) or ""):
            try:
                admitted = SpecifierSet(match["range"].strip().rstrip(","))
            except InvalidSpecifier:
                continue
            known = [v for v in _releases() if v in admitted]
            if known and version("ruff") not in admitted:
                found.add(max(known))
    return str(min(found)) if found else None


_MANY = 60


@cache
def _releases() -> frozenset[Version]:
    """The versions of Ruff that brought a rule: as many of them as matter."""
    return frozenset(known for rule in ruff_rules().values() if (known := _version(rule.since)) is not None)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
