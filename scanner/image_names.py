"""Names of container images: their parts, and the Python version that well-known ones say they hold.

Grammar: the distribution project's reference format (name, optional tag, optional digest).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageName:
    """``registry/path/name:tag@sha256:…`` in its parts; ``None`` for a part that is not written."""

    name: str
    tag: str | None = None
    digest: str | None = None

    @property
    def ref(self) -> str | None:
        """Tag and digest as one text, ``None`` where there is neither."""
        parts = [self.tag or "", self.digest or ""]
        return "@".join(part for part in parts if part) or None

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rsplit("/", 1)[-1]


def parse_image(text: str) -> ImageName:
    """Split an image reference; never fails, a variable in it stays where it stands."""
    rest, _, digest = text.strip().partition("@")
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag or (tag.endswith("}") and "${" in head and "}" not in head.rsplit("${", 1)[1]):
        head, tag = rest, ""
    return ImageName(name=head or rest, tag=tag or None, digest=digest or None)


_VERSION = re.compile(r"(?:v|\d{1,2}-)?(?P<version>\d{1,2}(?:\.\d{1,3}){0,2}(?:(?:a|b|rc)\d{1,2})?)(?![\d.])")
_TAGGED = re.compile(r"(?:^|[-_.])python-?(?P<version>\d(?:\.\d{1,2}){1,2})(?![\d.])")
_IN_NAME = re.compile(r"python-?(?P<version>[23]\.?\d{1,2})(?:$|-)")
_PYTHONS = frozenset({"python", "pypy", "python3", "python-fips", "devcontainers/python"})


def python_of(text: str) -> str | None:
    """The Python version that the image's name or tag states (``python:3.11-slim`` → ``3.11``), else ``None``."""
    image = parse_image(text)
    tag = image.tag or ""
    if match := _TAGGED.search(tag):
        return match["version"]
    if image.short in _PYTHONS and "$" not in tag:
        found = _VERSION.match(tag)
        return found["version"] if found else None
    if match := _IN_NAME.fullmatch(image.short):
        version = match["version"]
        return version if "." in version else f"{version[0]}.{version[1:]}"
    return None
