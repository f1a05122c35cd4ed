"""From the facts of one repository to its entry in the inventory: every conclusion is drawn here, in this order.

Pure: the same facts and configuration give the same value. Nothing here depends on the day of the scan, so that the
value can be kept for as long as the commit is the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from packaging.utils import canonicalize_name

from scanner.collect import RepoFacts
from scanner.commands.aside import is_aside
from scanner.commands.classify import classify_repository
from scanner.commands.lookup import Lookup, build_lookup
from scanner.commands.stages import python_lines
from scanner.config import Config
from scanner.facts import Extract
from scanner.folder import Folder, folder_of, is_inside, owner_of
from scanner.freshness.verdict import Verdict
from scanner.images import grade
from scanner.inventory import (
    Command,
    Criticality,
    Error,
    Image,
    Project,
    Reason,
    Repository,
    Tool,
)
from scanner.layout import bringers, lay_out
from scanner.lint_use import tools_in_use
from scanner.locks import judge_locks
from scanner.ownership import criticality_of, owners_of
from scanner.project import Scenery, describe_project
from scanner.references import references_of
from scanner.roles import is_side_file, other_code, python_files, python_prevails
from scanner.workloads import workloads_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a repository is, as its source and its git say."""

    id: str
    name: str
    location: str
    commit: str | None = None
    branch: str | None = None
    committed_at: str | None = None
    remote: str | None = None
    owners: tuple[str, ...] = ()
    criticality: Criticality | None = None
    tags: tuple[str, ...] = ()


def describe(
    identity: Identity, facts: RepoFacts, config: Config, verdicts: Mapping[str, Verdict] | None = None
) -> Repository:
    """The inventory's entry for one repository; ``verdicts`` are those on its locks, where they are made already."""
    facts = _without_foreign_jobs(facts)
    folders = lay_out(facts, lambda path: config.role_of(identity.id, path))
    paths = tuple(f.path for f in folders)
    mains = tuple(f.path for f in folders if f.role == "main")
    named = frozenset(posixpath.basename(text.rstrip("/")) for text in (identity.remote or "", identity.name) if text)
    lookup = build_lookup(facts.extracts, facts.files, paths, mains, named)
    commands = classify_repository(facts.extracts, lookup)
    scenery = Scenery(
        facts=facts,
        folders=folders,
        mains=mains,
        own_files=_own_files(facts, frozenset(paths)),
        serving=_serving(facts, folders),
        commands=commands,
        images=_images(facts, commands, lookup),
        python_lines={
            path: python_lines(e.dockerfile, lookup.builds(path))
            for path, e in facts.extracts.items()
            if e.dockerfile is not None
        },
        tools=_tools(facts, folders, commands),
        verdicts=judge_locks(facts) if verdicts is None else verdicts,
        local=_local_names(folders),
        bringers=bringers(folders),
        workloads=workloads_of(paths, facts.extracts.values()),
    )
    projects = tuple(_with_public(describe_project(folder, scenery), config) for folder in folders)
    is_python = _is_python(projects, facts)
    if not is_python:
        projects = tuple(_beside_the_product(p, config.role_of(identity.id, p.path) is not None) for p in projects)
    decisions = _decisions(projects, facts) if is_python else ()
    return Repository(
        id=identity.id,
        name=identity.name,
        location=identity.location,
        commit=identity.commit,
        branch=identity.branch,
        committed_at=identity.committed_at,
        state="not-python" if not is_python else ("needs-decision" if decisions else "classified"),
        is_python=is_python,
        owners=identity.owners or config.owners_of(identity.id) or owners_of(facts),
        criticality=_criticality(identity, config, facts),
        last_activity=identity.committed_at[:10] if identity.committed_at else None,
        ci=tuple(sorted({e.ci for e in facts.extracts.values() if e.ci is not None})),
        tools=scenery.tools,
        images=scenery.images,
        commands=tuple(c for c in commands if not is_aside(c)),
        errors=_errors(facts),
        projects=projects,
        references=references_of(facts.extracts.values(), commands),
        remote=identity.remote,
        tags=identity.tags,
        decisions=decisions,
        files=len(facts.files),
        aside=_left_aside(facts, folders),
    )


