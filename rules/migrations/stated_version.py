"""Where a version stands from now on that a setup file stated: in ``[project]`` alone, or where it was. Pure.

Stated twice, setuptools takes that of ``[project]``, and whatever raises the other one raises nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from rules.migrations.ground import Site
from rules.migrations.pep import is_version
from rules.migrations.setup_script import without_arguments, without_dead, without_keys
from scanner.facts import Manifest


def moved_version(site: Site, files: Sequence[Manifest]) -> str | None:
    """The version for ``[project]``; ``None`` where the setup file goes on to state it, as ``dynamic`` then says.

    That is so where a tool raises it there, and where something else holds it: more of the script, another file.
    """
    manifest = next((m for m in files if m.version), None)
    version = manifest.version if manifest is not None else None
    if manifest is None or version is None or manifest.version_from is not None or not is_version(version):
        return None
    text = site.ground.read(manifest.path) or ""
    stated = re.compile(rf"[\"'=]\s*{re.escape(version)}\s*(?:[\"']|$)", re.MULTILINE)
    if not stated.search(text) or stated.search(without(manifest.format, text, ("version",))):
        return None
    return version if raised_by(site, manifest.path) is None else None


def without(kind: str, text: str, names: Sequence[str]) -> str:
    """A setup file without these fields."""
    return without_keys(text, names) if kind == "setup.cfg" else without_dead(without_arguments(text, names), text)


def raised_by(site: Site, path: str) -> str | None:
    """The file that tells a tool to raise the version in the setup file at ``path``, if one does."""
    name = re.escape(posixpath.basename(path))
    for other in sorted(site.ground.facts.files):
        if posixpath.basename(other) not in _SETTINGS or posixpath.dirname(other) not in ("", site.folder):
            continue
        text = site.ground.read(other) or ""
        if _TOOL.search(text) and re.search(rf"[:/=\"'\s]{name}(?![\w.])", text):
            return other
    return None


_SETTINGS = frozenset(
    ".bumpversion.cfg .bumpversion.toml setup.cfg pyproject.toml .cz.toml cz.toml .cz.json .cz.yaml tbump.toml "
    "Makefile release.sh .releaserc .releaserc.json .releaserc.yml package.json release-please-config.json "
    ".release-please-config.json tox.ini tasks.py noxfile.py justfile".split()
)
_TOOL = re.compile(
    r"bump-?2?-?(?:my-)?version|bumpver|tbump|commitizen|semantic[_-]release|release-please|extra-files|punch",
    re.IGNORECASE,
)
