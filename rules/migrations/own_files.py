"""Which requirements files of a project are its own lists, and which serve something else and stay."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rules.migrations.ground import Site, Stop
from scanner.facts import Extract

_CONSTRAINTS = re.compile(r"(?:^|[-_.])constraints?(?:[-_.]|$)|denylist|blocklist", re.IGNORECASE)
_GENERATED = re.compile(r"do not (?:edit|modify)|(?:auto-?)?generated\b", re.IGNORECASE)
_HEAD = 12
_LISTS = frozenset({"requirements", "requirement", "reqs", "req", "deps", "dependencies", "requires", "pip"})


def own_files(site: Site) -> list[Extract]:
    """The requirements files that are the project's own; raises :class:`Stop` for one that could not be read."""
    extracts = site.ground.facts.extracts
    own = [extracts[path] for path in site.project.manifests if path in extracts]
    for problem in site.ground.facts.problems:
        extract = extracts.get(problem.at.path)
        if extract is not None and extract in own and extract.format == "requirements":
            raise Stop("unread-file", f"{problem.at.path}: {problem.message}", problem.at.path, problem.at.line)
    found = [e for e in own if e.format == "requirements" and not e.template]
    named = set(_named(found))
    kept = []
    for extract in found:
        why = _aside(site, extract, named, alone=len(found) == 1)
        if why is None:
            kept.append(extract)
        else:
            site.note("manifest-by-hand", f"{extract.path} stays as it is: {why}", extract.path)
    return kept


def _named(extracts: list[Extract]) -> Iterator[str]:
    """The files that others read in or are constrained by, or were compiled from."""
    for extract in extracts:
        yield from (i.path for i in (extract.manifest.includes if extract.manifest is not None else ()) if i.path)
        yield from extract.lock.inputs if extract.lock is not None else ()


def _aside(site: Site, extract: Extract, named: set[str], *, alone: bool) -> str | None:
    """Why a file is none of the project's lists."""
    path, folder = extract.path, posixpath.dirname(extract.path) or "."
    name = posixpath.basename(path).lower()
    if name == "runtime.txt":
        return "it names a Python"
    if alone or path in named or extract.lock is not None:
        return None
    listed = extract.manifest.requirements if extract.manifest is not None else ()
    wanted = [item.specifier or "" for item in listed if item.source == "index"]
    excludes = bool(wanted) and all(text and set(re.findall(r"[<>=!~]=?=?", text)) == {"!="} for text in wanted)
    if _CONSTRAINTS.search(posixpath.splitext(name)[0]) or excludes:
        return "it only constrains (pip's -c)"
    if folder != site.folder and posixpath.basename(folder).lower() not in _LISTS and _has_image(site, folder):
        return "the image beside it is another program"
    if "pyproject.toml" in _head(site, path) and _GENERATED.search(_head(site, path)):
        return "it says that it is generated from pyproject.toml"
    return None


def _has_image(site: Site, folder: str) -> bool:
    files = (f for f in site.ground.facts.files if posixpath.dirname(f) == folder)
    return any(
        re.match(r"(?:docker|container)file|.+\.(?:docker|container)file$", posixpath.basename(f).lower())
        for f in files
    )


def _head(site: Site, path: str) -> str:
    """The comments at the beginning of a file."""
    lines = (site.ground.read(path) or "")[:4000].splitlines()[:_HEAD]
    return "\n".join(line for line in lines if line.startswith("#"))
