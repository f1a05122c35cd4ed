"""From Pipenv: the ``Pipfile``'s packages and categories become dependencies and groups, its sources indexes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from rules.migration import Edit, Move
from rules.migrations import setuptools
from rules.migrations.addresses import (
    git_source,
    has_variable,
    index_name,
    is_public,
    local_source,
    url_source,
    without_credentials,
)
from rules.migrations.base import Base, base_of
from rules.migrations.draft import GroupOf, IndexTable, Source, Wish
from rules.migrations.ground import Moved, Site, Stop, deleted
from rules.migrations.indexes import PRIVATE, bind
from rules.migrations.narrow import environments_of
from rules.migrations.pep import is_specifier, requirement_text
from rules.migrations.pins import normal_version, pins_of, prerelease_constraints
from rules.migrations.pythons import require_python, used_python
from rules.migrations.shapes import misshapen
from rules.migrations.sheet import Item, Sheet
from rules.migrations.toml_text import Row, string
from rules.pythons import dotted
from scanner.facts import LockedPackage, Manifest, Requirement
from scanner.redact import MASK

_RELEASE = re.compile(r"(?:==)?\s*(\d{1,3}\.\d{1,3})(?:\.[\d*]{1,4})?")


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where a person has to decide first."""
    return _Conversion(site).made()


