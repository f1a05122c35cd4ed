"""Three environments side by side: with what a project is installed locally, in CI and in its image.

Local is what the repository's own files tell a developer (the owner of lock or declaration); CI is the job that runs
the tests; image is the stage that ships, never an image for tests or development. Where several commands serve one
place, the lowest discipline counts.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import Literal, TypeAlias

from scanner.commands.apart import resolved_apart
from scanner.environment_pythons import Job, ci_pythons, image_pythons, local_pythons
from scanner.facts import PythonVersion
from scanner.inventory import (
    Command,
    DeclaredPython,
    Disagreement,
    Enforced,
    Environment,
    Environments,
    Evidence,
    Image,
    UsedIndex,
    VersionPair,
)
from scanner.known_actions import may_install
from scanner.pinned_versions import pairs
from scanner.python_minors import overlap

MAX_PACKAGES = 10
_What: TypeAlias = Literal["tool", "lock", "python", "index"]

_ORDER: dict[Enforced | None, int] = {"none": 0, None: 1, "frozen": 2, "hashes": 3, "locked": 4}
_TEST_IMAGE = re.compile(
    r"(?:^|[-_./])(?:[aiu]?tests?|testing|ci(?![-_]?cd(?:[-_./]|$))|lint|linting|docs?|e2e|bench|benchmarks?|devcontainer|gitpod)(?=$|[-_./])",
    re.IGNORECASE,
)
_DEV = r"dev|devel|develop|development|dev[-_]?tools?|local|debug"
_DEV_IMAGE = re.compile(rf"(?:.*/)?(?:\.?(?:{_DEV})/.*|(?:[^/]*[-_.])?(?:{_DEV})(?:[-_.][^/]*)?)", re.IGNORECASE)
_INSTALLER = {"setuptools": "pip"}
_MINOR = re.compile(r"(?:^|[^0-9.])3\.(\d{1,2})")


def environments(
    *,
    primary: str | None,
    declared_at: Evidence | None,
    locked: bool | None,
    commands: Sequence[Command],
    images: Sequence[Image],
    pythons: Sequence[DeclaredPython],
    indexes: Sequence[UsedIndex],
    locks: Sequence[str] = (),
    uv_python: DeclaredPython | None = None,
    jobs: Mapping[DeclaredPython, Collection[Job]] = MappingProxyType({}),
) -> Environments:
    """The environments of one project.

    ``commands`` and ``images`` are those that serve it; ``locks`` are the paths of the project's own;
    ``uv_python`` is what uv reads from a version file for it (:mod:`scanner.uv_python`); ``jobs`` are the files and
    jobs of CI for which each of the ``pythons`` is named.
    """
    return Environments(
        local=_local(
            primary, declared_at, locked, commands, pythons, indexes, locks, frozenset(i.path for i in images)
        ),
        ci=_ci(primary, commands, images, pythons, indexes, uv_python, jobs),
        image=_image(primary, images, commands, pythons, indexes),
    )


def _local(
    primary: str | None,
    declared_at: Evidence | None,
    locked: bool | None,
    commands: Sequence[Command],
    pythons: Sequence[DeclaredPython],
    indexes: Sequence[UsedIndex],
    locks: Sequence[str],
    images: frozenset[str],
) -> Environment | None:
    if primary is None:
        return None
    own_pythons = local_pythons(pythons)
    by_hand = _by_pip(commands) if primary == "pip-tools" else None
    return Environment(
        tool="pip" if by_hand is not None else _INSTALLER.get(primary, primary),
        uses_lock=locked,
        python=_versions(own_pythons),
        python_at=_named(own_pythons),
        indexes=_urls(indexes, lambda path: _is_read_by(primary, path) and path not in images),
        evidence=tuple(e for e in (declared_at, by_hand) if e is not None),
        sources=tuple(locks),
    )


def _by_pip(commands: Sequence[Command]) -> Evidence | None:
    """Where a developer's own task or script installs with pip what was compiled, and none does with ``pip-sync``."""
    compiling = {(c.path, c.job) for c in commands if c.kind == "lock"}
    ours = [
        c
        for c in commands
        if c.kind == "install"
        and c.context in ("task", "script")
        and not c.path.startswith(".")
        and (c.path, c.job) not in compiling
    ]
    if any(c.tool == "pip-tools" for c in ours):
        return None
    found = (c for c in ours if c.tool == "pip" and "install" in c.argv and "pip" in " ".join(c.argv[:3]))
    for command in found:
        if posixpath.basename(command.path) not in _RUNNERS and not (
            command.context == "script" and _OTHER_SCRIPT.search(command.path)
        ):
            return _evidence(command)
    return None


