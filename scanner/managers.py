"""Which tools a project's own files use to resolve, lock or install its dependencies, and which of them owns it.

The definitions are the published vocabulary's (``package_managers`` and ``primary_manager``); every sign is kept with
its place, so that a conclusion can be checked by hand.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.facts import Extract, Location, Lock, Manifest
from scanner.folder import Folder
from scanner.inventory import Command, Evidence
from scanner.layout import constraint_files, includes_of, reads_build_file
from scanner.requirement_files import is_dev_file
from scanner.toml_reader import table

LOCK_MANAGERS = {
    "poetry": "poetry",
    "uv": "uv",
    "pdm": "pdm",
    "pipenv": "pipenv",
    "rye": "rye",
    "pip-tools": "pip-tools",
    "hatch-pip-compile": "hatch",
    "pixi": "pixi",
    "conda-lock": "conda",
    "conda": "conda",
}
_DECLARATION_ORDER = (
    "pixi",
    "poetry",
    "pdm",
    "rye",
    "pipenv",
    "uv",
    "hatch",
    "flit",
    "setuptools",
    "pip-tools",
    "pip",
    "conda",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Managers:
    """The set of managers with the evidence for each, the primary one and why it is that."""

    evidence: dict[str, tuple[Evidence, ...]]
    primary: str | None
    because: str
    rivals: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The managers, sorted."""
        return tuple(sorted(self.evidence))


class _Signs:
    """Evidence by tool; of what one file says of one tool the first is kept, of commands each."""

    def __init__(self) -> None:
        self.found: dict[str, dict[tuple[str, int | None], Evidence]] = {}

    def add(self, tool: str, kind: str, at: Location) -> None:
        key = (at.path, at.line if kind == "command" else None)
        self.found.setdefault(tool, {}).setdefault(key, Evidence(path=at.path, line=at.line, kind=kind))


def find_managers(
    folder: Folder,
    commands: Sequence[Command],
    manager_of: Callable[[Command], str | None],
    root: Folder | None = None,
) -> Managers:
    """The managers of one project; ``commands`` are those that serve it, ``root`` its workspace's root, if any."""
    signs = _Signs()
    for extract in folder.extracts:
        _from_file(extract, signs, folder, commands)
    _from_workspace(folder, root, signs)
    tox_runs = any("tox" in map(posixpath.basename, c.argv) for c in commands)
    for command in commands:
        idle = posixpath.basename(command.path) in _TOX_FILES and not tox_runs
        if not idle and (tool := manager_of(command)) is not None:
            signs.add(tool, "command", Location(path=command.path, line=command.line))
    _declaration_only(folder, signs)
    evidence = {tool: tuple(sorted(found.values(), key=_place)) for tool, found in sorted(signs.found.items())}
    primary, because, rivals = _primary(folder, root, evidence, commands, manager_of)
    return Managers(evidence=evidence, primary=primary, because=because, rivals=rivals)


_TOX_FILES = frozenset({"tox.ini", "tox.toml"})  # what their environments install counts where something starts tox


def _place(evidence: Evidence) -> tuple[bool, str, int, str]:
    return (evidence.kind == "command", evidence.path, evidence.line or 0, evidence.kind or "")


def _from_file(extract: Extract, signs: _Signs, folder: Folder, commands: Sequence[Command]) -> None:
    if extract.lock is not None:
        _from_lock(extract.lock, signs, commands)
    elif extract.format != "requirements":
        for signal in extract.signals:
            signs.add(signal.tool, signal.what, signal.at)
    manifest = extract.manifest
    if manifest is None:
        if extract.unreadable:
            _from_broken(extract, signs)
        return
    at = Location(path=manifest.path, line=1)
    if manifest.format == "Pipfile":
        signs.add("pipenv", "Pipfile", at)
    elif manifest.format == "conda":
        signs.add("conda", "environment file", at)
    elif manifest.format == "pixi.toml":
        signs.add("pixi", "pixi.toml", at)
    elif manifest.format == "requirements":
        _from_requirements(extract, manifest, signs, folder, commands)
    elif manifest.format == "pyproject.toml":
        _from_pyproject(manifest, signs)


_BROKEN = {
    "poetry.lock": "poetry",
    "uv.lock": "uv",
    "pdm.lock": "pdm",
    "Pipfile": "pipenv",
    "Pipfile.lock": "pipenv",
    "pixi.lock": "pixi",
    "requirements.txt": "pip",
}


def _from_broken(extract: Extract, signs: _Signs) -> None:
    if (tool := _BROKEN.get(posixpath.basename(extract.path))) is not None:
        signs.add(tool, f"{posixpath.basename(extract.path)} (unreadable)", Location(path=extract.path))


