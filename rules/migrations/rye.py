"""From Rye: ``[tool.rye]``'s development dependencies, sources and workspace."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from rules.migration import Edit
from rules.migrations import pip_options
from rules.migrations.addresses import without_credentials
from rules.migrations.base import Base, base_of
from rules.migrations.ground import Moved, Site, Stop
from rules.migrations.narrow import environments_of, narrow_to_lock
from rules.migrations.pins import pins_of, prerelease_constraints
from rules.migrations.pythons import require_python, used_python
from rules.migrations.sheet import Sheet
from rules.migrations.standard import drop_keys, item_at, moved, one_version_each, table, wishes
from rules.migrations.toml_text import Entry as Text
from rules.migrations.toml_text import Row, listed
from scanner.facts import LockedPackage

_ROOT = ("tool", "rye")
_LOCKS = ("requirements.lock", "requirements-dev.lock")


def move(site: Site) -> Moved:
    """Convert the project (a workspace with all its members); raises :class:`Stop` where a person has to decide."""
    base = base_of(site)
    if base.before is None:
        lock = next((path for name in _LOCKS if (path := site.path(name)) in site.ground.facts.files), None)
        message = f"{lock or site.folder}: there is no pyproject.toml beside it; it seems left over"
        raise Stop("ambiguous-manager", message, lock, 1, "Remove it, or bring its manifest back?")
    rye = table(base.document, *_ROOT)
    members = _members(site, rye)
    pins = _pins(site, [base.name, *members.values()])
    _dev(base)
    _sources(base, rye, pins)
    if rye.get("virtual") is True:
        base.draft.settings = {"package": False, **base.draft.settings}
        base.package = False
    constraints = prerelease_constraints(base.draft, pins, base.document)
    if constraints:
        base.draft.settings["constraint-dependencies"] = constraints
    if members:
        base.draft.workspace = [Row("members", listed([Text(path) for path in sorted(members)]))]
        _use_members(base.sheet, base, set(members.values()))
        base.more += [e for path in sorted(members) if (e := _member_edit(site, path, members)) is not None]
    scripts = list(table(rye, "scripts"))
    if scripts:
        block = base.sheet.find(*_ROOT, "scripts")
        message = f"[tool.rye.scripts] has no counterpart in uv: {', '.join(scripts)}; the table stays as a record"
        site.note("task-runner", message, site.manifest, block.line if block else None)
    require_python(base)
    environments = environments_of([], used_python(site.project))
    if pins:
        narrow_to_lock(base, environments)
    drop_keys(base, _ROOT, ("scripts",))
    locks = [site.path(name) for name in _LOCKS]
    held = [path for path in locks if path in site.ground.facts.extracts]
    groups = [(locks[0], "project"), (locks[1], "group:dev")]
    return moved(
        base,
        environments=environments,
        pins=pins,
        old_lock=held[-1] if held and pins else None,
        old_files=locks,
        groups=[pair for pair in groups if pair[0] in held],
        members=tuple(posixpath.normpath(posixpath.join(site.folder, path)) for path in sorted(members)),
    )


def _dev(base: Base) -> None:
    item = item_at(base, *_ROOT, "dev-dependencies")
    if item is not None and item.value:
        base.draft.groups["dev"] = wishes(base, "dev", item)


def _pins(site: Site, own: list[str]) -> tuple[LockedPackage, ...]:
    names = {canonicalize_name(name) for name in own}
    found = []
    for name in _LOCKS:
        path = site.path(name)
        found += [replace(p, groups=(path,)) for p in pins_of(site, path) if p.name and p.key not in names]
    return one_version_each([p for p in found if p.source != "path"])


def _sources(base: Base, rye: dict[str, Any], pins: tuple[LockedPackage, ...]) -> None:
    declared = []
    for source in rye.get("sources", ()):
        url = source.get("url") if isinstance(source, dict) else None
        if not isinstance(url, str):
            continue
        if source.get("type") == "find-links":
            base.draft.settings["find-links"] = [without_credentials(url)[0]]
            continue
        option = "--index-url" if source.get("name") == "default" else "--extra-index-url"
        block = next(iter(base.sheet.below(*_ROOT, "sources")), None)
        name = source.get("name")
        name = name if isinstance(name, str) and name != "default" else None
        declared.append((option, name, url, base.site.manifest, block.line if block else 1))
    pip_options.add_indexes(base.site, base.draft, declared, pins, best_of_all=False)


# --- workspaces ---


def _members(site: Site, rye: dict[str, Any]) -> dict[str, str]:
    """The members of the workspace: paths from its root to names of distributions."""
    if "workspace" not in rye:
        return {}
    found = {}
    for project in site.ground.repository.projects:
        if project.workspace_root != site.folder or project.path == site.folder:
            continue
        extract = site.ground.facts.extracts.get(posixpath.join(project.path, "pyproject.toml"))
        if extract is None or extract.manifest is None or not extract.manifest.name:
            continue
        found[posixpath.relpath(project.path, site.folder)] = extract.manifest.name
    return found


def _member_edit(site: Site, path: str, members: dict[str, str]) -> Edit | None:
    """A member's manifest: its development dependencies, and other members by workspace."""
    folder = posixpath.normpath(posixpath.join(site.folder, path))
    project = next((p for p in site.ground.repository.projects if p.path == folder), None)
    if project is None:
        raise Stop("unread-file", f"{path} could not be read", folder)
    member = base_of(Site(site.ground, project, site.notes))
    rye = table(member.document, *_ROOT)
    _dev(member)
    if rye.get("virtual") is True:
        member.draft.settings["package"] = False
    _use_members(member.sheet, member, set(members.values()) - {member.name})
    drop_keys(member, _ROOT, ("scripts",))
    after = member.written()
    return Edit(path=member.site.manifest, before=member.before, after=after) if after != member.before else None


def _use_members(sheet: Sheet, base: Base, names: set[str]) -> None:
    """Members that the project depends on come from the workspace."""
    for name in sorted(names):
        wanted = {canonicalize_name(w.name) for _, _, w in base.draft.wishes()} | base.declared
        if canonicalize_name(name) in wanted and name != base.name:
            base.draft.sources[name] = [{"workspace": True}]
