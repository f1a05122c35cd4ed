"""What an image's build keeps from one time to the next: cache mounts, the caches of installers, the order of layers.

Findings beside the grade. A cache mount serves where its target is the cache that the installer uses as the user that
it runs as (BuildKit's reference: a mount belongs to root unless ``uid`` is given), where the cache is not switched off,
and where the builder lives on: runners that start afresh keep no mounts, and exporters of layers do not carry them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.commands.image_builds import ImageBuild
from scanner.commands.words import option, program
from scanner.facts import Instruction, Invocation, Mount, Stage
from scanner.inventory import Command, Reason

_NAMES = {"pip": "pip", "uv": "uv", "poetry": "pypoetry", "pdm": "pdm", "pipenv": "pipenv", "pixi": "rattler/cache"}
_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class _Cache:
    """The cache of one installing command: where it is (``None``: not known), and what switches it off."""

    tool: str
    folder: str | None
    off: str | None
    linked: str | None = None


def cache_reasons(
    path: str,
    stages: Sequence[Stage],
    final: Sequence[Stage],
    installs: Sequence[Command],
    builds: Sequence[ImageBuild],
) -> Iterator[Reason]:
    """What stands in the way of a fast build of the shipped image.

    ``final`` are the stages whose layers are shipped (the last one and those that it starts from), ``builds`` the
    commands of this repository's CI that build it on runners which keep nothing.
    """
    wanted = {(c.line, c.argv): c for c in installs}
    users: dict[str, str] = {}
    used: list[tuple[int, str]] = []
    for stage in stages:
        user = users.get(stage.base.lower(), "root")
        for step in stage.instructions:
            if step.name == "USER":
                user = step.value.split(":")[0].strip()
            for invocation in step.invocations:
                command = wanted.get((invocation.at.line, invocation.argv))
                if command is None or command.tool is None or step.name != "RUN":
                    continue
                cache = _cache(command.tool, invocation, user)
                for message, serves in _judged(cache, step, user, shipped=stage in final):
                    line = invocation.at.line or step.line
                    if serves:
                        used.append((line, cache.tool))
                    else:
                        yield Reason(message=message, path=path, line=line)
        users[(stage.name or str(stage.index)).lower()] = user
    for build in builds if used else ():
        message = f"the cache mount (line {used[0][0]}) is empty where CI builds this on a fresh runner"
        more = "; what the cache exporter keeps are layers" if build.exports else ""
        yield Reason(message=message + more, path=build.at.path, line=build.at.line)


def _judged(cache: _Cache, step: Instruction, user: str, *, shipped: bool) -> Iterator[tuple[str, bool]]:
    """Messages about one command; the flag marks that a cache mount serves it."""
    mounts = [m for m in step.mounts if m.type == "cache" and m.target and "$" not in m.target]
    mounts = [m for m in mounts if _is_installers(m.target or "")]
    fitting = [m for m in mounts if _holds(m, cache.folder)]
    if mounts and not fitting and cache.folder is not None:
        yield (
            f"the cache mount at {mounts[0].target} does not hold the cache of {cache.tool}, which is {cache.folder}",
            False,
        )
    elif fitting and cache.off is not None:
        yield f"{cache.off} leaves the cache mount at {fitting[0].target} unused", False
    elif fitting and user not in ("root", "0") and not {"uid", "mode"} & dict(fitting[0].options).keys():
        yield f"the cache mount at {fitting[0].target} belongs to root, and {cache.tool} runs as {user}", False
    elif fitting:
        yield "", True
        if cache.linked is not None:
            yield cache.linked, False
    elif not mounts and cache.off is None and shipped and cache.tool in _NAMES:
        yield f"the cache of {cache.tool} stays in the layer: neither a cache mount nor switched off", False


def _holds(mount: Mount, folder: str | None) -> bool:
    target = (mount.target or "").rstrip("/")
    return folder is not None and (folder == target or folder.startswith(target + "/"))


def _is_installers(target: str) -> bool:
    """Whether a mount is meant for an installer of Python packages, and not for apt or npm."""
    parts = target.rstrip("/").split("/")
    return parts[-1] in (".cache", "cache") or any(name.split("/")[0] in parts for name in _NAMES.values())


def _cache(tool: str, invocation: Invocation, user: str) -> _Cache:
    env = dict(invocation.env)
    tool = {"pip-tools": "pip"}.get(tool, tool)
    words = program(invocation.argv).args
    stated = option(words, "--cache-dir") or env.get(f"{tool.upper()}_CACHE_DIR")
    base = env.get("XDG_CACHE_HOME") or _below(_home(user, env), ".cache")
    folder = stated or _below(base, _NAMES.get(tool))
    known = folder is not None and folder.startswith("/") and "$" not in folder
    place = posixpath.normpath(folder) if known and folder else None
    return _Cache(tool, place, _off(tool, words, env), _linked(tool, words, env))


def _linked(tool: str, words: Sequence[str], env: Mapping[str, str]) -> str | None:
    """What is wrong with how uv takes files out of a cache that is no part of the image's file system."""
    mode = option(words, "--link-mode") or env.get("UV_LINK_MODE")
    if tool != "uv" or mode == "copy":
        return None
    if mode == "symlink":
        return "symbolic links into the cache mount are left in the image, where the cache is not"
    return (
        None
        if mode
        else "uv cannot link files out of the cache mount and copies them with a warning (UV_LINK_MODE=copy)"
    )


def _home(user: str, env: Mapping[str, str]) -> str | None:
    if home := env.get("HOME"):
        return home
    if user in ("root", "0", ""):
        return "/root"
    return f"/home/{user}" if re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user) else None


def _below(folder: str | None, name: str | None) -> str | None:
    return posixpath.join(folder, name) if folder is not None and name is not None else None


def _off(tool: str, words: Sequence[str], env: Mapping[str, str]) -> str | None:
    """The option or variable that switches the tool's cache off."""
    options = {"pip": ("--no-cache-dir",), "uv": ("--no-cache", "--no-cache-dir", "-n"), "poetry": ("--no-cache",)}
    if found := next((word for word in words if word in options.get(tool, ())), None):
        return found
    names = {"pip": ("PIP_NO_CACHE_DIR",), "uv": ("UV_NO_CACHE",), "pipenv": ("PIP_NO_CACHE_DIR",)}.get(tool, ())
    return next((name for name in names if env.get(name, "").lower() not in _NO), None)
