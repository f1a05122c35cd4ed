"""One project of a repository: everything known of it, drawn together."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from scanner.collect import RepoFacts
from scanner.commands.classify import manager_of
from scanner.discipline import LockState, declared, judge_discipline
from scanner.environment_pythons import Job
from scanner.environments import declared_python, disagreements, environments
from scanner.facts import Extract, Hint, Index, Location, Manifest, PythonVersion, Requirement
from scanner.folder import Folder, folder_of, is_inside, owner_of
from scanner.freshness.verdict import Verdict
from scanner.inventory import (
    Command,
    DeclaredPython,
    Dependency,
    Discipline,
    Evidence,
    Image,
    Lockfile,
    Project,
    Reason,
    Tool,
    UsedIndex,
)
from scanner.kind import kind_of
from scanner.lock_health import indexes_of
from scanner.managers import Managers, find_managers
from scanner.obstacles import obstacles
from scanner.pinned_versions import pinned_versions
from scanner.pipeline import in_side_folder
from scanner.requirement_files import group_of_file, is_dev_file
from scanner.signature import signature
from scanner.toml_reader import table
from scanner.uv_python import version_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What is shared by the projects of one repository; ``local`` are the normalised names of its distributions.

    ``python_lines`` are, by Dockerfile, the lines that say which Python the shipped image runs.
    By project: ``own_files`` (all files nearest to it), ``serving`` (what was read of those, and of the files that
    serve the whole repository), ``bringers`` (the projects that take it by path, so that their install is its own) and
    ``workloads`` (what a cluster does with its image).
    """

    facts: RepoFacts
    folders: tuple[Folder, ...]
    mains: tuple[str, ...]
    own_files: Mapping[str, tuple[str, ...]]
    serving: Mapping[str, tuple[Extract, ...]]
    commands: tuple[Command, ...]
    images: tuple[Image, ...]
    tools: tuple[Tool, ...]
    verdicts: Mapping[str, Verdict]
    local: frozenset[str]
    python_lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    bringers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    workloads: Mapping[str, tuple[Hint, ...]] = field(default_factory=dict)


def describe_project(folder: Folder, scenery: Scenery) -> Project:
    """The inventory's entry for one project."""
    facts = scenery.facts
    root = next((f for f in scenery.folders if f.path == folder.workspace_root), None)
    commands = tuple(c for c in scenery.commands if _serves(c, folder, facts.files))
    managers = find_managers(folder, [c for c in commands if not _is_foreign(c, folder, scenery)], manager_of, root)
    locks = _locks(folder, root, scenery)
    judgement = judge_discipline(folder, managers.primary, locks, facts.extracts, scenery.local)
    runtime, _ = declared(folder, managers.primary, facts.extracts, scenery.local)
    places = {r.key: (r.at.path, r.at.line) for r in reversed(runtime) if r.name}
    kind = kind_of(
        folder, scenery.own_files.get(folder.path, ()), _hints(folder, scenery), places, _readme(folder, scenery)
    )
    jobs: defaultdict[DeclaredPython, set[Job]] = defaultdict(set)
    for python in _pythons(folder, scenery):
        jobs[declared_python(python)].add((python.at.path, python.job))
    pythons = tuple(jobs)
    indexes = _indexes(folder, scenery)
    uv_file = version_file(pythons, folder.path, folder.workspace_root)
    envs = environments(
        primary=managers.primary,
        declared_at=_declared_at(managers, folder),
        locked=_has_lock(managers, locks, judgement.word),
        commands=(*commands, *_brought(folder, commands, scenery)),
        images=_images_of(folder, scenery),
        pythons=pythons,
        indexes=indexes,
        locks=_own_locks(managers, locks),
        uv_python=uv_file,
        jobs={p: named for p, named in jobs.items() if p.kind in ("ci-matrix", "ci-setup")},
    )
    manifest = _naming_manifest(folder)
    backend = _backend(folder)
    return Project(
        path=folder.path,
        role=folder.role,
        name=manifest.name if manifest is not None else None,
        version=manifest.version if manifest is not None else None,
        kind=kind.kind,
        build_backend=backend,
        requires_python=next((m.requires_python for m in folder.manifests if m.requires_python), None),
        package_managers=managers.names,
        primary_manager=managers.primary,
        lock_discipline=judgement.word,
        lockfiles=tuple(_lockfile(state) for state in locks),
        signature=signature(managers, envs, scenery.tools, backend),
        environments=envs,
        disagreements=disagreements(envs, lambda sources: pinned_versions(sources, facts.extracts)),
        python_versions=pythons,
        dependencies=_dependencies(folder),
        publishes=_publishes(folder),
        hashes=judgement.hashes,
        workspace_root=folder.workspace_root,
        manifests=tuple(sorted({e.path for e in folder.extracts})),
        discipline_reasons=judgement.reasons,
        role_reasons=folder.role_reasons,
        kind_reasons=kind.reasons,
        manager_evidence=managers.evidence,
        blockers=obstacles(folder, facts.files),
        indexes=indexes,
        primary_reasons=_why_primary(managers, folder),
        unknowns=tuple(
            Reason(message=f"{g.field}: {g.reason}", path=g.at.path, line=g.at.line)
            for m in folder.manifests
            for g in m.gaps
        ),
    )


