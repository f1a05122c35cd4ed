"""From conda, as far as the Python index goes: an environment whose packages all come by pip.

What conda's channels install (compilers, libraries, Python packages built against them) is not what an index has under
the same name: as long as there is one of those, only a person can say what takes its place.
"""

from __future__ import annotations

from rules.migrations.base import base_of
from rules.migrations.draft import Wish
from rules.migrations.ground import Moved, Site, Stop
from rules.migrations.listing import pin_of, wish_of
from rules.migrations.pythons import require_python
from rules.migrations.standard import moved
from scanner.facts import Manifest, Requirement

_INSTALLERS = frozenset({"python", "pip", "setuptools", "wheel"})


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where packages come from channels."""
    manifests = _environments(site)
    needed = [item for m in manifests for item in m.requirements]
    _refuse_channels(needed)
    base = base_of(site)
    found = [item for item in needed if item.ecosystem == "pypi"]
    made: list[Wish] = [wish_of(site, item) for item in found]
    if not base.declares:
        base.draft.dependencies = list(dict.fromkeys(made))
    elif made:
        base.draft.groups["environment"] = [w for w in made if w.name.lower() not in base.declared]
    pins = tuple(pin for item, wish in zip(found, made, strict=True) if (pin := pin_of(item, wish.name)) is not None)
    require_python(base, held=bool(pins))
    pinned = bool(pins) and len(pins) == len(found)
    return moved(
        base,
        pins=pins,
        complete=False,
        old_lock=manifests[0].path if pinned else None,
        old_files=[m.path for m in manifests],
        groups=[(m.path, "project") for m in manifests],
    )


def _environments(site: Site) -> list[Manifest]:
    extracts = (site.ground.facts.extracts.get(path) for path in site.project.manifests)
    found = [e.manifest for e in extracts if e is not None and e.manifest is not None and e.manifest.format == "conda"]
    if len(found) != 1:
        paths = ", ".join(m.path for m in found) or "no environment file"
        raise Stop(
            "conda-packages", f"{paths}: one environment file is needed", found[0].path if found else site.folder
        )
    return found


def _refuse_channels(needed: list[Requirement]) -> None:
    channels = [item for item in needed if item.ecosystem == "conda" and item.name.lower() not in _INSTALLERS]
    if channels:
        names = ", ".join(dict.fromkeys(item.name for item in channels[:8]))
        more = f" and {len(channels) - 8} more" if len(channels) > 8 else ""
        first = channels[0]
        raise Stop("conda-packages", f"{names}{more} come from conda channels", first.at.path, first.at.line)