def _from_lock(lock: Lock, signs: _Signs, commands: Sequence[Command]) -> None:
    tool = lock.export_of or _locker(lock, commands)
    if tool in LOCK_MANAGERS.values():
        signs.add(str(tool), lock.format, Location(path=lock.path, line=lock.header_line))


def _locker(lock: Lock, commands: Sequence[Command]) -> str | None:
    """The manager that wrote a lock; a compiled file without a header is uv's where only uv compiles here."""
    if lock.tool == "pip-tools" and not lock.command:
        compiling = {c.tool for c in commands if c.kind == "lock" and c.tool in ("uv", "pip-tools")}
        if compiling == {"uv"}:
            return "uv"
    if lock.tool == "pylock":
        return lock.written_by if lock.written_by in LOCK_MANAGERS else None
    return LOCK_MANAGERS.get(lock.format) or LOCK_MANAGERS.get(lock.tool)


def _from_requirements(
    extract: Extract, manifest: Manifest, signs: _Signs, folder: Folder, commands: Sequence[Command]
) -> None:
    if extract.lock is not None or _is_constraints(manifest, folder) or _is_compiled_input(manifest, folder):
        return
    compiled = any(c.tool == "pip-tools" or (c.kind == "lock" and c.tool == "uv") for c in commands)
    if manifest.path.endswith(".in") and compiled:
        return  # into a file that is not committed
    if manifest.requirements or manifest.includes:
        signs.add("pip", "requirements file", Location(path=manifest.path, line=1))


def _is_constraints(manifest: Manifest, folder: Folder) -> bool:
    named = posixpath.basename(manifest.path).lower().startswith("constraint")
    return named or manifest.path in constraint_files(folder.extracts)


def _is_compiled_input(manifest: Manifest, folder: Folder) -> bool:
    """Whether a locker turned this file into another one: its pair is the locker's, not pip's.

    A command without inputs takes ``requirements.in``; a compiled file without any command, the ``.in`` of its name.
    """
    for lock in (e.lock for e in folder.extracts if e.lock is not None and e.manifest is not None):
        beside = posixpath.splitext(lock.path)[0] + ".in"
        standard = posixpath.join(posixpath.dirname(lock.path), "requirements.in")
        taken = _with_included(lock.inputs, folder) if lock.inputs else {standard}
        if manifest.path in taken | {beside}:
            return True
    return False


def _with_included(paths: Iterable[str], folder: Folder) -> set[str]:
    """Files, and those that they take in by ``-r``."""
    includes = {e.path: includes_of(e) for e in folder.extracts}
    found: set[str] = set()
    queue = list(paths)
    while queue:
        if (path := queue.pop()) not in found:
            found.add(path)
            queue.extend(i.path for i in includes.get(path, ()) if i.kind == "requirements" and i.path is not None)
    return found


def _from_pyproject(manifest: Manifest, signs: _Signs) -> None:
    data = manifest.data
    poetry = table(data, "tool", "poetry")
    for key in ("dependencies", "dev-dependencies", "group"):
        if key in poetry:
            signs.add("poetry", f"[tool.poetry.{key}]", _at(manifest, f"tool.poetry.{key}"))
            break
    for tool, harmless in (("pdm", {"build", "version"}), ("uv", {"build-backend"})):
        if keys := sorted(set(table(data, "tool", tool)) - harmless):
            at = _at(manifest, f"tool.{tool}.{keys[0]}", f"tool.{tool}")
            signs.add(tool, f"[tool.{tool}] {', '.join(keys[:3])}", at)
    if "rye" in table(data, "tool"):
        signs.add("rye", "[tool.rye]", _at(manifest, "tool.rye"))
    if "pixi" in table(data, "tool"):
        signs.add("pixi", "[tool.pixi]", _at(manifest, "tool.pixi"))
    if "envs" in table(data, "tool", "hatch"):
        signs.add("hatch", "[tool.hatch.envs]", _at(manifest, "tool.hatch.envs"))


def _at(manifest: Manifest, *names: str) -> Location:
    for name in names:
        if (found := manifest.table(name)) is not None:
            return found.at
    return Location(path=manifest.path)


def _from_workspace(folder: Folder, root: Folder | None, signs: _Signs) -> None:
    if root is None or root.path == folder.path or folder.workspace_tool is None:
        return
    tool = folder.workspace_tool
    if tool in LOCK_MANAGERS:
        place = next((m for m in root.manifests if m.workspace is not None), None)
        at = place.workspace.at if place is not None and place.workspace is not None else Location(path=root.path)
        signs.add(tool, f"member of the {tool} workspace", at)


