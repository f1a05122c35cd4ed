"""What prepares an install or gets in its way: bootstraps, downloads, clones, copies of listings, setup scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.commands.judging import Judging, redirect
from scanner.commands.pip_install import PIPED, Judgement, judge_pip
from scanner.commands.words import (
    PipAsk,
    Program,
    after_options,
    cloned,
    option,
    pip_ask,
)
from scanner.inventory import Enforced
from scanner.known_actions import INSTALLS_TOOL_FILE, ToolSetup, tool_setup

LOCKS = {"poetry.lock": "poetry", "uv.lock": "uv", "Pipfile.lock": "pipenv", "pdm.lock": "pdm"}
# programs that write one listing from another
COPIERS = (
    "jq",
    "cat",
    "cp",
    "mv",
    "sed",
    "grep",
    "egrep",
    "awk",
    "head",
    "tail",
    "sort",
    "envsubst",
    "yq",
    "conda-merge",
)
LISTINGS = (".txt", ".in", ".lock", ".pip")
ENVIRONMENTS = (".yml", ".yaml")  # of conda, where they are that
_FULL = re.compile(r"v?\d{1,6}(?:\.\d{1,6}){2}(?:(?:a|b|rc|\.post|\.dev|[+-])[a-z0-9.]{1,20})?")
_INSTALLERS: tuple[tuple[str, str], ...] = (
    (r"python-poetry|get-poetry|install-poetry", "poetry"),
    (
        r"astral\.sh/uv(?:/(?P<version>\d[\w.]{0,30}))?|astral-sh/uv/releases/(?:latest|download/(?P<release>\d[\w.]{0,30}))",
        "uv",
    ),
    (r"install-pdm|pdm-project", "pdm"),
    (r"rye(?:-up)?\.(?:astral|com)|rye\.astral\.sh|/rye/", "rye"),
    (r"pixi\.sh|prefix-dev/pixi", "pixi"),
    (r"get-pip\.py", "pip"),
    (r"pyenv\.run|pyenv-installer", "pyenv"),
    (
        r"(?i)(?:mini(?:conda|forge)\d?|mambaforge|anaconda3)(?:-(?:py\d{2,3}_)?(?P<version>\d{1,4}\.[\d.]{1,12}\d))?"
        r"|micro\.mamba|micromamba",
        "conda",
    ),
    (r"pypa/hatch|hatch-\w+-unknown", "hatch"),
)


def action(it: Judging) -> list[Judgement]:
    """An action that sets up a package manager, and whether its version is fixed."""
    name = it.at.argv[0].removeprefix("uses:").partition("@")[0]
    it.job.tool_files = it.job.tool_files or name.lower() in INSTALLS_TOOL_FILE
    if (setup := tool_setup(name)) is None:
        return []
    inputs = dict(word.partition("=")[::2] for word in it.at.argv[1:])
    version = inputs.get(setup.version, "").strip()
    pinned, because = _fixed(it, setup, inputs, version)
    if "steps." in version and (filed := it.lookup.tool_file(it.at, setup.tool)) is not None:
        version = filed  # a step before has read it
    it.job.versions[setup.tool] = f"=={version.removeprefix('v')}" if re.fullmatch(r"v?[\d.]+", version) else ""
    return [Judgement(kind="bootstrap", tool=setup.tool, because=because, pinned=pinned)]


def _fixed(it: Judging, setup: ToolSetup, inputs: Mapping[str, str], version: str) -> tuple[bool | None, str]:
    """Whether an action's inputs, or the files that it looks into, fix the version; and which of them do."""
    if version and version.lower() != "latest":
        each = version.replace(",", " ").split()
        exact = all(_FULL.fullmatch(word.lstrip("=")) for word in each)
        return (True if exact else None), f"{setup.version}: {version}"
    for name in setup.files if not version else ():
        if path := inputs.get(name, "").strip():
            known = it.lookup.find(replace(it.at, directory="."), path) is not None
            return (True if known else None), f"{name}: {path}"
    if setup.tool == "uv" and not version and (required := it.lookup.required_uv()) is not None:
        return (True if _FULL.fullmatch(required[0].removeprefix("==")) else None), f"required by {required[1]}"
    return False, f"{setup.version}: latest" if version else "no version is named"


