"""The manifest that a move starts from: the ``pyproject.toml`` that is there, or a new one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from rules.migration import Edit
from rules.migrations.draft import Draft
from rules.migrations.ground import Site, Stop, is_name, parsed
from rules.migrations.read_files import lines_of, target_of
from rules.migrations.sheet import Sheet
from rules.migrations.toml_text import string, value_text


@dataclass(slots=True)
class Base:
    """What is there, and the draft of what comes.

    ``declares``: the dependencies stand in ``[project]`` already; ``package``: the project itself is built.
    ``reads``: requirements files that the build read → where their lists are now (``project``, ``extra:…``,
    ``group:…``); ``kept``: those that something still reads.
    """

    site: Site
    before: str | None
    sheet: Sheet
    document: Mapping[str, Any]
    draft: Draft
    name: str
    package: bool
    declares: bool
    more: list[Edit] = field(default_factory=list)
    reads: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)

    @property
    def project(self) -> Mapping[str, Any]:
        """The ``[project]`` table as it is."""
        table = self.document.get("project", {})
        return table if isinstance(table, dict) else {}

    @property
    def declared(self) -> frozenset[str]:
        """The names among the dependencies and extras of ``[project]``, in normal form."""
        extras = self.project.get("optional-dependencies", {})
        texts = [*self.project.get("dependencies", ()), *(t for e in extras.values() for t in e)]
        names = (re.match(r"[A-Za-z0-9._-]+", t) for t in texts if isinstance(t, str))
        return frozenset(str(canonicalize_name(found[0])) for found in names if found)

    @property
    def required(self) -> frozenset[str]:
        """The names among the dependencies of ``[project]`` that are always installed, in normal form."""
        texts = self.project.get("dependencies", ())
        names = (re.match(r"[A-Za-z0-9._-]+", text) for text in texts)
        return frozenset(str(canonicalize_name(found[0])) for found in names if found)

    def edits(self) -> list[Edit]:
        """Edits of other files than the manifest."""
        return self.more

    def written(self) -> str:
        """The new text of the manifest; raises :class:`Stop` where it would hide what a setup script says."""
        script = self.site.read("setup.py") if not self.project and not self.declares else None
        if script is not None and (call := _CALLS_SETUP.search(script)) is not None:
            raise Stop(
                "setup-py-logic",
                "how setup() is called is not understood; setuptools would take a new [project] in its place",
                self.site.path("setup.py"),
                script.count("\n", 0, call.start()) + 1,
            )
        if not self.package and not self.project.get("name") and "package" not in self.draft.settings:
            self.draft.settings = {"package": False, **self.draft.settings}
        self.draft.write(self.sheet, self._position())
        text = self._with_comments(self.sheet.text)
        return text.replace("\n", "\r\n") if "\r\n" in (self.before or "") else text

    def _with_comments(self, text: str) -> str:
        """Comments of tables that are gone stand behind ``[project]``, where nothing else took them."""
        before = Sheet.of((self.before or "").replace("\r\n", "\n"))
        lost = [c for c in dict.fromkeys(before.comments(before.blocks)) if c not in text]
        block = self.sheet.find("project")
        if lost and block is not None:
            self.sheet.append_comments(block, lost)
        return self.sheet.text

    def _position(self) -> int:
        """New tables go behind the standard ones, or before the first tool's."""
        blocks = self.sheet.blocks
        standard = [i for i, b in enumerate(blocks) if b.keys[:1] in (("project",), ("dependency-groups",))]
        if standard:
            return standard[-1] + 1
        return next((i for i, b in enumerate(blocks) if b.header), len(blocks))


_CALLS_SETUP = re.compile(r"^[ \t]*(?:\w+\.)*setup[ \t]*\(", re.MULTILINE)


def _refuse_other_tables(site: Site, document: Mapping[str, Any]) -> None:
    """Metadata that another tool's table holds: a new ``[project]`` beside it would hide it."""
    tools = document.get("tool", {})
    if isinstance(tools, dict) and isinstance(tools.get("poetry"), dict) and tools["poetry"].get("dependencies"):
        raise Stop("ambiguous-manager", f"{site.manifest} declares dependencies for Poetry", site.manifest)


