"""Names of container images: their parts, and the versions of Python and of tools that they say they hold.

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


def tool_version(text: str, tool: str) -> str | None:
    """The version of ``tool`` that an image made for it states: ``python-poetry:1.7.1-py3.11``, ``py:3.11-poetry1.7``.

    Of several numbers in a tag the one behind the tool's name counts, else the first that is no Python version.
    """
    image = parse_image(text)
    tag = image.tag or ""
    named = re.search(rf"(?:^|[-_.]){re.escape(tool)}[-_]?v?(\d{{1,3}}(?:\.\d{{1,3}}){{1,2}})(?![\d.])", tag)
    if named is not None:
        return named[1]
    if tool not in re.split(r"[-_.]", image.short):
        return None
    numbers = (m["version"] for m in _NUMBER.finditer(tag) if not m["python"])
    return next((n for n in numbers if int(n.split(".")[0]) < _PYTHON_MAJOR and not n.startswith("2.7")), None)


_NUMBER = re.compile(r"(?<![\d.])(?P<python>py(?:thon)?-?)?v?(?P<version>\d{1,3}(?:\.\d{1,3}){1,2})(?![\d.])")
_PYTHON_MAJOR = 3  # no manager of packages has come that far
_VERSION = re.compile(r"(?:v|\d{1,2}-)?(?P<version>[23](?:\.\d{1,3}){0,2}(?:(?:a|b|rc)\d{1,2})?)(?![\d.])")
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
