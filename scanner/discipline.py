"""How disciplined a project is about exact versions: the one word of the vocabulary, with its reasons."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.facts import Extract, Lock, Manifest, Requirement
from scanner.folder import Folder, folder_of
from scanner.freshness.verdict import Verdict
from scanner.inventory import Discipline, Reason
from scanner.layout import constraint_files, includes_of, reads_build_file
from scanner.requirement_files import is_dev_file
from scanner.rivals import differences

_CONDA_EXPORT = re.compile(r"[^\s=<>!~|,]{1,200}=(?P<version>[^\s=<>!~|,]{1,100})(?P<build>=[^\s=<>!~|,]{1,100})?")
_CONDA_SERIES = re.compile(r"\d+(?:\.\d+)?(?:\.\*)?")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The word, why, and whether any requirements file of the project carries hashes."""

    word: Discipline
    reasons: tuple[Reason, ...]
    hashes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LockState:
    """A lock that may cover the project, with its verdict; ``lock`` is ``None`` for one that could not be read."""

    path: str
    lock: Lock | None
    verdict: Verdict


def judge_discipline(
    folder: Folder,
    primary: str | None,
    locks: tuple[LockState, ...],
    extracts: Mapping[str, Extract],
    local: frozenset[str],
) -> Judgement:
    """The lock discipline of one project.

    ``locks`` are its own locks and, for a workspace member, its root's; ``local`` are the normalised names of the
    repository's own distributions, which are no third-party dependencies.
    """
    runtime, development = declared(folder, primary, extracts, local)
    hashes = any(r.hashes for m in folder.manifests if m.format == "requirements" for r in m.requirements)
    considered = runtime or development
    if not considered and not _gap(folder, runtime) and _says_none(folder, locks, local):
        reason = Reason(message="no third-party dependency is declared", path=folder.extracts[0].path)
        return Judgement(word="none", reasons=(reason,), hashes=hashes)
    covering = _covering(_without_unread(locks, folder), runtime, folder)
    if covering:
        word, reasons = _of_locks(covering, _unlocked_in_all(covering, runtime))
        if word is not None:
            return Judgement(word=word, reasons=reasons, hashes=hashes)
    if gap := _gap(folder, runtime):
        return Judgement(word="unknown", reasons=(gap,), hashes=hashes)
    if not considered:
        reason = Reason(message="no third-party dependency is declared", path=folder.extracts[0].path)
        return Judgement(word="none", reasons=(reason,), hashes=hashes)
    word, reasons = _of_pins(considered, "runtime" if runtime else "development")
    if locks and not covering:
        nothing = all(s.lock is not None and _holds_nothing(s.lock) for s in locks)
        what = "its lock holds no package" if nothing else "its locks serve only development, tests or docs"
        side = Reason(message=what, path=locks[0].path)
        reasons = (*reasons, side)
    return Judgement(word=word, reasons=reasons, hashes=hashes)


def _says_none(folder: Folder, locks: tuple[LockState, ...], local: frozenset[str]) -> bool:
    """Whether the project's own declaration is known, is empty, and its locks hold nothing from elsewhere."""
    if any(e.unreadable for e in folder.extracts) or not any(m.format != "requirements" for m in folder.manifests):
        return False
    return all(p.source == "path" or p.key in local for s in locks if s.lock for p in s.lock.packages)


def _without_unread(locks: tuple[LockState, ...], folder: Folder) -> tuple[LockState, ...]:
    """The locks without a workspace member's own: its tool reads the root's and leaves that one alone."""
    if folder.workspace_root in (None, folder.path):
        return locks
    roots = {s.lock.tool for s in locks if s.lock is not None and folder_of(s.path) == folder.workspace_root}
    return tuple(
        s
        for s in locks
        if s.lock is None
        or _is_compiled(s.lock)
        or folder_of(s.path) == folder.workspace_root
        or s.lock.tool not in roots
    )


