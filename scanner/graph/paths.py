"""Path dependencies: the folder that one names, and whether it leaves the repository."""

from __future__ import annotations

import posixpath
import re

from scanner.inventory import Dependency


def leads_outside(path: str) -> bool:
    """Whether a path, relative to a repository's root, leaves the repository."""
    return path == ".." or path.startswith(("../", "/"))


def relative_path(dependency: Dependency) -> str | None:
    """The folder that a path dependency names, relative to the repository's root; ``None`` where it says nothing."""
    text = (dependency.url or dependency.raw or "").strip()
    text = re.sub(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*@\s*", "", text)
    text = re.sub(r"^file:(?://)?", "", text)
    text = re.sub(r"^/?\$\{?(?:PROJECT_ROOT|PWD|CI_PROJECT_DIR|GITHUB_WORKSPACE)\}?/?", "./", text).replace("\\", "/")
    text = text.split("#", 1)[0].split(";", 1)[0].strip()
    text = re.sub(r"\[[^\]]*\]$", "", text)
    if not text or "$" in text or "{" in text or re.match(r"[A-Za-z]:", text):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(dependency.path), text))
