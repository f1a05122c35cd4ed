"""Managers of environments: Hatch, conda and its locks; and Flit."""

from __future__ import annotations

from dataclasses import replace

from scanner.commands.judging import Judging, after
from scanner.commands.pip_install import Judgement, anywhere
from scanner.commands.words import (
    PACKAGING,
    Program,
    after_options,
    distribution,
    option,
    options,
)
from scanner.inventory import Enforced
from scanner.toml_reader import table

_CONDA_TOOLS = frozenset(
    "python pypy libmamba conda-devenv conda-libmamba-solver anaconda-client boa conda-forge git make".split()
)
_ORDER: dict[bool | None, int] = {False: 0, None: 1, True: 2}
_CONDA_VALUES = frozenset({"-n", "--name", "-p", "--prefix", "-c", "--channel", "--solver", "--platform", "--subdir"})


def hatch(it: Judging, started: Program) -> list[Judgement]:
    """Hatch: an environment is created by running or testing in it."""
    sub = started.sub
    if sub in ("run", "test") or (sub == "env" and "create" in started.args):
        install = _hatch_environment(it, started)
        return [install, Judgement(kind="test", tool="hatch")] if sub == "test" else [install]
    if sub in ("fmt", "check"):
        return [Judgement(kind="lint", tool="hatch")]
    return [Judgement(kind="build" if sub in ("build", "publish") else "other", tool="hatch")]


def _hatch_environment(it: Judging, started: Program) -> Judgement:
    """What creating an environment takes; those of the plug-in hatch-pip-compile are installed from their lock."""
    path = it.lookup.nearest(it.at, ("pyproject.toml",)).path
    extract = it.lookup.extracts.get(path or "")
    words = [w for w in started.args[started.args.index(started.sub) + 1 :] if not w.startswith("-")]
    words = words[1:] if words[:1] == ["create"] else words
    name = option(started.args, "-e", "--env") or (words[0] if started.sub == "env" and words else "default")
    if started.sub == "run" and words and ":" in words[0]:
        name = words[0].split(":")[0].split(".")[0]
    data = extract.manifest.data if extract is not None and extract.manifest is not None else {}
    default, own = (table(data, "tool", "hatch", "envs", n) for n in ("default", name))
    usual = "requirements.txt" if name == "default" else f"requirements/requirements-{name}.txt"
    lock = own.get("lock-filename") or usual
    if path is not None and own.get("type", default.get("type")) == "pip-compile" and isinstance(lock, str):
        found = it.lookup.find(it.at, lock)
        if found is not None and (listing := it.lookup.listing(found)).kind == "compiled":
            enforced: Enforced = "hashes" if listing.hashed else "none"
            because = f"{found} was written by a locker"
            return Judgement(
                kind="install", tool="hatch", uses_lock=True, enforced=enforced, because=because, path=path
            )
    return it.resolved("hatch", "Hatch resolves its environments when it creates them", path)


def flit(it: Judging, started: Program) -> list[Judgement]:
    """``flit install``: the project with its dependencies, by pip."""
    if started.sub == "install":
        because = "the project's dependencies are resolved at install time"
        return [it.resolved("flit", because, it.lookup.nearest(it.at, ("pyproject.toml",)).path)]
    return [Judgement(kind="build" if started.sub in ("build", "publish") else "other", tool="flit")]


def conda(it: Judging, started: Program) -> list[Judgement]:
    """conda, mamba and micromamba: environments from files, from locks, or from names."""
    args = started.args
    words = [word for word in args if not word.startswith("-")]
    verbs = words[1:2] if words[:1] == ["env"] else words[:1]
    if not verbs or verbs[0] not in ("create", "install", "update", "devenv"):
        return [] if started.sub == "run" else [Judgement(kind="other", tool="conda")]
    told = options(args, "-f", "--file") or [w for w in words if w.endswith((".yml", ".yaml"))][:1]
    if verbs == ["install"]:
        told = [file for file in told if "." in file]  # -f also means there that packages are installed again
    if not told and words[:1] == ["env"]:
        told = ["environment.yml"]
    if not told and verbs == ["devenv"]:
        told = ["environment.devenv.yml"]
    if told:
        return [min((_from_file(it, file) for file in told), key=lambda j: _ORDER[j.uses_lock])]
    names = [distribution(w) for w in after_options(after(args, verbs[0]), _CONDA_VALUES) if not w.startswith("-")]
    plain = all(name in PACKAGING or name in _CONDA_TOOLS for name in names)
    if plain:
        return [Judgement(kind="bootstrap" if names or verbs[0] == "create" else "other", tool="conda")]
    return [Judgement(kind="adhoc", tool="conda", uses_lock=False, enforced="none")]


def _from_file(it: Judging, file: str) -> Judgement:
    """What an environment file installs: a lock is taken as it is, anything else is resolved."""
    matching = it.lookup.matching(it.at, file)
    path = it.lookup.find(it.at, file) or next(iter(matching), None) or it.lookup.wherever(file)
    made = it.job.produced.get(anywhere(file)) if path is None else None
    named = "conda-lock" in file or file.endswith(".lock")
    if _is_conda_lock(it, path) or (named and (path is not None or matching or made is not None)):
        because = f"{file} is a conda lock"
        return Judgement(kind="install", tool="conda", uses_lock=True, enforced="frozen", because=because, path=path)
    if made is not None:
        return replace(made, tool="conda")
    if path is None:
        return Judgement(kind="install", tool="conda", because=f"{file} is not in the repository")
    return it.resolved("conda", f"{path} is resolved at install time", path)


def _is_conda_lock(it: Judging, path: str | None) -> bool:
    extract = it.lookup.extracts.get(path) if path is not None else None
    return extract is not None and extract.lock is not None


def conda_lock(it: Judging, started: Program) -> list[Judgement]:
    """``conda-lock``: writes a lock, or installs from one."""
    if started.sub != "install":
        return [Judgement(kind="lock", tool="conda")]
    words = [w for w in after(started.args, "install") if w.endswith((".yml", ".yaml", ".lock", ".txt"))]
    found = it.nearest(words[-1] if words else "conda-lock.yml", (), None)
    return [it.from_lock("conda", "conda-lock.yml", found, "frozen")]
