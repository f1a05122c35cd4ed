"""Requirements files that a build reads (``setup.py``, ``setup.cfg``, ``[tool.setuptools.dynamic]``) as static lists.

Only files whose every line means the same to every reader: names with specifiers and markers, comments, options of
pip's indexes. What a script makes of ``-r``, ``-e`` or an address, only running it would tell.
"""

from __future__ import annotations

from collections.abc import Collection

from rules.migration import Edit
from rules.migrations.draft import Wish
from rules.migrations.ground import Site, Stop
from rules.migrations.listing import read_listing
from scanner.facts import Include

_DECISION = (
    "Write the list into [project] and take the reading out of the script; or let setuptools read it "
    "([tool.setuptools.dynamic]), so that uv builds the project each time it locks."
)


def lines_of(site: Site, include: Include) -> list[Wish]:
    """What the file lists; raises :class:`Stop` where not every reader would read the same."""
    extract = site.ground.facts.extracts.get(include.path or "")
    if include.path is not None and include.path not in site.ground.facts.files:
        if include.scope != "group":
            decision = "Bring that file back, or take the reading out of the script?"
            raise _stop(include, f"{include.path} is not in the repository, so that the script fails", decision)
        message = f"{include.at.path} reads {include.path}, which is not in the repository: the script failed; left out"
        site.note("setup-py-logic", message, include.at.path, include.at.line)
        return []
    if include.path is None or extract is None or extract.format != "requirements":
        raise _stop(include, "what it holds is not known")
    if include.scope == "build":
        raise _stop(include, "for the build itself")
    listing = read_listing(site, include.path)
    odd = listing.includes or listing.constraints or listing.own_extras is not None
    if odd or any(wish.source for wish in listing.wishes):
        raise _stop(include, "which holds more than names: -r, -c, -e or addresses")
    return listing.wishes


def _stop(include: Include, why: str, decision: str = _DECISION) -> Stop:
    message = f"{include.at.path} reads {include.raw} while it builds: {why}"
    return Stop("setup-py-logic", message, include.at.path, include.at.line, decision)


def target_of(include: Include) -> str:
    """Where what is read goes: ``project``, ``extra:NAME`` or ``group:NAME``."""
    if include.scope == "optional":
        return f"extra:{include.group or 'extra'}"
    return f"group:{include.group or 'tests'}" if include.scope == "group" else "project"


def manifest_in(site: Site, gone: Collection[str]) -> list[Edit]:
    """``MANIFEST.in`` without the files that go."""
    path = site.path("MANIFEST.in")
    before = site.ground.read(path)
    if before is None:
        return []
    lines = []
    for line in before.splitlines(keepends=True):
        words = line.split()
        left = [w for w in words[1:] if site.path(w) not in gone]
        if words[:1] != ["include"] or len(left) == len(words) - 1:
            lines.append(line)
        elif left:
            ending = line[len(line.rstrip("\r\n")) :]
            lines.append(" ".join(["include", *left]) + ending)
    after = "".join(lines)
    return [Edit(path=path, before=before, after=after)] if after != before else []