def _serves(command: Command, folder: Folder, files: Collection[str]) -> bool:
    """Whether a command is the project's own, names it beside others, or installs every member of its workspace."""
    if command.project == folder.path:
        return True
    if command.kind != "install" or folder.path == ".":
        return False
    every = "--all-packages" in command.argv and command.project == folder.workspace_root
    return every or folder.path in _named_folders(command, files)


def _named_folders(command: Command, files: Collection[str]) -> frozenset[str]:
    """The folders that ``pip install -e a -r b/requirements.txt`` names, one beside the other, from the root."""
    if command.tool not in ("pip", "uv") or "install" not in command.argv:
        return frozenset()
    found: set[str] = set()
    for option, word in pairwise(command.argv):
        path = posixpath.normpath(word.partition("[")[0])
        if option in ("-e", "--editable"):
            found.add(path)
        elif option in ("-r", "--requirement") and path in files:
            found.add(posixpath.dirname(path))
        elif word.startswith("./"):
            found.add(path)
    return frozenset(found)


def _brought(folder: Folder, own: tuple[Command, ...], scenery: Scenery) -> tuple[Command, ...]:
    """CI's commands of the projects around this one that take it by path, where CI does not install it by itself."""
    if any(c.context == "ci" and c.kind == "install" for c in own):
        return ()
    around = _bringers_around(folder, scenery)
    return tuple(c for c in scenery.commands if c.context == "ci" and c.project in around)


def _bringers_around(folder: Folder, scenery: Scenery) -> list[str]:
    """The projects in a folder above that take this one by path: who installs them, installs it."""
    return [path for path in scenery.bringers.get(folder.path, ()) if is_inside(folder.path, path)]


def _is_foreign(command: Command, folder: Folder, scenery: Scenery) -> bool:
    """Whether another project's image installs this one beside itself: it is not how *this* one is managed."""
    owner = owner_of(command.path, scenery.own_files)
    return command.context == "image" and owner not in (None, ".") and not is_inside(folder.path, str(owner))


def _locks(folder: Folder, root: Folder | None, scenery: Scenery) -> tuple[LockState, ...]:
    """The project's own locks; a workspace member's are its root's."""
    holders = [folder] + ([root] if root is not None and root.path != folder.path else [])
    states = []
    for holder in holders:
        for extract in holder.extracts:
            if extract.lock is None and not (extract.unreadable and _is_lock_name(extract.path)):
                continue
            if holder is root and holder is not folder and extract.manifest is not None:
                continue
            verdict = scenery.verdicts[extract.path]
            states.append(LockState(path=extract.path, lock=extract.lock, verdict=verdict))
    return tuple(sorted(states, key=lambda s: s.path))


def _is_lock_name(path: str) -> bool:
    return posixpath.basename(path) == "Pipfile.lock" or path.endswith(".lock")


def _has_lock(managers: Managers, locks: tuple[LockState, ...], discipline: Discipline) -> bool | None:
    """Whether developers have a lock; not known where there is one, but for tests or documentation alone."""
    if managers.primary is None:
        return None
    found = any(state.lock is None or state.lock.export_of is None for state in locks)
    return None if found and discipline in _NOT_LOCKED else found


_NOT_LOCKED = ("unlocked", "partial", "pinned", "pinned-hashes", "none")


def _why_primary(managers: Managers, folder: Folder) -> tuple[Reason, ...]:
    first = _declared_at(managers, folder)
    at = {"path": first.path, "line": first.line} if first is not None else {}
    return (Reason(message=managers.because, **at),)  # type: ignore[arg-type]


