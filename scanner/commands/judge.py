"""What one command of committed automation does, in the light of its job; the tools stand in modules of their own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace

from scanner.commands.by_environment import conda, conda_lock, flit, hatch
from scanner.commands.by_lock import pdm, pipenv, pixi, poetry, rye
from scanner.commands.by_pip import NO_INPUTS, pip, pip_tools, uv
from scanner.commands.image_builds import compose_services, image_run
from scanner.commands.judging import Job, Judging
from scanner.commands.lookup import Lookup
from scanner.commands.pip_install import Judgement
from scanner.commands.preparing import (
    COPIERS,
    ENVIRONMENTS,
    LISTINGS,
    LOCKS,
    action,
    clone,
    copied,
    download,
    python,
    removed,
    runner,
    system,
    tool_manager,
)
from scanner.commands.words import Program, asks_only, inner, program
from scanner.facts import Inside, Invocation
from scanner.lint_tools import tools_of_command

__all__ = ["NO_INPUTS", "Job", "can_matter", "judge", "judge_runners"]


def judge(invocation: Invocation, lookup: Lookup, job: Job) -> list[Judgement]:
    """All that a command does, installing first; ``job`` is what earlier ones left, and takes what this one leaves."""
    invocation = _in_own_clone(invocation, job)
    started = program(invocation.argv)
    if (clone_of := _CLONE.match(invocation.asked or "")) and invocation.directory is None:
        line = None if lookup.is_own(clone_of[1]) else 0
    else:
        line = _clone_line(invocation, job)
    if line is not None:
        judged = _judge(Judging(invocation, lookup, deepcopy(job)), started, 0)
        if any(j.kind == "install" for j in judged):  # it concerns that repository, and leaves nothing for this one
            because = f"installs from a repository that is cloned before{f' (line {line})' if line else ''}"
            made = Judgement(kind="adhoc", tool=judged[0].tool, uses_lock=False, enforced="none", because=because)
            return [made, *(j for j in judged if j.kind != "install")]
    return _judge(Judging(invocation, lookup, job), started, 0) or [Judgement(kind="other", tool=None)]


_CLONE = re.compile(r"\$\{clone:([^}]{1,100})\}")


def _in_own_clone(invocation: Invocation, job: Job) -> Invocation:
    """A command in a clone of this repository, made by the job, in the repository's own folder that it means."""
    folder = invocation.directory or "/"
    if (mounts := tuple((path, ".") for path in job.own_clones if path.startswith("/"))) and invocation.inside is None:
        invocation = replace(invocation, inside=Inside(image=invocation.at, mounts=mounts))
    own = next((p for p in job.own_clones if not folder.startswith("/") and f"{folder}/".startswith(f"{p}/")), None)
    return replace(invocation, directory=posixpath.relpath(folder, own)) if own is not None else invocation


def _clone_line(invocation: Invocation, job: Job) -> int | None:
    """The line at which the job cloned the repository that the command works in; ``None`` if it is this one."""
    if not job.cloned:
        return None
    base = posixpath.normpath(invocation.directory or ".")
    words = [w.split("[")[0] for w in invocation.argv[1:] if "/" in w or w in (".", "..")]
    named = [posixpath.normpath(posixpath.join(base, w.rpartition("=")[2])) for w in words if "://" not in w]
    places = [p for p in named if p != base] or [base]
    inside = (at for f, at in job.cloned.items() if all(f"{p}/".startswith(f"{f}/") for p in places))
    return next((at or 0 for at in inside), None)


def judge_runners(invocation: Invocation, lookup: Lookup, job: Job) -> list[Judgement]:
    """What the runners in front of a command do by themselves: ``uv run`` installs, whatever it starts."""
    return _runners(Judging(invocation, lookup, job))


def can_matter(invocation: Invocation, lookup: Lookup) -> bool:
    """Whether a command can be more than ``other``, or leave something that later ones are judged by."""
    started = program(invocation.argv)
    if started.name in ("git", "hg"):
        return started.args[:1] == ("clone",)
    if started.name == "rm":
        return any(posixpath.basename(word) in LOCKS for word in started.args)
    if started.name in COPIERS:
        return any(word.endswith((*LISTINGS, *ENVIRONMENTS)) for word in started.args)
    if compose_services(invocation) is not None or image_run(invocation) is not None:
        return True
    return started.name in _MANAGERS or any(j.kind != "other" for j in judge(invocation, lookup, Job()))


