"""Pipenv's own commands."""

from __future__ import annotations

from collections.abc import Sequence

from rules.places.calls import Word
from rules.places.manner import Answer, Manner, look
from rules.places.options import group_options, read_options, sync_answer
from rules.places.shared_verbs import SHARED, Handler, add, as_said, check, dropped, remove
from rules.places.target import Target


def _pipenv_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {"--categories": "categories", "--extra-index-url": "x", "-i": "x", "--index": "x", "--python": "python",
              "-r": "file", "--requirements": "file", "--pypi-mirror": "x", "--extra-pip-args": "x"}  # fmt: skip
    flags = {"--dev": "dev", "-d": "dev", "--system": "system", "--three": "quiet", "--site-packages": "site"}
    found = read_options(rest, valued, {**flags, "--verbose": "quiet", "--editable": "e", "-e": "e"})
    if "file" in found.values or "site" in found.flags:
        return look("pipenv install with a file or with the system's packages")
    if found.unknown:
        return look("pipenv install with " + ", ".join(found.unknown))
    if found.named or "e" in found.flags:
        if "system" in found.flags:
            return look("pipenv install of named packages into the system")
        return add(rest, target, manner)
    groups = found.all("categories")
    parts = [] if "dev" in found.flags else _without_dev(target)
    if groups:
        named = [n for n in groups if n not in ("packages", "default")]
        named = ["dev" if n in ("dev-packages", "develop") else n for n in named]
        alone = len(named) == len(groups) and all((target.group(n) or "").startswith("group:") for n in named)
        parts = group_options(target, named, "only-group" if alone else "group")  # Pipenv installs those and no more
        parts = (_without_dev(target) if not alone and "dev" not in named else []) + parts
    made = sync_answer(target, manner, parts)
    return Answer(kind="system-sync" if "system" in found.flags else "sync", text=made.text)


def _without_dev(target: Target) -> list[str]:
    """What Pipenv installs without ``--dev``: ``[packages]``, be they the project's dependencies or a group."""
    if "packages" not in target.defaults:
        return [target.without_groups]
    return ["--no-dev"] if "dev" in target.defaults else []


def _pipenv_requirements(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del manner
    values = {w.value for w in rest}
    parts = ["uv", "export", "--frozen"]
    parts += [] if "--dev" in values else _without_dev(target)
    parts += ["--only-dev"] if "--dev-only" in values else []
    parts += [] if "--hash" in values else ["--no-hashes"]
    return Answer(kind="other", text=" ".join([*parts, *(["--no-emit-project"] if target.package else [])]))


def _venv_python(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    named = [w.raw for w in rest if not w.value.startswith("-")]
    return (
        Answer(kind="other", text=f"uv venv --clear --python {named[0]}")
        if len(named) == 1
        else look("pipenv --python")
    )


def _shell(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """``pipenv shell`` makes the environment where there is none; with a Python, that of this Python."""
    values = [w.raw for w in rest]
    if manner.lock or "--python" not in values[:-1]:
        return SHARED["shell"](rest, target, manner)
    python = values[values.index("--python") + 1]
    return Answer(kind="other", text=f"uv venv --clear --python {python} && source .venv/bin/activate")


PIPENV: dict[str, Handler] = {
    **SHARED, "install": _pipenv_install, "sync": _pipenv_install, "requirements": _pipenv_requirements,
    "shell": _shell, "verify": check, "uninstall": remove, "graph": as_said("uv tree"), "clean": dropped,
    "--python": _venv_python,
    "--rm": as_said("rm -rf .venv"), "--venv": as_said('echo "$PWD/.venv"'), "--three": dropped,
    "check": lambda rest, target, manner: look("pipenv check looks for known vulnerabilities: `uvx pip-audit`"),
}  # fmt: skip
"""Rules for each command of Pipenv."""