def _own_locks(managers: Managers, locks: tuple[LockState, ...]) -> tuple[str, ...]:
    """The lock of the primary manager, from which a developer installs; an export of it may be older."""
    own = (s for s in locks if s.lock is not None and s.lock.tool == managers.primary and s.lock.export_of is None)
    return tuple(s.path for s in own)


def _declared_at(managers: Managers, folder: Folder) -> Evidence | None:
    """Where the primary manager's declaration is: what is built, where else are only commands and development lists."""
    found = managers.evidence.get(managers.primary or "", ())
    built = folder.manifest("pyproject.toml")
    if found and built is not None and all(e.kind == "command" or is_dev_file(e.path) for e in found):
        return Evidence(path=built.path, kind="declaration")
    return found[0] if found else None


def _images_of(folder: Folder, scenery: Scenery) -> list[Image]:
    """The images that install this project.

    Those whose commands serve it, or a project around it that takes it by path; else those that lie in its folder, or
    outside of all projects in a folder above it.
    """
    installing = [c for c in scenery.commands if c.context == "image" and c.kind == "install"]
    mine = {c.path for c in installing if c.project == folder.path}
    if mine:
        return [image for image in scenery.images if image.path in mine]
    around = _bringers_around(folder, scenery)
    if theirs := {c.path for c in installing if c.project in around and not in_side_folder(c.path)}:
        return [image for image in scenery.images if image.path in theirs]
    own = frozenset(scenery.own_files.get(folder.path, ()))
    owned = {c.path for c in installing if c.project is not None}
    return [
        image
        for image in scenery.images
        if image.installs_python
        and (image.path not in owned or (image.path in own and folder.path != "."))
        and (image.path in own or _is_above(image, folder, scenery))
    ]


def _is_above(image: Image, folder: Folder, scenery: Scenery) -> bool:
    """Whether an image is built outside of all projects, in a folder that holds this one below it."""
    home = folder_of(image.path)
    return home != "." and is_inside(folder.path, home) and owner_of(image.path, scenery.own_files) is None


def _pythons(folder: Folder, scenery: Scenery) -> list[PythonVersion]:
    """Declarations in the project's own files, those of the automation that serves it (the nearest project), and those
    of the images that install it, wherever they lie.
    """
    extracts = {extract.path: extract for extract in scenery.serving.get(folder.path, ())}
    known = scenery.facts.extracts
    extracts.update({i.path: known[i.path] for i in _images_of(folder, scenery) if i.path in known})
    declared_there = (p for extract in extracts.values() for p in extract.pythons)
    found = {_as_shipped(p, scenery): None for p in declared_there}
    for manifest in folder.manifests:
        if manifest.requires_python:
            at = manifest.requires_python_at or Location(path=manifest.path)
            found[PythonVersion(version=manifest.requires_python, at=at, kind="requires-python")] = None
    return sorted(found, key=lambda p: (p.at.path, p.at.line or 0, p.version, p.kind))


def _as_shipped(python: PythonVersion, scenery: Scenery) -> PythonVersion:
    """The Python of an image, told from that of a stage which only serves to build it."""
    lines = scenery.python_lines.get(python.at.path)
    aside = python.kind == "image" and lines is not None and python.at.line not in lines
    return replace(python, kind="image-stage") if aside else python


def _hints(folder: Folder, scenery: Scenery) -> list[Hint]:
    serving = scenery.serving.get(folder.path, ())
    own = [hint for extract in serving if extract.format != _README for hint in extract.hints]
    return [*own, *scenery.workloads.get(folder.path, ())]


def _readme(folder: Folder, scenery: Scenery) -> list[Hint]:
    """What the README in the project's own folder calls it."""
    own = [e for e in scenery.serving.get(folder.path, ()) if e.format == _README and folder_of(e.path) == folder.path]
    return [hint for extract in sorted(own, key=lambda e: e.path) for hint in extract.hints]


_README = "readme"


def _indexes(folder: Folder, scenery: Scenery) -> tuple[UsedIndex, ...]:
    found: dict[UsedIndex, None] = {}
    for extract in scenery.serving.get(folder.path, ()):
        manifests = extract.manifest.indexes if extract.manifest is not None else ()
        locks = extract.lock.indexes if extract.lock is not None else ()
        for index in (*extract.indexes, *manifests, *locks):
            found[_used_index(index)] = None
    return tuple(sorted(found, key=lambda i: (i.path, i.line or 0, i.url)))


def _used_index(index: Index) -> UsedIndex:
    return UsedIndex(
        url=index.url,
        kind=index.kind,
        name=index.name,
        credentials=index.credentials,
        path=index.at.path,
        line=index.at.line,
    )


