"""The Pythons that run a file: one on which pip installs no uv, one that the project does not admit. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from rules.blockers import PlanBlocker
from rules.migration import Edit, Refusal
from rules.places.context import Context
from rules.places.manner import PIP_BRINGS_UV
from rules.pythons import dotted, minor
from rules.reading import area_of
from scanner.facts import Extract, Location, PythonVersion

_STARTS = {"makefile": r"make", "justfile": r"just", "tox": r"tox", "nox": r"nox"}


def without_uv(path: str, context: Context) -> PythonVersion | None:
    """A Python of the image or the pipeline that starts a script, on which pip installs no uv."""
    extract = context.ground.facts.extracts.get(path)
    if extract is None or extract.format not in (*_STARTS, "shell"):
        return None
    name = _STARTS.get(extract.format, re.escape(posixpath.basename(path)))
    found = list(_starting(rf"(?<![\w.-]){name}(?![\w.-])", context))
    images = [e for e in found if e.format == "dockerfile"]
    named = (
        PythonVersion(version=version, at=Location(path=path), kind="image")
        for version in _IMAGE.findall(context.ground.read(path) or "")
    )
    pythons = (p for e in (extract, *(images or found)) for p in e.pythons)
    return next(
        (p for p in (*named, *pythons) if (told := minor(p.version)) is not None and told < PIP_BRINGS_UV), None
    )


_IMAGE = re.compile(r"(?<![\w./-])python:(\d\.\d{1,2})(?![\d.]*\w*:)")
"""An image that a script runs."""


def _starting(name: str, context: Context) -> Iterator[Extract]:
    """The images, the pipelines and the environments of tox that name a program or script."""
    for path, extract in sorted(context.ground.facts.extracts.items()):
        if extract.format not in ("dockerfile", "tox") and area_of(path) != "ci":
            continue
        rows = (context.ground.read(path) or "").splitlines()
        if any(re.search(name, row) for row in rows if not row.lstrip().startswith("#")):
            yield extract


def refusal(context: Context) -> Refusal | None:
    """Why the only project that moves had better not: what stays for its Python still reads the old lock and tables."""
    target = next(iter(context.targets.values())) if len(context.targets) == 1 else None
    managers = target.tools & {"poetry", "pdm"} if target is not None else frozenset[str]()
    reading = context.calling(set(managers)) if managers else set[str]()
    for note in context.notes:
        comes_with = "comes with the base image" in note.message
        cannot = comes_with or "installs no uv on" in note.message
        if target is not None and note.path in reading and cannot:
            why = re.split(r"[;:]|, so that", note.message)[0]
            message = f"{why}: it goes on with {min(managers)}, whose lock and tables would be gone"
            first = "Say where uv comes from there" if comes_with else "Raise Python there first"
            decision = f"{first}, or name an image of uv ([uv] image)?"
            blocker = PlanBlocker(
                code="shared-image" if comes_with else "python-too-old",
                message=message,
                path=note.path,
                line=note.line,
                decision=decision,
            )
            return Refusal(project=target.folder, blocker=blocker)
    return None


def leave_left_out(context: Context, edits: dict[str, Edit]) -> None:
    """Take back pipelines of pip that would call uv on a Python which the project's new range leaves out."""
    for path, edit in sorted(edits.items()):
        extract = context.ground.facts.extracts.get(path)
        if extract is None or area_of(path) != "ci" or not edit.before or not edit.after:
            continue
        for target in context.targets.values():
            own = len(context.targets) == 1 or f"--project {target.folder} " in edit.after
            if not own or target.oldest is None or target.tools & {"poetry", "pdm", "pipenv", "rye"}:
                continue
            found = next((p for p in _left_out(extract, target.oldest, edit, context.jobs(path, _PIP))), None)
            if found is not None:
                del edits[path]
                why = f"runs Python {found.version}; the lock is for {dotted(target.oldest)} and later"
                context.note(path, found.at.line, f"{why}; the file is left as it is", "Widen requires-python?")
                break


_PIP = frozenset({"pip", "pip3", "python", "python3", "pip-sync"})


def _left_out(extract: Extract, oldest: tuple[int, int], edit: Edit, jobs: set[str | None]) -> Iterator[PythonVersion]:
    if (edit.after or "").count("uv sync") <= (edit.before or "").count("uv sync"):
        return
    for python in extract.pythons:
        told = minor(python.version)
        if told is not None and (2,) < told < oldest and python.job in {None, *jobs}:
            yield python


def note_left_out(context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on pipelines that call uv on a Python which ``requires-python`` leaves out."""
    for path, edit in sorted(edits.items()):
        extract = context.ground.facts.extracts.get(path)
        target = context.around(path) if len(context.targets) == 1 else None
        if extract is None or target is None or target.oldest is None or area_of(path) != "ci":
            continue
        if edit.before is None or (edit.after or "").count("uv ") <= edit.before.count("uv "):
            continue
        jobs = context.jobs(path, target.tools)
        for python in extract.pythons:
            told = minor(python.version)
            if told is not None and python.job in {None, *jobs} and (2,) < told < target.oldest:
                why = f"runs Python {dotted(told)}; the lock is for {dotted(target.oldest)} and later"
                context.note(path, python.at.line, why, "Raise it there, or widen requires-python?")
                break
