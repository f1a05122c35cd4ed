"""Poetry's own commands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.places.calls import Word
from rules.places.manner import Answer, Manner, drop, look
from rules.places.options import (
    QUIET,
    extra_options,
    group_options,
    is_variable,
    normal,
    only_main,
    quoted,
    read_options,
    readable,
    sync_answer,
)
from rules.places.shared_verbs import SHARED, Handler, dropped, show
from rules.places.target import Target

_POETRY_VALUED = {
    "--with": "with",
    "--without": "without",
    "--only": "only",
    "-E": "extras",
    "--extras": "extras",
    "-C": "dir",
    "--directory": "dir",
    "-P": "dir",
    "--project": "dir",
}


_POETRY_FLAGS = {
    "--no-root": "no-root", "--no-dev": "no-dev", "--only-root": "only-root", "--all-extras": "all-extras",
    "-A": "all-extras", "--all-groups": "all-groups", "--no-cache": "no-cache", "--dry-run": "dry-run",
    "--help": "help", "--compile": "compile",
}  # fmt: skip


def _poetry_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = read_options(rest, _POETRY_VALUED, _POETRY_FLAGS)
    if found.unknown or "dry-run" in found.flags or "help" in found.flags:
        return look(f"poetry install with {', '.join(found.unknown) or 'an option that has no counterpart'}")
    only, without, more = found.all("only"), found.all("without"), found.all("with")
    if any(is_variable(name) for name in (*only, *without, *more, *found.all("extras"))):
        return look("poetry install of groups or extras that a variable names")
    parts: list[str] = []
    project = "no-root" not in found.flags
    if "only-root" in found.flags:
        return sync_answer(target, Manner(lock=manner.lock, inexact=True, active=manner.active, options=manner.options),
                     [target.without_groups])  # fmt: skip
    if "no-dev" in found.flags:
        parts.append(target.without_groups)
    if only:
        if "main" in only:
            parts.append(target.without_groups)
            parts += only_main(target, [n for n in only if n != "main"])
        else:
            parts += group_options(target, only, "only-group")
            project = True  # nothing of the project comes along anyway
            if not parts:
                return look(f"no group {', '.join(only)} is left in the new manifest")
    left = {str(n) for n in without if n != "main"}
    if left and target.defaults and {normal(n) for n in left} >= target.defaults:
        parts.append(target.without_groups)
    else:
        parts += [o for n in sorted(left, key=without.index) for o in group_options(target, [n], "no-group")
                  if normal(n) in target.defaults]  # fmt: skip
    parts += group_options(target, more, "group")
    parts += ["--all-extras"] if "all-extras" in found.flags else extra_options(target, found.all("extras"))
    parts += ["--all-groups"] if "all-groups" in found.flags else []
    parts += ["--compile-bytecode"] if "compile" in found.flags else []
    text = sync_answer(target, manner, list(dict.fromkeys(parts)), project=project)
    if directory := found.values.get("dir"):
        return Answer(kind="sync", text=text.text.replace("uv sync", f"uv sync --directory {directory[-1]}", 1))
    return text


def _poetry_export(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {**_POETRY_VALUED, "-f": "format", "--format": "format", "-o": "output", "--output": "output"}
    flags = {
        **_POETRY_FLAGS, "--without-hashes": "no-hashes", "--dev": "dev", "--with-credentials": "quiet",
        "--without-urls": "quiet", "--all-groups": "all-groups",
    }  # fmt: skip
    found = read_options(rest, valued, flags)
    if found.unknown or found.named:
        return look("poetry export with " + ", ".join([*found.unknown, *(w.value for w in found.named)]))
    if any(f not in ("requirements.txt", "constraints.txt") for f in found.values.get("format", ())):
        return look("poetry export in a format that uv does not write")
    parts = ["uv", "export", "--frozen"]
    only = found.all("only")
    if "main" in only or not only:
        more = [*found.all("with"), *(["dev"] if "dev" in found.flags else []), *(n for n in only if n != "main")]
        wanted = {normal(n) for n in more}
        if "all-groups" in found.flags:
            parts.append("--all-groups")
        elif not (target.defaults and wanted >= target.defaults):
            parts.append(target.without_groups)
            parts += only_main(target, more)
        else:
            parts += group_options(target, more, "group")
    else:
        parts += group_options(target, only, "only-group")
    parts += ["--all-extras"] if "all-extras" in found.flags else extra_options(target, found.all("extras"))
    parts += ["--no-hashes"] if "no-hashes" in found.flags else []
    parts += ["--no-emit-project"] if target.package else []
    parts += [f"-o {quoted(o)}" for o in found.values.get("output", ())[-1:]]
    return Answer(kind="other", text=" ".join(parts))


def _poetry_publish(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    valued = {"-u": "user", "--username": "user", "-p": "password", "--password": "password", "-r": "index",
              "--repository": "index", "--dist-dir": "dist"}  # fmt: skip
    flags = {"--build": "build", "--skip-existing": "skip", "--dry-run": "dry-run"}
    found = read_options(rest, valued, flags)
    if found.unknown or "dist" in found.values or "skip" in found.flags:
        return look(
            "poetry publish with " + ", ".join(found.unknown or ["--dist-dir or --skip-existing (--check-url)"])
        )
    parts = ["uv", "publish"]
    if index := found.values.get("index"):
        parts.append(f"--index {quoted(index[-1])}")
    user, password = found.values.get("user", [""])[-1], found.values.get("password", [""])[-1]
    if user == "__token__" and password:
        parts.append(f"--token {readable(password)}")
    else:
        parts += [f"--username {readable(user)}"] if user else []
        parts += [f"--password {readable(password)}"] if password else []
    parts += ["--dry-run"] if "dry-run" in found.flags else []
    text = " ".join(parts)
    return Answer(kind="other", text=f"uv build && {text}" if "build" in found.flags else text)


def _poetry_version(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    parts = ["uv", "version"]
    for word in rest:
        if word.value in ("-s", "--short"):
            parts.append("--short")
        elif word.value in ("major", "minor", "patch"):
            parts.append(f"--bump {word.value}")
        elif word.value in ("premajor", "preminor", "prepatch", "prerelease") or word.value == "--next-phase":
            return look(f"poetry version {word.value}: say the bump to uv version --bump")
        elif word.value == "--dry-run":
            parts.append("--dry-run")
        elif _BUMP.fullmatch(word.raw):
            return look(f"poetry version {word.raw}: a version, or a bump (uv version --bump)?")
        elif word.value not in QUIET:
            parts.append(word.raw)
    return Answer(kind="other", text=" ".join(parts))


def _poetry_show(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = read_options(rest, _POETRY_VALUED, {"--no-dev": "no-dev", "--top-level": "top", "-T": "top"})
    only = ["main"] if "no-dev" in found.flags else found.all("only")
    if not (only or found.all("with") or found.all("without")):
        return show(rest, target, manner)
    if found.unknown or found.named or (only and "main" in only and len(only) > 1):
        return look("poetry show of some groups: uv tree has options for them")
    parts = [target.without_groups] if only == ["main"] else group_options(target, only, "only-group")
    parts += [*group_options(target, found.all("with"), "group")]
    parts += [*group_options(target, found.all("without"), "no-group")]
    parts += ["--depth 1"] if "top" in found.flags else []
    return Answer(kind="other", text=" ".join(["uv", "tree", *parts]))


_BUMP = re.compile(r"[\"']?\$\{?(?:rule|bump|level|part|type|increment|1)\}?[\"']?", re.IGNORECASE)


def _poetry_config(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    key = next((w.value for w in rest if not w.value.startswith("-")), "")
    values = [w for w in rest if not w.value.startswith("-")][1:]
    if key.startswith("pypi-token") and values:
        return Answer(kind="token", text=f"export UV_PUBLISH_TOKEN={values[0].raw}")
    if key.startswith("http-basic.") and len(values) == 2:
        name = re.sub(r"[^A-Z0-9]", "_", key.removeprefix("http-basic.").upper())
        text = f"export UV_INDEX_{name}_USERNAME={values[0].raw} UV_INDEX_{name}_PASSWORD={values[1].raw}"
        return Answer(kind="token", text=text)
    if key.startswith(("repositories.", "certificates.", "http-basic", "pypi-token")):
        return look(f"poetry config {key}: uv has it in [[tool.uv.index]] and in UV_ variables")
    if "system-site-packages" in key and [w.value for w in values[:1]] != ["false"]:
        return look("the environment sees the system's packages: `uv venv --system-site-packages` makes such a one")
    return drop()


def _env(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del manner
    values = [w.value for w in rest]
    venv = ".venv"
    match values[:1]:
        case ["use"]:
            named = [w.raw for w in rest[1:] if not w.value.startswith("-")]
            return Answer(kind="other", text=f"uv venv --clear --python {' '.join(named)}") if named else drop()
        case ["info"] if {"-p", "--path"} & set(values):
            return Answer(kind="other", text=f'echo "$PWD/{venv}"')
        case ["info"]:
            return Answer(kind="other", text="uv python find") if len(values) == 1 else look("poetry env info")
        case ["list"]:
            return Answer(kind="other", text="uv python find")
        case ["activate"]:
            return Answer(kind="other", text=f"echo source {venv}/bin/activate")
        case ["remove"]:
            return Answer(kind="other", text=f"rm -rf {venv}")
        case _:
            del target
            return look(f"poetry env {' '.join(values[:1])} has no counterpart: uv keeps one environment, {venv}")


POETRY: dict[str, Handler] = {
    **SHARED, "install": _poetry_install, "sync": _poetry_install, "export": _poetry_export,
    "publish": _poetry_publish, "version": _poetry_version, "config": _poetry_config, "env": _env,
    "completions": dropped, "show": _poetry_show,
}  # fmt: skip
"""Rules for each command of Poetry."""
