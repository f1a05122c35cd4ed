"""What one command of committed automation does, in the light of its job: the tools and their options, one by one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from scanner.commands.image_builds import compose_services, image_run
from scanner.commands.lookup import Found, Lookup
from scanner.commands.pip_install import ALL_EXTRAS, PACKAGING, PIPED, Judgement, judge_pip, place_of
from scanner.commands.place import environment_of
from scanner.commands.words import (
    PipAsk,
    Program,
    after_options,
    distribution,
    inner,
    option,
    options,
    options_before,
    pip_ask,
    program,
)
from scanner.facts import Invocation
from scanner.inventory import Enforced
from scanner.known_actions import ToolSetup, tool_setup
from scanner.lint_tools import tools_of_command
from scanner.toml_reader import table

NO_INPUTS = "its inputs are not in the repository"
_LOCKS = {"poetry.lock": "poetry", "uv.lock": "uv", "Pipfile.lock": "pipenv", "pdm.lock": "pdm"}
# programs that write one listing from another
_COPIERS = ("cat", "cp", "mv", "sed", "grep", "egrep", "awk", "head", "tail", "sort")
_LISTINGS = (".txt", ".in", ".lock", ".pip")
_YES = frozenset({"1", "true", "yes", "on"})
_FULL = re.compile(r"v?\d{1,6}(?:\.\d{1,6}){2}(?:(?:a|b|rc|\.post|\.dev|[+-])[a-z0-9.]{1,20})?")


@dataclass(slots=True)
class Job:
    """What earlier commands of one job left: versions of tools, checks, files, installed locks."""

    versions: dict[str, str] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    verified: dict[str, int | None] = field(default_factory=dict)
    produced: dict[str, Judgement] = field(default_factory=dict)
    locked_places: dict[str, list[tuple[int | None, frozenset[str]]]] = field(default_factory=dict)
    relocked: dict[str, int | None] = field(default_factory=dict)
    refreshed: dict[str, int | None] = field(default_factory=dict)
    cloned: dict[str, int | None] = field(default_factory=dict)
    poetry_in_system: bool = False


def judge(invocation: Invocation, lookup: Lookup, job: Job) -> list[Judgement]:
    """All that a command does, installing first; ``job`` is what earlier ones left, and takes what this one leaves."""
    judged = _Judge(invocation, lookup, job).judge(program(invocation.argv), 0)
    judged = _in_a_clone(judged, invocation, job)
    return judged or [Judgement(kind="other", tool=None)]


def _in_a_clone(judged: list[Judgement], invocation: Invocation, job: Job) -> list[Judgement]:
    """What is done in a repository that the job cloned concerns that one: an install there is ad hoc."""
    place = posixpath.normpath(invocation.directory or ".")
    line = next((at for folder, at in job.cloned.items() if f"{place}/".startswith(f"{folder}/")), 0)
    if line == 0 or not any(j.kind == "install" for j in judged):
        return judged
    because = f"installs from a repository that is cloned before (line {line})"
    made = Judgement(kind="adhoc", tool=judged[0].tool, uses_lock=False, enforced="none", because=because)
    return [made, *(j for j in judged if j.kind != "install")]


def judge_runners(invocation: Invocation, lookup: Lookup, job: Job) -> list[Judgement]:
    """What the runners in front of a command do by themselves: ``uv run`` installs, whatever it starts."""
    return _Judge(invocation, lookup, job).runners()


def can_matter(invocation: Invocation, lookup: Lookup) -> bool:
    """Whether a command can be more than ``other``, or leave something that later ones are judged by."""
    started = program(invocation.argv)
    if started.name == "git":
        return started.args[:1] == ("clone",)
    if started.name == "rm":
        return any(posixpath.basename(word) in _LOCKS for word in started.args)
    if started.name in _COPIERS:
        return any(word.endswith(_LISTINGS) for word in started.args)
    if compose_services(invocation) is not None or image_run(invocation) is not None:
        return True
    return started.name in _MANAGERS or any(j.kind != "other" for j in judge(invocation, lookup, Job()))


class _Judge:
    """Judges one command in the light of its job."""

    def __init__(self, invocation: Invocation, lookup: Lookup, job: Job) -> None:
        self._at = invocation
        self._env = dict(invocation.env)
        self._lookup = lookup
        self._job = job

    def judge(self, started: Program, depth: int) -> list[Judgement]:
        """All that the program does, installing first."""
        if depth > 4:
            return []
        if self._at.argv[0].startswith("uses:"):
            return self._action()
        found = self._manager(started)
        if (wrapped := inner(started)) is not None and wrapped:
            inside = self.judge(program(wrapped), depth + 1)
            kinds = [j for j in inside if j.kind != "other"]
            if started.name in ("uvx", "pipx") or (started.name == "uv" and started.args[:1] == ("tool",)):
                return [j for j in kinds if j.kind in ("lint", "test", "build")] or found
            return [*found, *kinds] or inside
        return found or self._work(started)

    def runners(self) -> list[Judgement]:
        found: list[Judgement] = []
        started = program(self._at.argv)
        for _ in range(4):
            wrapped = inner(started)
            if not wrapped:
                break
            found.extend(self._manager(started))
            started = program(wrapped)
        return [j for j in found if j.kind in ("install", "bootstrap")]

    def _manager(self, started: Program) -> list[Judgement]:
        handler = _MANAGERS.get(started.name)
        return handler(self, started) if handler is not None else []

    # work that is no install

    def _work(self, started: Program) -> list[Judgement]:
        name, args = started.name, started.args
        if name in _TESTERS or (name == "manage.py" and args[:1] == ("test",)) or name == "unittest":
            return [Judgement(kind="test", tool=name)]
        if name in ("tox", "nox"):
            return self._environments(started)
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

    def _action(self) -> list[Judgement]:
        """An action that sets up a package manager, and whether its version is fixed."""
        action = self._at.argv[0].removeprefix("uses:").partition("@")[0]
        if (setup := tool_setup(action)) is None:
            return []
        inputs = dict(word.partition("=")[::2] for word in self._at.argv[1:])
        version = inputs.get(setup.version, "").strip()
        pinned, because = self._fixed(setup, inputs, version)
        self._job.versions[setup.tool] = f"=={version.removeprefix('v')}" if re.fullmatch(r"v?[\d.]+", version) else ""
        return [Judgement(kind="bootstrap", tool=setup.tool, because=because, pinned=pinned)]

    def _fixed(self, setup: ToolSetup, inputs: Mapping[str, str], version: str) -> tuple[bool | None, str]:
        """Whether an action's inputs, or the files that it looks into, fix the version; and which of them do."""
        if version and version.lower() != "latest":
            each = version.replace(",", " ").split()
            exact = all(_FULL.fullmatch(word.lstrip("=")) for word in each)
            return (True if exact else None), f"{setup.version}: {version}"
        for name in setup.files if not version else ():
            if path := inputs.get(name, "").strip():
                known = self._lookup.find(replace(self._at, directory="."), path) is not None
                return (True if known else None), f"{name}: {path}"
        if setup.tool == "uv" and not version and (required := self._lookup.required_uv()) is not None:
            return (True if _FULL.fullmatch(required[0].removeprefix("==")) else None), f"required by {required[1]}"
        return False, f"{setup.version}: latest" if version else "no version is named"

    def _environments(self, started: Program) -> list[Judgement]:
        """tox or nox whose configuration was not found: what they install cannot be seen."""
        if {"--version", "--help", "-l", "--list", "--notest"} & set(started.args):
            return [Judgement(kind="other", tool=started.name)]
        unseen = f"the environments of {started.name} are not known"
        return [
            Judgement(kind="install", tool=started.name, because=unseen),
            Judgement(kind="test", tool=started.name),
        ]

    def _python(self, started: Program) -> list[Judgement]:
        script = after_options(started.args, ("-W", "-X"))
        name = posixpath.basename(script[0]) if script else ""
        match name:
            case "setup.py":
                return self._setup_py(script[1:])
            case "manage.py" if script[1:2] == ("test",):
                return [Judgement(kind="test", tool="manage.py")]
            case "get-pip.py" | "install-poetry.py" | "get-poetry.py" | "ez_setup.py":
                return [Judgement(kind="bootstrap", tool="poetry" if "poetry" in name else "pip")]
            case "-" | "":
                return self._piped(started)
            case "runtests.py" | "run_tests.py" | "test.py" | "runtest.py":
                return [Judgement(kind="test", tool=name)]
            case _:
                return []

    def _piped(self, started: Program) -> list[Judgement]:
        """``curl … | python3 - --version 1.8.2``: the installer's version."""
        if started.args and "-" not in started.args:
            return []
        if (tool := self._job.produced.pop("pipe", None)) is not None and tool.tool is not None:
            version = option(started.args, "--version") or self._env.get(f"{tool.tool.upper()}_VERSION")
            self._job.versions[tool.tool] = f"=={version}" if version else ""
            return [Judgement(kind="bootstrap", tool=tool.tool)]
        return []

    def _setup_py(self, args: Sequence[str]) -> list[Judgement]:
        if {"install", "develop"} & set(args):
            because = "the project's dependencies are resolved at install time"
            found = self._lookup.nearest(self._at, ("setup.py",)).path
            if "--no-deps" in args:
                return [Judgement(kind="install", tool="setuptools", because="installs the project alone", path=found)]
            return [self._resolved("setuptools", because, found)]
        if "test" in args or "pytest" in args:
            return [Judgement(kind="test", tool="setuptools")]
        return [
            Judgement(
                kind="build" if {"sdist", "bdist_wheel", "bdist", "build"} & set(args) else "other", tool="setuptools"
            )
        ]

    def _git(self, started: Program) -> list[Judgement]:
        """``git clone``: what is installed in that folder later on is not this repository."""
        words = after_options(started.args[1:], ("-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "-j"))
        directory = self._at.directory
        if started.args[:1] != ("clone",) or not words or directory is None or directory.startswith("/"):
            return []
        told = [word for word in words[1:] if not word.startswith("-")]
        folder = told[0] if told else posixpath.basename(words[0].rstrip("/")).removesuffix(".git")
        path = posixpath.normpath(posixpath.join(directory, folder))
        if "$" not in folder and path not in (".", "..") and not path.startswith(("/", "../")):
            self._job.cloned[path] = self._at.at.line
        return []

    def _removed(self, started: Program) -> list[Judgement]:
        """``rm poetry.lock``: what installs from it later on makes a new one."""
        for word in started.args:
            if (tool := _LOCKS.get(posixpath.basename(word))) is not None:
                self._job.relocked[tool] = self._at.at.line
        return []

    def _download(self, started: Program) -> list[Judgement]:
        text = " ".join(started.args)
        for pattern, tool in _INSTALLERS:
            if (match := re.search(pattern, text)) is not None:
                version = (match.groupdict().get("version") or self._env.get(f"{tool.upper()}_VERSION") or "").strip(
                    "/"
                )
                self._job.versions[tool] = f"=={version}" if version else ""
                made = Judgement(kind="bootstrap", tool=tool, pinned=bool(version))
                self._job.produced["pipe"] = made
                return [made]
        return []

    def _system(self, started: Program) -> list[Judgement]:
        if started.sub not in ("install", "add"):
            return []
        python = [w for w in started.args if re.match(r"(?:python|py3|pip|pipx|uv$|poetry$|pypy|pyenv)", w)]
        return [Judgement(kind="bootstrap", tool=started.name)] if python else []

    def _runner(self, started: Program) -> list[Judgement]:
        if started.name == "pipx" and started.sub in ("install", "upgrade", "inject"):
            self._bootstrapped(started.args)
        if started.name == "pipx" and started.sub in ("list", "ensurepath", "environment", ""):
            return [Judgement(kind="other", tool="pipx")]
        return [Judgement(kind="bootstrap", tool=started.name)]

    def _copied(self, started: Program) -> list[Judgement]:
        """``sed … requirements.lock > requirements.txt``: what is made from a listing installs what that lists."""
        words = [w for w in started.args if not w.startswith("-")]
        output = _redirect(started.args) or (words[-1] if started.name in ("cp", "mv") and len(words) > 1 else None)
        sources = [w for w in words if w not in (output, ">", ">>") and w.endswith(_LISTINGS)]
        if output is None or not sources:
            return []
        if started.name in ("cp", "mv") and not output.endswith(_LISTINGS):
            output = posixpath.join(output, posixpath.basename(sources[0]))
        made = judge_pip(
            PipAsk(requirements=tuple(sources)), "pip", self._at, self._lookup, produced=self._job.produced
        )
        if made.kind == "install" and made.because:
            self._produce(output, replace(made, because=f"{made.because}; copied to {output}"))
        return []

    # pip and its relatives

    def _pip(self, started: Program) -> list[Judgement]:
        sub = started.sub
        if sub == "install":
            return [self._installed(started, "pip", _after(started.args, "install"))]
        if sub in ("wheel", "download"):
            ask = pip_ask(_after(started.args, sub))
            if not (ask.requirements or ask.names):
                return [Judgement(kind="build", tool="pip")]
            made = self._asked(ask, "pip", started)
            if made.kind == "install":
                self._job.produced["wheels"] = made
            return [made]
        return [Judgement(kind="other", tool="pip")]

    def _pip_tools(self, started: Program) -> list[Judgement]:
        if started.sub == "sync":
            words = _after(started.args, "sync")
            ask = pip_ask(words)
            files = (*ask.requirements, *ask.names, *ask.paths) or ("requirements.txt",)
            asked = replace(ask, requirements=files, names=(), paths=())
            return [self._asked(asked, "pip-tools", started)]
        if started.sub != "compile":
            return [Judgement(kind="other", tool="pip-tools")]
        return [self._compiled(started, "pip-tools")]

    def _compiled(self, started: Program, tool: str) -> Judgement:
        """``pip-compile`` or ``uv pip compile``: what it writes was resolved here, unless the file is committed."""
        ask = pip_ask(_after(started.args, "compile"))
        inputs = [w for w in (*ask.names, *ask.paths, *ask.requirements) if not w.startswith("-")]
        found = [p for w in inputs if (p := self._lookup.find(self._at, w)) is not None]
        defaults = ("requirements.in", "setup.py", "pyproject.toml", "setup.cfg")
        if not inputs and (near := self._lookup.nearest(self._at, defaults).path) is not None:
            found.append(near)
        output = option(started.args, "-o", "--output-file") or (re.sub(r"\.in$", ".txt", inputs[0]) if inputs else "")
        if output:
            known = self._lookup.find(self._at, output) is not None
            because = f"{output} is compiled anew" + ("" if known else " and not committed")
            made = Judgement(kind="install", tool=tool, uses_lock=known, enforced="none", because=because)
            self._produce(output, made)
        missing = bool(inputs) and not found and not any("$" in w or "*" in w for w in inputs)
        return Judgement(
            kind="lock", tool=tool, because=NO_INPUTS if missing else None, path=found[0] if found else None
        )

    def _installed(self, started: Program, tool: str, words: Sequence[str]) -> Judgement:
        made = self._asked(pip_ask(tuple(words)), tool, started)
        if made.kind == "bootstrap" or made.kind == "adhoc":
            self._bootstrapped(words)
        return made

    def _asked(self, ask: PipAsk, tool: str, started: Program) -> Judgement:
        before = self._locked_before()
        made = judge_pip(ask, tool, self._at, self._lookup, produced=self._job.produced, locked_before=before)
        if made.kind == "install" and made.uses_lock:
            self._installed_from_lock()
        return made

    def _environment(self) -> str:
        place = environment_of(self._at.argv, self._at.env, poetry_in_system=self._job.poetry_in_system)
        return f"{place} of {self._at.leg}" if self._at.leg else place

    def _locked_before(self) -> frozenset[str] | None:
        """The extras that were installed from a lock into the environment of this command; ``None`` if nothing was."""
        before = self._job.locked_places.get(self._environment(), [])
        container = self._lookup.container(self._at.at.path) if self._at.context == "image" else None
        found = [e for n, e in before if container is None or container.rests_on(self._at.at.line, n)]
        if ALL_EXTRAS in found:
            return ALL_EXTRAS
        return frozenset().union(*found) if found else None

    def _installed_from_lock(self) -> None:
        started = program(self._at.argv)
        extras = ALL_EXTRAS
        if started.name in ("uv", "poetry") and "--all-extras" not in started.args and "pip" not in started.args[:2]:
            words = " ".join(options(started.args, "--extra", "--extras", "-E")).replace(",", " ").split()
            extras = frozenset(distribution(word) for word in words)
        self._job.locked_places.setdefault(self._environment(), []).append((self._at.at.line, extras))

    def _bootstrapped(self, words: Sequence[str]) -> None:
        for word in words:
            name = distribution(word)
            if name in PACKAGING:
                bare = re.sub(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?", "", word.strip("\"' "))
                self._job.versions[name] = bare.strip()

    # uv

    def _uv(self, started: Program) -> list[Judgement]:
        args = after_options(started.args, ("--project", "--directory", "--config-file", "--cache-dir", "--color"))
        sub = args[0] if args else ""
        rest = args[1:]
        match sub:
            case "pip":
                return self._uv_pip(started, rest)
            case "sync":
                return [self._from_uv_lock(started, rest)]
            case "run":
                return self._uv_run(started, rest)
            case "lock":
                if {"--check", "--locked", "--check-exists"} & set(rest):
                    self._job.checked.add("uv")
                else:
                    self._relock("uv", "uv.lock", keeps=not {"-U", "--upgrade"} & set(rest))
                return [Judgement(kind="lock", tool="uv")]
            case "export":
                self._export(started, "uv", "uv.lock")
                return [Judgement(kind="lock", tool="uv")]
            case "add" | "remove":
                return [Judgement(kind="adhoc", tool="uv", uses_lock=False, enforced="none")]
            case "build" | "publish":
                return [Judgement(kind="build", tool="uv")]
            case "tool" | "python" | "venv" | "self":
                if sub == "tool":
                    self._bootstrapped(rest)
                return [Judgement(kind="bootstrap", tool="uv")]
            case "format":
                return [Judgement(kind="lint", tool="uv")]
            case _:
                return [Judgement(kind="other", tool="uv")]

    def _uv_pip(self, started: Program, rest: Sequence[str]) -> list[Judgement]:
        sub = next((word for word in rest if not word.startswith("-")), "")
        words = _after(rest, sub) if sub else ()
        if sub == "install":
            return [self._installed(started, "uv", words)]
        if sub == "sync":
            ask = pip_ask(words)
            return [
                self._asked(
                    replace(ask, requirements=(*ask.requirements, *ask.names, *ask.paths), names=(), paths=()),
                    "uv",
                    started,
                )
            ]
        if sub == "compile":
            return [self._compiled(Program("uv", tuple(rest)), "uv")]
        return [Judgement(kind="other", tool="uv")]

    def _uv_run(self, started: Program, rest: Sequence[str]) -> list[Judgement]:
        command = inner(started) or ()
        flags = set(options_before(rest, command))
        script = command[:1] and command[0].endswith(".py") and self._is_script(command[0])
        if (
            {"--no-project", "--no-sync", "--script", "-s"} & flags
            or self._env.get("UV_NO_SYNC", "").lower() in _YES
            or script
        ):
            return []
        return [self._from_uv_lock(started, sorted(flags))]

    def _is_script(self, word: str) -> bool:
        """Whether this file brings its own dependencies; its text is not kept, so only a lock beside it tells."""
        path = self._lookup.find(self._at, word)
        return path is not None and f"{path}.lock" in self._lookup.files

    def _from_uv_lock(self, started: Program, flags: Sequence[str]) -> Judgement:
        folder = option(started.args, "--project", "--directory") or self._env.get("UV_PROJECT")
        found = self._nearest("uv.lock", ("pyproject.toml",), folder)
        enforced: Enforced = "none"
        if "--frozen" in flags or self._env.get("UV_FROZEN", "").lower() in _YES:
            enforced = "frozen"
        if {"--locked", "--check"} & set(flags) or self._env.get("UV_LOCKED", "").lower() in _YES:
            enforced = "locked"
        if enforced == "none" and "uv" in self._job.checked:
            enforced = "locked"
        return replace(self._from_lock("uv", "uv.lock", found, enforced), serves=self._member(started.args, folder))

    def _member(self, args: Sequence[str], folder: str | None) -> str | None:
        """The manifest of the project that uv syncs: the named member of the workspace, or the nearest."""
        if (name := option(args, "--package")) is not None and (path := self._lookup.manifest_of(name)) is not None:
            return path
        return (
            None
            if folder is not None and "$" in folder
            else self._lookup.nearest(self._at, ("pyproject.toml",), folder).path
        )

    # Poetry, Pipenv, PDM, Rye, Pixi

    def _poetry(self, started: Program) -> list[Judgement]:
        args = started.args
        sub = started.sub
        folder = option(args, "-C", "--directory", "-P", "--project")
        match sub:
            case "install" | "sync":
                found = self._nearest("poetry.lock", ("pyproject.toml",), folder)
                enforced: Enforced = (
                    "locked" if "poetry" in self._job.checked or not self._poetry_before("1.8.0") else "frozen"
                )
                return [self._from_lock("poetry", "poetry.lock", found, enforced)]
            case "check" if "--lock" in args:
                self._job.checked.add("poetry")
                return [Judgement(kind="lock", tool="poetry")]
            case "lock":
                if "--check" in args:
                    self._job.checked.add("poetry")
                else:
                    keeps = "--no-update" in args or ("--regenerate" not in args and not self._poetry_before("2.0.0"))
                    self._relock("poetry", "poetry.lock", keeps=keeps)
                return [Judgement(kind="lock", tool="poetry")]
            case "update":
                return [
                    self._resolved(
                        "poetry",
                        "poetry update resolves anew",
                        self._nearest("poetry.lock", ("pyproject.toml",), folder).path,
                    )
                ]
            case "export":
                self._export(started, "poetry", "poetry.lock")
                return [Judgement(kind="lock", tool="poetry")]
            case "add" | "remove":
                return [Judgement(kind="adhoc", tool="poetry", uses_lock=False, enforced="none")]
            case "build" | "publish":
                return [Judgement(kind="build", tool="poetry")]
            case "self":
                return [Judgement(kind="bootstrap", tool="poetry")]
            case "config" if "virtualenvs.create" in args and "false" in args:
                self._job.poetry_in_system = True
                return [Judgement(kind="other", tool="poetry")]
            case "run":
                return []
            case _:
                return [Judgement(kind="other", tool="poetry")]

    def _poetry_before(self, bound: str) -> bool:
        """Whether the Poetry of this job is pinned below ``bound``; an unpinned one counts as the current one."""
        stated = self._job.versions.get("poetry") or ""
        if not stated and (version := self._env.get("POETRY_VERSION")):
            stated = f"=={version}"
        try:
            specifier = SpecifierSet(stated.replace("@", "==")) if "$" not in stated else SpecifierSet()
        except InvalidSpecifier:
            return False
        exact = next((c.version for c in specifier if c.operator == "==" and not c.version.endswith("*")), None)
        if exact is not None:
            return Version(exact) < Version(bound)
        return not any(specifier.contains(v) for v in _POETRY_RELEASES if Version(v) >= Version(bound))

    def _pipenv(self, started: Program) -> list[Judgement]:
        args, sub = started.args, started.sub
        flags = set(args)
        match sub:
            case "install":
                ask = pip_ask(tuple(w for w in _after(args, "install") if w not in ("--dev", "-d")))
                if ask.names or ask.archives:
                    return [Judgement(kind="adhoc", tool="pipenv", uses_lock=False, enforced="none")]
                if ask.requirements or ask.paths:
                    return [self._asked(ask, "pipenv", started)]
                found = self._nearest("Pipfile.lock", ("Pipfile",), self._pipfile_folder())
                if "--skip-lock" in flags or self._env.get("PIPENV_SKIP_LOCK", "").lower() in _YES:
                    return [self._resolved("pipenv", "--skip-lock leaves the lock aside", found.path)]
                enforced: Enforced = "locked" if "--deploy" in flags or "pipenv" in self._job.checked else "none"
                if "--ignore-pipfile" in flags:
                    enforced = "locked" if "pipenv" in self._job.checked else "frozen"
                return [self._from_lock("pipenv", "Pipfile.lock", found, enforced)]
            case "sync":
                found = self._nearest("Pipfile.lock", ("Pipfile",), self._pipfile_folder())
                enforced = "locked" if "pipenv" in self._job.checked else "frozen"
                return [self._from_lock("pipenv", "Pipfile.lock", found, enforced)]
            case "verify":
                self._job.checked.add("pipenv")
                return [Judgement(kind="lock", tool="pipenv")]
            case "lock" | "requirements":
                if sub == "requirements" or {"-r", "--requirements"} & flags:
                    self._export(started, "pipenv", "Pipfile.lock")
                else:
                    self._relock("pipenv", "Pipfile.lock", keeps="--keep-outdated" in flags)
                return [Judgement(kind="lock", tool="pipenv")]
            case "update" | "upgrade":
                return [self._resolved("pipenv", f"pipenv {sub} resolves anew", None)]
            case "run":
                return []
            case _:
                return [Judgement(kind="other", tool="pipenv")]

    def _pipfile_folder(self) -> str | None:
        stated = self._env.get("PIPENV_PIPFILE")
        return (posixpath.dirname(stated) or ".") if stated and "$" not in stated else None

    def _pdm(self, started: Program) -> list[Judgement]:
        args = started.args
        folder = option(args, "-p", "--project")
        sub = started.sub
        match sub:
            case "install" | "sync" | "i":
                named = option(args, "-L", "--lockfile") or self._env.get("PDM_LOCKFILE", "pdm.lock")
                found = self._nearest(named, ("pyproject.toml",), folder)
                if found.state == "missing" and named == "pdm.lock":  # PDM can keep its lock in the standard's format
                    found = self._nearest("pylock.toml", ("pyproject.toml",), folder)
                if "--no-lock" in args:
                    return [self._resolved("pdm", "--no-lock leaves the lock aside", found.path)]
                enforced: Enforced = "frozen" if sub == "sync" else "none"
                if "--check" in args or "pdm" in self._job.checked:
                    enforced = "locked"
                return [self._from_lock("pdm", "pdm.lock", found, enforced)]
            case "lock":
                if "--check" in args:
                    self._job.checked.add("pdm")
                else:
                    self._relock("pdm", "pdm.lock", keeps=bool({"--update-reuse", "--refresh"} & set(args)))
                return [Judgement(kind="lock", tool="pdm")]
            case "export":
                self._export(started, "pdm", "pdm.lock")
                return [Judgement(kind="lock", tool="pdm")]
            case "update":
                return [self._resolved("pdm", "pdm update resolves anew", None)]
            case "add" | "remove":
                return [Judgement(kind="adhoc", tool="pdm", uses_lock=False, enforced="none")]
            case "build" | "publish":
                return [Judgement(kind="build", tool="pdm")]
            case "run":
                return []
            case _:
                return [Judgement(kind="other", tool="pdm")]

    def _rye(self, started: Program) -> list[Judgement]:
        match started.sub:
            case "sync":
                found = self._nearest("requirements.lock", ("pyproject.toml",), None)
                enforced: Enforced = "frozen" if "--no-lock" in started.args else "none"
                return [self._from_lock("rye", "requirements.lock", found, enforced)]
            case "lock":
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

    def _pixi(self, started: Program) -> list[Judgement]:
        args, sub = started.args, started.sub
        if sub in ("install", "run", "shell", "i", "r"):
            manifest = option(args, "--manifest-path")
            folder = posixpath.dirname(manifest) or "." if manifest else None
            flags = set(options_before(args, inner(started) or ()) if sub == "run" else args)
            found = self._nearest("pixi.lock", ("pixi.toml", "pyproject.toml"), folder)
            enforced: Enforced = "none"
            if "--frozen" in flags or self._env.get("PIXI_FROZEN", "").lower() in _YES:
                enforced = "frozen"
            if "--locked" in flags or self._env.get("PIXI_LOCKED", "").lower() in _YES:
                enforced = "locked"
            return [self._from_lock("pixi", "pixi.lock", found, enforced)]
        if sub in ("global", "self-update", "exec", "x"):
            return [Judgement(kind="bootstrap", tool="pixi")]
        if sub in ("lock", "update"):
            return [Judgement(kind="lock", tool="pixi")]
        return [Judgement(kind="adhoc" if sub == "add" else "build" if sub == "build" else "other", tool="pixi")]

    # Hatch, Flit, conda

    def _hatch(self, started: Program) -> list[Judgement]:
        sub = started.sub
        if sub in ("run", "test") or (sub == "env" and "create" in started.args):
            install = self._hatch_environment(started)
            return [install, Judgement(kind="test", tool="hatch")] if sub == "test" else [install]
        if sub in ("fmt", "check"):
            return [Judgement(kind="lint", tool="hatch")]
        return [Judgement(kind="build" if sub in ("build", "publish") else "other", tool="hatch")]

    def _hatch_environment(self, started: Program) -> Judgement:
        """What creating an environment takes; those of the plug-in hatch-pip-compile are installed from their lock."""
        path = self._lookup.nearest(self._at, ("pyproject.toml",)).path
        extract = self._lookup.extracts.get(path or "")
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
            found = self._lookup.find(self._at, lock)
            if found is not None and (listing := self._lookup.listing(found)).kind == "compiled":
                enforced: Enforced = "hashes" if listing.hashed else "none"
                because = f"{found} was written by a locker"
                return Judgement(
                    kind="install", tool="hatch", uses_lock=True, enforced=enforced, because=because, path=path
                )
        return self._resolved("hatch", "Hatch resolves its environments when it creates them", path)

    def _flit(self, started: Program) -> list[Judgement]:
        if started.sub == "install":
            because = "the project's dependencies are resolved at install time"
            return [self._resolved("flit", because, self._lookup.nearest(self._at, ("pyproject.toml",)).path)]
        return [Judgement(kind="build" if started.sub in ("build", "publish") else "other", tool="flit")]

    def _conda(self, started: Program) -> list[Judgement]:
        args = started.args
        words = [word for word in args if not word.startswith("-")]
        verbs = words[1:2] if words[:1] == ["env"] else words[:1]
        if not verbs or verbs[0] not in ("create", "install", "update", "devenv"):
            return [] if started.sub == "run" else [Judgement(kind="other", tool="conda")]
        file = option(args, "-f", "--file") or next((w for w in words if w.endswith((".yml", ".yaml"))), None)
        if file is None and words[:1] == ["env"]:
            file = "environment.yml"
        if file is None and verbs == ["devenv"]:
            file = "environment.devenv.yml"
        if file is not None:
            path = self._lookup.find(self._at, file)
            made = self._job.produced.get(posixpath.basename(file))
            named = "conda-lock" in file or file.endswith(".lock")
            if named and path is None and not self._lookup.matching(self._at, file) and made is None:
                return [Judgement(kind="install", tool="conda", because=f"{file} is not in the repository")]
            if named or self._is_conda_lock(path):
                return [
                    Judgement(
                        kind="install",
                        tool="conda",
                        uses_lock=True,
                        enforced="frozen",
                        because=f"{file} is a conda lock",
                        path=path,
                    )
                ]
            if path is None:
                return [Judgement(kind="install", tool="conda", because=f"{file} is not in the repository")]
            return [self._resolved("conda", f"{path} is resolved at install time", path)]
        names = [distribution(w) for w in after_options(_after(args, verbs[0]), _CONDA_VALUES) if not w.startswith("-")]
        plain = all(name in PACKAGING or name in _CONDA_TOOLS for name in names)
        if plain:
            return [Judgement(kind="bootstrap" if names or verbs[0] == "create" else "other", tool="conda")]
        return [Judgement(kind="adhoc", tool="conda", uses_lock=False, enforced="none")]

    def _is_conda_lock(self, path: str | None) -> bool:
        extract = self._lookup.extracts.get(path) if path is not None else None
        return extract is not None and extract.lock is not None

    def _conda_lock(self, started: Program) -> list[Judgement]:
        if started.sub != "install":
            return [Judgement(kind="lock", tool="conda")]
        words = [w for w in _after(started.args, "install") if w.endswith((".yml", ".yaml", ".lock", ".txt"))]
        found = self._nearest(words[-1] if words else "conda-lock.yml", (), None)
        return [self._from_lock("conda", "conda-lock.yml", found, "frozen")]

    # shared

    def _nearest(self, lock: str, manifests: tuple[str, ...], folder: str | None) -> Found:
        """The lock of the project that the command stands in: beside its manifest, or at its workspace's root."""
        if folder is not None and "$" in folder:
            return Found(state="unknown")
        manifest = self._lookup.nearest(self._at, (lock, *manifests), folder)
        if manifest.path is None or posixpath.basename(manifest.path) == posixpath.basename(lock):
            return manifest
        if lock != "uv.lock":
            return Found()
        above = posixpath.join(folder or ".", "..")
        for _ in range(8):
            root = self._lookup.nearest(self._at, (lock,), above)
            if root.path is None:
                return Found()
            extract = self._lookup.extracts.get(posixpath.join(posixpath.dirname(root.path), "pyproject.toml"))
            if extract is None or extract.manifest is None or extract.manifest.workspace is not None:
                return root
            above = posixpath.join(above, "..")
        return Found()

    def _from_lock(self, tool: str, lock: str, found: Found, enforced: Enforced) -> Judgement:
        if found.state == "unknown":
            if tool != "poetry" and enforced in ("locked", "frozen") and self._lookup.tree.has_name(lock):
                because = f"the folder it runs in is not known, but it fails without {lock}"
                return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because)
            return Judgement(kind="install", tool=tool, because="the folder it runs in is not known")
        if found.path is None:
            return self._without_lock(tool, lock, enforced)
        if (line := self._job.relocked.get(tool)) is not None:
            return replace(
                self._resolved(tool, f"the lock is removed or made anew before (line {line})", found.path),
                uses_lock=False,
            )
        because = f"from {found.path}"
        if (line := self._job.refreshed.get(tool)) is not None:
            enforced = "none"
            because += f", which is brought up to date before (line {line}); versions that fit are kept"
        elif enforced == "locked":
            self._job.verified.setdefault(found.path, self._at.at.line)
        elif enforced == "none" and found.path in self._job.verified:
            enforced = "locked"
            because += f", which was checked before (line {self._job.verified[found.path]})"
        self._installed_from_lock()
        return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because, path=found.path)

    def _without_lock(self, tool: str, lock: str, enforced: Enforced) -> Judgement:
        """An install whose lock was not found: inside an image it may be there all the same, copied from elsewhere."""
        in_image = self._in_image()
        committed = self._lookup.tree.has_name(lock)
        refuses = tool != "poetry" or "poetry" in self._job.checked  # Poetry resolves where there is no lock
        if in_image and committed and refuses and enforced in ("locked", "frozen"):
            self._installed_from_lock()
            because = f"it fails without {lock}"
            return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because)
        because = f"{lock} is not copied into the image" if in_image and committed else f"no {lock} is committed"
        return self._resolved(tool, because, self._lookup.nearest(self._at, ("pyproject.toml", "Pipfile")).path)

    def _in_image(self) -> bool:
        return (self._at.directory or "").startswith("/")

    def _resolved(self, tool: str, because: str, path: str | None) -> Judgement:
        return Judgement(kind="install", tool=tool, uses_lock=False, enforced="none", because=because, path=path)

    def _relock(self, tool: str, lock: str, *, keeps: bool) -> None:
        """A lock that is made in the job: resolved now, or brought up to date where the tool ``keeps`` what fits."""
        committed = self._nearest(lock, (), None).path is not None
        (self._job.refreshed if keeps and committed else self._job.relocked)[tool] = self._at.at.line

    def _export(self, started: Program, tool: str, lock: str) -> None:
        """A requirements file written from a lock, to be installed by pip later on."""
        output = option(started.args, "-o", "--output", "--output-file") or _redirect(started.args) or PIPED
        found = self._nearest(lock, ("pyproject.toml",), None)
        hashed = tool in ("poetry", "uv", "pdm") and not {"--without-hashes", "--no-hashes"} & set(started.args)
        enforced: Enforced = "hashes" if hashed else "none"
        locked = found.path is not None and tool not in self._job.relocked
        because = f"exported from {found.path}" if found.path is not None else f"no {lock} is committed"
        refuses = tool in ("pipenv", "pdm") or {"--frozen", "--locked"} & set(started.args)
        if found.path is None and self._in_image() and refuses and self._lookup.tree.has_name(lock):
            locked, because = True, f"exported by {tool}, which fails without {lock}"
        made = Judgement(
            kind="install", tool="pip", uses_lock=locked, enforced=enforced if locked else "none", because=because
        )
        if found.state == "unknown":
            made = Judgement(kind="install", tool="pip", because="it is exported in a folder that is not known")
        self._produce(output, made)

    def _produce(self, output: str, made: Judgement) -> None:
        """Remember a file that this command writes, by its place and, for other stages, by its name."""
        self._job.produced[place_of(self._at, output)] = made
        self._job.produced[posixpath.basename(output)] = made


