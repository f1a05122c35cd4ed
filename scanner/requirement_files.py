"""What the name of a requirements file says: the folder it belongs to, the group it stands for, whether it runs."""

from __future__ import annotations

import posixpath
import re

REQUIREMENT_FOLDERS = frozenset({"requirements", "reqs", "deps", "requires", "requirement", "dependencies"})
_DEV_FILE = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|devel|test|tests|testing|tst|lint|linting|linters?|doc|docs|documentation|rtd|readthedocs|ci|cicd|tox|nox|build|builds|bench|benchmarks?"
    r"|examples?|mypy|typing|types|type[-_]?check|static|style|quality|qa|check|checks|format|formatting|flake8|pre[-_]?commit|coverage|cov|release|releases|packaging|publish|ide|debug|tools?|local|notebooks?"
    r"|optional|extras?|extra|gpu|cuda|cpu|minimal|min|minimum|oldest|lowest|docker[-_]?dev|e2e|integration|functional|perf|security|maintainer|contrib|pip|pip[-_]?tools|sphinx|mkdocs|colab|tutorials?|demo|travis|jenkins|github|actions|workflows?|pinned|freeze|frozen|lock|locked|all|full)(?=$|[-_./0-9])"
    r"|(?:^|[-_.])py\d{2,3}[-_](?:dj|django|sqla|flask|[a-z]{3,20})[-_]?\d",  # a matrix of versions to test with
    re.IGNORECASE,
)
_PLAIN_LOCK = re.compile(r"(?i)lock|locked|pinned|freeze|frozen|all|full|cpu|gpu|cuda|docker")


def is_dev_file(path: str) -> bool:
    """Whether a requirements file serves development, tests, docs or another side purpose, as its name says."""
    parts = path.split("/")
    stem = posixpath.splitext(parts[-1])[0]
    if len(parts) > 1 and parts[-2] in REQUIREMENT_FOLDERS:
        return bool(_DEV_FILE.search(stem)) and not re.fullmatch(r"(?i)requirements?|all", stem)
    rest = re.sub(r"(?i)requirements?|reqs?", "", stem).strip("-_.")
    return bool(rest) and bool(_DEV_FILE.search(rest)) and not _PLAIN_LOCK.fullmatch(rest)


def group_of_file(path: str) -> str | None:
    """The dependency group that a requirements file stands for by its name (``dev``, ``test``); ``None`` if none."""
    if not is_dev_file(path):
        return None
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    return re.sub(r"requirements?|reqs?", "", stem).strip("-_. ") or "dev"
