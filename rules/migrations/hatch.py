"""From Hatch and Flit: ``[project]`` is standard already, uv only has to lock it.

Hatch's environments hold scripts and matrices that uv has no word for: they stay Hatch's, and the plan says so.
"""

from __future__ import annotations

from rules.migrations import flit
from rules.migrations.base import Base, base_of
from rules.migrations.ground import Moved, Site, Stop
from rules.migrations.pythons import require_python
from rules.migrations.standard import moved, table


def move(site: Site) -> Moved:
    """Lock the project with uv; raises :class:`Stop` where there is no ``[project]`` to lock."""
    base = base_of(site)
    if flit.has_metadata(base):
        flit.adopt(base)
    elif not base.project:
        raise Stop("manifest-by-hand", "there is no [project] table", site.manifest)
    _say_environments(base)
    require_python(base)
    extras = [*table(base.document, "project", "optional-dependencies"), *base.draft.extras]
    groups = [("project", "project"), *((name, f"extra:{name}") for name in extras)]
    return moved(base, pins=(), old_lock=None, old_files=[], groups=groups)


def _say_environments(base: Base) -> None:
    names = list(table(base.document, "tool", "hatch", "envs"))
    file = base.site.path("hatch.toml")
    if names or file in base.site.ground.facts.files:
        block = next(iter(base.sheet.below("tool", "hatch", "envs")), None)
        told = ", ".join(names) or f"those of {file}"
        message = f'Hatch\'s environments stay: {told}; `installer = "uv"` lets Hatch install them with uv'
        base.site.note("hatch-environments", message, base.site.manifest, block.line if block else None)