_MANAGERS: Mapping[str, Callable[[_Judge, Program], list[Judgement]]] = {
    "pip": _Judge._pip,
    "pip-tools": _Judge._pip_tools,
    "uv": _Judge._uv,
    "uvx": _Judge._runner,
    "pipx": _Judge._runner,
    "poetry": _Judge._poetry,
    "pipenv": _Judge._pipenv,
    "pdm": _Judge._pdm,
    "rye": _Judge._rye,
    "hatch": _Judge._hatch,
    "conda": _Judge._conda,
    "conda-lock": _Judge._conda_lock,
    "pixi": _Judge._pixi,
    "flit": _Judge._flit,
    "python": _Judge._python,
    **dict.fromkeys(_COPIERS, _Judge._copied),
    "git": _Judge._git,
    "rm": _Judge._removed,
    "curl": _Judge._download,
    "wget": _Judge._download,
    "apt-get": _Judge._system,
    "apt": _Judge._system,
    "apk": _Judge._system,
    "yum": _Judge._system,
    "dnf": _Judge._system,
    "brew": _Judge._system,
}


def _after(args: Sequence[str], sub: str) -> tuple[str, ...]:
    """The arguments without the first word ``sub``, options that stand before it kept."""
    position = list(args).index(sub) if sub in args else -1
    return tuple(args[position + 1 :])