class _Conversion:
    def __init__(self, site: Site) -> None:
        self._site, self._path, self._lock = site, site.path("Pipfile"), site.path("Pipfile.lock")
        self._manifest = self._read()
        self._data: Mapping[str, Any] = self._manifest.data
        self._base: Base = base_of(site)
        self._is_library = not self._base.project and setuptools.has_setup(site)
        if self._is_library:
            setuptools.adopt(self._base)
        self._draft = self._base.draft
        self._items = self._commented()
        self._index_names: dict[str, str | None] = {}

    def _read(self) -> Manifest:
        extract = self._site.ground.facts.extracts.get(self._path)
        problem = next((p for p in self._site.ground.facts.problems if p.at.path == self._path), None)
        if problem is not None:
            raise Stop("unread-file", f"{self._path}: {problem.message}", self._path, problem.at.line)
        if extract is None or extract.manifest is None:
            raise Stop("unread-file", f"{self._path} could not be read", self._path)
        for key in misshapen(extract.manifest.data, pipfile=True):
            raise Stop("unread-file", f"{self._path}: {key} holds something else than belongs there", self._path)
        return extract.manifest

    def _commented(self) -> dict[tuple[str, str], Item]:
        sheet = Sheet.of((self._site.ground.read(self._path) or "").replace("\r\n", "\n"))
        found = ((b.keys, item) for b in sheet.blocks for item in b.items() if b.keys)
        return {(keys[0], item.keys[0]): item for keys, item in found if len(keys) == 1}

    def made(self) -> Moved:
        site, base, draft = self._site, self._base, self._draft
        pins = self._pins()
        self._indexes(pins)
        self._packages()
        self._defaults()
        self._bind(pins)
        self._python(pins)
        self._options()
        constraints = prerelease_constraints(draft, pins, base.document)
        if constraints:
            known = draft.settings.get("constraint-dependencies", [])
            draft.settings["constraint-dependencies"] = [*(known if isinstance(known, list) else []), *constraints]
        edits = [
            Edit(path=site.manifest, before=base.before, after=base.written()),
            *deleted(site, [self._path, self._lock]),
            *base.edits(),
        ]
        groups = [("default", "project"), ("develop", "group:dev")]
        groups += [("default", "group:packages")] if "packages" in draft.groups else []
        groups += [(name, f"group:{_group(name)}") for name in self._categories() if name != "packages"]
        return Moved(
            edits=tuple(edits),
            move=Move(
                project=site.project,
                manifest=site.manifest,
                lock=site.path("uv.lock"),
                old_lock=self._lock if pins else None,
                pins=pins,
                groups=tuple(dict.fromkeys(groups)),
                package=base.package,
                environments=environments_of([], used_python(site.project)),
            ),
        )

    def _categories(self) -> list[str]:
        return list(dict.fromkeys(_category(r) for r in self._manifest.requirements))

    def _pins(self) -> tuple[LockedPackage, ...]:
        """What the lock holds; raises :class:`Stop` where its categories disagree on a version."""
        pins = pins_of(self._site, self._lock)
        versions: defaultdict[str, dict[str | None, LockedPackage]] = defaultdict(dict)
        for pin in pins:
            if pin.version is not None:
                versions[pin.key].setdefault(normal_version(pin.version), pin)
        for name, found in sorted(versions.items()):
            if len(found) > 1:
                first, second = list(found.values())[:2]
                message = f"{name} is {first.version} in {first.groups[0]} and {second.version} in {second.groups[0]}"
                raise Stop("conflicting-pins", message, self._lock, second.line)
        return pins

    # --- packages ---

    def _packages(self) -> None:
        own = False
        for item in self._manifest.requirements:
            category = _category(item)
            if item.source == "path" and (item.url or "").strip("/") in ("", ".") and not item.subdirectory:
                own = True
                self._own(item, category)
                continue
            self._add(category, self._wish(item, category))
        if self._base.package and not own and self._base.project == {}:
            self._draft.settings["package"] = False  # Pipenv did not install it either
            self._base.package = False

    def _own(self, item: Requirement, category: str) -> None:
        """The project itself: what it needs is in its own metadata; asked for with extras, a group says so."""
        if not self._base.package:
            raise Stop("manifest-by-hand", f"{item.name}: nothing here builds a package", item.at.path, item.at.line)
        if item.extras:
            text = f"{self._base.name}[{','.join(item.extras)}]"
            self._group(category, Wish(name=self._base.name, text=text, source={"workspace": True}))

    def _add(self, category: str, wish: Wish) -> None:
        if category != "packages":
            self._group(category, wish)
        elif not self._base.declares:
            self._draft.dependencies.append(wish)
        elif canonicalize_name(wish.name) not in self._known():
            self._group(category, wish)

    def _known(self) -> set[str]:
        return {*self._base.declared, *(str(canonicalize_name(w.name)) for w in self._draft.dependencies)}

    def _group(self, category: str, wish: Wish) -> None:
        there: list[Wish | GroupOf] = self._draft.groups.setdefault(_group(category), [])
        if wish not in there:
            there.append(wish)

    def _defaults(self) -> None:
        """Pipenv always installs ``[packages]``, also where they had to become a group."""
        if "packages" in self._draft.groups:
            self._draft.settings["default-groups"] = [n for n in ("packages", "dev") if n in self._draft.groups]

    def _wish(self, item: Requirement, category: str) -> Wish:
        at = (item.at.path, item.at.line)
        if item.specifier is None:
            raise Stop("manifest-by-hand", f"{item.name}: {item.raw!r} is no PEP 440 specifier", *at)
        source = self._source(item)
        wanted = "" if source is not None and "index" not in source else re.sub(r"\s+", "", item.specifier)
        try:
            text = requirement_text(item.name, item.extras, wanted, item.marker)
        except ValueError as error:
            raise Stop("manifest-by-hand", f"{item.name}: {error}", *at) from None
        found = self._items.get((category, item.name))
        comment, above = (found.comment, found.above) if found else (None, ())
        return Wish(
            name=item.name,
            text=text,
            marker=item.marker,
            source=source,
            comment=comment,
            above=above,
            path=item.at.path,
            line=item.at.line,
        )

    def _source(self, item: Requirement) -> Source | None:
        at = (item.at.path, item.at.line)
        if item.source == "index":
            return self._named_index(item)
        if item.source == "path":
            return local_source(self._site, item.url or "", editable=item.editable, at=at)
        url, secret = without_credentials(item.url or "")
        if has_variable(url) or has_variable(item.ref or "") or MASK in url:
            raise Stop("index-in-variable", f"{item.name}: its address holds a variable", *at)
        if secret:
            message = f"{item.name}: the credentials in its address are left out: give them to git or by netrc"
            self._site.note("private-index", message, *at)
        if item.source == "git":
            return git_source(url, at=at, rev=item.ref, subdirectory=item.subdirectory)
        if re.match(r"(?:hg|svn|bzr)\+", item.url or "") or "://" not in url:
            raise Stop("manifest-by-hand", f"{item.name}: uv takes git repositories and archives only", *at)
        return url_source(url, item.subdirectory)

    def _named_index(self, item: Requirement) -> Source | None:
        if item.index is None:
            return None
        if item.index not in self._index_names:
            message = f"{item.name}: {item.index} is no source of the Pipfile"
            raise Stop("index-order", message, item.at.path, item.at.line)
        name = self._index_names[item.index]
        return {"index": name} if name is not None else None

    # --- indexes ---

    def _indexes(self, pins: tuple[LockedPackage, ...]) -> None:
        """The first source serves what names no other; the others serve what names them."""
        taken: set[str] = set()
        every = bool(self._data.get("pipenv", {}).get("install_search_all_sources"))
        sources = self._data.get("source")
        for number, source in enumerate(sources if isinstance(sources, list) else []):
            url = source.get("url") if isinstance(source, dict) else None
            if not isinstance(url, str):
                continue
            name = source.get("name") if isinstance(source.get("name"), str) else None
            bare, secret = without_credentials(url)
            place = self._manifest.indexes[number].at if number < len(self._manifest.indexes) else None
            at = (self._path, place.line if place else None)
            public = is_public(name, bare)
            if public and not any(i.default for i in self._draft.indexes):
                self._index_names[name or url] = None
                continue
            if has_variable(bare):
                raise Stop("index-in-variable", f"the address of {name or bare} holds a variable", *at)
            new = index_name(name, bare, taken)
            self._index_names[name or url] = new
            if secret:
                self._site.note("private-index", f"{new}: {PRIVATE}", *at)
            if source.get("verify_ssl") is False and (host := urlsplit(bare).hostname):
                self._draft.settings["allow-insecure-host"] = [host]
            first = number == 0
            self._draft.indexes.append(IndexTable(name=new, url=bare, default=first, explicit=not first and not every))
            if every and not first:
                self._draft.settings["index-strategy"] = "unsafe-best-match"

    def _bind(self, pins: tuple[LockedPackage, ...]) -> None:
        """What the lock took from a named source comes from there, be it declared or not."""
        for old, new in self._index_names.items():
            names = {pin.key for pin in pins if pin.source == "index" and pin.origin == old}
            if new is not None and names and not any(i.name == new and i.default for i in self._draft.indexes):
                bind(self._draft, names, new)

    # --- the rest ---

    def _python(self, pins: Sequence[LockedPackage]) -> None:
        held = bool(pins)
        requires = self._data.get("requires", {})
        requires = requires if isinstance(requires, dict) else {}
        found = next(self._versions(requires), None)
        if found is not None and self._is_library and "requires-python" not in self._draft.fields:
            self._narrow(found, held=held)
            return
        if found is not None and "requires-python" not in self._base.project:
            if "requires-python" not in self._draft.fields:
                self._draft.fields["requires-python"] = Row("requires-python", string(found))
            return
        require_python(self._base, held=held, floor=_floor(pins))

    def _narrow(self, found: str, *, held: bool) -> None:
        """The developers' Python is no promise of a package that others install: it narrows the lock alone."""
        require_python(self._base, library=True)
        if held and (release := _RELEASE.fullmatch(found.removesuffix(".*"))) is not None:
            self._draft.settings["environments"] = [f"python_version == '{release[1]}'"]
            message = f"the Pipfile's Python is {release[1]}: the lock is for that one, the package says nothing of it"
            self._site.note("lock-narrower", message, self._path)

    @staticmethod
    def _versions(requires: Mapping[str, Any]) -> Iterator[str]:
        """Pipenv runs on exactly the feature release that the Pipfile names, and the lock holds for that one."""
        texts = (requires.get(key) for key in ("python_version", "python_full_version"))
        for text in (text.strip() for text in texts if isinstance(text, str)):
            if (release := _RELEASE.fullmatch(text)) is not None:
                yield f"=={release[1]}.*"
            elif text[:1] in "<>=!~" and text and is_specifier(text):
                yield re.sub(r"\s+", "", text)

    def _options(self) -> None:
        options = self._data.get("pipenv", {})
        if isinstance(options, dict) and options.get("allow_prereleases") is True:
            self._draft.settings["prerelease"] = "allow"
        scripts = self._data.get("scripts", {})
        if isinstance(scripts, dict) and scripts:
            item = next((i for (table, _), i in self._items.items() if table == "scripts"), None)
            message = f"[scripts] of the Pipfile has no counterpart in uv: {', '.join(scripts)}; call them by `uv run`"
            self._site.note("pipenv-scripts", message, self._path, item.line if item else None)


def _floor(pins: Sequence[LockedPackage]) -> str | None:
    """The oldest Python that every package of the lock admits: Pipenv writes what each one requires as its marker."""
    found = (_FLOOR.fullmatch(part) for pin in pins for part in (pin.marker or "").split(" and "))
    floors = [(int(m[1]), int(m[2])) for m in found if m is not None and m[1] == "3"]
    return dotted(max(floors)) if floors else None


_FLOOR = re.compile(r"\s*python_version\s*(?:>=|~=)\s*['\"](\d)\.(\d{1,2})['\"]\s*")


def _category(item: Requirement) -> str:
    return "packages" if item.scope == "runtime" else "dev-packages" if item.group == "dev" else item.group or "dev"


def _group(category: str) -> str:
    name = "dev" if category in ("dev-packages", "develop") else category
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "other"
