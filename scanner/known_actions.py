"""Published GitHub actions that stand for commands: what they run is said by their inputs.

Names are compared in lower case and without version. An action that is not listed here is a reference and no more.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Inputs: TypeAlias = Mapping[str, str]
Command: TypeAlias = tuple[str, ...]


def commands_of(action: str, inputs: Inputs) -> tuple[Command, ...]:
    """The command lines that the action (``psf/black``) equals with these inputs; none for one that is not known."""
    known = _COMMANDS.get(action.lower())
    return tuple(known(inputs)) if known is not None else ()


def script_inputs(action: str) -> tuple[str, ...]:
    """The names of the action's inputs that are shell text (``nick-fields/retry`` runs its ``command``)."""
    return _SCRIPTS.get(action.lower(), ())


def is_setup(action: str) -> bool:
    """Whether the action prepares Python, a package manager or a distribution, so that its inputs matter to others."""
    name = action.lower()
    return name in _COMMANDS or name in _SETUP or name in _TOOLS


def may_install(action: str) -> bool:
    """Whether an action that is not known may install a project's dependencies, as its name says."""
    return not is_setup(action) and _INSTALLER.search(action.lower().rstrip("/")) is not None


_INSTALLER = re.compile(
    r"(?:^|[-_./])(?:python|poetry|pipenv|pdm|conda|uv|venv|virtualenv|deps|dependencies|requirements)(?=$|[-_./])(?!.*(?:publish|release|version|cache|check|review|graph|update))"
    r"|/(?:set-?up|install|prepare|init|bootstrap|common)(?:[-_](?:env|environment|project|repo|repository|ci|tests?|app|backend|dev))?$"
)


def words(text: str) -> list[str]:
    """An input as words, as a shell would split it; split at spaces where quotes do not match."""
    text = _whole(text)
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _whole(text: str) -> str:
    """``text`` whose expressions hold no blanks, so that each of them stays in one word."""
    if "${{" not in text:
        return text
    return re.sub(r"\$\{\{[^}]{0,1000}\}\}", lambda match: re.sub(r"\s+", "", match[0]), text)


def _is_yes(inputs: Inputs, key: str, default: bool = False) -> bool:
    value = inputs.get(key, "").strip().lower()
    return value == "true" if value else default


def _first(inputs: Inputs, *keys: str, default: str = "") -> str:
    return next((inputs[key].strip() for key in keys if inputs.get(key, "").strip()), default)


def _lint(
    tool: str, *keys: str, default: str = "", paths: tuple[str, ...] = (), options: tuple[str, ...] = ()
) -> Callable[[Inputs], Iterator[Command]]:
    """An action that runs a linter with the arguments of one of ``keys`` on the paths of one of ``paths``.

    ``options``: inputs that are named as the tool's own options are.
    """

    def made(inputs: Inputs) -> Iterator[Command]:
        version = _first(inputs, "version", f"{tool}-version", f"{tool}_version").removeprefix("==").removeprefix("v")
        name = f"{tool}@{version}" if version[:1].isdigit() and " " not in version else tool
        given = [f"--{option.replace('_', '-')}={value}" for option in options if (value := _first(inputs, option))]
        arguments = words(_first(inputs, *keys, default=default))
        yield (name, *given, *arguments, *words(_first(inputs, *paths, default=".")))

    return made


def _ruff(inputs: Inputs) -> Iterator[Command]:
    version = _first(inputs, "version").removeprefix("v")
    arguments = words(_first(inputs, "args", default="check"))
    name = f"ruff@{version}" if version[:1].isdigit() else "ruff"
    yield (name, *arguments, *words(_first(inputs, "src", default=".")))


def _pre_commit(inputs: Inputs) -> Iterator[Command]:
    yield ("pre-commit", "run", *words(_first(inputs, "extra_args", default="--all-files")))