def python(it: Judging, started: Program) -> list[Judgement]:
    """What the interpreter starts: setup scripts, installers of managers, tests."""
    script = after_options(started.args, ("-W", "-X"))
    name = posixpath.basename(script[0]) if script else ""
    match name:
        case "setup.py":
            return _setup_py(it, script[1:])
        case "manage.py" if script[1:2] == ("test",):
            return [Judgement(kind="test", tool="manage.py")]
        case "get-pip.py" | "install-poetry.py" | "get-poetry.py" | "ez_setup.py":
            if "poetry" in name:
                version = option(script, "--version") or it.env.get("POETRY_VERSION")
                it.job.versions["poetry"] = f"=={version}" if version else ""
            return [Judgement(kind="bootstrap", tool="poetry" if "poetry" in name else "pip")]
        case "-" | "":
            return _piped(it, started)
        case "runtests.py" | "run_tests.py" | "test.py" | "runtest.py":
            return [Judgement(kind="test", tool=name)]
        case _:
            return []


def _piped(it: Judging, started: Program) -> list[Judgement]:
    """``curl … | python3 - --version 1.8.2``: the installer's version."""
    if started.args and "-" not in started.args:
        return []
    if (tool := it.job.produced.pop("pipe", None)) is not None and tool.tool is not None:
        version = option(started.args, "--version") or it.env.get(f"{tool.tool.upper()}_VERSION")
        it.job.versions[tool.tool] = f"=={version}" if version else ""
        return [Judgement(kind="bootstrap", tool=tool.tool)]
    return []


def _setup_py(it: Judging, args: Sequence[str]) -> list[Judgement]:
    if {"install", "develop"} & set(args):
        because = "the project's dependencies are resolved at install time"
        found = it.lookup.nearest(it.at, ("setup.py",)).path
        image = it.lookup.image_of(it.at)
        if image is not None and image[0].is_bare:
            because = "nothing of the repository is in this image"
            return [Judgement(kind="adhoc", tool="setuptools", uses_lock=False, enforced="none", because=because)]
        if "--no-deps" in args:
            return [Judgement(kind="install", tool="setuptools", because="installs the project alone", path=found)]
        if found is not None and it.lookup.find(it.at, "setup.py") == found:
            return [replace(it.asked(PipAsk(paths=(".",)), "setuptools", Program("pip", ())), path=found)]
        return [it.resolved("setuptools", because, found)]
    if "test" in args or "pytest" in args:
        return [Judgement(kind="test", tool="setuptools")]
    return [
        Judgement(
            kind="build" if {"sdist", "bdist_wheel", "bdist", "build"} & set(args) else "other", tool="setuptools"
        )
    ]


def clone(it: Judging, started: Program) -> list[Judgement]:
    """``git clone``, ``hg clone``: what is installed in that folder later on is not this repository, or just that."""
    directory, made = it.at.directory, cloned((started.name, *started.args))
    if made is None or directory is None:
        return []
    name, folder = made
    path = posixpath.normpath(posixpath.join(directory, folder))
    if it.lookup.is_own(name) or it.lookup.manifest_of(posixpath.basename(path)) is not None:
        it.job.own_clones.add(path)
        return []
    in_image = directory.startswith("/")
    if "$" not in folder and path not in (".", "..", "/") and (in_image or not path.startswith(("/", "../"))):
        it.job.cloned[path] = it.at.at.line
    return []