def _redirect(args: Sequence[str]) -> str | None:
    for number, word in enumerate(args[:-1]):
        if word in (">", ">>"):
            return args[number + 1]
    return None


_TESTERS = frozenset(
    """
    pytest py.test nosetests nose2 trial ward behave stestr green pytest-3 robot lettuce testr doctest twisted.trial
    xdoctest zope-testrunner
    """.split()
)
_BUILDERS = frozenset(
    {"twine", "cibuildwheel", "maturin", "pyproject-build", "docker", "depot", "flit_core", "auditwheel"}
)
_POETRY_RELEASES = (
    *(f"1.{minor}.{patch}" for minor in range(9) for patch in range(16)),
    *(f"2.{minor}.{patch}" for minor in range(12) for patch in range(6)),
    "3.0.0",
)
_CONDA_TOOLS = frozenset(
    "python pypy libmamba conda-devenv conda-libmamba-solver anaconda-client boa conda-forge git make".split()
)
_CONDA_VALUES = frozenset({"-n", "--name", "-p", "--prefix", "-c", "--channel", "--solver", "--platform", "--subdir"})
_INSTALLERS: tuple[tuple[str, str], ...] = (
    (r"python-poetry|get-poetry|install-poetry", "poetry"),
    (r"astral\.sh/uv(?:/(?P<version>\d[\w.]{0,30}))?|astral-sh/uv/releases/download/(?P<release>\d[\w.]{0,30})", "uv"),
    (r"install-pdm|pdm-project", "pdm"),
    (r"rye(?:-up)?\.(?:astral|com)|rye\.astral\.sh|/rye/", "rye"),
    (r"pixi\.sh|prefix-dev/pixi", "pixi"),
    (r"get-pip\.py", "pip"),
    (r"pyenv\.run|pyenv-installer", "pyenv"),
    (r"(?i)mini(?:conda|forge)|mambaforge|micro\.mamba|micromamba|anaconda3", "conda"),
    (r"pypa/hatch|hatch-\w+-unknown", "hatch"),
)
