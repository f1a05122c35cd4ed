"""From Poetry, 1.x and 2.x: ``[tool.poetry]`` becomes ``[project]``, ``[dependency-groups]`` and ``[tool.uv]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from rules.migration import Edit, Move
from rules.migrations import poetry_build, poetry_indexes
from rules.migrations.draft import Draft, GroupOf, Wish
from rules.migrations.ground import Moved, Site, Stop, deleted, parsed
from rules.migrations.narrow import UNIVERSAL
from rules.migrations.pep import is_specifier, one_specifier
from rules.migrations.pins import pins_of, prerelease_constraints
from rules.migrations.poetry_dependencies import Place, wishes_of
from rules.migrations.recorded import of_poetry
from rules.migrations.sheet import Block, Sheet
from rules.migrations.toml_text import Entry as Text
from rules.migrations.toml_text import Row, listed, string, value_text

_URLS = (("homepage", "Homepage"), ("repository", "Repository"), ("documentation", "Documentation"))
_PERSON = re.compile(r"(?P<name>[^<>]*?)\s*(?:<(?P<email>[^<>\s]*)>)?\s*")


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where a person has to decide first."""
    text = site.read("pyproject.toml")
    if text is None:
        raise Stop("unread-file", f"{site.manifest} could not be read", site.manifest)
    poetry = Papers.of(text, site.manifest)
    return _Conversion(site, poetry, text).made()


