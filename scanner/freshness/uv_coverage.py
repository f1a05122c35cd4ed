"""Whether a uv lock covers what its workspace declares, whatever the lock itself has recorded."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Manifest, Requirement
from scanner.freshness.coverage import coverage
from scanner.freshness.uv_options import texts
from scanner.freshness.uv_requirements import Refused, declared, flat_groups, normal, sources_of, unread_field
from scanner.freshness.uv_workspace import Workspace
from scanner.freshness.verdict import Scene
from scanner.inventory import Reason
from scanner.markers import NEVER, Formula, disjoint, either, parse
from scanner.toml_reader import strings, table


def covers(scene: Scene, workspace: Workspace | None) -> tuple[bool | None, tuple[Reason, ...]]:
    """Whether all that the members declare is locked; without a workspace: what the manifest beside the lock does."""
    manifests = _manifests(scene, workspace)
    if not manifests:
        return None, ()
    root = manifests[0]
    uv = table(root.data, "tool", "uv")
    excluded = {normal(name) for name in strings(uv.get("exclude-dependencies"))}
    supported = _union(texts(uv.get("environments")))
    python = scene.lock.requires_python
    try:
        requirements = [
            one
            for manifest in manifests
            for one in _declared_by(manifest, root)
            if one.key not in excluded and not (supported and one.marker and disjoint(one.marker, supported, python))
        ]
        overrides = list(declared(root, strings(uv.get("override-dependencies"))))
    except Refused as refused:
        return None, (refused.reason,)
    local = {normal(str(entry["name"])) for entry in scene.lock.data.get("local", ())}
    local |= {normal(manifest.name) for manifest in manifests if manifest.name}
    answer, reasons = coverage(
        requirements, scene.lock.packages, overrides=overrides, local=frozenset(local), requires_python=python
    )
    dynamic = next((manifest for manifest in manifests if unread_field(manifest) is not None), None)
    if answer and dynamic is not None:
        message = "dependencies are dynamic: what is declared is not known here"
        return None, (Reason(message=message, path=dynamic.path),)
    return answer, reasons


def _manifests(scene: Scene, workspace: Workspace | None) -> list[Manifest]:
    """The manifests that declare something, the root's first."""
    if workspace is None:
        beside = scene.extracts.get(posixpath.join(posixpath.dirname(scene.lock.path), "pyproject.toml"))
        return [beside.manifest] if beside is not None and beside.manifest is not None else []
    members = [member.manifest for member in workspace.members.values() if member.manifest is not workspace.root]
    return [workspace.root, *members]


def _declared_by(manifest: Manifest, root: Manifest) -> Iterator[Requirement]:
    """What uv takes from a manifest, the standard tables alone; with a source elsewhere, the version does not count."""
    project = table(manifest.data, "project")
    lines = strings(project.get("dependencies"))
    for entries in table(project, "optional-dependencies").values():
        lines += strings(entries)
    for group in flat_groups(manifest).values():
        lines += [text for text, _ in group]
    sources = sources_of(table(root.data, "tool", "uv")) | sources_of(table(manifest.data, "tool", "uv"))
    elsewhere = {name for name, entries in sources.items() if not any("index" in entry for entry in entries)}
    for one in declared(manifest, lines):
        yield replace(one, source="git") if one.key in elsewhere else one


def _union(markers: list[str]) -> Formula | None:
    """All environments of some markers together; ``None`` for none, or where one is not understood."""
    result: Formula = NEVER
    for text in markers:
        formula = parse(text)
        if formula is None:
            return None
        result = either(result, formula)
    return result if markers else None
