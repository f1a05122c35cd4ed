"""What the tools themselves say of a lock: their own checks, run on a scratch copy of manifests and locks alone.

Opt-in (``muster scan --verify-with-tools``). The copy holds no code of the repository: no setup script, no plug-ins,
no environment files; hooks and builds are switched off, and where a check cannot do without one it is not run: uv
builds editable projects even when told ``--no-build``, so that it is shown none whose metadata is not static. The
tools have no network unless that is allowed too. A lock's tool is the one that is installed here, whatever wrote it.
"""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from scanner import sandbox
from scanner.collect import RepoFacts
from scanner.compiled_header import Command, command
from scanner.facts import Lock, Problem, Requirement
from scanner.format import LOCK_LIMIT, MANIFEST_LIMIT, Unreadable, resolve_inside
from scanner.formats import requirements
from scanner.freshness.verdict import Verdict
from scanner.inventory import Reason, Verified
from scanner.redact import redact
from scanner.toml_reader import table
from scanner.tree import Tree, decode

MAX_LOCKS = 100
MAX_FILES = 5_000
SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which locks the tools are asked about: those that are undecidable, or all of them; with or without network."""

    everything: bool = False
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """A tool's check: the words, how it says that a lock is stale, and what keeps it from running anything."""

    argv: tuple[str, ...]
    stale: tuple[str, ...]
    env: Mapping[str, str]


_CHECKS: Mapping[str, _Check] = {
    "uv.lock": _Check(
        argv=("uv", "lock", "--check", "--no-build", "--no-python-downloads", "--no-progress"),
        stale=("needs to be updated",),
        env={"UV_NO_BUILD": "1", "UV_PYTHON_DOWNLOADS": "never"},
    ),
    "poetry.lock": _Check(
        argv=("poetry", "check", "--lock", "--no-interaction", "--no-plugins"),
        stale=("changed significantly", "is not consistent with"),
        env={"POETRY_VIRTUALENVS_CREATE": "false"},
    ),
    "pdm.lock": _Check(
        argv=("pdm", "lock", "--check", "--skip", ":all"),
        stale=("out of date", "hash doesn't match", "doesn't satisfy", "not compatible"),
        env={"PDM_CHECK_UPDATE": "0", "PDM_IGNORE_SAVED_PYTHON": "1", "PDM_IGNORE_ACTIVE_VENV": "1"},
    ),
    "Pipfile.lock": _Check(
        argv=("pipenv", "verify"),
        stale=("out of date", "out-of-date"),
        env={"PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_DONT_LOAD_ENV": "1", "PIPENV_NOSPIN": "1"},
    ),
}
_COMPILERS = {
    "pip-compile": ("pip-compile", "--quiet", "--pip-args=--only-binary=:all:"),
    "uv pip compile": ("uv", "pip", "compile", "--quiet", "--no-build", "--no-python-downloads"),
}
_PASSED = frozenset({"--universal", "--all-extras", "--strip-extras", "--allow-unsafe", "--no-strip-extras"})
_COPIED = frozenset({"pyproject.toml", "uv.toml", "Pipfile", *_CHECKS})


def verify(verdicts: Mapping[str, Verdict], facts: RepoFacts, tree: Tree, wish: Wish) -> dict[str, Verdict]:
    """The verdicts with what the tools say of those that are wished for.

    What was undecidable takes the tool's word; where the two disagree, both are told.
    """
    asked = [path for path, one in verdicts.items() if wish.everything or one.status == "undecidable"]
    asked = sorted((path for path in asked if _is_checked(path, facts)), key=lambda p: (p.count("/"), p))[:MAX_LOCKS]
    made = dict(verdicts)
    for path in asked:
        with tempfile.TemporaryDirectory(prefix="muster-verify-", ignore_cleanup_errors=True) as scratch:
            _copy(facts, tree, Path(scratch), path)
            made[path] = _told(made[path], path, _ask(path, facts, Path(scratch), wish))
    return made


def _is_checked(path: str, facts: RepoFacts) -> bool:
    extract = facts.extracts.get(path)
    lock = extract.lock if extract is not None else None
    return posixpath.basename(path) in _CHECKS or (lock is not None and lock.format in _COMPILERS)


def _told(verdict: Verdict, path: str, found: Verified) -> Verdict:
    who = f"{found.tool} {found.version}" if found.version else found.tool
    told = Reason(message=f"{who} says: {found.message}", path=path)
    verdict = replace(verdict, verified_by=found)
    if found.answer not in ("fresh", "stale"):
        return replace(verdict, reasons=(*verdict.reasons, replace(told, message=f"{who}: {found.message}")))
    if verdict.status == "undecidable":
        return replace(verdict, status=found.answer, reasons=(told, *verdict.reasons))
    return verdict if verdict.status == found.answer else replace(verdict, reasons=(*verdict.reasons, told))


# --- the scratch copy ----------------------------------------------------------------------------------------------


