"""``requires-python`` where no manifest states it: from what locked, runs or tests the project, or a question."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.migrations.base import Base
from rules.migrations.ground import Site, Stop
from rules.migrations.toml_text import Row, string
from rules.pythons import dotted, minor
from scanner.facts import Lock
from scanner.inventory import Project
from scanner.words import listed

_KINDS = (("pipfile", "version-file", "runtime-file"), ("image",))
_TESTS = ("ci-setup", "ci-matrix", "tox", "nox")
_SAYS = {
    "image": "the image",
    "version-file": "the version file",
    "runtime-file": "the runtime file",
    "ci-setup": "CI",
    "ci-matrix": "CI",
    "conda": "the conda environment",
    "pipfile": "the Pipfile",
    "tox": "tox",
    "nox": "nox",
    "classifier": "the classifiers",
}


def used_python(project: Project) -> str | None:
    """The feature release that the project runs on, as its version file, Pipfile or image says; ``None`` if unclear."""
    for kinds in _KINDS:
        found = {v for d in project.python_versions if d.kind in kinds and (v := minor(d.version)) is not None}
        if len(found) == 1:
            return dotted(found.pop())
    return None


def require_python(
    base: Base, locks: Iterable[Lock] = (), *, held: bool = False, library: bool = False, floor: str | None = None
) -> None:
    """Set ``requires-python`` unless it is stated; raises :class:`Stop` where no file shows a Python version.

    ``held``: there are versions to keep. They hold for the Pythons that were locked for and are used, and for no
    later one, so the range ends there; without them it is open. ``library``: what its developers run is no promise;
    what it claims and tests is. ``floor``: the oldest Python that the old lock admits.
    """
    if "requires-python" in base.project or "requires-python" in base.draft.fields:
        return
    site = base.site
    tested = _of_kinds(site.project, _TESTS)
    used = [*_locked(locks), *_used(site.project)] or _claimed(site.project) or _elsewhere(site)
    found = (_claimed(site.project) or tested or used) if library else used
    if not found and (agreed := site.ground.config.undeclared_python) is not None:
        base.draft.fields["requires-python"] = Row("requires-python", string(agreed))
        site.note("python-undeclared", f"requires-python {agreed}, after [uv] of muster.toml", site.manifest)
        return
    admitted = site.ground.admitted.get(site.folder) or (f">={floor}" if floor else None)
    if not found and admitted is not None and not library:
        base.draft.fields["requires-python"] = Row("requires-python", string(admitted))
        message = f"requires-python {admitted}: no file states one; the versions that are held admit no other"
        site.note("python-undeclared", message, site.manifest, decision="Is a part of that enough?")
        return
    if not found:
        message = "no file states or shows which Python versions are supported"
        if site.folder in site.ground.admitted:
            message += ", and the versions that are held cannot be locked to tell"
        elif held and not library:
            message += "; with --prove it is what the versions that are held admit"
        raise Stop("python-undeclared", message, site.manifest if base.before is not None else site.folder)
    first, last = min(found), max(found)
    text = f">={dotted(first.release)}"
    if held and not library and first.said != _SAYS["classifier"]:
        major, feature = last.release
        text = f"=={dotted(first.release)}.*" if first.release == last.release else f"{text},<{major}.{feature + 1}"
    base.draft.fields["requires-python"] = Row("requires-python", string(text))
    places = listed(list(dict.fromkeys((first.said, last.said))))
    site.note("python-undeclared", f"requires-python {text}, after {places}", first.path, first.line)


_REQUEST = re.compile(
    r"(?:(?:c?python|pypy|graalpy|pyodide)[-@]?)?(?:\d+(?:\.\d+)*[a-z]*\d*t?(?:\+\w+)?(?:-[\w.-]+)?)?|[<>=~!].*",
    re.IGNORECASE,
)


def note_version_file(site: Site) -> None:
    """Say where the version file that uv reads names no Python: a virtual environment of pyenv, its ``system``."""
    folder = site.folder
    while True:
        path = posixpath.normpath(posixpath.join(folder, ".python-version"))
        rows = [(n, row.strip()) for n, row in enumerate((site.ground.read(path) or "").splitlines(), start=1)]
        first = next(((n, row) for n, row in rows if row and not row.startswith("#")), None)
        if first is not None and _REQUEST.fullmatch(first[1]) is None:
            message = (
                f"{path} names {first[1][:60]!r}, which is no Python: uv passes it over and takes any that it finds"
            )
            decision = "Which Python is it? Write its version there; pyenv keeps names of environments elsewhere."
            site.note("python-undeclared", message, path, first[0], decision)
        if first is not None or folder in ("", "."):
            return
        folder = posixpath.dirname(folder)


@dataclass(frozen=True, slots=True, order=True)
class _Shown:
    """A Python that some file locks for, runs or tests."""

    release: tuple[int, int]
    said: str
    path: str
    line: int = 0


def _locked(locks: Iterable[Lock]) -> list[_Shown]:
    """The Pythons that compiled files were made for."""
    found = ((re.search(r"(\d+)\.(\d+)", lock.requires_python or ""), lock) for lock in locks)
    return [
        _Shown((int(python[1]), int(python[2])), f"the header of {lock.path}", lock.path, lock.header_line or 1)
        for python, lock in found
        if python
    ]


def _used(project: Project) -> list[_Shown]:
    """The Pythons of the first kind of file that says so, and with them those that CI, tox and nox run."""
    chosen = next((found for kinds in _KINDS if (found := _of_kinds(project, kinds))), [])
    tested = _of_kinds(project, _TESTS)
    return [*chosen, *tested] or _of_kinds(project, ("conda",))


def _claimed(project: Project) -> list[_Shown]:
    return _of_kinds(project, ("classifier",))


def _elsewhere(site: Site) -> list[_Shown]:
    """The one Python that the rest of the repository runs on, if all of it names the same."""
    kinds = ("version-file", "runtime-file", "image", "ci-setup", "ci-matrix")
    found = [shown for project in site.ground.repository.projects for shown in _of_kinds(project, kinds)]
    return found if len({shown.release for shown in found}) == 1 else []


def _of_kinds(project: Project, kinds: Sequence[str]) -> list[_Shown]:
    known = ((minor(d.version), d) for d in project.python_versions if d.kind in kinds)
    return [_Shown(v, _SAYS[d.kind], d.path, d.line or 1) for v, d in known if v is not None and v >= (3, 0)]
