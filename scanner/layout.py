"""Which folders of a repository are projects, which files belong to each, and in which role they stand.

The words are those of the published vocabulary: a project is a folder that declares or locks Python dependencies, or
builds a Python distribution; requirements under ``requirements/`` (or ``deps/``, ``reqs/``) belong to the folder above.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from scanner.collect import RepoFacts
from scanner.facts import Extract, Include, Lock, Requirement, Workspace, normal_name
from scanner.folder import Folder, folder_of, is_inside, owner_of
from scanner.inventory import Reason
from scanner.mains import settle
from scanner.requirement_files import REQUIREMENT_FOLDERS
from scanner.roles import BUILD_FILES, builds, is_side_file, role_of


@dataclass(slots=True)
class _Draft:
    path: str
    extracts: list[Extract] = field(default_factory=list)


def lay_out(facts: RepoFacts, role_override: Callable[[str], str | None] = lambda _path: None) -> tuple[Folder, ...]:
    """The projects of a repository, root first, then by path."""
    drafts = _drafts(facts)
    spaces = _workspaces(drafts)
    taken = _taken(drafts, facts)
    folders = []
    for path in sorted(drafts, key=lambda p: (p != ".", p)):
        root, tool = _workspace_of(path, spaces)
        role, reason = role_of(path, drafts[path].extracts, member=root is not None or path in taken, facts=facts)
        if role == "main" and root is None and path in taken and path != ".":
            reason = "a main project takes it by path"
        if (forced := role_override(path)) is not None:
            role, reason = forced, "set in the configuration"  # type: ignore[assignment]
        folders.append(
            Folder(
                path=path,
                role=role,
                role_reasons=(Reason(message=reason, path=_most_telling(drafts[path]).path),),
                extracts=tuple(drafts[path].extracts),
                workspace_root=root,
                workspace_tool=tool,
            )
        )
    return settle(folders, facts)


def _most_telling(draft: _Draft) -> Extract:
    """The file that stands for a project: what builds it before what lists requirements, a lock last."""
    order = {
        form: rank
        for rank, form in enumerate(("pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile", "pixi.toml"))
    }
    return min(draft.extracts, key=lambda e: (e.manifest is None, order.get(e.format, 9), e.path))


def _drafts(facts: RepoFacts) -> dict[str, _Draft]:
    """Files by the project folder that they belong to; a folder whose files say nothing makes no project."""
    drafts: dict[str, _Draft] = {}
    for extract in facts.extracts.values():
        if _makes_a_project(extract):
            home = _home(extract, facts)
            drafts.setdefault(home, _Draft(home)).extracts.append(extract)
    told = {path: draft for path, draft in drafts.items() if not all(_says_nothing(e) for e in draft.extracts)}
    return {path: draft for path, draft in told.items() if not _is_left_over(draft, told)}


_NEEDS_A_MANIFEST = frozenset({"poetry", "pipenv", "pdm", "uv"})


def _is_left_over(draft: _Draft, drafts: Mapping[str, _Draft]) -> bool:
    """Whether there is nothing but a lock whose manifest is gone, inside of a project that has one."""
    for extract in draft.extracts:
        if extract.lock is None or extract.manifest is not None or extract.lock.tool not in _NEEDS_A_MANIFEST:
            return False
    above = folder_of(draft.path) if draft.path != "." else None
    around = drafts.get(owner_of(above, drafts) or "") if above is not None else None
    return around is not None and any(e.manifest is not None for e in around.extracts)


def _makes_a_project(extract: Extract) -> bool:
    if extract.template:
        return False
    if extract.unreadable:
        return posixpath.basename(extract.path) in _UNREADABLE_MANIFESTS or extract.path.endswith(".lock")
    manifest = extract.manifest
    lists_nothing = manifest is not None and not (manifest.requirements or manifest.includes or extract.lock)
    if lists_nothing and extract.format == "requirements" and "/" in extract.path:
        return False  # a list of comments in some folder
    is_script_lock = extract.path.endswith(".py.lock")
    return (extract.manifest is not None or extract.lock is not None) and not is_script_lock


_UNREADABLE_MANIFESTS = frozenset(
    {"pyproject.toml", "Pipfile", "Pipfile.lock", "setup.py", "setup.cfg", "requirements.txt"}
)


def _home(extract: Extract, facts: RepoFacts) -> str:
    """The project folder of a file: its own folder, or the one above ``requirements/`` and the like."""
    folder = folder_of(extract.path)
    manifest = extract.manifest
    if manifest is None or manifest.format not in ("requirements", "conda"):
        return folder
    parent = folder_of(folder)
    if manifest.format == "conda" and posixpath.basename(folder) in _CONDA_FOLDERS and _has_own_manifest(parent, facts):
        return parent
    if not _holds_requirements(folder, facts) and _holds_requirements(parent, facts):
        folder = parent
    while _holds_requirements(folder, facts):
        folder = folder_of(folder)
    if posixpath.basename(folder) == "src" and not _has_own_manifest(folder, facts):
        above = folder_of(folder)
        return above if _has_own_manifest(above, facts) else folder
    return _around_package(folder, facts) or folder


_CONDA_FOLDERS = frozenset({"conda", "conda-env", "conda-envs", "conda_env", "conda_envs", "environments", "envs"})


def _around_package(folder: str, facts: RepoFacts) -> str | None:
    """The project that ships ``folder``, where that is an importable package and the folder above it builds one."""
    if is_side_file(posixpath.join(folder, "__init__.py")):
        return None
    above = folder
    while above != "." and posixpath.join(above, "__init__.py") in facts.files and not _has_own_manifest(above, facts):
        above = folder_of(above)
    if above == folder:
        return None
    for home in (above, folder_of(above)) if posixpath.basename(above) == "src" else (above,):
        if any(builds(facts.extracts.get(posixpath.normpath(posixpath.join(home, name)))) for name in BUILD_FILES):
            return home
    return None


def _holds_requirements(folder: str, facts: RepoFacts) -> bool:
    return posixpath.basename(folder) in REQUIREMENT_FOLDERS and not _has_own_manifest(folder, facts)


def _has_own_manifest(folder: str, facts: RepoFacts) -> bool:
    names = ("pyproject.toml", "setup.py", "Pipfile")
    return any(posixpath.normpath(posixpath.join(folder, name)) in facts.extracts for name in names)


def _says_nothing(extract: Extract) -> bool:
    manifest = extract.manifest
    if extract.unreadable or extract.lock is not None or manifest is None:
        return False
    return manifest.format == "pyproject.toml" and not manifest.tables


def _workspaces(drafts: Mapping[str, _Draft]) -> dict[str, Workspace]:
    return {
        path: extract.manifest.workspace
        for path, draft in drafts.items()
        for extract in draft.extracts
        if extract.manifest is not None and extract.manifest.workspace is not None
    }


def _taken(drafts: Mapping[str, _Draft], facts: RepoFacts) -> frozenset[str]:
    """The folders that main projects take by path to run: members in all but name (Poetry), directly or through one.

    What the root needs by path is taken whatever it is; what takes another below it must be a main project itself.
    """
    found: set[str] = set()
    waiting = [
        path
        for path in drafts
        if path == "." or role_of(path, drafts[path].extracts, member=False, facts=facts)[0] == "main"
    ]
    while waiting:
        new = {t for t in _needed_by_path(drafts[waiting.pop()]) if t in drafts} - found
        found |= new
        waiting += sorted(new)
    return frozenset(found)


def _needed_by_path(draft: _Draft) -> Iterator[str]:
    for manifest in (e.manifest for e in draft.extracts if e.manifest is not None):
        for requirement in manifest.requirements:
            target = _target(requirement) if requirement.source == "path" and requirement.scope == "runtime" else None
            if target is not None:
                yield target


def bringers(folders: Iterable[Folder]) -> dict[str, tuple[str, ...]]:
    """By project, those that take it by path or as a member of their workspace, directly or through another one."""
    folders = tuple(folders)
    named = {(f.workspace_root, m_key): f.path for f in folders for m_key in _keys_of(f)}
    taken: dict[str, set[str]] = {}
    for folder in folders:
        for requirement in (r for m in folder.manifests for r in m.requirements if r.scope in ("runtime", "group")):
            if requirement.source != "path":
                continue
            target = (
                named.get((folder.workspace_root, requirement.key)) if requirement.workspace else _target(requirement)
            )
            if target is not None and target != folder.path:
                taken.setdefault(target, set()).add(folder.path)
    return {path: tuple(sorted(_all_above(path, taken) - {path})) for path in sorted(taken)}


def _keys_of(folder: Folder) -> set[str]:
    return {normal_name(m.name) for m in folder.manifests if m.name}


def _target(requirement: Requirement) -> str | None:
    if not requirement.url or "$" in requirement.url:
        return None
    return posixpath.normpath(posixpath.join(folder_of(requirement.at.path), requirement.url.removeprefix("file:")))


def _all_above(path: str, taken: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = [path]
    while queue:
        for above in taken.get(queue.pop(), ()):
            if above not in found:
                found.add(above)
                queue.append(above)
    return found


def _workspace_of(path: str, spaces: Mapping[str, Workspace]) -> tuple[str | None, str | None]:
    """The workspace root that ``path`` is a member of (the nearest), and the tool that says so."""
    for root in sorted(spaces, key=lambda r: -len(r) if r != "." else 0):
        space = spaces[root]
        if path == root:
            return root, space.tool
        if not is_inside(path, root):
            continue
        inner = path if root == "." else path[len(root) + 1 :]
        if _glob_fits(inner, space.members) and not _glob_fits(inner, space.exclude):
            return root, space.tool
    return None, None


def _glob_fits(path: str, patterns: Iterable[str]) -> bool:
    """Shell globs by path parts: ``*`` stays within one part, ``**`` spans several."""
    return any(_parts_fit(path.split("/"), posixpath.normpath(pattern).split("/")) for pattern in patterns)


def _parts_fit(parts: list[str], pattern: list[str]) -> bool:
    reachable = {0}
    for wanted in pattern:
        if wanted == "**":
            reachable = set(range(min(reachable, default=len(parts) + 1), len(parts) + 1))
        else:
            reachable = {i + 1 for i in reachable if i < len(parts) and fnmatchcase(parts[i], wanted)}
    return len(parts) in reachable


def reads_build_file(lock: Lock, folder: Folder) -> bool:
    """Whether a compiled file was made from the project's own declaration, ``pyproject.toml`` or the setup script.

    pip-compile without arguments takes ``requirements.in``, else that declaration.
    """
    if lock.inputs or not lock.command:
        return any(posixpath.basename(name) in BUILD_FILES for name in lock.inputs)
    return posixpath.normpath(posixpath.join(folder.path, "requirements.in")) not in {e.path for e in folder.extracts}


def constraint_files(extracts: Iterable[Extract]) -> frozenset[str]:
    """The files that others take as constraints (``-c``), whatever they are called."""
    return frozenset(
        include.path
        for extract in extracts
        for include in includes_of(extract)
        if include.kind == "constraints" and include.path is not None
    )


def includes_of(extract: Extract) -> tuple[Include, ...]:
    """All includes of a file, whether its manifest or the file itself states them."""
    return (*extract.includes, *(extract.manifest.includes if extract.manifest else ()))
