"""The signs weighed in the vocabulary's order; what is none of the kinds: tooling, templates, roots of workspaces."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from scanner.facts import Hint
from scanner.folder import Folder
from scanner.kind.installed import hosted, how_started, installed
from scanner.kind.jobs import among_jobs, by_workload, job_of
from scanner.kind.services import service_of
from scanner.kind.signs import KindOf, Places, Signs, answer, by_hint, packaging_manifest, signs_of
from scanner.purpose import template_word
from scanner.roles import is_side_file
from scanner.words import counted


def kind_of(
    folder: Folder, own: Sequence[str], hints: Sequence[Hint], dependencies: Places, readme: Sequence[Hint] = ()
) -> KindOf:
    """The kind of one project.

    ``own`` are its files (those of projects below it left out), ``hints`` the signs in files that serve it, ``readme``
    what its README calls it; ``dependencies`` maps normalised names of runtime requirements to their place.
    """
    python = tuple(p for p in own if p.endswith(".py"))
    notebooks = [p for p in own if p.endswith(".ipynb")]
    holds_together = packaging_manifest(folder) is None and _only_holds_together(folder, python)
    if len(notebooks) > len(python) and (dependencies or not holds_together):
        return answer(
            "notebook", f"{counted(len(notebooks), 'notebook')}, {counted(len(python), 'Python file')}", min(notebooks)
        )
    if folder.role != "main":
        return answer("unknown", f"its role is {folder.role}", folder.path)
    if holds_together:
        return answer("unknown", "a workspace's root without code of its own", folder.path)
    if not python:
        only = packaging_manifest(folder)
        if only is not None and dependencies and "maturin" not in (only.build_backend or ""):
            return answer("library", "a distribution that brings others along", only.path)
        return answer("unknown", "no Python file of its own", folder.path)
    signs = signs_of(folder, own, hints, dependencies, readme)
    if _is_shared(signs) and signs.packaged is not None and not any(_is_deployed(h) for h in signs.hints):
        return answer("library", "a package among libraries, without commands of its own", signs.packaged.path)
    return (
        by_workload(signs)
        or among_jobs(signs)
        or _template(signs, own, readme)
        or hosted(signs, own)
        or service_of(signs)
        or job_of(signs, own)
        or installed(signs)
        or how_started(signs, own)
    )


def _only_holds_together(folder: Folder, python: Sequence[str]) -> bool:
    roots = [m for m in folder.manifests if m.workspace is not None]
    if any(m.table("project") is None and m.table("tool.poetry") is None for m in roots):
        return True  # it cannot be installed: nothing but a place for the members
    return bool(roots) and all(is_side_file(path.removeprefix(folder.path + "/")) for path in python)


def _template(signs: Signs, own: Sequence[str], readme: Sequence[Hint]) -> KindOf | None:
    """A template to start from is nothing in itself; what names the cookiecutter that it came from is none."""
    if signs.published or signs.scripts:
        return None
    hint = next((h for h in readme if h.kind == "template"), None)
    shown = [path for path in own if "/." not in f"/{path}"]  # what was rendered keeps its answers in a hidden folder
    rendered = any("{{" in path or posixpath.basename(path) == "cookiecutter.json" for path in shown)
    if hint is not None and (rendered or "cookiecutter" not in hint.what):
        return by_hint("unknown", hint)
    named = next((m for m in signs.folder.manifests if m.name and template_word(m.name)), None)
    return answer("unknown", f"its name is {named.name}", named.path) if named is not None else None


def _is_deployed(hint: Hint) -> bool:
    return hint.kind == "service" and not hint.at.path.endswith(".py")


def _is_shared(signs: Signs) -> bool:
    """Whether the project lies among libraries (``libs/common``) and has no command of its own."""
    return not signs.scripts and not _SHARED.isdisjoint(signs.folder.path.lower().split("/"))


_SHARED = frozenset({"lib", "libs", "libraries", "shared", "common"})