def _judge(it: Judging, started: Program, depth: int) -> list[Judgement]:
    """All that the program does, installing first."""
    if depth > 4:
        return []
    if it.at.argv[0].startswith("uses:"):
        return action(it)
    if "--dry-run" in started.args and inner(started) is None:
        return []  # nothing is installed, locked or built
    found = _manager(it, started)
    if (wrapped := inner(started)) is not None and wrapped:
        inside = _judge(it, program(wrapped), depth + 1)
        kinds = [j for j in inside if j.kind != "other"]
        if started.name in ("uvx", "pipx") or (started.name == "uv" and started.args[:1] == ("tool",)):
            return [j for j in kinds if j.kind in ("lint", "test", "build")] or found
        return [*found, *kinds] or inside
    return found or _work(it, started)


def _runners(it: Judging) -> list[Judgement]:
    found: list[Judgement] = []
    started = program(it.at.argv)
    for _ in range(4):
        wrapped = inner(started)
        if not wrapped:
            break
        found.extend(_manager(it, started))
        started = program(wrapped)
    return [j for j in found if j.kind in ("install", "bootstrap")]


def _manager(it: Judging, started: Program) -> list[Judgement]:
    handler = _MANAGERS.get(started.name)
    return handler(it, started) if handler is not None else []


def _work(it: Judging, started: Program) -> list[Judgement]:
    name, args = started.name, started.args
    if name in _TESTERS or (name == "manage.py" and args[:1] == ("test",)) or name == "unittest":
        return [Judgement(kind="test", tool=name)]
    if name in ("tox", "nox"):
        return _environments(it, started)
    if name in ("pre-commit", "prek", "lefthook"):
        return [Judgement(kind="lint" if started.sub in ("run", "") else "other", tool=name)]
    if name in _BUILDERS and (name not in ("docker", "depot") or started.sub in ("build", "buildx")):
        return [Judgement(kind="build", tool=name)]
    if name in ("virtualenv", "venv", "ensurepip", "pyenv", "get-pip.py"):
        return [Judgement(kind="bootstrap", tool=name)]
    if name == "easy_install":
        return [Judgement(kind="adhoc", tool="setuptools", uses_lock=False, enforced="none")]
    if tools_of_command((name, *args)):
        return [Judgement(kind="lint", tool=name)]
    return []


def _environments(it: Judging, started: Program) -> list[Judgement]:
    """tox or nox whose configuration was not found: what they install cannot be seen."""
    if asks_only(started.args):
        return [Judgement(kind="other", tool=started.name)]
    unseen = f"the environments of {started.name} are not known"
    return [
        Judgement(kind="install", tool=started.name, because=unseen),
        Judgement(kind="test", tool=started.name),
    ]


_MANAGERS: Mapping[str, Callable[[Judging, Program], list[Judgement]]] = {
    "pip": pip,
    "pip-tools": pip_tools,
    "uv": uv,
    "uvx": runner,
    "pipx": runner,
    "poetry": poetry,
    "pipenv": pipenv,
    "pdm": pdm,
    "rye": rye,
    "hatch": hatch,
    "conda": conda,
    "conda-lock": conda_lock,
    "pixi": pixi,
    "flit": flit,
    "python": python,
    **dict.fromkeys(COPIERS, copied),
    **dict.fromkeys(("asdf", "mise", "rtx"), tool_manager),
    "git": clone,
    "hg": clone,
    "rm": removed,
    "curl": download,
    "wget": download,
    "apt-get": system,
    "apt": system,
    "apk": system,
    "yum": system,
    "dnf": system,
    "brew": system,
}


_TESTERS = frozenset(
    """
    pytest py.test nosetests nose2 trial ward behave stestr green pytest-3 robot lettuce testr doctest twisted.trial
    xdoctest zope-testrunner
    """.split()
)
_BUILDERS = frozenset(
    {"twine", "cibuildwheel", "maturin", "pyproject-build", "docker", "depot", "flit_core", "auditwheel"}
)