def declared(
    folder: Folder, primary: str | None, extracts: Mapping[str, Extract], local: frozenset[str]
) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """The project's runtime and development requirements, as its primary manager's declaration has them."""
    runtime: list[Requirement] = []
    development: list[Requirement] = []
    sources = [m for m in folder.manifests if m.format != "requirements"]
    for manifest in sources:
        if manifest.format == "conda" and primary not in ("conda", None):
            continue
        for requirement in manifest.requirements:
            if requirement.scope != "build":
                (runtime if requirement.scope == "runtime" else development).append(requirement)
        for include in manifest.includes:
            target = extracts.get(include.path or "")
            if target is not None and target.manifest is not None:
                (runtime if include.scope == "runtime" else development).extend(_with_includes(target, extracts))
    compiled = {e.path for e in folder.extracts if e.lock is not None}
    limiting = constraint_files(folder.extracts)
    files = [m for m in folder.manifests if m.format == "requirements" and not _is_constraints(m.path)]
    files = [m for m in files if m.path not in compiled | limiting]
    development.extend(r for m in files if is_dev_file(m.path) for r in m.requirements)
    installed = [r for m in files if not is_dev_file(m.path) for r in m.requirements]
    if not runtime or _pins_all(installed, runtime):
        runtime = _without_the_pinned(files, installed)
    return _third_party(runtime, local), _third_party(development, local)


def _without_the_pinned(files: list[Manifest], installed: list[Requirement]) -> list[Requirement]:
    """The requirements without those of a file whose every name another one pins (``requirements.txt.lock``)."""
    names = {m.path: {r.key for r in m.requirements} for m in files}
    exact = [m.path for m in files if not is_dev_file(m.path) and all(map(is_pinned, m.requirements))]
    loose = {path for path in names.keys() - set(exact) if any(names[path] <= names[other] for other in exact)}
    return [r for r in installed if r.at.path not in loose]


def _is_constraints(path: str) -> bool:
    return posixpath.basename(path).lower().startswith("constraint")


def _pins_all(installed: list[Requirement], runtime: list[Requirement]) -> bool:
    """Whether a hand-kept requirements file gives the exact version of all that the manifest declares as a range."""
    pinned = {r.key for r in installed if is_pinned(r)}
    return bool(installed) and {r.key for r in runtime} <= pinned and len(pinned) == len({r.key for r in installed})


def _with_includes(extract: Extract, extracts: Mapping[str, Extract]) -> Iterable[Requirement]:
    seen: set[str] = set()
    queue = [extract]
    while queue:
        current = queue.pop()
        if current.path in seen or current.manifest is None:
            continue
        seen.add(current.path)
        yield from current.manifest.requirements
        queue.extend(
            found
            for include in includes_of(current)
            if include.kind == "requirements" and (found := extracts.get(include.path or "")) is not None
        )


def _third_party(requirements: list[Requirement], local: frozenset[str]) -> tuple[Requirement, ...]:
    unique: dict[tuple[object, ...], Requirement] = {}
    for r in requirements:
        if r.source == "path" or (r.name and r.key in local) or r.key == "python":
            continue
        if r.ecosystem == "conda" and r.key == "pip":
            continue
        unique.setdefault((r.key, r.raw, r.at), r)
    return tuple(unique.values())


def _covering(locks: tuple[LockState, ...], runtime: tuple[Requirement, ...], folder: Folder) -> tuple[LockState, ...]:
    """The locks that are about what the discipline is judged by.

    Exports are not, and compiled files for development only where there is nothing better.
    """
    own = [s for s in locks if s.lock is None or s.lock.export_of is None]
    empty = [s for s in own if s.lock is not None and not _is_compiled(s.lock) and _holds_nothing(s.lock)]
    full = [s for s in own if s.lock is None or not _is_compiled(s.lock)]
    if len(empty) < len(full) or _stand_elsewhere(runtime):
        own = [s for s in own if s not in empty]  # a lock of nothing is about nothing
    own.sort(key=lambda s: (is_dev_file(s.path), s.path))
    main = tuple(s for s in own if not _is_side(s) and _is_about(s, runtime, folder))
    return main or tuple(s for s in own if _is_side(s) and s.lock is not None and _is_about(s, runtime, folder))


def _holds_nothing(lock: Lock) -> bool:
    return all(package.source == "path" for package in lock.packages)


