"""Which project a cluster's manifest elsewhere in the repository runs, by the name of its image.

``registry.example/acme/services/prices:1`` is the image of ``services/prices``, or of the only project whose folder is
called ``prices``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from scanner.facts import Extract, Hint, Reference

RUNS_ITS_IMAGE = " that runs its image"


def workloads_of(folders: Collection[str], extracts: Iterable[Extract]) -> Mapping[str, tuple[Hint, ...]]:
    """By project, the workloads of Kubernetes that run its image; the root has no name that an image could have."""
    named: dict[str, list[str]] = {}
    for folder in folders:
        if folder != ".":
            named.setdefault(_plain(folder.rpartition("/")[2]), []).append(folder)
    found: dict[str, dict[Hint, None]] = {}
    for extract in extracts:
        if extract.template or extract.format != "deployment":
            continue
        for reference in extract.references:
            home = _folder_of(reference.target, named)
            workload = _workload_of(reference, extract) if home is not None else None
            if home is not None and workload is not None:
                hint = replace(workload, what=workload.what + RUNS_ITS_IMAGE)
                found.setdefault(home, {}).setdefault(hint)
    return {folder: tuple(hints) for folder, hints in found.items()}


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _folder_of(image: str, named: Mapping[str, list[str]]) -> str | None:
    folders = named.get(_plain(image.rpartition("/")[2]), [])
    if len(folders) == 1:
        return folders[0]
    whole = [f for f in folders if f"/{_plain(image)}".endswith(f"/{_plain(f)}")]
    return max(whole, key=len, default=None)


def _workload_of(reference: Reference, extract: Extract) -> Hint | None:
    """The workload in which an image is named: the last one that begins before it."""
    line = reference.at.line or 0
    before = (h for h in extract.hints if h.what.startswith("Kubernetes ") and (h.at.line or 0) <= line)
    return max(before, key=lambda h: h.at.line or 0, default=None)