def removed(it: Judging, started: Program) -> list[Judgement]:
    """``rm poetry.lock``: what installs from it later on makes a new one."""
    for word in started.args:
        if (tool := LOCKS.get(posixpath.basename(word))) is not None:
            it.job.relocked[tool] = it.at.at.line
    return []


def download(it: Judging, started: Program) -> list[Judgement]:
    """An installer of a manager that is fetched, with the version that its address names."""
    text = " ".join(started.args)
    for pattern, tool in _INSTALLERS:
        if found := [match.groupdict() for match in re.finditer(pattern, text)]:
            stated = next((v for groups in found if (v := groups.get("version") or groups.get("release"))), None)
            version = (stated or it.env.get(f"{tool.upper()}_VERSION") or "").strip("/")
            it.job.versions[tool] = f"=={version}" if version else ""
            made = Judgement(kind="bootstrap", tool=tool, pinned=bool(version))
            it.job.produced["pipe"] = made
            return [made]
    return []


def system(it: Judging, started: Program) -> list[Judgement]:
    """Python or a manager from the system's packages."""
    if started.sub not in ("install", "add"):
        return []
    python = [w for w in started.args if re.match(r"(?:python|py3|pip|pipx|uv$|poetry$|pypy|pyenv)", w)]
    return [Judgement(kind="bootstrap", tool=started.name)] if python else []


def tool_manager(it: Judging, started: Program) -> list[Judgement]:
    """asdf and mise, which install the tools that a file of theirs names."""
    if started.sub in ("install", "i", "plugin-install"):
        it.job.tool_files = True
        return [Judgement(kind="bootstrap", tool=started.name)]
    return []


def runner(it: Judging, started: Program) -> list[Judgement]:
    """``pipx`` and ``uvx``: tools, not the project."""
    if started.name == "pipx" and started.sub in ("install", "upgrade", "inject"):
        it.bootstrapped(started.args)
        handed = pip_ask(tuple((option(started.args, "--pip-args") or "").split()))
        it.constrained(handed.constraints, started.args)
    if started.name == "pipx" and started.sub in ("list", "ensurepath", "environment", ""):
        return [Judgement(kind="other", tool="pipx")]
    return [Judgement(kind="bootstrap", tool=started.name)]


def copied(it: Judging, started: Program) -> list[Judgement]:
    """``sed … requirements.lock > requirements.txt``: what is made from a listing installs what that lists."""
    words = [w for w in started.args if not w.startswith("-")]
    output = redirect(started.args) or (PIPED if started.name not in ("cp", "mv") else words[-1] if words[1:] else None)
    sources = [w for w in words if w not in (output, ">", ">>") and w.endswith((*LISTINGS, *ENVIRONMENTS))]
    if output is None or not sources:
        return []
    if started.name in ("cp", "mv") and not output.endswith((*LISTINGS, *ENVIRONMENTS)):
        output = posixpath.join(output, posixpath.basename(sources[0]))
    if all(source.endswith(ENVIRONMENTS) for source in sources):
        _copied_environment(it, sources[0], output)
        return []
    made = judge_pip(PipAsk(requirements=tuple(sources)), "pip", it.at, it.lookup, produced=it.job.produced)
    if made.kind == "install" and made.because:
        enforced = "none" if started.name == "jq" else made.enforced  # names and versions alone
        it.produce(output, replace(made, enforced=enforced, because=f"{made.because}; copied to {output}"))
    return []


def _copied_environment(it: Judging, source: str, output: str) -> None:
    """What is made from conda's environment file is resolved, as that is; from its lock, it is one."""
    path = it.lookup.find(it.at, source)
    if path is None:
        return
    extract = it.lookup.extracts.get(path)
    locked = extract is not None and extract.lock is not None
    because = f"{path} is {'a conda lock' if locked else 'resolved at install time'}; copied to {output}"
    enforced: Enforced = "frozen" if locked else "none"
    it.produce(
        output,
        Judgement(kind="install", tool="conda", uses_lock=locked, enforced=enforced, because=because, path=path),
    )
