"""pip, pip-tools and uv: what they install, compile and sync."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from scanner.commands.judging import YES, Judging, after, redirect
from scanner.commands.pip_install import Judgement, place_of
from scanner.commands.words import (
    PipAsk,
    Program,
    after_options,
    inner,
    option,
    options_before,
    pip_ask,
)
from scanner.folder import is_inside
from scanner.inventory import Enforced

NO_INPUTS = "its inputs are not in the repository"


def pip(it: Judging, started: Program) -> list[Judgement]:
    """``pip install``, ``wheel`` and ``download``."""
    sub = started.sub
    if sub == "install":
        return [it.installed(started, "pip", after(started.args, "install"))]
    if sub in ("wheel", "download"):
        ask = pip_ask(after(started.args, sub))
        if not (ask.requirements or ask.names):
            return [Judgement(kind="build", tool="pip")]
        made = it.asked(ask, "pip", started)
        if made.kind == "install" or (made.kind == "adhoc" and "wheels" not in it.job.produced):
            it.job.produced["wheels"] = made
        return [made]
    if sub == "freeze" and (output := redirect(started.args)) is not None:
        because = f"{output} is written by pip freeze before (line {it.at.at.line})"
        it.produce(output, Judgement(kind="install", tool="pip", uses_lock=False, enforced="none", because=because))
    return [Judgement(kind="other", tool="pip")]


def pip_tools(it: Judging, started: Program) -> list[Judgement]:
    """``pip-sync`` and ``pip-compile``."""
    if started.sub == "sync":
        words = after(started.args, "sync")
        ask = pip_ask(words)
        asked = _synced(ask)
        return [
            it.asked(
                asked if asked.requirements else replace(asked, requirements=("requirements.txt",)),
                "pip-tools",
                started,
            )
        ]
    if started.sub != "compile":
        return [Judgement(kind="other", tool="pip-tools")]
    return [_compiled(it, started, "pip-tools")]


def _synced(ask: PipAsk) -> PipAsk:
    """What ``sync`` is given are files, and patterns of such."""
    files = (*ask.requirements, *ask.names, *ask.paths, *ask.archives)
    return replace(ask, requirements=files, names=(), paths=(), archives=())


def _compiled(it: Judging, started: Program, tool: str) -> Judgement:
    """``pip-compile`` or ``uv pip compile``: what it writes was resolved here, unless the file is committed."""
    ask = pip_ask(after(started.args, "compile"))
    inputs = [w for w in (*ask.names, *ask.paths, *ask.requirements) if not w.startswith("-")]
    found = [p for w in inputs if (p := it.lookup.find(it.at, w)) is not None]
    defaults = ("requirements.in", "setup.py", "pyproject.toml", "setup.cfg")
    if not inputs and (near := it.lookup.nearest(it.at, defaults).path) is not None:
        found.append(near)
    output = option(started.args, "-o", "--output-file") or (re.sub(r"\.in$", ".txt", inputs[0]) if inputs else "")
    if output:
        known = it.lookup.find(it.at, output) is not None
        earlier = it.job.produced.get(place_of(it.at, output))
        upgraded = {"-U", "--upgrade"} & set(started.args) or (earlier is not None and not earlier.uses_lock)
        keeps = known and not upgraded
        because = f"{output} is compiled anew before (line {it.at.at.line})"
        because += "; versions that fit are kept" if keeps else "" if known else " and not committed"
        made = Judgement(kind="install", tool=tool, uses_lock=keeps, enforced="none", because=because)
        it.produce(output, made)
    missing = bool(inputs) and not found and not any("$" in w or "*" in w for w in inputs)
    return Judgement(kind="lock", tool=tool, because=NO_INPUTS if missing else None, path=found[0] if found else None)


def uv(it: Judging, started: Program) -> list[Judgement]:
    """uv: its projects, its pip, and the tools that it brings."""
    args = after_options(started.args, ("--project", "--directory", "--config-file", "--cache-dir", "--color"))
    sub = args[0] if args else ""
    rest = args[1:]
    match sub:
        case "pip":
            return _uv_pip(it, started, rest)
        case "sync":
            return [_from_uv_lock(it, started, rest)]
        case "run":
            return _uv_run(it, started, rest)
        case "lock":
            if {"--check", "--locked", "--check-exists"} & set(rest):
                it.check("uv", it.nearest("uv.lock", ("pyproject.toml",), _uv_folder(it, started)))
            else:
                it.relock("uv", "uv.lock", keeps=not {"-U", "--upgrade"} & set(rest))
            return [Judgement(kind="lock", tool="uv")]
        case "export":
            it.export(started, "uv", "uv.lock")
            return [Judgement(kind="lock", tool="uv")]
        case "add" | "remove":
            return [Judgement(kind="adhoc", tool="uv", uses_lock=False, enforced="none")]
        case "build" | "publish":
            return [Judgement(kind="build", tool="uv")]
        case "tool" | "python" | "venv" | "self":
            if sub == "tool":
                it.bootstrapped(rest)
            return [Judgement(kind="bootstrap", tool="uv")]
        case "format":
            return [Judgement(kind="lint", tool="uv")]
        case _:
            return [Judgement(kind="other", tool="uv")]


def _uv_pip(it: Judging, started: Program, rest: Sequence[str]) -> list[Judgement]:
    sub = next((word for word in rest if not word.startswith("-")), "")
    words = after(rest, sub) if sub else ()
    if sub == "install":
        return [it.installed(started, "uv", words)]
    if sub == "sync":
        ask = pip_ask(words)
        return [it.asked(_synced(ask), "uv", started)]
    if sub == "compile":
        return [_compiled(it, Program("uv", tuple(rest)), "uv")]
    return [Judgement(kind="other", tool="uv")]


def _uv_run(it: Judging, started: Program, rest: Sequence[str]) -> list[Judgement]:
    command = inner(started) or ()
    flags = set(options_before(rest, command))
    script = command[:1] and command[0].endswith(".py") and _is_script(it, command[0])
    if {"--no-project", "--no-sync", "--script", "-s"} & flags or it.env.get("UV_NO_SYNC", "").lower() in YES or script:
        return []
    made = _from_uv_lock(it, started, sorted(flags))
    return [] if made.path is None and _without_project(it, started) else [made]


def _without_project(it: Judging, started: Program) -> bool:
    """Whether neither the folder nor one above it is a project's: ``uv run`` then starts the program alone.

    An image may have the project from its base, unless it only had it while the lock was installed (a bind mount).
    """
    folder = _uv_folder(it, started)
    if (it.in_image() and it.locked_before() is None) or "$" in (folder or "") or "--package" in started.args:
        return False
    return it.lookup.nearest(it.at, ("pyproject.toml", "uv.lock"), folder).state == "missing"


def _is_script(it: Judging, word: str) -> bool:
    """Whether this file brings its own dependencies; its text is not kept, so only a lock beside it tells."""
    path = it.lookup.find(it.at, word)
    return path is not None and f"{path}.lock" in it.lookup.files


def _from_uv_lock(it: Judging, started: Program, flags: Sequence[str]) -> Judgement:
    folder = _uv_folder(it, started)
    found = it.nearest("uv.lock", ("pyproject.toml",), folder)
    enforced: Enforced = "none"
    if "--frozen" in flags or it.env.get("UV_FROZEN", "").lower() in YES:
        enforced = "frozen"
    if {"--locked", "--check"} & set(flags) or it.env.get("UV_LOCKED", "").lower() in YES:
        enforced = "locked"
    member = _member(it, _own_words(started), folder)
    if member is not None and found.path is not None and not is_inside(member, posixpath.dirname(found.path) or "."):
        member = None  # a lock serves what lies at it or below
    return replace(it.from_lock("uv", "uv.lock", found, enforced), serves=member)


def _uv_folder(it: Judging, started: Program) -> str | None:
    return option(_own_words(started), "--project", "--directory") or it.env.get("UV_PROJECT")


def _own_words(started: Program) -> tuple[str, ...]:
    """The arguments without those of the program that ``uv run`` starts."""
    return options_before(started.args, inner(started) or ())


def _member(it: Judging, args: Sequence[str], folder: str | None) -> str | None:
    """The manifest of the project that uv syncs: the named member of the workspace, or the nearest."""
    if (name := option(args, "--package")) is not None and (path := it.lookup.manifest_of(name)) is not None:
        return path
    return None if folder is not None and "$" in folder else it.lookup.nearest(it.at, ("pyproject.toml",), folder).path
