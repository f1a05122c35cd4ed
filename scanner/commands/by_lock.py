"""The managers with a lock of their own: Poetry, Pipenv, PDM, Rye, pixi."""

from __future__ import annotations

import posixpath

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from scanner.commands.judging import YES, Judging, after
from scanner.commands.pip_install import Judgement
from scanner.commands.words import (
    Program,
    inner,
    option,
    options_before,
    pip_ask,
)
from scanner.inventory import Enforced

_POETRY_RELEASES = (
    *(f"1.{minor}.{patch}" for minor in range(9) for patch in range(16)),
    *(f"2.{minor}.{patch}" for minor in range(12) for patch in range(6)),
    "3.0.0",
)


def poetry(it: Judging, started: Program) -> list[Judgement]:
    """Poetry, whose ``install`` checks the lock since 1.8."""
    args = started.args
    sub = started.sub
    folder = option(args, "-C", "--directory", "-P", "--project")
    match sub:
        case "install" | "sync":
            found = it.nearest("poetry.lock", ("pyproject.toml",), folder)
            enforced: Enforced = "frozen" if _poetry_before(it, "1.8.0") else "locked"
            return [it.from_lock("poetry", "poetry.lock", found, enforced)]
        case "check" if "--lock" in args:
            it.check("poetry", it.nearest("poetry.lock", ("pyproject.toml",), folder))
            return [Judgement(kind="lock", tool="poetry")]
        case "lock":
            if "--check" in args:
                it.check("poetry", it.nearest("poetry.lock", ("pyproject.toml",), folder))
            else:
                keeps = "--no-update" in args or ("--regenerate" not in args and not _poetry_before(it, "2.0.0"))
                it.relock("poetry", "poetry.lock", keeps=keeps)
            return [Judgement(kind="lock", tool="poetry")]
        case "update" if "--lock" in args:
            it.relock("poetry", "poetry.lock", keeps=False)
            return [Judgement(kind="lock", tool="poetry")]
        case "update":
            return [
                it.resolved(
                    "poetry",
                    "poetry update resolves anew",
                    it.nearest("poetry.lock", ("pyproject.toml",), folder).path,
                )
            ]
        case "export":
            it.export(started, "poetry", "poetry.lock")
            return [Judgement(kind="lock", tool="poetry")]
        case "add" | "remove":
            return [Judgement(kind="adhoc", tool="poetry", uses_lock=False, enforced="none")]
        case "build" | "publish":
            return [Judgement(kind="build", tool="poetry")]
        case "self":
            return [Judgement(kind="bootstrap", tool="poetry")]
        case "config" if "virtualenvs.create" in args and "false" in args:
            it.job.poetry_in_system = True
            return [Judgement(kind="other", tool="poetry")]
        case "run":
            return []
        case _:
            return [Judgement(kind="other", tool="poetry")]


def _poetry_before(it: Judging, bound: str) -> bool:
    """Whether the Poetry of this job is pinned below ``bound``; an unpinned one counts as the current one."""
    stated = it.version("poetry")
    try:
        specifier = SpecifierSet(stated.replace("@", "==")) if "$" not in stated else SpecifierSet()
    except InvalidSpecifier:
        return False
    exact = next((c.version for c in specifier if c.operator == "==" and not c.version.endswith("*")), None)
    if exact is not None:
        return Version(exact) < Version(bound)
    return not any(specifier.contains(v) for v in _POETRY_RELEASES if Version(v) >= Version(bound))


def pipenv(it: Judging, started: Program) -> list[Judgement]:
    """Pipenv, whose ``install`` may lock again unless ``--deploy`` forbids it."""
    args, sub = started.args, started.sub
    flags = set(args)
    match sub:
        case "install":
            ask = pip_ask(tuple(w for w in after(args, "install") if w not in ("--dev", "-d")))
            if ask.names or ask.archives:
                return [Judgement(kind="adhoc", tool="pipenv", uses_lock=False, enforced="none")]
            if ask.requirements or ask.paths:
                return [it.asked(ask, "pipenv", started)]
            found = it.nearest("Pipfile.lock", ("Pipfile",), _pipfile_folder(it))
            if "--skip-lock" in flags or it.env.get("PIPENV_SKIP_LOCK", "").lower() in YES:
                return [it.resolved("pipenv", "--skip-lock leaves the lock aside", found.path)]
            enforced: Enforced = "locked" if "--deploy" in flags else "none"
            if "--ignore-pipfile" in flags:
                enforced = "frozen"
            return [it.from_lock("pipenv", "Pipfile.lock", found, enforced)]
        case "sync":
            found = it.nearest("Pipfile.lock", ("Pipfile",), _pipfile_folder(it))
            return [it.from_lock("pipenv", "Pipfile.lock", found, "frozen")]
        case "verify":
            it.check("pipenv", it.nearest("Pipfile.lock", ("Pipfile",), _pipfile_folder(it)))
            return [Judgement(kind="lock", tool="pipenv")]
        case "lock" | "requirements":
            if sub == "requirements" or {"-r", "--requirements"} & flags:
                it.export(started, "pipenv", "Pipfile.lock")
            else:
                it.relock("pipenv", "Pipfile.lock", keeps="--keep-outdated" in flags)
            return [Judgement(kind="lock", tool="pipenv")]
        case "update" | "upgrade":
            return [it.resolved("pipenv", f"pipenv {sub} resolves anew", None)]
        case "run":
            return []
        case _:
            return [Judgement(kind="other", tool="pipenv")]