_OTHER_SCRIPT = re.compile(
    r"(?:^|[-_./])(?:ci|rtd|docs?|tests?|build|release|publish|deploy(?:ment)?|docker|entrypoint|pyinstaller|package)(?=$|[-_./])",
    re.IGNORECASE,
)
_RUNNERS = frozenset({"tox.ini", "tox.toml", "noxfile.py", "pyproject.toml", "setup.cfg"})  # environments of their own


def _ci(
    primary: str | None,
    commands: Sequence[Command],
    images: Sequence[Image],
    pythons: Sequence[DeclaredPython],
    indexes: Sequence[UsedIndex],
    uv_python: DeclaredPython | None,
    jobs: Mapping[DeclaredPython, Collection[Job]],
) -> Environment | None:
    ours = [c for c in commands if c.context == "ci"]
    testing = {(c.path, c.job) for c in ours if c.kind == "test"}
    installs = [c for c in ours if c.kind == "install"]
    chosen = [c for c in installs if (c.path, c.job) in testing]
    rest = [c for c in installs if (c.path, c.job) not in testing] if chosen else []
    tests = [c for c in ours if c.kind == "test"]
    named = ci_pythons(pythons, jobs, chosen or tests or installs, ours, uv_python)
    unseen = [c for c in ours if (c.path, c.job) in testing and _is_unseen(c)] if not chosen else []
    if unseen:
        evidence = _all((*unseen[:1], *installs))
        return Environment(tool=None, python=_versions(named), python_at=_named(named), evidence=evidence)
    chosen = _without_calls(chosen) or _of_no_check(installs, ours, tests)
    if installs and not chosen:
        return Environment(tool=None, python=_versions(named), python_at=_named(named), evidence=_all(installs))
    if (image := _tested_image(chosen, images)) is not None:
        named = image_pythons(pythons, image.path)
        chosen += [c for c in ours if c.kind == "adhoc" and c.path == image.path and c.because in image.apart]
    if not chosen:
        return None
    lowest = _lowest_lock(chosen)
    return Environment(
        tool=_tool(chosen[0].tool, chosen, primary),
        uses_lock=lowest,
        enforced=min((c.enforced for c in chosen), key=lambda e: _ORDER[e]),
        python=_versions(named),
        python_at=_named(named),
        indexes=_urls(indexes, {c.path for c in chosen}.__contains__),
        evidence=tuple(_evidence(c) for c in (*_deciding(chosen, lowest), *rest)),
        sources=_sources(chosen),
        apart=resolved_apart(chosen),
    )


def _without_calls(chosen: Sequence[Command]) -> list[Command]:
    """Without the calls of workflows whose own jobs are among them: a call stands for all jobs, testing or not."""
    paths = {c.path for c in chosen}
    return [c for c in chosen if c.argv[0].removeprefix("uses:").removeprefix("./").removeprefix("$/") not in paths]


def _of_no_check(installs: Sequence[Command], commands: Iterable[Command], tests: Sequence[Command]) -> list[Command]:
    """The installs that may be what CI tests with; where it tests elsewhere, jobs that only lint have none of them."""
    jobs = {(c.path, c.job) for c in commands if c.kind == "lint"} if tests else set()
    return [c for c in installs if (c.path, c.job) not in jobs]


def _is_unseen(command: Command) -> bool:
    """Whether a step is an action of another repository that may install what the job tests."""
    name = command.argv[0].removeprefix("uses:").partition("@")[0]
    return name != command.argv[0] and not name.startswith(("./", "$/")) and may_install(name)