def _with_public(project: Project, config: Config) -> Project:
    """The project with the indexes that the configuration calls public under the name that tools give that one."""
    if not any(config.is_public_index(index.url) for index in project.indexes):
        return project
    named = (replace(i, name="pypi") if config.is_public_index(i.url) else i for i in project.indexes)
    return replace(project, indexes=tuple(named))


def _without_foreign_jobs(facts: RepoFacts) -> RepoFacts:
    """The facts without ``.gitlab-ci.yml`` of folders where the repository has no pipeline that could include them."""
    if any(extract.ci == "gitlab-ci" for extract in facts.extracts.values()):
        return facts
    foreign = {p for p in facts.extracts if "/" in p and posixpath.basename(p) in (".gitlab-ci.yml", ".gitlab-ci.yaml")}
    kept = {path: extract for path, extract in facts.extracts.items() if path not in foreign}
    return replace(facts, extracts=kept) if foreign else facts


def failed(identity: Identity, code: str, message: str) -> Repository:
    """The entry of a repository that could not be read at all."""
    return Repository(
        id=identity.id,
        name=identity.name,
        location=identity.location,
        commit=identity.commit,
        branch=identity.branch,
        committed_at=identity.committed_at,
        state="failed",
        is_python=False,
        owners=identity.owners,
        errors=(Error(path=None, line=None, code=code, message=message),),
        remote=identity.remote,
        tags=identity.tags,
    )