def _pixi(inputs: Inputs) -> Iterator[Command]:
    """``setup-pixi`` installs unless told not to; ``locked`` is its default where there is a lock."""
    if not _is_yes(inputs, "run-install", default=True):
        return
    mode = "--frozen" if _is_yes(inputs, "frozen") else "--locked" if _is_yes(inputs, "locked", default=True) else None
    manifest = _first(inputs, "manifest-path")
    base = ("pixi", "install", *((mode,) if mode else ()), *(("--manifest-path", manifest) if manifest else ()))
    for environment in words(_first(inputs, "environments")) or [""]:
        yield (*base, "-e", environment) if environment else base


def _conda(inputs: Inputs) -> Iterator[Command]:
    if path := _first(inputs, "environment-file"):
        program = "mamba" if _is_yes(inputs, "use-mamba") or "mamba-version" in inputs else "conda"
        yield (program, "env", "update", "--file", path)


def _micromamba(inputs: Inputs) -> Iterator[Command]:
    path = _first(inputs, "environment-file")
    extra = words(_first(inputs, "create-args", "extra-specs"))
    if path and path != "false":
        yield ("micromamba", "create", "--file", path, *extra)
    elif extra:
        yield ("micromamba", "create", *extra)


def _provision(inputs: Inputs) -> Iterator[Command]:
    yield from _micromamba({"environment-file": "environment.yml", **inputs})


def _pip(*keys: str, default: str = "") -> Callable[[Inputs], Iterator[Command]]:
    def made(inputs: Inputs) -> Iterator[Command]:
        if path := _first(inputs, *keys, default=default):
            yield ("pip", "install", "-r", path)

    return made


def _pip_action(inputs: Inputs) -> Iterator[Command]:
    if path := _first(inputs, "requirements"):
        yield ("pip", "install", "-r", path)
    if packages := words(_first(inputs, "packages")):
        yield ("pip", "install", *packages)


def _poetry_install(inputs: Inputs) -> Iterator[Command]:
    yield ("poetry", "install", *words(_first(inputs, "install_args", "poetry_install_args", "args")))


def _depot_build(inputs: Inputs) -> Iterator[Command]:
    """As Docker's, on a builder that lives on."""
    yield from (("depot", *words[1:]) for words in _docker_build(inputs))


def _docker_build(inputs: Inputs) -> Iterator[Command]:
    context = _first(inputs, "context", "path", default=".")
    file = _first(inputs, "file", "dockerfile")
    target = _first(inputs, "target")
    yield (
        "docker",
        "build",
        *(("-f", file) if file else ()),
        *(("--target", target) if target else ()),
        *(
            word
            for line in inputs.get("build-args", "").split("\n")[:40]
            if "=" in line and "$" not in line
            for word in ("--build-arg", line.strip())
        ),
        *(word for tag in re.split(r"[\s,]+", _whole(inputs.get("tags", "")))[:4] if tag for word in ("-t", tag)),
        *(word for key in ("cache-from", "cache-to") if inputs.get(key) for word in (f"--{key}", _first(inputs, key))),
        context,
    )


def _maturin(inputs: Inputs) -> Iterator[Command]:
    yield ("maturin", _first(inputs, "command", default="build"), *words(_first(inputs, "args")))


def _several(prefix: str, tools: Mapping[str, str], default: bool) -> Callable[[Inputs], Iterator[Command]]:
    """An action that runs several linters, each switched by an input of its own."""

    def made(inputs: Inputs) -> Iterator[Command]:
        for key, tool in tools.items():
            if _is_yes(inputs, prefix + key, default):
                yield (tool, ".")

    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSetup:
    """What a setup action installs: the tool, the input that names its version, and those that name a file with it."""

    tool: str
    version: str = "version"
    files: tuple[str, ...] = ()


