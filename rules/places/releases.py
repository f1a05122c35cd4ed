"""Settings of release tools that name the old tool, and releases that commit the manifest without the new lock. Pure.

``uv.lock`` holds the version of the project itself, as the old tools' locks did not: who commits a new version without
locking again leaves a lock that ``--locked`` refuses. Sources: commitizen, *Version provider* (``pep621`` from 2.39 on,
``uv`` from 4.2 on, which writes the lock as well); python-semantic-release, ``version_toml``.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from rules.migration import Edit
from rules.places.context import Context, invocations_of
from rules.places.target import Target
from rules.places.text import line_end, line_start

_PROVIDER = re.compile(r"""(?P<key>\bversion_provider["']?\s{0,9}[=:]\s{0,9}["']?)(?P<tool>poetry)\b(?!-)""")
_VERSION_KEY = re.compile(r"(?P<file>[\w./-]{1,200}\.toml:)tool\.poetry\.version\b")
_WRITES_LOCK = Version("4.2")
_FILES = re.compile(r"(?:.*/)?(?:pyproject\.toml|\.?cz\.(?:toml|json|ya?ml)|releaserc\.(?:toml|json))")
_ALL = frozenset({"-A", "--all", "-u", "--update", ".", "*"})


def is_settings(path: str) -> bool:
    """Whether release tools may have their settings in the file."""
    return _FILES.fullmatch(path) is not None


def edit(path: str, text: str, context: Context) -> str:
    """Commitizen's provider of versions, and where semantic-release finds the version, as they are in ``[project]``."""
    target = context.around(path)
    if target is None or "poetry" not in target.tools:
        return text
    if (found := _PROVIDER.search(text)) is not None:
        text = _provided(path, text, found, target, context)
    return _VERSION_KEY.sub(lambda match: f"{match['file']}project.version", text)


def _provided(path: str, text: str, found: re.Match[str], target: Target, context: Context) -> str:
    version = _locked(target, "commitizen", context)
    provider = "uv" if version is not None and version >= _WRITES_LOCK else "pep621"
    if provider == "pep621":
        line = text.count("\n", 0, found.start()) + 1
        why = "commitizen changes the version in the manifest alone, and uv.lock holds it too"
        context.note(path, line, why, 'Run `uv lock` with it; `version_provider = "uv"` (commitizen 4.2) does both.')
    return text[: found.start("tool")] + provider + text[found.end("tool") :]


def _locked(target: Target, name: str, context: Context) -> Version | None:
    """The version of a package in the old lock."""
    extract = context.ground.facts.extracts.get(posixpath.normpath(posixpath.join(target.folder, "poetry.lock")))
    for package in extract.lock.packages if extract is not None and extract.lock is not None else ():
        if package.key == name and package.version is not None:
            try:
                return Version(package.version)
            except InvalidVersion:
                return None
    return None


def with_locks(context: Context, edits: dict[str, Edit]) -> None:
    """Releases that add the manifest to a commit: the lock is added too where uv sets the version, else told."""
    for path, extract in sorted(context.ground.facts.extracts.items()):
        for invocation in invocations_of(extract):
            target = context.around(path)
            words = invocation.argv
            if target is None or words[:2] != ("git", "add") or not _ALL.isdisjoint(words[2:]):
                continue
            named = [word for word in words[2:] if posixpath.basename(word) == "pyproject.toml"]
            if not named or not has_version(target, context, edits):
                continue
            lock = posixpath.join(posixpath.dirname(named[0]), "uv.lock")
            known = edits.get(path)
            text = (known.after if known is not None else context.ground.read(path)) or ""
            if lock in text:
                continue
            if "uv version" in text and (after := _added(text, named[0], lock)) is not None:
                before = known.before if known is not None else text
                edits[path] = Edit(path=path, before=before, after=after)
            else:
                why = "commits the manifest without uv.lock, which holds the project's version too"
                context.note(path, invocation.at.line, why, f"Run `uv lock` before and add {lock}.")


def has_version(target: Target, context: Context, edits: Mapping[str, Edit]) -> bool:
    """Whether the lock will hold a version of the project: where the manifest states one."""
    path = posixpath.normpath(posixpath.join(target.folder, "pyproject.toml"))
    known = edits.get(path)
    text = (known.after if known is not None else context.ground.read(path)) or ""
    try:
        return "version" in tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError:
        return False


def _added(text: str, manifest: str, lock: str) -> str | None:
    """The text with ``lock`` behind ``manifest`` in its ``git add``."""
    found = re.search(rf"\bgit add\b[^\n]*?(?<![\w./-]){re.escape(manifest)}(?![\w./-])", text)
    if found is None or lock in text[line_start(text, found.start()) : line_end(text, found.end())]:
        return None
    return f"{text[: found.end()]} {lock}{text[found.end() :]}"