def _copy(facts: RepoFacts, tree: Tree, scratch: Path, lock: str) -> None:
    """Manifests and locks, in their folders; for uv, only those that it need not build."""
    by_uv = posixpath.basename(lock) not in _CHECKS or posixpath.basename(lock) == "uv.lock"
    wanted = [path for path in sorted(facts.extracts) if _is_copied(path, facts)]
    kept = [path for path in wanted if not by_uv or _is_static(path, facts, _beside(lock))]
    kept.sort(key=lambda path: path not in (lock, _beside(lock)))
    for path, content in tree.read({path: _limit(path) for path in kept[:MAX_FILES]}):
        if isinstance(content, Problem):
            continue
        target = scratch.joinpath(*path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _beside(lock: str) -> str:
    return posixpath.join(posixpath.dirname(lock), "pyproject.toml")


def _is_static(path: str, facts: RepoFacts, root: str) -> bool:
    """Whether a project's metadata can be read without building it, from this repository alone.

    A root that is no project (a workspace's) is never built.
    """
    manifest = facts.extracts[path].manifest
    if posixpath.basename(path) != "pyproject.toml":
        return True
    if manifest is None or manifest.dynamic or any(_leads_out(one) for one in manifest.requirements):
        return False
    return "project" in manifest.data or (path == root and not manifest.has_build_system)


def _leads_out(made: Requirement) -> bool:
    return made.source == "path" and resolve_inside(made.at.path, made.url or "") is None


def _limit(path: str) -> int:
    return LOCK_LIMIT if posixpath.basename(path) in _CHECKS else MANIFEST_LIMIT


def _is_copied(path: str, facts: RepoFacts) -> bool:
    if path.startswith("/") or "\\" in path or path.endswith(".py") or not {"", ".", ".."}.isdisjoint(path.split("/")):
        return False
    manifest = facts.extracts[path].manifest
    return posixpath.basename(path) in _COPIED or (manifest is not None and manifest.format == "requirements")


# --- asking --------------------------------------------------------------------------------------------------------


def _ask(path: str, facts: RepoFacts, scratch: Path, wish: Wish) -> Verified:
    check = _CHECKS.get(posixpath.basename(path))
    lock = facts.extracts[path].lock
    if check is None:
        assert lock is not None
        return _compile(lock, facts, scratch, wish)
    if (why := _refused(path, facts)) is not None:
        return Verified(tool=check.argv[0], command=" ".join(check.argv), answer="not-run", message=why)
    if not (scratch / path).is_file():
        why = "not run: the lock is no file of its own, or too large"
        return Verified(tool=check.argv[0], command=" ".join(check.argv), answer="not-run", message=why)
    argv = check.argv if wish.network or check.argv[0] != "uv" else (*check.argv, "--offline")
    return _run(argv, scratch / posixpath.dirname(path), check.env, wish, lambda done: _answer(check, done))


def _refused(path: str, facts: RepoFacts) -> str | None:
    """Why a check is not run at all: it would install, or build, something that the repository names."""
    beside = facts.extracts.get(_beside(path))
    data = beside.manifest.data if beside is not None and beside.manifest is not None else {}
    if posixpath.basename(path) == "poetry.lock" and table(data, "tool", "poetry", "requires-plugins"):
        return "not run: Poetry would install the plug-ins that the project requires"
    if posixpath.basename(path) == "uv.lock" and beside is not None and not _is_static(beside.path, facts, beside.path):
        return "not run: uv would have to build the project, whose metadata is not static"
    return None


_Judge = Callable[[sandbox.Completed], tuple[str, str]]


def _run(argv: tuple[str, ...], folder: Path, env: Mapping[str, str], wish: Wish, judge: _Judge) -> Verified:
    asked = Verified(tool=argv[0], command=" ".join(argv), answer="not-run", message=f"{argv[0]} is not installed")
    try:
        version = _version(argv[0])
        env = {"PATH": _path(), **env}
        done = sandbox.run(argv, cwd=str(folder), env=env, timeout=SECONDS, network=wish.network)
    except sandbox.NotStarted as error:
        return replace(asked, message=str(error))
    if done.timed_out:
        return replace(asked, version=version, answer="error", message=f"no answer within {SECONDS:.0f} seconds")
    answer, message = judge(done)
    if answer == "error" and not wish.network and _wants_network(done):
        message += " (it has no network here: --verify-network allows it)"
    return replace(asked, version=version, answer=answer, message=message)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def _path() -> str:
    """Where programs are sought; in place of pyenv's shims, which answer by folder, the interpreters themselves."""
    found: list[str] = []
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        versions = Path(entry).parent / "versions"
        if Path(entry).name == "shims" and versions.is_dir():
            found += [str(folder) for folder in sorted(versions.glob("*/bin"), reverse=True)]
        else:
            found.append(entry)
    return os.pathsep.join(found)


@lru_cache(maxsize=16)
def _version(tool: str) -> str | None:
    """The version that a tool says it has; raises :class:`sandbox.NotStarted`."""
    done = sandbox.run([tool, "--version"], cwd=tempfile.gettempdir(), timeout=SECONDS)
    words = [word.strip("(),") for word in done.stdout.split()]
    return next((word for word in words if word[:1].isdigit()), None)


def _answer(check: _Check, done: sandbox.Completed) -> tuple[str, str]:
    said = f"{done.stdout}\n{done.stderr}"
    if done.status == 0:
        return "fresh", "the lock is in step"
    if any(mark in said for mark in check.stale):
        return "stale", next(line for line in _lines(said) if any(mark in line for mark in check.stale))
    lines = list(_lines(said))
    errors = [line for line in lines if line.startswith("Error: ")]
    if check.argv[0] == "poetry" and errors and lines[0] in errors and not any(".lock" in line for line in errors):
        return "fresh", "the lock is in step (the manifest has other faults)"
    return "error", "it could not judge: " + (
        next((x for x in lines if "rror" in x), lines[-1]) if lines else "no word"
    )


def _lines(text: str) -> Iterator[str]:
    """What is said, without colours, folders of ours and credentials."""
    return (redact(line.strip())[:300] for line in text.splitlines() if line.strip())


def _wants_network(done: sandbox.Completed) -> bool:
    said = (done.stdout + done.stderr).lower()
    return any(word in said for word in ("network", "offline", "connection", "resolve host", "name resolution"))


# --- compiled files ------------------------------------------------------------------------------------------------


def _compile(lock: Lock, facts: RepoFacts, scratch: Path, wish: Wish) -> Verified:
    """Compile again into the same file, as pins there are kept where they still serve, and compare the pins."""
    start = _COMPILERS[lock.format]
    asked = Verified(tool=start[0], command=" ".join(start), answer="not-run", message="")
    if not wish.network:
        return replace(asked, message="not run: compiling anew needs the network (--verify-network)")
    folder = lock.command_dir or posixpath.dirname(lock.path) or "."
    if not lock.inputs:
        return replace(asked, message="not run: it is not known from which files it was compiled")
    if (why := _would_build(lock, facts)) is not None:
        return replace(asked, message=f"not run: it would have to build {why}")
    argv = (*start, *_options(command(lock.command)), "--output-file", _below(lock.path, folder))
    argv += tuple(_below(path, folder) for path in lock.inputs)
    env = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ONLY_BINARY": ":all:"}
    return _run(argv, scratch / folder, env, wish, lambda done: _compared(lock, scratch, done))


def _would_build(lock: Lock, facts: RepoFacts) -> str | None:
    """The first thing that the tool would run code for."""
    waiting, seen = list(lock.inputs), set[str]()
    while waiting:
        path = waiting.pop()
        extract = facts.extracts.get(path)
        manifest = extract.manifest if extract is not None else None
        if manifest is None or path.endswith((".py", ".cfg")):
            return path
        if path in seen:
            continue
        seen.add(path)
        if manifest.format != "requirements":
            if lock.format == "uv pip compile" and _is_static(path, facts, ""):
                continue
            return path
        asked = (*manifest.requirements, *manifest.constraints)
        if (built := next((one for one in asked if one.source != "index"), None)) is not None:
            return built.raw
        waiting += [include.path for include in manifest.includes if include.path is not None]
    return None


def _below(path: str, folder: str) -> str:
    return posixpath.relpath(path, folder)


def _options(asked: Command | None) -> Iterator[str]:
    """The options of the command in the header that bear on the pins, made anew: nothing else of it is taken over."""
    if asked is None:
        return
    yield from sorted(asked.flags & _PASSED)
    for name, values in (("--extra", asked.extras), ("--constraint", asked.constraints), ("--group", asked.groups)):
        for value in values:
            yield f"{name}={value}"
    if asked.python is not None:
        yield f"--python-version={asked.python}"


def _compared(lock: Lock, scratch: Path, done: sandbox.Completed) -> tuple[str, str]:
    lines = list(_lines(done.stderr))
    if done.status != 0:
        return "error", f"it could not compile: {lines[-1] if lines else 'no word'}"
    text = decode(lock.path, (scratch / lock.path).read_bytes())
    try:
        made = requirements.FORMAT.read(lock.path, text) if isinstance(text, str) else None
    except Unreadable:
        made = None
    if made is None or made.lock is None:
        return "error", "what it wrote cannot be read"
    if made.lock.requires_python != lock.requires_python and lock.format == "pip-compile":
        return "error", f"it runs on {made.lock.requires_python}, the file was compiled for {lock.requires_python}"
    before, after = ({(p.key, p.version) for p in one.packages} for one in (lock, made.lock))
    apart = sorted({name for name, _ in before ^ after})
    if not apart:
        return "fresh", "compiling anew changes no pin"
    more = f" and {len(apart) - 5} more" if len(apart) > 5 else ""
    return "stale", f"compiling anew changes {', '.join(apart[:5])}{more}"