def _own_files(facts: RepoFacts, paths: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """All files by the project that they are nearest to."""
    found: dict[str, list[str]] = {}
    for path in sorted(facts.files):
        if (owner := owner_of(path, paths)) is not None:
            found.setdefault(owner, []).append(path)
    return {owner: tuple(files) for owner, files in found.items()}


def _serving(facts: RepoFacts, folders: tuple[Folder, ...]) -> dict[str, tuple[Extract, ...]]:
    """What was read, by the project that it serves.

    A file serves the project that it is nearest to. One in a hidden folder, or outside of all projects, serves the
    repository: its root project, or the only main one.
    """
    paths = frozenset(f.path for f in folders)
    mains = [f.path for f in folders if f.role == "main"]
    whole = mains[0] if len(mains) == 1 else ("." if "." in mains else None)
    found: dict[str, list[Extract]] = {}
    for path, extract in facts.extracts.items():
        owner = owner_of(path, paths)
        hidden = whole if path.startswith(".") or owner is None else None
        for served in {owner, hidden} - {None}:
            found.setdefault(str(served), []).append(extract)
    return {owner: tuple(extracts) for owner, extracts in found.items()}


def _criticality(identity: Identity, config: Config, facts: RepoFacts) -> Criticality | None:
    chosen = identity.criticality or config.criticality_of(identity.id) or criticality_of(facts)
    return cast("Criticality | None", chosen)


def _errors(facts: RepoFacts) -> tuple[Error, ...]:
    return tuple(
        Error(path=None if p.at.path == "." else p.at.path, line=p.at.line, code=p.code, message=p.message)
        for p in facts.problems
    )


def _local_names(folders: tuple[Folder, ...]) -> frozenset[str]:
    return frozenset(str(canonicalize_name(m.name)) for f in folders for m in f.manifests if m.name)


def _images(facts: RepoFacts, commands: tuple[Command, ...], lookup: Lookup) -> tuple[Image, ...]:
    in_images = [c for c in commands if c.context == "image"]
    return tuple(
        grade(path, extract.dockerfile, in_images, lookup)
        for path, extract in facts.extracts.items()
        if extract.dockerfile is not None and not extract.template
    )


_SIDE_ROLES = ("fixture", "example")


def _tools(facts: RepoFacts, folders: tuple[Folder, ...], commands: tuple[Command, ...]) -> tuple[Tool, ...]:
    aside = [f.path for f in folders if f.role in _SIDE_ROLES]
    kept = [e for path, e in facts.extracts.items() if not any(is_inside(path, folder) for folder in aside)]
    requirements = [r for e in kept if e.manifest is not None for r in e.manifest.requirements]
    ours = [c for c in commands if not any(is_inside(c.path, folder) for folder in aside)]
    return tools_in_use(kept, ours, requirements)


def _is_python(projects: tuple[Project, ...], facts: RepoFacts) -> bool:
    """Whether Python is the product, or one of the repository's parts: a scripting or vendored use does not make it."""
    python = python_files(facts)
    mains = [p for p in projects if p.role == "main"]
    if not python:
        return not other_code(facts) and any(p.build_backend or p.requires_python or p.name for p in mains)
    if any(p.publishes or p.build_backend for p in mains):
        return True
    if any(p.dependencies and p.lockfiles for p in mains):
        return True
    if any(p.dependencies for p in mains):
        return len(python) >= 2 or not other_code(facts)
    product = [path for path in python if not is_side_file(path)]
    return bool(product) and python_prevails(facts)


_LIKE_A_MANIFEST = re.compile(
    r"(?i)(?:.*/)?(?:setup\.(?:py|cfg)|pyproject\.toml|pipfile(?:\.lock)?|[^/]*requirements?[^/]*\.(?:txt|in|lock)|[^/]*environment[^/]*\.ya?ml"
    r"|(?:poetry|uv|pdm|pixi)\.lock)"
)


def _left_aside(facts: RepoFacts, folders: tuple[Folder, ...]) -> tuple[Reason, ...]:
    """What looks like a manifest or a lock, was looked at, and belongs to no project, with the reason."""
    taken = {extract.path for folder in folders for extract in folder.extracts}
    found = {path: "its content is something else" for path in facts.aside if _LIKE_A_MANIFEST.fullmatch(path)}
    for path, extract in facts.extracts.items():
        if path in taken or extract.unreadable or not _LIKE_A_MANIFEST.fullmatch(path):
            continue
        if extract.template:
            found[path] = "a template to be rendered"
        elif extract.lock is not None and extract.manifest is None:
            found[path] = "a lock whose manifest is gone"
        elif extract.manifest is not None:
            found[path] = "says nothing of dependencies or of a build"
    return tuple(Reason(message=why, path=path) for path, why in sorted(found.items()))


def _beside_the_product(project: Project, chosen: bool) -> Project:
    """A project of a repository whose product is in another language: at most a tool beside it."""
    if project.role != "main" or chosen:
        return project
    why = Reason(message="the repository's product is not in Python", path=project.manifests[0])
    return replace(project, role="tooling", role_reasons=(why,), kind="unknown", kind_reasons=(why,))


def _decisions(projects: tuple[Project, ...], facts: RepoFacts) -> tuple[Reason, ...]:
    """What only a person can settle: rival locks, a manifest that cannot be read, code that nothing declares."""
    mains = [p for p in projects if p.role == "main"]
    if not mains:
        return (Reason(message="Python files, but no file that declares or locks their dependencies"),)
    found: list[Reason] = []
    for project in mains:
        if project.lock_discipline == "conflicting":
            place = project.discipline_reasons[0].path
            found.append(Reason(message=f"{project.path}: locks of several tools, none an export", path=place))
        if project.primary_manager is None:
            found.append(Reason(message=f"{project.path}: no sign of any package manager", path=project.manifests[0]))
    folders = {p.path for p in mains}
    for problem in facts.problems:
        is_manifest = posixpath.basename(problem.at.path) in ("pyproject.toml", "Pipfile", "setup.cfg")
        unread = is_manifest and problem.code in ("syntax", "conflict-markers")
        if unread and folder_of(problem.at.path) in folders:
            message = f"the manifest cannot be read: {problem.message}"
            found.append(Reason(message=message, path=problem.at.path, line=problem.at.line))
    return tuple(found)