def _pipfile_folder(it: Judging) -> str | None:
    stated = it.env.get("PIPENV_PIPFILE")
    return (posixpath.dirname(stated) or ".") if stated and "$" not in stated else None


def pdm(it: Judging, started: Program) -> list[Judgement]:
    """PDM: ``sync`` takes the lock, ``install`` may write it."""
    args = started.args
    folder = option(args, "-p", "--project")
    sub = started.sub
    match sub:
        case "install" | "sync" | "i":
            named = option(args, "-L", "--lockfile") or it.env.get("PDM_LOCKFILE", "pdm.lock")
            found = it.nearest(named, ("pyproject.toml",), folder)
            if found.state == "missing" and named == "pdm.lock":  # PDM can keep its lock in the standard's format
                found = it.nearest("pylock.toml", ("pyproject.toml",), folder)
            enforced: Enforced = "frozen" if sub == "sync" else "none"
            if "--check" in args:
                enforced = "locked"
            return [it.from_lock("pdm", "pdm.lock", found, enforced)]
        case "lock":
            if "--check" in args:
                it.check("pdm", it.nearest("pdm.lock", ("pyproject.toml",), folder))
            else:
                it.relock("pdm", "pdm.lock", keeps=bool({"--update-reuse", "--refresh"} & set(args)))
            return [Judgement(kind="lock", tool="pdm")]
        case "export":
            it.export(started, "pdm", "pdm.lock")
            return [Judgement(kind="lock", tool="pdm")]
        case "update":
            return [it.resolved("pdm", "pdm update resolves anew", None)]
        case "add" | "remove":
            return [Judgement(kind="adhoc", tool="pdm", uses_lock=False, enforced="none")]
        case "build" | "publish":
            return [Judgement(kind="build", tool="pdm")]
        case "run":
            return []
        case _:
            return [Judgement(kind="other", tool="pdm")]


def rye(it: Judging, started: Program) -> list[Judgement]:
    """Rye: ``sync`` from its lock."""
    match started.sub:
        case "sync":
            found = it.nearest("requirements.lock", ("pyproject.toml",), None)
            enforced: Enforced = "frozen" if "--no-lock" in started.args else "none"
            return [it.from_lock("rye", "requirements.lock", found, enforced)]
        case "lock":
            it.relock("rye", "requirements.lock", keeps=not {"--update-all", "--reset"} & set(started.args))
            return [Judgement(kind="lock", tool="rye")]
        case "test":
            return [Judgement(kind="test", tool="rye")]
        case "lint" | "fmt":
            return [Judgement(kind="lint", tool="rye")]
        case "build" | "publish":
            return [Judgement(kind="build", tool="rye")]
        case "add" | "remove":
            return [Judgement(kind="adhoc", tool="rye", uses_lock=False, enforced="none")]
        case "install" | "toolchain" | "self" | "tools":
            return [Judgement(kind="bootstrap", tool="rye")]
        case "run":
            return []
        case _:
            return [Judgement(kind="other", tool="rye")]


def pixi(it: Judging, started: Program) -> list[Judgement]:
    """pixi, which installs whenever it runs something."""
    args, sub = started.args, started.sub
    if sub in ("install", "run", "shell", "i", "r"):
        manifest = option(args, "--manifest-path")
        folder = posixpath.dirname(manifest) or "." if manifest else None
        flags = set(options_before(args, inner(started) or ()) if sub == "run" else args)
        found = it.nearest("pixi.lock", ("pixi.toml", "pyproject.toml"), folder)
        enforced: Enforced = "none"
        if "--frozen" in flags or it.env.get("PIXI_FROZEN", "").lower() in YES:
            enforced = "frozen"
        if "--locked" in flags or it.env.get("PIXI_LOCKED", "").lower() in YES:
            enforced = "locked"
        return [it.from_lock("pixi", "pixi.lock", found, enforced)]
    if sub in ("global", "self-update", "exec", "x"):
        return [Judgement(kind="bootstrap", tool="pixi")]
    if sub in ("lock", "update"):
        return [Judgement(kind="lock", tool="pixi")]
    return [Judgement(kind="adhoc" if sub == "add" else "build" if sub == "build" else "other", tool="pixi")]
