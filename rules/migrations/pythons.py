"""``requires-python`` where no manifest states it: from what locked, runs or tests the project, or a question."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.migrations.base import Base
from rules.migrations.ground import Stop
from rules.migrations.toml_text import Row, string
from rules.pythons import dotted, minor
from scanner.facts import Lock
from scanner.inventory import Project

_KINDS = (
    ("pipfile", "version-file", "runtime-file"),
    ("image",),
    ("ci-setup", "ci-matrix", "conda"),
    ("tox", "nox"),
    ("classifier",),
)
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
    for kinds in _KINDS[:2]:
        found = {v for d in project.python_versions if d.kind in kinds and (v := minor(d.version)) is not None}
        if len(found) == 1:
            return dotted(found.pop())
    return None


def require_python(base: Base, locks: Iterable[Lock]) -> None:
    """Set ``requires-python`` unless it is stated; raises :class:`Stop` where no file shows a Python version."""
    if "requires-python" in base.project or "requires-python" in base.draft.fields:
        return
    site = base.site
    floor, said, path, line = _locked(locks) or _shown(base) or (None, "", None, None)
    if floor is None:
        message = "no file states or shows which Python versions are supported"
        raise Stop("python-undeclared", message, site.manifest if base.before is not None else site.folder)
    base.draft.fields["requires-python"] = Row("requires-python", string(f">={floor}"))
    site.note("python-undeclared", f"requires-python >={floor}: {said}", path, line)


_Found = tuple[str, str, str | None, int | None]


def _locked(locks: Iterable[Lock]) -> _Found | None:
    """The lowest Python that a compiled file was made for."""
    found = []
    for lock in locks:
        text = re.sub(r"^[=>~]=?|\.\*$", "", lock.requires_python or "")
        if re.fullmatch(r"\d+\.\d+(?:\.\d+)?", text):
            found.append((tuple(map(int, text.split(".")[:2])), lock))
    if not found:
        return None
    version, lock = min(found, key=lambda f: f[0])
    text = ".".join(map(str, version))
    return text, f"{lock.path} was compiled for Python {text}", lock.path, lock.header_line


def _shown(base: Base) -> _Found | None:
    project = base.site.project
    for kinds in _KINDS:
        known = [(v, d) for d in project.python_versions if d.kind in kinds and (v := minor(d.version)) is not None]
        known = [(v, d) for v, d in known if v >= (3, 0)]
        if known:
            version, declared = min(known, key=lambda k: k[0])
            text = dotted(version)
            return text, f"the lowest Python of {_SAYS[declared.kind]}", declared.path, declared.line
    return None