def _stand_elsewhere(runtime: tuple[Requirement, ...]) -> bool:
    """Whether all that is needed stands in requirements files, which locks of a manifest do not hold."""
    return bool(runtime) and all(r.at.path.endswith((".txt", ".in", ".pip")) for r in runtime)


def _is_side(state: LockState) -> bool:
    """Whether a requirements file was compiled for development, tests or docs, as its name says."""
    return (state.lock is None or _is_compiled(state.lock)) and is_dev_file(state.path)


def _is_about(state: LockState, runtime: tuple[Requirement, ...], folder: Folder) -> bool:
    """Whether a lock is of the project's runtime dependencies: compiled side files of a library are not."""
    lock = state.lock
    if lock is None or not _is_compiled(lock):
        return True
    own_sources = [m for m in folder.manifests if m.format != "requirements" and m.format != "conda"]
    declared_here = any(r.scope == "runtime" for m in own_sources for r in m.requirements)
    if not declared_here:
        return not (runtime and is_dev_file(lock.path) and not _all_side(folder))
    names = {r.key for r in runtime if r.marker is None}
    held = names & {p.key for p in lock.packages}
    if is_dev_file(lock.path):
        return held == names
    return 3 * len(held) >= 2 * len(names) or reads_build_file(lock, folder)


