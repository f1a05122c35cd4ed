"""Which distribution an address without a name is, by what compiled files say of it. Pure.

A compiler writes such an address as it was asked for, without a name; but below the packages that it needs stands its
name, which no line of the file holds otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from scanner.compiled_header import root_file
from scanner.facts import LockedPackage, normal_name


def name_at(address: str, packages: Iterable[LockedPackage]) -> str | None:
    """The only package that others are there for, that is not there itself, and that ``address`` is called after."""
    packages = tuple(packages)
    needing = {need for pin in packages for need in pin.via if root_file(need) is None}
    parents = {normal_name(need.partition("[")[0]) for need in needing} - {pin.key for pin in packages if pin.name}
    found = parents & _words(address)
    return found.pop() if len(found) == 1 else None


def _words(address: str) -> set[str]:
    """The parts of an address's path that can be names."""
    parts = unquote(urlsplit(address.removeprefix("git+")).path).split("/")
    bare = (re.sub(r"(?:@[^@]*|\.git|\.zip|\.tar\.\w+|\.tgz)+$", "", part) for part in parts)
    return {str(canonicalize_name(part)) for part in bare if part}


def named(packages: Sequence[LockedPackage]) -> list[LockedPackage]:
    """The packages of a compiled file, with names for those that only have an address, where the file tells."""
    return [
        pin if pin.name or not pin.origin else replace(pin, name=name_at(pin.origin, packages) or "")
        for pin in packages
    ]