def _declaration_only(folder: Folder, signs: _Signs) -> None:
    """``setuptools`` and bare ``[project]`` declarations count only where no other manager's manifest declares."""
    place = declared_by_setuptools(folder)
    if place is not None and not _declaring_managers(signs) and not _declared_in_requirements(folder):
        signs.add("setuptools", "dependencies in the setup script", place)
    manifest = folder.manifest("pyproject.toml")
    if signs.found.keys() == {"conda"} and manifest is not None and _standard_runtime(manifest):
        signs.add("pip", "[project] dependencies beside the conda environment", _at(manifest, "project"))
    if signs.found:
        return
    if manifest is not None and (manifest.table("project") or manifest.table("tool.flit")):
        signs.add("pip", "[project] and no other manager", _at(manifest, "project", "tool.flit"))
    elif (listed := next((m for m in folder.manifests if m.format == "requirements"), None)) is not None:
        signs.add("pip", "requirements file without requirements", Location(path=listed.path, line=1))
    elif (setup := folder.manifest("setup.py") or folder.manifest("setup.cfg")) is not None:
        if setup.includes:
            signs.add("pip", "the setup script reads a requirements file", setup.includes[0].at)
        else:
            signs.add("setuptools", "setup script", Location(path=setup.path, line=1))


def _standard_runtime(manifest: Manifest) -> bool:
    return manifest.table("project") is not None and any(r.scope == "runtime" for r in manifest.requirements)


def _declared_in_requirements(folder: Folder) -> bool:
    """Whether requirements files hold all that the setup script declares, a Pipfile most of it or the project itself,
    or a locker compiles from it.
    """
    names = {r.key for m in _setup_scripts(folder) for r in m.requirements if r.scope == "runtime"}
    held: set[str] = set()
    for extract in folder.extracts:
        if extract.lock is not None and _is_compiled(extract) and reads_build_file(extract.lock, folder):
            return True
        manifest = extract.manifest
        listed = manifest is not None and manifest.format == "requirements" and not is_dev_file(manifest.path)
        if manifest is not None and listed:
            held.update(r.key for r in manifest.requirements)
    return names <= held or _declared_in_pipfile(folder, names, held)


def _declared_in_pipfile(folder: Folder, names: set[str], held: set[str]) -> bool:
    pipfile = folder.manifest("Pipfile")
    if pipfile is None:
        return False
    itself = any(r.source == "path" and r.url in (".", "./") for r in pipfile.requirements)
    return itself or 2 * len(names & (held | {r.key for r in pipfile.requirements})) > len(names)


def _is_compiled(extract: Extract) -> bool:
    return extract.lock is not None and extract.manifest is not None and extract.lock.export_of is None


def _setup_scripts(folder: Folder) -> list[Manifest]:
    return [m for form in ("setup.py", "setup.cfg") if (m := folder.manifest(form)) is not None]


def _declaring_managers(signs: _Signs) -> bool:
    """Whether another manager's own manifest declares the dependencies (a requirements file is not one)."""
    manifests = (found for tool, found in signs.found.items() if tool in {"poetry", "pdm", "pixi", "rye"})
    return any(evidence.kind != "command" for found in manifests for evidence in found.values())


def declared_by_setuptools(folder: Folder) -> Location | None:
    """Where ``setup.py``/``setup.cfg`` itself writes the runtime dependencies, if it does."""
    written = (r.at for m in _setup_scripts(folder) for r in m.requirements if r.scope == "runtime")
    return next(written, None)


def _primary(
    folder: Folder,
    root: Folder | None,
    evidence: dict[str, tuple[Evidence, ...]],
    commands: Sequence[Command],
    manager_of: Callable[[Command], str | None],
) -> tuple[str | None, str, tuple[str, ...]]:
    owners = _lock_owners(folder, commands) or (_lock_owners(root, commands) if root is not None else ())
    owners = tuple(tool for tool in owners if tool in evidence)
    if len(owners) == 1:
        return owners[0], "owns the lock", ()
    if owners:
        used = _most_used(owners, commands, manager_of)
        rivals = tuple(tool for tool in owners if tool != used)
        return used, f"several locks; the one that the automation uses most of {', '.join(owners)}", rivals
    declared = [tool for tool in _DECLARATION_ORDER if tool in evidence and _declares(folder, tool, evidence)]
    if declared[:1] == ["hatch"] and "uv" in evidence and not any(e.kind == "command" for e in evidence["hatch"]):
        return "uv", "the automation uses it, and nothing runs Hatch's environments", ()
    if declared[:1] == ["pip"] and "uv" in evidence and _only_synced(folder, commands):
        return "uv", "all that is installed is synced from [project], and nothing installs the requirements files", ()
    if declared[:1] == ["pip"] and "conda" in declared and _only_conda_runs(folder):
        return "conda", "its environment is all that declares what is needed at run time", ()
    if declared and declared[0] in ("pip", "setuptools") and _is_held_by_conda(folder, declared[0]):
        return "conda", f"its environment holds all that {declared[0]} declares", ()
    if declared:
        return declared[0], "owns the declaration", ()
    rest = [tool for tool in _DECLARATION_ORDER if tool in evidence]
    return (rest[0], "the only sign there is", ()) if rest else (None, "no sign of any manager", ())