def _tested_image(chosen: Sequence[Command], images: Sequence[Image]) -> Image | None:
    """The image that CI builds to test in it, where it installs nothing elsewhere: it has what the image has."""
    for image in images if chosen else ():
        if all(c.path == image.path or (c.because or "").startswith(f"{image.path}:") for c in chosen):
            return image
    return None


def _image(
    primary: str | None,
    images: Sequence[Image],
    commands: Sequence[Command],
    pythons: Sequence[DeclaredPython],
    indexes: Sequence[UsedIndex],
) -> Environment | None:
    graded = sorted(
        (i for i in images if i.installs_python and not i.left_behind and not is_aside_image(i.path)),
        key=lambda i: (i.built_by is None, i.built_by != "ci", i.path.count("/"), i.path),
    )
    if not graded:
        return None
    image = graded[0]
    named = image_pythons(pythons, image.path)
    inside = [c for c in commands if c.context == "image" and c.path == image.path and is_shipped(c, image)]
    installs = [c for c in inside if c.kind == "install"]
    stages = {c.job for c in installs if c.tool == image.tool}
    if image.uses_lock is False and not any(c.uses_lock is False for c in installs):
        installs = [c for c in inside if c.kind == "adhoc"][:1] + installs  # what is taken by name makes it so
    return Environment(
        tool=_tool(image.tool, [c for c in installs if c.job in stages], primary),
        uses_lock=image.uses_lock,
        enforced=image.enforced,
        python=_versions(named),
        python_at=_named(named),
        indexes=_urls(indexes, lambda path: path == image.path),
        evidence=tuple(_evidence(c) for c in _deciding(installs, image.uses_lock)) or (Evidence(path=image.path),),
        sources=_sources(installs),
        apart=image.apart,
    )


def is_shipped(command: Command, image: Image) -> bool:
    """Whether a command of the image's file is in a stage that ships, as far as that is known."""
    return not image.installed_at or command.line in image.installed_at


def is_aside_image(path: str) -> bool:
    """Whether a Dockerfile is for tests or development, as its name or a folder says."""
    return _TEST_IMAGE.search(path) is not None or _DEV_IMAGE.fullmatch(path) is not None


def _sources(commands: Iterable[Command]) -> tuple[str, ...]:
    return tuple(sorted({c.source for c in commands if c.source is not None}))


def _all(commands: Iterable[Command]) -> tuple[Evidence, ...]:
    return tuple(map(_evidence, commands))


def _evidence(command: Command) -> Evidence:
    return Evidence(path=command.path, line=command.line, kind=command.tool)


def _deciding(commands: Sequence[Command], lock: bool | None) -> list[Command]:
    """The commands with those first that make the place what it is: who opens the first line shall see why.

    Among those the commands that install themselves stand before those that only start them.
    """
    return sorted(commands, key=lambda c: (c.uses_lock is not lock, c.source is None and lock is False))


def _tool(first: str | None, commands: Iterable[Command], primary: str | None) -> str | None:
    """The tool of a place: the project's own, where it installs there beside others (conda that brings Poetry)."""
    own = family(_INSTALLER.get(primary or "", primary), True)
    here = (c.tool for c in commands if c.kind == "install" and family(c.tool, c.uses_lock) == own)
    return next(here, first)


def _lowest_lock(commands: Iterable[Command]) -> bool | None:
    values = {c.uses_lock for c in commands}
    return False if False in values else (None if None in values else True)


def _versions(pythons: Iterable[DeclaredPython]) -> tuple[str, ...]:
    return tuple(sorted({p.version for p in pythons}, key=_sort_key))


def _sort_key(text: str) -> tuple[int, str]:
    found = _MINOR.search(f" {text}")
    return (int(found[1]) if found else 999, text)


def _named(pythons: Iterable[DeclaredPython]) -> tuple[Evidence, ...]:
    return tuple(Evidence(path=p.path, line=p.line, kind=p.version) for p in pythons)


