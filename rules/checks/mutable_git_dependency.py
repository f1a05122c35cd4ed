"""What: a dependency is taken from git by a branch, by a tag, or with no reference at all, or from an archive of a
branch.

Why: what such a reference means can change at any time, without a trace in this repository. A lock that records the
commit protects its own installs; everyone who installs without it gets the moving one.

What to do: name the full commit, or publish a release and depend on its version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.examples import a_dependency, a_fleet, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import main_projects
from rules.rule import Answer, Case, Rule
from scanner.inventory import Dependency, Project

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.IGNORECASE)
_SHORT = re.compile(r"(?=[0-9a-f]*[0-9])[0-9a-f]{7,39}", re.IGNORECASE)
_TAG = re.compile(r"(?:refs/tags/.+|[A-Za-z._-]{0,40}\d+(?:\.\d+){1,5}[A-Za-z0-9.+-]{0,20})")
_BRANCH_ARCHIVE = re.compile(
    r".*/(?:archive/refs/heads/|archive/(?:main|master|develop|HEAD)\.|-/archive/(?:main|master|develop)/).*"
)


def check(case: Case) -> Iterator[Answer]:
    """Git dependencies of main projects without a full commit, and archives of branches."""
    for project in main_projects(case.repository):
        for item in project.dependencies:
            if (why := _mutable(item)) is not None:
                kind, message = why
                yield case.finding(
                    f"{item.name or item.url}:{item.scope}:{item.group or ''}",
                    f"{_called(item)} comes from git {message}",
                    project=project.path,
                    level=_level(project, item, kind),
                    evidence=(Evidence(path=item.path, line=item.line, text=item.raw),),
                    fix=_fix(item),
                )


def _called(item: Dependency) -> str:
    return item.name or (item.url or item.raw).rstrip("/").rpartition("/")[2].removesuffix(".git")


def _mutable(item: Dependency) -> tuple[str, str] | None:
    if item.source == "url" and _BRANCH_ARCHIVE.fullmatch(item.url or ""):
        return "branch", "as the archive of a branch"
    if item.source != "git":
        return None
    ref = item.ref or ""
    if _COMMIT.fullmatch(ref) or "$" in ref:
        return None
    if not ref:
        return "none", "without a reference: the default branch of the day"
    if _SHORT.fullmatch(ref):
        return "tag", f"at the shortened commit {ref}, which can become ambiguous"
    return (
        ("tag", f"at the tag {ref}, which can be moved") if _TAG.fullmatch(ref) else ("branch", f"at the branch {ref}")
    )


def _level(project: Project, item: Dependency, kind: str) -> Level:
    tame = kind == "tag" or project.lock_discipline == "locked" or item.scope == "group"
    return "note" if tame else "warning"


def _fix(item: Dependency) -> str:
    ref = item.ref or "HEAD"
    where = f"{item.path}:{item.line}" if item.line else item.path
    if _SHORT.fullmatch(ref):
        return f"Write all 40 digits of the commit at {where} (`git rev-parse {ref}` in a clone of {item.url})."
    return (
        f"Look up the commit (`git ls-remote {item.url or 'ADDRESS'} {ref}`) and write all 40 digits of it at {where}."
    )


_GIT = {"source": "git", "url": "https://git.example/acme/billing"}
RULE = Rule(
    name="mutable-git-dependency",
    title="A git dependency without an immutable reference",
    category="supply-chain",
    level="warning",
    check=check,
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(lock_discipline="unlocked", dependencies=(a_dependency("billing", None, **_GIT, ref="main"),)),
        )
    ),
    good=a_fleet(a_repository("shop", a_project(dependencies=(a_dependency("billing", None, **_GIT, ref="a1" * 20),)))),
)
