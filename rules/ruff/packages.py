"""Packages: the old tools' go from manifests and lists, Ruff comes in where the first of them was."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.ruff import commands, programs, removal
from rules.ruff.catalog import BUILT_IN, NO_CHECKS, plugins
from rules.ruff.edits import Edits
from rules.ruff.gather import Setup
from rules.ruff.runs import HOOKS
from rules.uv import version


def unneeded(tools: frozenset[str], ground: Ground) -> frozenset[str]:
    """The distributions that nobody needs any more."""
    gone = {*tools, *(["nbqa"] if "flake8" in tools or "black" in tools else [])}
    if "flake8" in tools:
        gone |= {*plugins(), *NO_CHECKS, *BUILT_IN, "pep8", "pyproject-flake8"}
    if "black" in tools:
        gone |= {"flake8-black"}
    in_use = {t.name for t in ground.repository.tools if t.use != "config-only"}
    return frozenset(gone - (in_use - tools))


def without(path: str, text: str, format_: str, swap: commands.Swap, edits: Edits) -> str:
    """A manifest or list of packages with Ruff instead of those that go."""
    name = posixpath.basename(path)
    if name in ("pyproject.toml", "Pipfile"):
        return removal.toml(text, swap.packages)
    if format_.startswith("requirements"):
        if removal.is_compiled(text):
            if removal.rows(text, swap.packages) != text:
                edits.look(path, None, "is compiled and holds the old tools still: compile it again")
            return text
        return removal.rows(text, swap.packages)
    if name == "setup.cfg":
        keys = ("[options.extras_require]", "tests_require")
        return removal.rows(text, swap.packages, keys=keys)
    if name == "setup.py":
        return programs.manifest(text, swap.packages)
    if name == "tox.ini":
        return removal.rows(text, swap.packages, keys=("deps",))
    if name in ("environment.yml", "environment.yaml"):
        return removal.rows(text, swap.packages)
    return text


_INSTALLED = re.compile(r"ruff==|\bruff[\"']?[ \t]*=[ \t]*[\"'{]|ruff@|ruff-action")


def nowhere_installed(edits: Edits, ground: Ground, setup: Setup, tools: Collection[str]) -> PlanBlocker | None:
    """The first command that calls Ruff from now on, where no file of the patch installs it and it was not there."""
    run = next((r for r in setup.runs if r.tool in tools and r.path not in HOOKS), None)
    if run is None or any(t.name == "ruff" and t.use != "config-only" for t in ground.repository.tools):
        return None
    for edit in edits.made():
        if len(_INSTALLED.findall(edit.after or "")) > len(_INSTALLED.findall(edit.before or "")):
            return None
    message = f"no file that is changed installs Ruff: install {version('ruff')} where {run.tool} came from"
    return PlanBlocker(code="lint-install", message=message, path=run.path, line=run.line, decision=None)