def _urls(indexes: Sequence[UsedIndex], wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The indexes that take part in resolution; pages of single files (``--find-links``) only add to these."""
    return tuple(sorted({i.url for i in indexes if i.kind in ("index", "extra-index") and wanted(i.path)}))


def _is_read_by(tool: str, path: str) -> bool:
    """Whether developers who install with ``tool`` read the file: no pipeline, and conda's files for conda alone."""
    return not _is_pipeline(path) and (tool in _CONDA or not path.endswith((".yml", ".yaml")))


_CONDA = frozenset({"conda", "pixi"})


def _is_pipeline(path: str) -> bool:
    return path.startswith(
        (
            ".github/",
            ".forgejo/",
            ".gitea/",
            ".gitlab",
            ".circleci/",
            ".azure",
            "azure-pipelines",
            ".travis",
            "Jenkinsfile",
        )
    )


def disagreements(
    envs: Environments, pins: Callable[[tuple[str, ...]], Mapping[str, str]] = lambda _sources: {}
) -> tuple[Disagreement, ...]:
    """Where two of the three environments differ in tool, lock, Python or index; unknown differs from nothing.

    ``pins`` gives the versions that the files of an environment pin, so that the packages that differ can be named.
    """
    known = [(name, env) for name in ("local", "ci", "image") if (env := getattr(envs, name)) is not None]
    found: list[Disagreement] = []
    for (left, a), (right, b) in combinations(known, 2):
        how = [*_tools(left, a, right, b), *_locks(left, a, right, b)]
        differing = pairs(pins(a.sources), pins(b.sources)) if a.sources != b.sources else ()
        if differing and not how and a.uses_lock and b.uses_lock:
            message = f"{left} installs from {', '.join(a.sources)}, {right} from {', '.join(b.sources)}"
            how = [_found("lock", left, a, right, b, message)]
        if how and differing:
            packages, more = differing[:MAX_PACKAGES], max(0, len(differing) - MAX_PACKAGES)
            how[0] = replace(how[0], message=how[0].message + told(packages, more), packages=packages, more=more)
        found.extend(how)
        if not overlap(a.python, b.python):
            message = f"{left} has Python {', '.join(a.python)}, {right} has {', '.join(b.python)}"
            found.append(_found("python", left, a, right, b, message))
        comparable = (a.tool in _CONDA) == (b.tool in _CONDA)
        if comparable and a.indexes and b.indexes and set(a.indexes).isdisjoint(b.indexes):
            message = f"{left} takes packages from {', '.join(a.indexes)}, {right} from {', '.join(b.indexes)}"
            found.append(_found("index", left, a, right, b, message))
    return tuple(found)


def told(packages: Sequence[VersionPair], more: int) -> str:
    """The packages that differ as the end of a sentence."""
    if not packages:
        return ""
    texts = [f"{p.name} {p.versions[0]} and {p.versions[1]}" for p in packages]
    return f"; pinned differently: {', '.join(texts)}" + (f" and {more} more" if more else "")


def _tools(left: str, a: Environment, right: str, b: Environment) -> Iterator[Disagreement]:
    if a.tool and b.tool and family(a.tool, a.uses_lock) != family(b.tool, b.uses_lock):
        yield _found("tool", left, a, right, b, f"{left} uses {a.tool}, {right} installs with {b.tool}")


def _locks(left: str, a: Environment, right: str, b: Environment) -> Iterator[Disagreement]:
    if a.uses_lock is not None and b.uses_lock is not None and a.uses_lock != b.uses_lock:
        with_lock, without, other = (left, right, b) if a.uses_lock else (right, left, a)
        how = f"only in part: {'; '.join(other.apart)}" if other.apart else "resolves anew"
        yield _found("lock", left, a, right, b, f"{with_lock} installs from the lock, {without} {how}")


def _found(what: _What, left: str, a: Environment, right: str, b: Environment, message: str) -> Disagreement:
    evidence = (*a.evidence[:1], *b.evidence[:1])
    return Disagreement(what=what, between=(left, right), message=message, evidence=evidence)


def family(tool: str | None, uses_lock: bool | None) -> str | None:
    """Tools that install the same: pip does what Flit asks for, and takes the lists that pip-tools and Rye write."""
    return "pip" if tool in ("pip-tools", "flit") or (tool == "rye" and uses_lock) else tool


def declared_python(python: PythonVersion) -> DeclaredPython:
    """The fact as the inventory shows it."""
    return DeclaredPython(version=python.version, path=python.at.path, line=python.at.line, kind=python.kind)