def base_of(site: Site) -> Base:
    """Read the project's ``pyproject.toml``, if it has one, and draft what ``[project]`` still lacks."""
    before = site.read("pyproject.toml")
    if before is None and site.manifest in site.ground.facts.files:
        raise Stop("unread-file", f"{site.manifest} could not be read", site.manifest)
    text = (before or "").replace("\r\n", "\n")
    document = parsed(site.manifest, text)
    project = document.get("project", {})
    if not isinstance(project, dict) or (project and Sheet.of(text).find("project") is None):
        raise Stop("manifest-by-hand", "[project] is written as an inline table", site.manifest)
    if not project:
        _refuse_other_tables(site, document)
    draft = Draft()
    sheet = Sheet.of(text)
    nameless = bool(project) and project.get("name", "") == "" and "name" not in project.get("dynamic", ())
    if nameless:
        project = _named(site, draft, sheet, project)
    elif isinstance(stated := project.get("name"), str) and not is_name(stated):
        project = _renamed(site, sheet, project, stated)
    name = project.get("name") if isinstance(project.get("name"), str) else None
    if not project:
        draft.text_field("name", site.name(site.project.name))
        draft.text_field("version", "0")
    elif not project.get("version") and "version" not in project.get("dynamic", ()):
        draft.text_field("version", "0")
        site.note("dynamic-metadata", "[project] states no version, which uv demands; it is 0 now", site.manifest)
    _refuse_outside(site, project)
    built = "build-system" in document
    base = Base(
        site=site,
        before=before,
        sheet=sheet,
        document=document,
        draft=draft,
        name=name or site.name(site.project.name),
        package=built and bool(project) and not nameless,
        declares=bool(project) and ("dependencies" in project or built),
    )
    if {"dependencies", "optional-dependencies"} & set(project.get("dynamic", ())):
        _take_in(base)
    return base


_FROM_FILES = ("tool", "setuptools", "dynamic")


def _take_in(base: Base) -> None:
    """``dynamic`` lists that setuptools reads from requirements files become static; others are a reason to stop."""
    site, draft = base.site, base.draft
    extract = site.ground.facts.extracts.get(site.manifest)
    includes = extract.manifest.includes if extract is not None and extract.manifest is not None else ()
    dynamic = [field for field in base.project.get("dynamic", ()) if isinstance(field, str)]
    taken = {"dependencies" if include.scope == "runtime" else "optional-dependencies" for include in includes}
    block = base.sheet.find(*_FROM_FILES)
    if "dependencies" in dynamic and ("dependencies" not in taken or block is None):
        raise Stop("dynamic-metadata", "the dependencies are dynamic", site.manifest)
    for include in includes if block is not None else ():
        target = base.reads.setdefault(include.path or "", target_of(include))
        kind, _, name = target.partition(":")
        (draft.extras.setdefault(name, []) if kind == "extra" else draft.dependencies).extend(lines_of(site, include))
    if block is None or not taken:
        return
    for key in taken:
        base.sheet.remove_key(block, key)
        base.sheet.drop(*base.sheet.below(*_FROM_FILES, key))
    if not block.items() and not block.trailing():
        base.sheet.drop(block)
    left = [field for field in dynamic if field not in taken]
    project = base.sheet.find("project")
    if project is not None and left:
        base.sheet.set_key(project, "dynamic", value_text(left))
    elif project is not None:
        base.sheet.remove_key(project, "dynamic")


def _refuse_outside(site: Site, project: Mapping[str, Any]) -> None:
    """Files of somebody's machine (``name @ file:///home/…``)."""
    extras = project.get("optional-dependencies", {})
    for text in (*project.get("dependencies", ()), *(t for listed in extras.values() for t in listed)):
        found = re.search(r"@\s*(file:///(?!\$)\S+)", text) if isinstance(text, str) else None
        if found is not None:
            message = f"{found[1]} lies outside the repository"
            raise Stop("external-path", message, site.manifest, site.line_of(found[1]))


def _renamed(site: Site, sheet: Sheet, project: Mapping[str, Any], stated: str) -> Mapping[str, Any]:
    """A name that PDM takes and uv does not (PEP 508 has no blanks in names) becomes the one that its files bear."""
    block = sheet.find("project")
    assert block is not None
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", stated).strip("-._")
    name = made if is_name(made) else site.name(None)
    sheet.set_key(block, "name", string(name))
    site.note(
        "manifest-by-hand", f"{stated!r} is no name of a distribution; it is {name} now", site.manifest, block.line
    )
    return {**project, "name": name}


def _named(site: Site, draft: Draft, sheet: Sheet, project: Mapping[str, Any]) -> Mapping[str, Any]:
    """An application without a name, as PDM writes it: it gets one, and is not built."""
    block = sheet.find("project")
    assert block is not None
    name = site.name(site.project.name)
    sheet.set_key(block, "name", string(name))
    site.note(
        "not-a-package", f"[project] states no name, which uv demands; it is {name} now", site.manifest, block.line
    )
    draft.settings["package"] = False
    return {**project, "name": name}