_TOOLS: Mapping[str, ToolSetup] = {
    "astral-sh/setup-uv": ToolSetup(tool="uv", files=("version-file",)),
    "hynek/setup-cached-uv": ToolSetup(tool="uv"),
    "yezz123/setup-uv": ToolSetup(tool="uv", version="uv-version"),
    "snok/install-poetry": ToolSetup(tool="poetry"),
    "abatilo/actions-poetry": ToolSetup(tool="poetry", version="poetry-version"),
    "gr1n/setup-poetry": ToolSetup(tool="poetry", version="poetry-version"),
    "dschep/install-poetry-action": ToolSetup(tool="poetry"),
    "pdm-project/setup-pdm": ToolSetup(tool="pdm"),
    "eifinger/setup-rye": ToolSetup(tool="rye"),
    "dschep/install-pipenv-action": ToolSetup(tool="pipenv"),
    "tieum/pipenv-install": ToolSetup(tool="pipenv"),
    "pypa/hatch": ToolSetup(tool="hatch"),
    "wntrblm/nox": ToolSetup(tool="nox"),
    "excitedleigh/setup-nox": ToolSetup(tool="nox"),
    "prefix-dev/setup-pixi": ToolSetup(tool="pixi", version="pixi-version"),
    "packetcoders/action-setup-cache-python-poetry": ToolSetup(tool="poetry", version="poetry-version"),
    "moneymeets/action-setup-python-poetry": ToolSetup(tool="poetry", version="poetry_version"),
}


def tool_setup(action: str) -> ToolSetup | None:
    """What the action sets up, if that is a package manager that it installs."""
    return _TOOLS.get(action.lower())


_FIVE = {name: name for name in ("pylint", "flake8", "black", "mypy", "isort")}

_COMMANDS: Mapping[str, Callable[[Inputs], Iterator[Command]]] = {
    # hooks and linters
    "pre-commit/action": _pre_commit,
    "tox-dev/action-pre-commit-uv": _pre_commit,
    "astral-sh/ruff-action": _ruff,
    "chartboost/ruff-action": _ruff,
    "psf/black": _lint("black", "options", "black_args", default="--check --diff", paths=("src",)),
    "lgeiger/black-action": _lint("black", "args", default="--check ."),
    "rickstaa/action-black": _lint("black", "black_args", default="--check"),
    "reviewdog/action-black": _lint("black", "black_args", default="--check"),
    "jpetrucciani/black-check": _lint("black", "black_flags", default="--check", paths=("path",)),
    "isort/isort-action": _lint("isort", "configuration", default="--check-only --diff", paths=("sort-paths",)),
    "jamescurtin/isort-action": _lint("isort", "configuration", default="--check-only --diff", paths=("sortpaths",)),
    "py-actions/flake8": _lint("flake8", "args", paths=("path",), options=("ignore", "exclude", "max-line-length")),
    "truebrain/actions-flake8": _lint("flake8", paths=("path",), options=("ignore", "max_line_length")),
    "julianwachholz/flake8-action": _lint("flake8", paths=("path",)),
    "suo/flake8-github-action": _lint("flake8"),
    "reviewdog/action-flake8": _lint("flake8", "flake8_args"),
    "tsuyoshicho/action-mypy": _lint("mypy", "mypy_flags", paths=("target",)),
    "jpetrucciani/mypy-check": _lint("mypy", "mypy_flags", paths=("path",)),
    "sasanquaneuf/mypy-github-action": _lint("mypy"),
    "dciborow/action-pylint": _lint("pylint", "pylint_args"),
    "silleellie/pylint-github-action": _lint("pylint", "lint-path"),
    "pycqa/bandit-action": _lint("bandit", paths=("targets",)),
    "jpetrucciani/bandit-check": _lint("bandit", "bandit_flags", paths=("path",)),
    "mdegis/bandit-action": _lint("bandit", paths=("path",)),
    "tj-actions/bandit": _lint("bandit", "options", paths=("targets",)),
    "shundor/python-bandit-scan": _lint("bandit", paths=("path",)),
    "jakebailey/pyright-action": _lint("pyright", "extra-args", paths=("working-directory",)),
    "jordemort/action-pyright": _lint("pyright", "pyright_flags"),
    "akaihola/darker": _lint("darker", "options", default="--check --diff", paths=("src",)),
    "ricardochaves/python-lint": _several("use-", _FIVE, default=True),
    "wearerequired/lint-action": _several("", {**_FIVE, "autopep8": "autopep8"}, default=False),
    "weibullguy/python-lint-plus": _several(
        "use-", {**_FIVE, "ruff": "ruff", "pydocstyle": "pydocstyle", "yapf": "yapf", "black": "black"}, default=False
    ),
    # package managers
    "prefix-dev/setup-pixi": _pixi,
    "conda-incubator/setup-miniconda": _conda,
    "goanpeca/setup-miniconda": _conda,
    "mamba-org/setup-micromamba": _micromamba,
    "mamba-org/provision-with-micromamba": _provision,
    "py-actions/py-dependency-install": _pip("path", default="requirements.txt"),
    "bsfishy/pip-action": _pip_action,
    "insightsengineering/pip-action": _pip_action,
    "packetcoders/action-setup-cache-python-poetry": _poetry_install,
    "moneymeets/action-setup-python-poetry": _poetry_install,
    # building and publishing
    "docker/build-push-action": _docker_build,
    "depot/build-push-action": _depot_build,
    "pypa/gh-action-pypi-publish": lambda inputs: iter(
        [("twine", "upload", _first(inputs, "packages-dir", "packages_dir", default="dist") + "/*")]
    ),
    "fedora-python/tox-github-action": lambda inputs: iter(
        [("tox", *(("-e", env) if (env := _first(inputs, "tox_env")) else ()))]
    ),
    "jrubics/poetry-publish": lambda _: iter([("poetry", "publish", "--build")]),
    "pypa/cibuildwheel": lambda _: iter([("cibuildwheel",)]),
    "hynek/build-and-inspect-python-package": lambda inputs: iter(
        [("python", "-m", "build", _first(inputs, "path", default="."))]
    ),
    "pyo3/maturin-action": _maturin,
    "messense/maturin-action": _maturin,
    "python-semantic-release/python-semantic-release": lambda _: iter([("semantic-release", "publish")]),
    "relekang/python-semantic-release": lambda _: iter([("semantic-release", "publish")]),
}