@dataclass(slots=True)
class Papers:
    """``[tool.poetry]`` as data, with the comments and lines of its entries, and the whole file as blocks."""

    data: dict[str, Any]
    document: dict[str, Any]
    sheet: Sheet
    path: str
    places: dict[tuple[str, ...], Place]
    trailing: dict[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of(cls, text: str, path: str, root: tuple[str, ...] = ("tool", "poetry")) -> Papers:
        """Read the tables below ``root``."""
        document = parsed(path, text)
        sheet = Sheet.of(text.replace("\r\n", "\n"))
        data: Any = document
        for key in root:
            data = data.get(key, {})
        places: dict[tuple[str, ...], Place] = {}
        trailing: dict[tuple[str, ...], tuple[str, ...]] = {}
        for block in sheet.below(*root):
            keys = block.keys[len(root) :]
            above = tuple(line.strip()[1:].strip() for line in block.lead.splitlines())
            places.setdefault(keys, Place(path, block.line, block.comment, above))
            trailing[keys] = block.trailing()
            for item in block.items():
                places[(*keys, *item.keys)] = Place(path, item.line, item.comment, item.above)
        return cls(data, document, sheet, path, places, trailing)

    def at(self, *keys: str) -> Place:
        """The place of an entry or table, without the comments of what is around it."""
        for end in range(len(keys), 0, -1):
            if (found := self.places.get(keys[:end])) is not None:
                return found if end == len(keys) else Place(self.path, found.line)
        return Place(self.path, None)

    def table(self, *keys: str) -> dict[str, Any]:
        """The table at ``keys``, empty where there is none; raises :class:`Stop` where something else stands."""
        value: Any = self.data
        for key in keys:
            value = value.get(key, {})
            if not isinstance(value, dict):
                raise Stop("unread-file", f"{'.'.join(keys)}: a table expected", self.path, self.at(*keys).line)
        return dict(value)


class _Conversion:
    def __init__(self, site: Site, poetry: Papers, text: str) -> None:
        self._site, self._poetry, self._text = site, poetry, text
        self._draft = Draft()
        self._project: dict[str, Any] = poetry.document.get("project", {})
        self._dynamic = [d for d in self._project.get("dynamic", ()) if isinstance(d, str)]
        self._lock = site.path("poetry.lock")
        self._by_extra: frozenset[str] = frozenset()

    def made(self) -> Moved:
        self._refuse_shapes()
        pins = pins_of(self._site, self._lock)
        build = poetry_build.decide(self._site, self._poetry, self._name())
        self._metadata(build)
        self._dependencies()
        self._groups()
        self._entry_points(build)
        poetry_indexes.add(self._site, self._poetry, self._draft, pins)
        constraints = prerelease_constraints(self._draft, pins, self._poetry.document)
        if constraints:
            self._draft.settings["constraint-dependencies"] = constraints
        self._settings(build)
        after = self._written(build)
        old = [self._lock, self._site.path("poetry.toml")]
        edits = [Edit(path=self._poetry.path, before=self._text, after=after), *deleted(self._site, old)]
        return Moved(
            edits=tuple(edits),
            move=Move(
                project=self._site.project,
                manifest=self._site.manifest,
                lock=self._site.path("uv.lock"),
                old_lock=self._lock if pins else None,
                pins=pins,
                groups=self._names(),
                package=build.package,
                environments=UNIVERSAL,
                recorded=of_poetry(self._site.read("poetry.lock")) if pins else (),
                by_extra=tuple(sorted(self._by_extra)),
            ),
        )

    def _refuse_shapes(self) -> None:
        """What another tool declares, and tables that are written inline."""
        if not self._poetry.sheet.below("tool", "poetry"):
            others = self._poetry.document.get("tool", {}).keys() & {"pdm", "rye", "uv"}
            if self._poetry.data:
                raise Stop("manifest-by-hand", "[tool.poetry] is written as an inline table", self._poetry.path)
            if others or not self._project:
                raise Stop("ambiguous-manager", f"poetry.lock, but {self._poetry.path} is another tool's", self._lock)

    # --- metadata ---

    def _name(self) -> str:
        declared = self._project.get("name") or self._poetry.data.get("name")
        return self._site.name(declared if isinstance(declared, str) else None)

    def _metadata(self, build: poetry_build.Build) -> None:
        draft, data = self._draft, self._poetry.data
        if "name" not in self._project:
            self._field("name", string(self._name()), "name")
            stated = data.get("name")
            if isinstance(stated, str) and stated and stated != self._name():
                message = f"{stated!r} is no name of a distribution; it is {self._name()} now"
                self._site.note("manifest-by-hand", message, self._poetry.path, self._poetry.at("name").line)
        self._version(build)
        for key in ("description", "keywords", "classifiers"):
            if key in data and key not in self._project:
                self._field(key, self._raw(key), key)
        for key in ("authors", "maintainers"):
            if data.get(key) and key not in self._project:
                people = [_person(p) for p in data[key] if isinstance(p, str)]
                texts = [Text("", raw=value_text(p)) for p in people if p]
                self._field(key, listed(texts), key)
        self._readme(build)
        self._license(build)
        self._python()
        if not self._project:
            order = ("name", "version", "description", "authors", "maintainers", "license", "readme", "requires-python")
            draft.fields = {k: draft.fields[k] for k in (*order, *draft.fields) if k in draft.fields}
        self._urls()

    def _field(self, key: str, raw: str, old: str) -> None:
        place = self._poetry.at(old)
        self._draft.fields[key] = Row(key, raw, place.comment, place.above)

    def _raw(self, key: str) -> str:
        """The text of a value as it is written."""
        for block in self._poetry.sheet.below("tool", "poetry"):
            for item in block.items():
                if (*block.keys[2:], *item.keys) == (key,):
                    return item.raw
        value = self._poetry.data[key]
        return value_text(value)

    def _version(self, build: poetry_build.Build) -> None:
        if "version" in self._project:
            return
        version = self._poetry.data.get("version")
        if build.dynamic_version:
            self._set_dynamic("version")
            return
        if not isinstance(version, str) or not version.strip():
            if build.package and "version" not in self._dynamic:
                raise Stop("dynamic-metadata", "no version is stated", self._poetry.path, decision="Which version?")
            if "version" not in self._dynamic:
                self._draft.text_field("version", "0")
            return
        try:
            Version(version)
        except InvalidVersion:
            if build.package:
                place = self._poetry.at("version")
                raise Stop(
                    "manifest-by-hand",
                    f"{version!r} is no PEP 440 version",
                    self._poetry.path,
                    place.line,
                    "Which version is it from now on?",
                ) from None
            self._draft.text_field("version", "0")
            self._site.note("manifest-by-hand", f"version {version!r} is no PEP 440 version: 0 now", self._poetry.path)
            return
        self._field("version", string(version), "version")
        if "version" in self._dynamic:
            self._dynamic.remove("version")

    def _set_dynamic(self, field: str) -> None:
        if field not in self._dynamic:
            self._dynamic.append(field)

    def _readme(self, build: poetry_build.Build) -> None:
        readme = self._poetry.data.get("readme")
        if "readme" in self._project or not readme:
            return
        files = [readme] if isinstance(readme, str) else [f for f in readme if isinstance(f, str)]
        missing = [f for f in files if self._site.path(f) not in self._site.ground.facts.files]
        if missing:
            line = self._poetry.at("readme").line
            message = f"readme: {', '.join(missing)} is not in the repository; left out"
            self._site.note("manifest-by-hand", message, self._poetry.path, line)
            files = [f for f in files if f not in missing]
        if len(files) == 1:
            self._field("readme", string(files[0]), "readme")
        elif files and build.keeps_poetry_core:
            self._set_dynamic("readme")

    def _license(self, build: poetry_build.Build) -> None:
        text = self._poetry.data.get("license")
        if "license" in self._project or not isinstance(text, str) or not text.strip():
            return
        listed_too = any("License ::" in c for c in self._poetry.data.get("classifiers", ()) if isinstance(c, str))
        try:
            expression = str(canonicalize_license_expression(text))
            plain = not build.keeps_poetry_core and not listed_too
        except InvalidLicenseExpression:
            plain, expression = False, text
        raw = string(expression) if plain else value_text({"text": text})
        self._field("license", raw, "license")

    def _python(self) -> None:
        value = self._poetry.table("dependencies").get("python")
        constraint = value.get("version") if isinstance(value, dict) else value
        place = self._poetry.at("dependencies", "python")
        if "requires-python" in self._project:
            stated = self._project["requires-python"]
            if not isinstance(stated, str) or is_specifier(stated):
                return
            constraint = stated  # Poetry reads its own notation there, too
        if not isinstance(constraint, str):
            raise Stop("python-undeclared", "no Python version is stated", self._poetry.path, place.line)
        found = one_specifier(constraint)
        if found is None:
            message = f"python = {constraint!r} cannot be said as one PEP 440 specifier"
            raise Stop("manifest-by-hand", message, self._poetry.path, place.line, "Which Pythons are supported?")
        if found == "":
            message = 'python = "*" states no lower bound, which uv needs'
            raise Stop("python-undeclared", message, self._poetry.path, place.line)
        self._draft.fields["requires-python"] = Row("requires-python", string(found), place.comment, place.above)
        self._dynamic = [d for d in self._dynamic if d != "requires-python"]

    def _urls(self) -> None:
        there = {key.lower() for key in self._project.get("urls", {})}
        for old, new in _URLS:
            value = self._poetry.data.get(old)
            if isinstance(value, str) and value and new.lower() not in there:
                place = self._poetry.at(old)
                self._draft.urls.append(Row(new, string(value), place.comment, place.above))
        for name, value in self._poetry.table("urls").items():
            if isinstance(value, str) and name.lower() not in there:
                place = self._poetry.at("urls", name)
                self._draft.urls.append(Row(name, string(value), place.comment, place.above))

    # --- dependencies ---

    def _dependencies(self) -> None:
        draft, poetry = self._draft, self._poetry
        extras = {name: list(_names(value)) for name, value in poetry.table("extras").items()}
        enriches = "dependencies" in self._project
        if enriches or "optional-dependencies" in self._project:
            self._enrich()
        if enriches and not ({"dependencies", "optional-dependencies"} & set(self._dynamic)):
            return
        if self._is_poetry_2() and not enriches:
            wanted = {canonicalize_name(n.partition("[")[0].strip()) for names in extras.values() for n in names}
            self._by_extra = frozenset(wanted & {canonicalize_name(name) for name in poetry.table("dependencies")})
        optional: dict[str, list[Wish]] = {}
        for name, value in poetry.table("dependencies").items():
            if name.lower() == "python":
                continue
            for wish, is_optional in wishes_of(self._site, name, value, poetry, ("dependencies", name)):
                if is_optional or canonicalize_name(name) in self._by_extra:
                    optional.setdefault(canonicalize_name(name), []).append(wish)
                elif not enriches:
                    draft.dependencies.append(wish)
        if not enriches:
            draft.dependencies_above = tuple(t for t in poetry.at("dependencies").above if t)
            draft.dependencies_tail = poetry.trailing.get(("dependencies",), ())
        if "optional-dependencies" not in self._project:
            self._extras(extras, optional)
        self._dynamic = [d for d in self._dynamic if d not in ("dependencies", "optional-dependencies")]

    def _is_poetry_2(self) -> bool:
        """Whether Poetry 2 wrote the lock: there what an extra names is the extra's alone, optional or not."""
        extract = self._site.ground.facts.extracts.get(self._lock)
        found = re.search(r" (\d+)\.(\d+)", extract.lock.format) if extract is not None and extract.lock else None
        return found is not None and (int(found[1]), int(found[2])) >= (2, 1)

    def _extras(self, extras: Mapping[str, list[str]], optional: dict[str, list[Wish]]) -> None:
        required: dict[str, list[Wish]] = {}
        for wish in self._draft.dependencies:
            required.setdefault(canonicalize_name(wish.name), []).append(wish)
        used: set[str] = set()
        for extra, names in extras.items():
            found: list[Wish] = []
            for name in names:
                key = canonicalize_name(name.partition("[")[0].strip())
                used.add(key)
                wishes = optional.get(key) or required.get(key, [])
                if not wishes:
                    line = self._poetry.at("extras", extra).line
                    message = f"extra {extra}: {name} is no dependency, which Poetry ignores; left out"
                    self._site.note("manifest-by-hand", message, self._poetry.path, line)
                found += [w for w in wishes if w not in found]
            self._draft.extras[extra] = found
        left = [wish for key, wishes in optional.items() if key not in used for wish in wishes]
        self._never_installed(left)

    def _never_installed(self, wishes: list[Wish]) -> None:
        """What is optional and in no extra: locked, but never installed; a group that nobody asks for keeps it so."""
        if not wishes:
            return
        names = ", ".join(w.name for w in wishes)
        group = _free("optional", {canonicalize_name(g) for g in self._poetry.table("group")})
        message = f"{names}: optional, but in no extra, so never installed; kept in the group {group!r}"
        self._site.note("manifest-by-hand", message, self._poetry.path, wishes[0].line)
        self._draft.groups.setdefault(group, []).extend(wishes)

    def _enrich(self) -> None:
        """Poetry 2: entries of ``[tool.poetry.dependencies]`` only say where those of ``[project]`` come from."""
        declared = {*_declared(self._project.get("dependencies"))}
        for texts in _values(self._project.get("optional-dependencies")):
            declared |= {*_declared(texts)}
        self._take_sources(("dependencies",), declared)

    def _take_sources(self, keys: tuple[str, ...], declared: set[str]) -> None:
        for name, value in self._poetry.table(*keys).items():
            if canonicalize_name(name) not in declared:
                continue
            found = wishes_of(self._site, name, value, self._poetry, (*keys, name))
            sources = [{**w.source, **({"marker": w.marker} if w.marker else {})} for w, _ in found if w.source]
            plain = [source for source in sources if len(sources) > 1 or not any(not w.source for w, _ in found)]
            if sources:
                bare = [{k: v for k, v in s.items() if k != "marker"} for s in sources]
                self._draft.sources[name] = list(plain) if len(sources) > 1 else [bare[0]]

    def _groups(self) -> None:
        groups: dict[str, list[Wish | GroupOf]] = {}
        optional: set[str] = set()
        standard = self._poetry.document.get("dependency-groups", {})
        known = {canonicalize_name(name): name for name in standard} if isinstance(standard, dict) else {}
        if self._poetry.table("dev-dependencies"):
            groups["dev"] = self._group(("dev-dependencies",))
        for name, group in self._poetry.table("group").items():
            if not isinstance(group, dict):
                continue
            keys = ("group", name, "dependencies")
            if group.get("optional") is True:
                optional.add(canonicalize_name(name))
            if canonicalize_name(name) in known:
                self._take_sources(keys, set(_declared(standard[known[canonicalize_name(name)]])))
                continue
            entries = self._group(keys) if "dependencies" in group else []
            entries += [GroupOf(other) for other in group.get("include-groups", ()) if isinstance(other, str)]
            groups.setdefault(name, []).extend(e for e in entries if e not in groups.get(name, []))
            above = (*self._poetry.at("group", name).above, *self._poetry.at(*keys).above)
            self._draft.group_above[name] = tuple(text for text in above if text)
            self._draft.group_tail[name] = self._poetry.trailing.get(keys, ())
        self._draft.groups = {**groups, **self._draft.groups}
        self._defaults([*known.values(), *groups], optional)

    def _group(self, keys: tuple[str, ...]) -> list[Wish | GroupOf]:
        found: list[Wish | GroupOf] = []
        for name, value in self._poetry.table(*keys).items():
            if name.lower() != "python":
                made = wishes_of(self._site, name, value, self._poetry, (*keys, name))
                found += [wish for wish, optional in made if not optional]
                self._never_installed([wish for wish, optional in made if optional])
        return found

    def _defaults(self, names: list[str], optional: set[str]) -> None:
        """Poetry installs each group that is not optional; uv installs ``dev`` unless told otherwise."""
        chosen = [name for name in dict.fromkeys(names) if canonicalize_name(name) not in optional]
        has_dev = any(canonicalize_name(name) == "dev" for name in names)
        plain = [canonicalize_name(name) for name in chosen] == (["dev"] if has_dev else [])
        if plain:
            self._draft.settings.pop("default-groups", None)
        else:
            self._draft.settings["default-groups"] = chosen

    # --- the rest ---

    def _entry_points(self, build: poetry_build.Build) -> None:
        if "scripts" not in self._project:
            for name, value in self._poetry.table("scripts").items():
                target = value if isinstance(value, str) else _target(value)
                if target is None:
                    continue  # a file: left to poetry-core
                place = self._poetry.at("scripts", name)
                self._draft.scripts.append(Row(name, string(target), place.comment, place.above))
        for group, entries in self._poetry.table("plugins").items():
            own = entries if isinstance(entries, dict) else {}
            rows = [Row(k, string(v)) for k, v in own.items() if isinstance(v, str)]
            if group == "console_scripts":
                self._draft.scripts += rows
            elif group == "gui_scripts":
                self._draft.gui_scripts += rows
            elif rows and group not in self._project.get("entry-points", {}):
                self._draft.plugins[group] = rows
        if self._draft.scripts and not build.package:
            line = self._poetry.at("scripts").line
            message = "scripts are installed for packages only, and this project is none"
            self._site.note("not-a-package", message, self._poetry.path, line)

    def _settings(self, build: poetry_build.Build) -> None:
        settings = self._draft.settings
        head: dict[str, Any] = {}
        if not build.package:
            head["package"] = False
        self._draft.settings = {**head, **settings}
        for key in ("requires-poetry", "requires-plugins"):
            if key in self._poetry.data:
                value = self._poetry.data[key]
                names = ", ".join(value) if isinstance(value, dict) else value
                self._site.note(
                    "poetry-plugin",
                    f"{key}: {names} has no meaning for uv",
                    self._poetry.path,
                    self._poetry.at(key).line,
                )

    def _names(self) -> tuple[tuple[str, str], ...]:
        groups = [("main", "project")]
        groups += [(name, f"extra:{name}") for name in self._draft.extras]
        groups += [(name, f"group:{name}") for name in self._draft.groups]
        standard = self._poetry.document.get("dependency-groups", {})
        groups += [(name, f"group:{name}") for name in standard if isinstance(standard, dict)]
        return tuple(dict.fromkeys(groups))

    def _written(self, build: poetry_build.Build) -> str:
        old = self._poetry.sheet
        comments = old.comments([*old.below("tool", "poetry"), *old.below("build-system")])
        kept = build.kept_tables(self._poetry)
        tables = [text for text in (build.system, *kept, *build.tables) if text]
        text = self._laid_out(build, tables)
        lost = [comment for comment in dict.fromkeys(comments) if comment not in text]
        if lost:
            self._draft.project_tail = tuple(lost)
            text = self._laid_out(build, tables)
        text = text.replace("pyproject.toml:tool.poetry.version", "pyproject.toml:project.version")  # release tools
        return text.replace("\n", "\r\n") if "\r\n" in self._text else text

    def _laid_out(self, build: poetry_build.Build, tables: list[str]) -> str:
        sheet = Sheet.of(self._text.replace("\r\n", "\n"))
        poetry = sheet.below("tool", "poetry")
        position = sheet.blocks.index(poetry[0]) if poetry else _after_project(sheet)
        self._draft.lead = poetry[0].lead if poetry else ""
        self._draft.tables = list(tables)
        if build.system or not build.package:
            for block in sheet.below("build-system"):
                at = sheet.blocks.index(block)
                sheet.drop(block)
                if build.system and build.system in self._draft.tables:  # where the old one stood
                    self._draft.tables.remove(build.system)
                    sheet.insert(at, block.lead + build.system)
                elif at < position:
                    position -= 1
        sheet.drop(*poetry)
        self._write_dynamic(sheet)
        self._draft.write(sheet, position)
        return sheet.text.rstrip("\n") + "\n"

    def _write_dynamic(self, sheet: Sheet) -> None:
        block: Block | None = sheet.find("project")
        if block is None:
            if self._dynamic:
                self._draft.fields["dynamic"] = Row("dynamic", value_text(self._dynamic))
        elif self._dynamic != self._project.get("dynamic", []):
            if self._dynamic:
                sheet.set_key(block, "dynamic", value_text(self._dynamic))
            else:
                sheet.remove_key(block, "dynamic")


def _after_project(sheet: Sheet) -> int:
    """Where new tables go when none of the old ones is there: behind the standard ones."""
    standard = [b for b in sheet.blocks if b.keys[:1] in (("project",), ("dependency-groups",), ("build-system",))]
    return sheet.blocks.index(standard[-1]) + 1 if standard else len(sheet.blocks)


def _person(text: str) -> dict[str, str]:
    found = _PERSON.fullmatch(text.strip())
    if found is None:  # what stands in the brackets is no address
        name = text.partition("<")[0].strip()
        return {"name": name} if name else {}
    parts = {"name": found["name"].strip(), "email": found["email"] or ""}
    return {key: value for key, value in parts.items() if value and (key != "email" or "@" in value)}


def _target(value: object) -> str | None:
    if not isinstance(value, dict) or value.get("type") == "file":
        return None
    found = value.get("reference") or value.get("callable")
    return found if isinstance(found, str) else None


def _names(value: object) -> Iterator[str]:
    yield from (text for text in (value if isinstance(value, list) else ()) if isinstance(text, str))


def _values(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else []


def _declared(texts: object) -> Iterator[str]:
    """The names in a list of requirements, in normal form."""
    for text in texts if isinstance(texts, list) else ():
        found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) if isinstance(text, str) else None
        if found:
            yield str(canonicalize_name(found[0]))


def _free(name: str, taken: set[str]) -> str:
    number, chosen = 2, name
    while chosen in taken:
        chosen, number = f"{name}-{number}", number + 1
    return chosen