def _naming_manifest(folder: Folder) -> Manifest | None:
    own = [folder.manifest(form) for form in ("pyproject.toml", "setup.cfg", "setup.py", "flit.ini", "pixi.toml")]
    return next((m for m in own if m is not None and m.name), None)


def _backend(folder: Folder) -> str | None:
    """The declared build backend; a setup script without ``[build-system]`` is built by setuptools."""
    for manifest in folder.manifests:
        if manifest.build_backend:
            return manifest.build_backend
    pyproject = folder.manifest("pyproject.toml")
    if pyproject is not None and pyproject.has_build_system:
        return "setuptools.build_meta:__legacy__"
    setup = folder.manifest("setup.py")
    return "setuptools (setup.py)" if setup is not None else None


def _publishes(folder: Folder) -> bool:
    """Whether the project builds a distribution with a name: what others in the fleet can depend on."""
    pyproject = folder.manifest("pyproject.toml")
    if pyproject is not None:
        if table(pyproject.data, "tool", "poetry").get("package-mode") is False:
            return False
        if table(pyproject.data, "tool", "uv").get("package") is False:
            return False
        if pyproject.name and (pyproject.has_build_system or "poetry" in table(pyproject.data, "tool")):
            return True
    return any(
        (m := folder.manifest(form)) is not None and bool(m.name) for form in ("setup.py", "setup.cfg", "flit.ini")
    )


def _lockfile(state: LockState) -> Lockfile:
    lock, verdict = state.lock, state.verdict
    return Lockfile(
        path=state.path,
        tool=lock.tool if lock is not None else _UNREADABLE_TOOL.get(posixpath.basename(state.path), "unknown"),
        format=lock.format if lock is not None else posixpath.basename(state.path),
        written_by=lock.written_by if lock is not None else None,
        status=verdict.status,
        covers=verdict.covers,
        other_versions=dict(verdict.other_versions),
        reasons=verdict.reasons,
        packages=len(lock.packages) if lock is not None else 0,
        hashed_packages=sum(1 for p in lock.packages if p.hashes) if lock is not None else 0,
        export_of=lock.export_of if lock is not None else None,
        written_at=verdict.written_at,
        faults=verdict.faults,
        verified_by=verdict.verified_by,
        indexes=indexes_of(lock) if lock is not None else {},
    )


_UNREADABLE_TOOL = {
    "poetry.lock": "poetry",
    "uv.lock": "uv",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "pixi.lock": "pixi",
    "pylock.toml": "pylock",
}


def _dependencies(folder: Folder) -> tuple[Dependency, ...]:
    """All declared dependencies of the project; pins that a locker wrote are no declarations."""
    compiled = {e.path for e in folder.extracts if e.lock is not None}
    metadata = _metadata_files(folder)
    found = {
        _dependency(requirement, published=manifest.path in metadata): None
        for manifest in folder.manifests
        if manifest.path not in compiled
        for requirement in manifest.requirements
    }
    return tuple(sorted(found, key=lambda d: (d.path, d.line or 0, d.name, d.raw)))


def _metadata_files(folder: Folder) -> frozenset[str]:
    """The files that the metadata of the folder's distribution comes from: its manifest, and what that reads in."""
    if not _publishes(folder):
        return frozenset()
    built = {m.path for m in folder.manifests if m.format in ("pyproject.toml", "setup.py", "setup.cfg")}
    reads = {
        m.path: [i.path for i in m.includes if i.path and i.scope == "runtime" and i.kind != "constraints"]
        for m in folder.manifests
    }
    found, waiting = set(built), list(built)
    while waiting:
        new = set(reads.get(waiting.pop(), ())) - found
        found |= new
        waiting += sorted(new)
    return frozenset(found)


def _dependency(requirement: Requirement, *, published: bool) -> Dependency:
    side = group_of_file(requirement.at.path) if requirement.at.path.endswith((".txt", ".in", ".pip")) else None
    scope = "group" if side is not None and requirement.scope == "runtime" else requirement.scope
    return Dependency(
        name=requirement.name,
        raw=requirement.raw,
        extras=requirement.extras,
        specifier=requirement.specifier,
        marker=requirement.marker,
        scope=scope,
        group=requirement.group or side,
        source=requirement.source,
        url=requirement.url,
        ref=requirement.ref,
        editable=requirement.editable,
        path=requirement.at.path,
        line=requirement.at.line,
        ecosystem=requirement.ecosystem,
        requires_dist=published and scope == "runtime",
    )