INSTALLS_TOOL_FILE = frozenset(
    {"asdf-vm/actions/install", "asdf-vm/actions/setup", "jdx/mise-action", "jdx/rtx-action"}
)

_SETUP = frozenset(
    {
        *INSTALLS_TOOL_FILE,
        "actions/setup-python",
        "deadsnakes/action",
        "gabrielfalcao/pyenv-action",
        "matteoh2o1999/setup-python",
        "s-weigand/setup-conda",
        "extractions/setup-just",
        "pre-commit-ci/lite-action",
        "google/osv-scanner-action",
        "github/super-linter",
        "super-linter/super-linter",
    }
)

_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "nick-fields/retry": ("command",),
    "nick-invision/retry": ("command",),
    "wandalen/wretry.action": ("command",),
    "gabrielbb/xvfb-action": ("run",),
    "coactions/setup-xvfb": ("run",),
    "uraimo/run-on-arch-action": ("install", "run"),
    "addnab/docker-run-action": ("run",),
    "cross-platform-actions/action": ("run",),
    "codspeedhq/action": ("run",),
    "devcontainers/ci": ("runcmd",),
}

_SUPER_LINTER = {
    "VALIDATE_PYTHON_BLACK": "black",
    "VALIDATE_PYTHON_FLAKE8": "flake8",
    "VALIDATE_PYTHON_ISORT": "isort",
    "VALIDATE_PYTHON_MYPY": "mypy",
    "VALIDATE_PYTHON_PYLINT": "pylint",
    "VALIDATE_PYTHON_RUFF": "ruff",
}


def super_linter(action: str, env: Mapping[str, str]) -> tuple[Command, ...]:
    """The Python linters that Super-Linter runs: all, or without those set to false, or only those set to true."""
    if not action.lower().startswith(("github/super-linter", "super-linter/super-linter")):
        return ()
    switches = {
        k: v.strip().lower() for k, v in env.items() if k.startswith("VALIDATE_") and k != "VALIDATE_ALL_CODEBASE"
    }
    chosen = "true" in switches.values()
    return tuple(
        (tool, ".")
        for key, tool in _SUPER_LINTER.items()
        if (switches.get(key) == "true" if chosen else switches.get(key) != "false")
    )
