"""What uv said when it could not lock: who is to blame, and why, in a line. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

from packaging.utils import canonicalize_name

from scanner.proof.interpreter import NOT_BUILT
from scanner.proof.scratch import BACKEND_NAME
from scanner.proof.settings import Settings
from scanner.sandbox import Completed
from scanner.words import clipped

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}"
_ATOM = re.compile(rf"(?P<name>{_NAME})(?:\[[^\]\n]{{0,200}}\])?(?:[=<>!~]=?[^\s,]{{1,80}})?")
_LIMIT = 600


def said(done: Completed, settings: Settings) -> str:
    """What uv said, in one line: the cause first where it is one that people know."""
    if done.timed_out:
        return f"uv did not finish within {settings.timeout:g} s"
    host = unreached(done.stderr)
    if host is not None:
        return (
            f"out of reach: {host} did not answer, so nothing is known of the patch; prove it where {host} can be "
            f"reached, or with a mirror (--index). uv: {clipped(_complaint(done), _LIMIT)}"
        )
    text = _complaint(done)
    known = next((meaning for words, meaning in _KNOWN if words in text), None)
    return clipped(f"{known}: {text}" if known else text, _LIMIT)


def unreached(stderr: str) -> str | None:
    """The host that could not be reached, where that is what went wrong."""
    text = _joined(stderr)
    if not any(words in text for words in _NO_CONNECTION):
        return None
    found = _HOST.search(text)
    return found[1] if found else "a host"


_NO_CONNECTION = ("dns error", "Could not resolve host", "client error (Connect)", "Connection refused", "timed out")
_HOST = re.compile(r"(?:https?|ssh)://(?:[^@/\s]{1,200}@)?([A-Za-z0-9.-]{1,253})")


def _complaint(done: Completed) -> str:
    lines = [line.strip(_DECORATION) for line in done.stderr.splitlines()]
    kept = [line for line in lines if line and not line.startswith(_CHATTER)]
    text = " ".join(kept).partition("[stdout]")[0].partition("[stderr]")[0] or f"uv ended with status {done.status}"
    return re.sub(r"file://\S*/muster-proof-[^/\s]*/tree", ".", text)


_DECORATION = " │├╰─▶×·"
_CHATTER = ("Using CPython", "warning:", "Resolved ", "Updating ")
_KNOWN = (
    (NOT_BUILT, "there is no wheel, and nothing is built without --allow-build"),
    ("building from source is disabled", "there is no wheel, and nothing is built without --allow-build"),
    ("Building source distributions", "there is no wheel, and nothing is built without --allow-build"),
    ("Git operation failed", "a git repository could not be reached"),
    ("Distribution not found at", "a folder that the project needs has no pyproject.toml (a submodule, or a setup.py)"),
    (f"Call to `{BACKEND_NAME}", "a part of the repository leaves its metadata to its own code, which is not run"),
    ("Failed to build", "a third-party source distribution does not build"),
    ("Failed to download and build", "a third-party source distribution does not build"),
    ("was not found in the package registry", "a package is not in the index: misspelt, gone, or in an index to name"),
    (
        "there is no version of",
        "a version that is asked for is gone from the index: another one, or an index that has it",
    ),
    (
        "has invalid metadata",
        "uv cannot read a package's metadata: take another version, or write [[tool.uv.dependency-metadata]]",
    ),
    ("does not satisfy", "what is required does not admit the Pythons of the project: narrow its range, or its pins"),
    ("No solution found", "what is required contradicts itself, whatever the lock says"),
)


class Unasked(Enum):
    """Why uv could not ask a package for its dependencies."""

    NOT_BUILT = "it has no wheel, and nothing is built without --allow-build"
    UNREACHED = "where it is kept could not be reached"
    UNBUILDABLE = "it does not build"
    UNLIKE = "the index now says less of it than the old lock"
    INVALID = "uv cannot read what the index says of it"
    STATED = "it has no wheel, nothing is built, and the old lock does not say"
    STATED_UNBUILT = "it does not build, and the old lock does not say"

    @property
    def stays(self) -> bool:
        """Whether every later lock needs the answer, too."""
        return self not in (Unasked.NOT_BUILT, Unasked.UNREACHED, Unasked.STATED)

    @property
    def of_itself(self) -> bool:
        """Whether the answer is what the source distribution states, and not what the old lock records."""
        return self in (Unasked.STATED, Unasked.STATED_UNBUILT)


def unasked(stderr: str) -> tuple[str, Unasked] | None:
    """Which package uv could not ask for its dependencies, and why; ``None`` where that is not what went wrong."""
    text = _joined(stderr)
    found = _NOT_ASKED.search(text)
    if found is None:
        found = _INVALID.search(text)
        return (str(canonicalize_name(found["name"])), Unasked.INVALID) if found is not None else None
    if "Git operation failed" in text or any(words in text for words in _NO_CONNECTION):
        why = Unasked.UNREACHED
    else:
        why = Unasked.NOT_BUILT if NOT_BUILT in text else Unasked.UNBUILDABLE
    return str(canonicalize_name(found["name"])), why


_NOT_ASKED = re.compile(rf"Failed to (?:download|fetch|build|download and build) `(?P<name>{_NAME})(?:==| @ (?!file:))")


_INVALID = re.compile(rf"(?P<name>{_NAME})==\S{{1,80}} has invalid metadata")


def version_of(name: str, stderr: str) -> str | None:
    """The version of a package that could not be built, where uv says it."""
    found = (f for f in _VERSION.finditer(_joined(stderr)) if canonicalize_name(f["name"]) == name)
    return next((f["version"] for f in found), None)


_VERSION = re.compile(rf"`(?P<name>{_NAME})==(?P<version>[A-Za-z0-9.+!_-]{{1,80}})`")


def culprits(stderr: str, names: Collection[str]) -> frozenset[str]:
    """Which of the packages ``names`` the complaint is about: those that are gone or have no wheel, else all named."""
    text = _joined(stderr)
    known = {name for name in names if _why(name, text)}
    if known:
        return frozenset(known)
    spoken = {str(canonicalize_name(found["name"].rstrip(".-_"))) for found in _ATOM.finditer(text)}
    return frozenset(spoken & set(names))


def cause_of(name: str, stderr: str) -> str:
    """Why the old version of a package cannot be had."""
    return _why(name, _joined(stderr)) or "contradicts another requirement"


def _why(name: str, text: str) -> str | None:
    for part in re.split(r"\b(?:because|and|or|we can conclude that)\b|[,;]", text, flags=re.IGNORECASE):
        if not any(str(canonicalize_name(found["name"])) == name for found in _ATOM.finditer(part)):
            continue
        for words, cause in _CAUSES:
            if words in part:
                return cause
    return None


_CAUSES = (
    ("yanked", "yanked from the index"),
    ("no usable wheels", "no wheel, and nothing is built without --allow-build"),
    ("no wheels", "no wheel that fits"),
    ("there is no version of", "gone from the index"),
    ("was not found", "not found in the index"),
    ("invalid metadata", "uv cannot read what the index says of it"),
    ("there are no versions of", "gone from the index"),
)


def _joined(stderr: str) -> str:
    return " ".join(line.strip(_DECORATION) for line in stderr.splitlines())
