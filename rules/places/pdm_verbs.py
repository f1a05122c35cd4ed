"""PDM's and Rye's own commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rules.places.calls import Word
from rules.places.manner import Answer, Manner, look
from rules.places.options import (
    NO_EDITABLE,
    Options,
    extra_options,
    group_options,
    only_main,
    quoted,
    raws,
    read_options,
    readable,
    sync_answer,
)
from rules.places.shared_verbs import SHARED, Handler, as_said, dropped, show
from rules.places.target import Target


def _pdm_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {"-G": "group", "-dG": "group", "--group": "group", "--with": "group", "--without": "without", "-p": "dir",
              "--project": "dir", "-L": "lock", "--lockfile": "lock", "-k": "skip", "--skip": "skip"}  # fmt: skip
    flags = {"--prod": "prod", "--production": "prod", "-d": "dev", "--dev": "dev", "--no-self": "no-self",
             "--no-default": "no-default", "--dev-only": "dev-only", NO_EDITABLE: "no-editable"}  # fmt: skip
    found = read_options(rest, valued, flags)
    locks = [lock for lock in found.values.get("lock", ()) if lock.removeprefix("./") != "pdm.lock"]
    if found.unknown or found.named or locks:
        return look("pdm install with " + ", ".join([*found.unknown, *(w.value for w in found.named), *locks]))
    groups = found.all("group")
    if any(re.search(r"[${<]", name) for name in groups):
        return look("pdm install of a group that a variable names")
    selects = "no-default" not in found.flags and any(_is_group(target, name) for name in groups)
    parts = [target.without_groups] if "prod" in found.flags or (selects and target.defaults) else []
    for name in groups:
        if name == ":all":
            parts += ["--all-groups", "--all-extras"]
        elif "no-default" in found.flags:
            parts += group_options(target, [name], "only-group")
        elif (extra := target.extra_of(name)) is not None:
            parts.append(f"--extra {extra}")
        elif selects:
            parts += only_main(target, [name])
        else:
            parts += group_options(target, [name], "group")
    parts += group_options(target, found.all("without"), "no-group")
    parts += [NO_EDITABLE] if "no-editable" in found.flags and "no-self" not in found.flags else []
    made = sync_answer(target, manner, list(dict.fromkeys(parts)), project="no-self" not in found.flags)
    folder = (found.values.get("dir") or [""])[-1]
    return replace(made, text=made.text.replace("uv ", f"uv --directory {quoted(folder)} ", 1)) if folder else made


def _is_group(target: Target, name: str) -> bool:
    """Whether ``-G NAME`` is a development group: PDM then leaves the others out (``GroupSelection`` of PDM 2)."""
    return target.extra_of(name) is None and bool(only_main(target, [name]))


def _pdm_export(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    words = [w for w in rest if w.value != "--pyproject"]
    del manner
    valued = {"-o": "output", "--output": "output", "-f": "format", "--format": "format", "-G": "group"}
    flags = {"--prod": "prod", "--production": "prod", "--without-hashes": "no-hashes", "--no-hashes": "no-hashes"}
    found = read_options(words, {**valued, "--group": "group"}, {**flags, "--no-default": "no-default"})
    if found.unknown or any(
        f not in ("requirements", "requirements.txt", "pylock") for f in found.values.get("format", ())
    ):
        return look("pdm export with " + ", ".join(found.unknown or ["a format that uv does not write"]))
    parts = ["uv", "export", "--frozen", *([target.without_groups] if "prod" in found.flags else [])]
    parts += ["--format pylock.toml"] if "pylock" in found.values.get("format", ()) else []
    parts += group_options(target, found.all("group"), "only-group" if "no-default" in found.flags else "group")
    parts += ["--no-hashes"] if "no-hashes" in found.flags else []
    parts += ["--no-emit-project"] if target.package else []
    parts += [f"-o {quoted(o)}" for o in found.values.get("output", ())[-1:]]
    return Answer(kind="other", text=" ".join(parts))


def _pdm_publish(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """``pdm publish`` builds first, unless it is told not to."""
    del target, manner
    valued = {**_ACCOUNT, "-P": "password", "-c": "comment", "--comment": "comment", "-d": "dist", "--dest": "dist"}
    found = read_options(rest, valued, {"--no-build": "no-build", "--skip-existing": "skip"})
    made = _publish("pdm", found)
    return made if made.kind == "look" or "no-build" in found.flags else replace(made, text=f"uv build && {made.text}")


def _rye_publish(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    valued = {**_ACCOUNT, "--token": "token", "--repository-url": "url"}
    return _publish("rye", read_options(rest, valued, {"--yes": "yes", "-y": "yes", "--skip-existing": "skip"}))


_ACCOUNT = {
    "-u": "user", "--username": "user", "--password": "password", "-r": "index", "--repository": "index",
}  # fmt: skip


def _publish(tool: str, found: Options) -> Answer:
    index = (found.values.get("index") or [""])[-1]
    if found.unknown or "skip" in found.flags or "dist" in found.values or index not in ("", "pypi"):
        named = found.unknown or ["an index, a folder or --skip-existing (uv: --index, --check-url)"]
        return look(f"{tool} publish with {', '.join(named)}")
    user, secret = (found.values.get("user") or [""])[-1], (found.values.get("password") or [""])[-1]
    token = (found.values.get("token") or [secret if user in ("", "__token__") else ""])[-1]
    parts = ["uv", "publish", *(f"--publish-url {readable(url)}" for url in found.values.get("url", ())[-1:])]
    if token:
        parts.append(f"--token {readable(token)}")
    elif user:
        parts += [f"--username {readable(user)}", *([f"--password {readable(secret)}"] if secret else [])]
    return Answer(kind="other", text=" ".join([*parts, *(w.raw for w in found.named)]))


def _rye_sync(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = read_options(
        rest, {"--features": "features"}, {"--no-dev": "no-dev", "--all-features": "all", "--no-lock": "l"}
    )
    if found.unknown or found.named:
        return look("rye sync with " + ", ".join(found.unknown))
    parts = [target.without_groups] if "no-dev" in found.flags else []
    parts += ["--all-extras"] if "all" in found.flags else extra_options(target, found.all("features"))
    return sync_answer(target, manner, parts)


def _pdm_venv(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """``eval $(pdm venv activate)``; environments that uv makes by itself."""
    if rest[:1] and rest[0].value == "activate":
        return Answer(kind="other", text="echo source .venv/bin/activate")
    return dropped(rest, target, manner)


PDM: dict[str, Handler] = {
    **SHARED, "install": _pdm_install, "sync": _pdm_install, "export": _pdm_export, "publish": _pdm_publish,
    "list": show, "use": dropped, "venv": _pdm_venv, "python": as_said("uv python"), "info": dropped,
}  # fmt: skip
"""Rules for each command of PDM."""


def _rye_test(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """pytest with what stands behind ``--``."""
    del target
    words = rest[1:] if rest[:1] and rest[0].value == "--" else rest
    run = ["uv", "run", *([manner.run] if manner.run else []), *(["--active"] if manner.active else [])]
    return Answer(kind="run", text=" ".join([*run, "pytest"]) + raws(words))


RYE: dict[str, Handler] = {
    **SHARED, "sync": _rye_sync, "publish": _rye_publish, "pin": as_said("uv python pin"), "list": show,
    "test": _rye_test, "lint": as_said("uvx ruff check"), "fmt": as_said("uvx ruff format"),
    "toolchain": dropped, "fetch": as_said("uv python install"),
}  # fmt: skip
"""Rules for each command of Rye."""