def _unlocked_in_all(states: tuple[LockState, ...], runtime: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """The runtime requirements that hand-kept inputs forgot: compiled files serve the project and hold them nowhere."""
    locks = [s.lock for s in states if s.lock is not None]
    if not locks or len(locks) < len(states) or not all(map(_is_compiled, locks)):
        return ()
    held = {p.key for lock in locks for p in lock.packages}
    left = [r for r in runtime if r.marker is None and r.name and r.key not in held | _BUILDING]
    return tuple(r for r in left if posixpath.basename(r.at.path) in _BUILD_FILES)


_BUILD_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_BUILDING = frozenset({"pip", "setuptools", "setuptools-scm", "wheel", "cython"})


def _is_compiled(lock: Lock) -> bool:
    return lock.format.startswith(("pip-compile", "hatch-pip-compile", "uv pip compile"))


def _all_side(folder: Folder) -> bool:
    """Whether every requirements file of the project is a development one by name."""
    files = [m.path for m in folder.manifests if m.format == "requirements"]
    return bool(files) and all(is_dev_file(path) for path in files)


def _of_locks(
    states: tuple[LockState, ...], forgotten: tuple[Requirement, ...]
) -> tuple[Discipline | None, tuple[Reason, ...]]:
    tools = {_family(s) for s in states}
    if len(tools) > 1:
        return "conflicting", (*_rivals(states), *differences([s.lock for s in states if s.lock is not None]))
    reasons = tuple(reason for s in states for reason in s.verdict.reasons[:3])
    if any(s.verdict.status == "broken" for s in states):
        return "unknown", reasons or (Reason(message="the lock cannot be read", path=states[0].path),)
    stale = [s for s in states if s.verdict.covers is False or (s.verdict.status == "stale" and not _is_cosmetic(s))]
    if stale:
        return "stale", tuple(r for s in stale for r in s.verdict.reasons[:3])
    undecided = [s for s in states if s.verdict.status == "undecidable" and not s.verdict.covers]
    if undecided:
        return "unknown", tuple(r for s in undecided for r in s.verdict.reasons[:3])
    if forgotten:
        return "stale", tuple(
            Reason(message=f"{as_written(r)} is declared, but no compiled file has it", path=r.at.path, line=r.at.line)
            for r in forgotten[:3]
        )
    return "locked", tuple(Reason(message=_in_step(s), path=s.path) for s in states)


def _in_step(state: LockState) -> str:
    """What is said of a fresh lock: asked is the tool that wrote it, and other versions of it may see it otherwise."""
    message = f"{posixpath.basename(state.path)} is in step with the manifest"
    others = sorted(version for version, status in state.verdict.other_versions.items() if status == "stale")
    return message + (f"; stale for {_family(state)} {', '.join(others)}" if others else "")


def _rivals(states: tuple[LockState, ...]) -> Iterable[Reason]:
    """One reason for each tool: its file, and the tools that lock the same project."""
    for tool in sorted({_family(s) for s in states}):
        path = next(s.path for s in states if _family(s) == tool)
        others = ", ".join(sorted({_family(s) for s in states} - {tool}))
        yield Reason(message=f"{posixpath.basename(path)} is {tool}'s, but {others} locks this project too", path=path)


def _is_cosmetic(state: LockState) -> bool:
    """Whether compiling anew would change comments only: the versions are in step."""
    reasons = state.verdict.reasons
    return bool(reasons) and all(r.message.startswith("annotation only") for r in reasons)


def _family(state: LockState) -> str:
    if state.lock is None:
        return posixpath.basename(state.path)
    return state.lock.tool


def _gap(folder: Folder, runtime: tuple[Requirement, ...]) -> Reason | None:
    """The first dynamic declaration that hides runtime dependencies, when nothing else is known of them."""
    if runtime:
        return None
    for manifest in folder.manifests:
        for gap in manifest.gaps:
            if gap.field in ("dependencies", "install_requires"):
                return Reason(message=f"dependencies are dynamic: {gap.reason}", path=gap.at.path, line=gap.at.line)
    return None


def _of_pins(requirements: tuple[Requirement, ...], which: str) -> tuple[Discipline, tuple[Reason, ...]]:
    exported = _is_conda_export(requirements)
    loose = [r for r in requirements if not (is_pinned(r) or (exported and r.ecosystem == "conda"))]
    if not loose:
        hashed = all(r.hashes for r in requirements if r.source == "index")
        word: Discipline = "pinned-hashes" if hashed and any(r.hashes for r in requirements) else "pinned"
        all_of_them = (
            f"the only {which} requirement is an exact pin"
            if len(requirements) == 1
            else (f"all {len(requirements)} {which} requirements are exact pins")
        )
        return word, (Reason(message=all_of_them, path=requirements[0].at.path),)
    first = loose[0]
    example = Reason(
        message=f"{_how_many(len(loose), len(requirements), which)} not exact, such as {as_written(first)}",
        path=first.at.path,
        line=first.at.line,
    )
    return ("partial" if len(loose) < len(requirements) else "unlocked"), (example,)


def _how_many(some: int, all_of_them: int, which: str) -> str:
    if all_of_them == 1:
        return f"the only {which} requirement is"
    return f"{some} of {all_of_them} {which} requirements {'is' if some == 1 else 'are'}"


def _is_conda_export(requirements: tuple[Requirement, ...]) -> bool:
    """Whether the conda packages are what ``conda env export`` writes: each with a version, most of them in full."""
    conda = [r for r in requirements if r.ecosystem == "conda"]
    with_version = all(_CONDA_EXPORT.fullmatch(r.raw.strip()) for r in conda)
    return with_version and 2 * sum(map(is_pinned, conda)) >= len(conda)


def as_written(requirement: Requirement) -> str:
    """A requirement for reading: its text, with the name in front where the file keeps names and texts apart."""
    name, raw = requirement.name, requirement.raw
    return raw if not name or name.lower() in raw.lower() else f"{name} {raw}"


def is_pinned(requirement: Requirement) -> bool:
    """Whether a requirement admits exactly one version: ``==`` without a wildcard, or a full commit.

    What conda exports, ``name=1.2.3``, counts, although conda takes ``=`` for a series; ``name=1.2`` does not.
    """
    if requirement.source == "git":
        return requirement.ref is not None and _COMMIT.fullmatch(requirement.ref) is not None
    if requirement.source == "url":
        return True
    if requirement.ecosystem == "conda" and (exported := _CONDA_EXPORT.fullmatch(requirement.raw.strip())):
        return exported["build"] is not None or _CONDA_SERIES.fullmatch(exported["version"]) is None
    if not requirement.specifier:
        return False
    try:
        clauses = list(SpecifierSet(requirement.specifier))
    except InvalidSpecifier:
        return False
    return any(c.operator in ("==", "===") and not c.version.endswith(".*") for c in clauses)
