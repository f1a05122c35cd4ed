"""Tools that raise the version in the manifest and do not lock: ``uv.lock`` holds it too, so that it is told. Pure.

After such a commit ``uv sync --locked`` and ``uv lock --check`` refuse the lock, in pipelines and images.
Sources: release-please, *python* strategy; the settings of bump2version, bump-my-version, bumpver, tbump and
python-semantic-release.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.migration import Edit
from rules.places.context import Context
from rules.places.releases import has_version
from rules.places.target import Target

_MANIFEST = r"(?:[\w.-]+/)*pyproject\.toml"


@dataclass(frozen=True, slots=True)
class _Writer:
    """A tool, the files that hold its settings, and what in them says that it writes the manifest's version."""

    tool: str
    files: re.Pattern[str]
    says: re.Pattern[str]


_WRITERS = (
    _Writer(
        "release-please",
        re.compile(r"(?:.*/)?\.?release-please-config[\w.-]*\.json"),
        re.compile(r"\"release-type\"\s*:\s*\"python\""),
    ),
    _Writer(
        "release-please",
        re.compile(r"\.github/workflows/[^/]+\.ya?ml"),
        re.compile(r"^(?=[^\n]{0,200}release-type:[ \t]*[\"']?python\b)", re.MULTILINE),
    ),
    _Writer(
        "bumpversion",
        re.compile(r"(?:.*/)?(?:\.bumpversion\.(?:cfg|toml)|setup\.cfg|pyproject\.toml)"),
        re.compile(
            rf"^\[bumpversion:file(?:\s*\([^)\n]*\))?:{_MANIFEST}"
            rf"|(?s:^\[\[?tool\.bumpversion\b.{{0,4000}}?filename\s*=\s*[\"']{_MANIFEST})",
            re.MULTILINE,
        ),
    ),
    _Writer(
        "bumpver",
        re.compile(r"(?:.*/)?(?:bumpver\.toml|setup\.cfg|pyproject\.toml)"),
        re.compile(rf"(?s:^\[(?:tool\.)?bumpver\b.{{0,2000}}?^[\"']?{_MANIFEST}[\"']?\s*=)", re.MULTILINE),
    ),
    _Writer(
        "tbump",
        re.compile(r"(?:.*/)?(?:tbump|pyproject)\.toml"),
        re.compile(rf"^src\s*=\s*[\"']{_MANIFEST}", re.MULTILINE),
    ),
    _Writer(
        "semantic-release",
        re.compile(r"(?:.*/)?(?:pyproject\.toml|setup\.cfg|releaserc\.(?:toml|json))"),
        re.compile(rf"^version_(?:toml|variables?)\s*=[^\]]{{0,400}}?{_MANIFEST}", re.MULTILINE),
    ),
    _Writer(
        "semantic-release",
        re.compile(r"(?:.*/)?(?:\.releaserc(?:\.[a-z]+)?|release\.config\.[cm]?js|package\.json)"),
        re.compile(rf"semantic-release[^\x00]{{0,4000}}?[\"']{_MANIFEST}[\"']"),
    ),
)
_LOCKS = re.compile(r"uv\.lock|\buv (?:lock|version|sync)\b")


def note_writers(context: Context, edits: Mapping[str, Edit]) -> None:
    """A note for each tool that raises the version of a moved project without its lock."""
    told: set[tuple[str, str]] = set()
    for path in sorted(context.ground.facts.files):
        target = context.around(path)
        writers = [writer for writer in _WRITERS if writer.files.fullmatch(path)]
        if target is None or not writers or not has_version(target, context, edits):
            continue
        known = edits.get(path)
        text = (known.after if known is not None else context.ground.read(path)) or ""
        for writer in writers:
            if (found := writer.says.search(text)) is None or (writer.tool, target.folder) in told:
                continue
            if _LOCKS.search(text) is None and _is_its(path, found[0], target):
                told.add((writer.tool, target.folder))
                line = text.count("\n", 0, found.start()) + 1
                why = f"{writer.tool} raises the version in the manifest alone, and {target.lock} holds it too"
                context.note(path, line, why, "Run `uv lock` with it and commit the lock, else `--locked` refuses it.")


def _is_its(path: str, said: str, target: Target) -> bool:
    """Whether the manifest that the settings name is the project's own, as far as a path is written."""
    named = re.search(_MANIFEST, said)
    if named is None:
        return True
    own = posixpath.normpath(posixpath.join(target.folder, "pyproject.toml"))
    return own in (posixpath.normpath(named[0]), posixpath.normpath(posixpath.join(posixpath.dirname(path), named[0])))