def _only_synced(folder: Folder, commands: Sequence[Command]) -> bool:
    """Whether every install is uv's, of the project that ``[project]`` declares."""
    standard = folder.manifest("pyproject.toml")
    if standard is None or not _standard_runtime(standard):
        return False
    installs = [c for c in commands if c.kind == "install"]
    return bool(installs) and all(c.tool == "uv" and c.source == standard.path for c in installs)


def _only_conda_runs(folder: Folder) -> bool:
    """Whether nothing but a conda environment says what is needed at run time, and that is known.

    ``[project]`` without dependencies says that nothing is.
    """
    standard = folder.manifest("pyproject.toml")
    if standard is not None and standard.table("project") is not None:
        return False
    if any(gap.field in ("dependencies", "install_requires") for m in folder.manifests for gap in m.gaps):
        return False
    needs = [(m.format, r) for m in folder.manifests for r in m.requirements if r.scope == "runtime"]
    return {form for form, r in needs if not is_dev_file(r.at.path)} == {"conda"}


def _is_held_by_conda(folder: Folder, other: str) -> bool:
    """Whether a conda environment has every package that ``other`` declares for run time."""
    environments = [m for m in folder.manifests if m.format == "conda" and not is_dev_file(m.path)]
    held = {r.key for m in environments for r in m.requirements}
    declaring = (
        _setup_scripts(folder)
        if other == "setuptools"
        else [m for m in folder.manifests if m.format in ("requirements", "pyproject.toml") and not is_dev_file(m.path)]
    )
    names = {r.key for m in declaring for r in m.requirements if r.scope == "runtime"} - _PACKAGING
    return bool(names) and names <= held


_PACKAGING = frozenset({"pip", "setuptools", "wheel"})


def _lock_owners(folder: Folder, commands: Sequence[Command]) -> tuple[str, ...]:
    """The managers whose locks stand here: full locks first, compiled runtime files else, development ones last.

    Those for development own nothing where a build declares what is needed at run time.
    """
    full: list[str] = []
    compiled: list[str] = []
    development: list[str] = []
    for extract in folder.extracts:
        lock = extract.lock
        if lock is None or lock.export_of is not None:
            continue
        tool = _locker(lock, commands)
        if tool is None:
            continue
        if extract.manifest is None:
            full.append(tool)
        else:
            (development if is_dev_file(lock.path) else compiled).append(tool)
    broken = (posixpath.basename(e.path) for e in folder.extracts if e.unreadable)
    full.extend(_BROKEN[name] for name in broken if name in _BROKEN and name.endswith(".lock"))
    built = any(r.scope == "runtime" for m in folder.manifests if m.path.endswith(_BUILD_FILES) for r in m.requirements)
    for group in (full, compiled, () if built else development):
        if group:
            return tuple(sorted(set(group)))
    return ()


_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def _most_used(tools: Iterable[str], commands: Sequence[Command], manager_of: Callable[[Command], str | None]) -> str:
    order = {"uv": 0, "poetry": 1, "pdm": 2, "pixi": 3, "rye": 4, "pipenv": 5, "pip-tools": 6, "conda": 7}
    count = {tool: sum(1 for c in commands if manager_of(c) == tool) for tool in tools}
    return min(count, key=lambda tool: (-count[tool], order.get(tool, 9), tool))


def _declares(folder: Folder, tool: str, found: Mapping[str, tuple[Evidence, ...]]) -> bool:
    """Whether there is more than commands for this manager; for pip beside conda, that ``[project]`` is built."""
    evidence, only_conda_beside = found[tool], tool == "pip" and found.keys() <= {"pip", "conda"}
    if all(e.kind == "command" for e in evidence):
        built = folder.manifest("pyproject.toml")
        if tool == "flit":
            return built is not None and (built.build_backend or "").startswith("flit") and _only_side_files(folder)
        return only_conda_beside and built is not None and built.has_build_system and built.table("project") is not None
    if tool == "uv":
        manifest = folder.manifest("pyproject.toml")
        if manifest is None or table(manifest.data, "tool", "uv").keys() - {"pip"}:
            return manifest is not None
        listed = any(m.format == "requirements" and not is_dev_file(m.path) for m in folder.manifests)
        return manifest.table("project") is not None and not (listed and not manifest.requirements)
    return True


def _only_side_files(folder: Folder) -> bool:
    """Whether every requirements file here serves development: what is needed at run time stands elsewhere."""
    return all(is_dev_file(m.path) for m in folder.manifests if m.format == "requirements")
