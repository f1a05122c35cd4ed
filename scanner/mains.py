"""Which folders are main when all are known: what ships, what only serves the others, what is an old copy."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from scanner.collect import RepoFacts
from scanner.folder import Folder, folder_of, is_inside, owner_of
from scanner.inventory import Reason, Role
from scanner.lint_tools import tool_of_distribution
from scanner.requirement_files import is_dev_file
from scanner.roles import (
    BUILD_FILES,
    BUILD_FORMATS,
    INFRASTRUCTURE,
    SIDE_NAME,
    builds,
    has_python,
    is_side_file,
    is_tool_only,
    python_files,
    python_prevails,
)


def settle(folders: list[Folder], facts: RepoFacts) -> tuple[Folder, ...]:
    """Where no folder is main, what looked like tooling or an example *is* what the repository holds.

    The shallowest tooling or example folders that hold Python files of their own, unless the repository's product is
    in another language.
    """
    if any(f.role == "main" for f in folders):
        folders = _without_releases(_with_shipped(folders, facts))
        return tuple(_without_copies(_demote_empty_root(folders, facts)))
    if not python_prevails(facts):
        return tuple(folders)
    candidates = [f for f in folders if f.role in ("tooling", "example") and not f.path.startswith(".")]
    promoted = {
        f.path for f in candidates if not any(f.path != o.path and is_inside(f.path, o.path) for o in candidates)
    }
    promoted = {p for p in promoted if has_python(p, facts)}
    return tuple(
        Folder(
            path=f.path,
            role="main",
            role_reasons=(*f.role_reasons, Reason(message="but nothing else here is a main project")),
            extracts=f.extracts,
            workspace_root=f.workspace_root,
            workspace_tool=f.workspace_tool,
        )
        if f.path in promoted
        else f
        for f in folders
    )


def _with_shipped(folders: list[Folder], facts: RepoFacts) -> list[Folder]:
    """The folders, with those as main that an image ships, where what looked like the product has no code at all.

    A chart or a configuration at the root, and ``docker/`` with the code, its manifest and the Dockerfile.
    """
    mains = {f.path for f in folders if f.role == "main"}
    paths = frozenset(f.path for f in folders)
    if any(owner_of(path, paths) in mains and not is_side_file(path) for path in python_files(facts)):
        return folders
    return [
        replace(
            f, role="main", role_reasons=(*f.role_reasons, Reason(message="but its image ships the only code here"))
        )
        if f.role == "tooling" and INFRASTRUCTURE.fullmatch(posixpath.basename(f.path)) and _ships(f, facts)
        else f
        for f in folders
    ]


def _ships(folder: Folder, facts: RepoFacts) -> bool:
    """Whether a folder holds a manifest with run time needs, code, and the Dockerfile that takes them in."""
    needs = any(r.scope == "runtime" for m in folder.manifests for r in m.requirements if m.format in BUILD_FORMATS)
    beside = [path for path in facts.files if folder_of(path) == folder.path]
    image = any("dockerfile" in posixpath.basename(path).lower() for path in beside)
    return needs and image and any(p.endswith(".py") and not SIDE_NAME.fullmatch(posixpath.basename(p)) for p in beside)


def _without_releases(folders: list[Folder]) -> list[Folder]:
    """The folders with single releases of other packages (``NAME-1.2.0/`` that builds 1.2.0) set aside."""
    releases = {f.path for f in folders if _is_release(f)}
    if all(f.path in releases for f in folders if f.role == "main"):
        return folders
    return [
        _as(f, "fixture", "one release of a package, kept as it is")
        if f.role == "main" and owner_of(f.path, releases) is not None
        else f
        for f in folders
    ]


def _is_release(folder: Folder) -> bool:
    versions = {m.version for m in folder.manifests if m.format in BUILD_FORMATS and m.version and "." in m.version}
    return folder.path != "." and any(folder.path.endswith(f"-{version}") for version in versions)


_DEPLOYS = re.compile(r"(?:deploy|release|undeploy|provision)(?:[-_]\w+)?\.py")


def _only_deploys(folders: list[Folder], facts: RepoFacts) -> bool:
    """Whether the root builds nothing, and its own code is nothing but scripts that deploy the rest."""
    if any(builds(e) for e in folders[0].extracts if posixpath.basename(e.path) in BUILD_FILES):
        return False
    paths = frozenset(f.path for f in folders)
    own = [p for p in python_files(facts) if owner_of(p, paths) == "." and not is_side_file(p)]
    return bool(own) and all(_DEPLOYS.fullmatch(path) for path in own)


def _demote_empty_root(folders: list[Folder], facts: RepoFacts) -> list[Folder]:
    """The folders with a root that ships nothing itself, but only serves the main projects below, as what it is."""
    root = folders[0]
    others = any(f.role == "main" for f in folders[1:])
    if root.path != "." or root.role != "main" or not others or not root.manifests:
        return folders
    if any(m.workspace is not None for m in root.manifests):
        return folders
    if all(is_tool_only(m) for m in root.manifests) and all(e.lock is None for e in root.extracts):
        return [_as(root, "tooling", "only configures tools for the projects below"), *folders[1:]]
    if _only_deploys(folders, facts):
        return [_as(root, "tooling", "its only code deploys the projects below"), *folders[1:]]
    if _holds_code(folders, facts):
        return folders
    if _is_locked_for_itself(root):
        return folders
    role = _served_by(root)
    what = {"docs": "documentation", "tooling": "requirements"}.get(role or "")
    if role is None or what is None:
        return folders
    return [_as(root, role, f"no code of its own, only {what} for the projects below"), *folders[1:]]


def _is_locked_for_itself(root: Folder) -> bool:
    """Whether a full lock stands here for what is needed at run time, by the root and not only by its members."""
    locked = any(e.lock is not None and e.manifest is None and e.lock.export_of is None for e in root.extracts)
    needs = [r for m in root.manifests for r in m.requirements if r.scope == "runtime" and r.source == "index"]
    needs = [r for r in needs if not is_dev_file(r.at.path) and r.key != "python"]
    return locked and any(not is_development_tool(r.key) for r in needs)


def _as(folder: Folder, role: Role, why: str) -> Folder:
    return replace(folder, role=role, role_reasons=(Reason(message=why, path=folder.extracts[0].path),))


def _holds_code(folders: list[Folder], facts: RepoFacts) -> bool:
    """Whether the root has Python files that belong to no project below it and serve no side purpose."""
    paths = frozenset(f.path for f in folders)
    return any(
        owner_of(path, paths) == "." and not path.startswith(".") and not is_side_file(path)
        for path in python_files(facts)
    )


def _served_by(root: Folder) -> Role | None:
    """What a folder without code serves: documentation or the work on the repository; ``None`` if it builds something.

    A distribution without code still ships what it depends on, unless that is for development alone.
    """
    declared = [r for m in root.manifests for r in m.requirements if r.scope != "build" and r.key != "python"]
    runtime = [r for r in declared if r.scope == "runtime" and not is_dev_file(r.at.path)]
    if declared and all(_DOCS_TOOLS.fullmatch(r.key) for r in runtime or declared):
        return "docs"
    built = any(builds(e) for e in root.extracts if posixpath.basename(e.path) in BUILD_FILES)
    return None if built and not (declared and all(is_development_tool(r.key) for r in runtime)) else "tooling"


def is_development_tool(name: str) -> bool:
    """Whether a distribution (by its normal name) only serves those who develop: linters, tests, docs, packaging."""
    return any(kind.fullmatch(name) for kind in (_DEVELOPMENT_TOOLS, _DOCS_TOOLS)) or bool(tool_of_distribution(name))


_DOCS_TOOLS = re.compile(
    r"mkdocs(?:-.+|trings.*)?|sphinx(?:-.+|contrib-.+)?|.+-sphinx(?:-.+)?|pymdown-extensions|furo|myst-(?:parser|nb)|pdoc3?|pydoctor"
    r"|mike|griffe.*|jupyter-book|zensical|recommonmark|nbsphinx|docutils|numpydoc|doc8|markdown(?:-include)?"
)


_DEVELOPMENT_TOOLS = re.compile(
    r"pytest(?:-.+)?|pre-commit(?:-.+)?|tox(?:-.+)?|nox(?:-.+)?|coverage|codecov|coveralls|invoke|poethepoet|taskipy|commitizen"
    r"|bump.*|twine|build|wheel|setuptools.*|pip(?:-tools|env|x)?|poetry(?:-.+)?|pdm(?:-.+)?|hatch(?:ling|-.+)?|uv|i?pdb|ipython"
    r"|types-.+|.+-stubs|flake8-.+|pylint-.+|pep8-naming|pycodestyle|pyflakes|autopep8|docformatter|interrogate|vulture|radon|xenon"
    r"|safety|pip-audit|detect-secrets|yamllint|ansible-lint|cfn-lint|checkov|sqlfluff|djlint|gitlint|towncrier|python-semantic-release"
    r"|cruft|copier|cookiecutter|mock|moto|hypothesis|faker|factory-boy|responses|requests-mock|freezegun|rope|jedi|debugpy|tomli|codespell"
)


_OLDER = re.compile(r"(?:.+[-_])?(?:legacy|old|older|deprecated|obsolete|previous|backup|bak|orig|v0)")


def _without_copies(folders: list[Folder]) -> list[Folder]:
    """The folders with an older copy of a main project (``legacy/`` with a build of the same name) set aside."""
    named = {(m.name or "").lower(): f.path for f in reversed(folders) if f.role == "main" for m in f.manifests}
    found = []
    for folder in folders:
        old = any(_OLDER.fullmatch(segment) for segment in folder.path.lower().split("/"))
        if folder.role == "main" and folder.workspace_root is None and old:
            kept = next((named[n] for m in folder.manifests if (n := (m.name or "").lower()) and n in named), None)
            if kept is not None and kept != folder.path:
                folder = _as(folder, "fixture", f"an older build of what {kept} builds")
        found.append(folder)
    return found
