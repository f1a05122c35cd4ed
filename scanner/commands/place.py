"""Into which Python environment a command installs, as far as its words and variables tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from scanner.commands.words import Program, inner, option, pip_ask, program

SYSTEM = "the system's own Python"
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


@lru_cache(maxsize=4096)
def environment_of(
    argv: tuple[str, ...],
    variables: tuple[tuple[str, str], ...],
    *,
    poetry_in_system: bool = False,
    around: str | None = None,
) -> str:
    """A name for the environment: a folder, :data:`SYSTEM`, or that of a tool. Equal names are one environment.

    ``poetry_in_system``: Poetry was told before to make no environment of its own; ``around`` is the environment in
    which a runner (``poetry run``) starts the command.
    """
    started, env = program(argv), dict(variables)
    match started.name:
        case "poetry" | "pdm" | "pipenv":
            return _of_manager(started, env, poetry_in_system)
        case "uv":
            by_python = argv[0] != "uv" and "-m" in argv[1:-1]  # it installs where that Python is
            here = _of_home(started, env) if by_python and not _aims(started) else _of_uv(started, env)
        case "conda" | "pixi" | "rye" | "hatch":
            named = option(started.args, "-n", "--name", "-p", "--prefix", "-e", "--environment")
            return f"the environment {named or 'base'} of {started.name}"
        case "pip":
            target = pip_ask(started.args).target
            here = around or target or _of_home(started, env)
        case _:
            return around or _of_home(started, env)
    if (wrapped := inner(started)) and program(wrapped).name == "pip":
        return environment_of(wrapped, variables, around=here)
    return here


def _of_manager(started: Program, env: Mapping[str, str], poetry_in_system: bool) -> str:
    told = env.get("POETRY_VIRTUALENVS_CREATE", "").lower() in _NO or env.get("PIPENV_SYSTEM", "").lower() in _YES
    if told or poetry_in_system or "--system" in started.args or "VIRTUAL_ENV" in env:
        return env.get("VIRTUAL_ENV", SYSTEM)
    return f"the environment of {started.name}"


def _of_uv(started: Program, env: Mapping[str, str]) -> str:
    if "pip" in started.args[:2]:
        if "--system" in started.args or env.get("UV_SYSTEM_PYTHON", "").lower() in _YES:
            return SYSTEM
        target = pip_ask(started.args).target
        python = option(started.args, "--python", "-p") or ""
        return target or re.sub(r"/bin/python[\d.]*$", "", python) or _system(env.get("VIRTUAL_ENV", ".venv"))
    return _system(env.get("UV_PROJECT_ENVIRONMENT", ".venv"))


def _aims(started: Program) -> bool:
    """Whether uv is told where to install, or installs a project, which has an environment of its own."""
    words = ("--python", "-p", "--target", "--prefix", "--system")
    return "pip" not in started.args[:2] or any(word.partition("=")[0] in words for word in started.args)


def _of_home(started: Program, env: Mapping[str, str]) -> str:
    home = (started.home or "").removesuffix("/bin")
    return _system(home or env.get("VIRTUAL_ENV", SYSTEM))


def _system(folder: str) -> str:
    return SYSTEM if folder in ("/usr", "/usr/local") else folder
