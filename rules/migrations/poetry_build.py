"""Which backend builds what Poetry built, so that the wheel holds the same files.

poetry-core 2 builds from ``[project]`` and still reads ``packages``, ``include`` and the like: it stays wherever those
are used, or where another backend would not pick the same files. The plain case goes to hatchling.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pathspec import GitIgnoreSpec

from rules.migrations.ground import Site
from rules.migrations.toml_text import Row, rows_text, table_text, value_text

if TYPE_CHECKING:
    from rules.migrations.poetry import Papers

_CORE = "poetry.core.masonry.api"
_OLD = frozenset({_CORE, "poetry.masonry.api"})
_VERSIONING = "poetry_dynamic_versioning.backend"
_KEPT = ("packages", "include", "exclude", "build")
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How the project is built from now on.

    ``system`` is the new ``[build-system]`` as text, empty where the old one stays; ``kept`` are the keys that stay
    in ``[tool.poetry]`` for poetry-core; ``tables`` configure another backend.
    """

    package: bool
    system: str = ""
    kept: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    keeps_poetry_core: bool = False
    dynamic_version: bool = False

    def kept_tables(self, poetry: Papers) -> list[str]:
        """``[tool.poetry]`` with what poetry-core still needs."""
        rows = [_kept_row(poetry, key) for key in self.kept if key in poetry.data]
        return [table_text(("tool", "poetry"), rows)] if rows else []


def decide(site: Site, poetry: Papers, name: str) -> Build:
    """Choose the backend; notes say why poetry-core stays."""
    system = poetry.document.get("build-system")
    backend = system.get("build-backend") if isinstance(system, dict) else None
    packages = _packages(site, poetry, name)
    if poetry.data.get("package-mode") is False:
        return Build(package=False)
    if isinstance(backend, str) and backend not in _OLD and backend != _VERSIONING:
        return Build(package=True)  # another backend's own business
    if packages is None and not poetry.data.get("packages") and not _is_module(site, name):
        where = "no folder or module of its name is in the repository"
        site.note("not-a-package", f"{where}: not installed as a package from now on", poetry.path)
        return Build(package=False)
    reason = _reason_to_stay(site, poetry, packages, system if isinstance(system, dict) else {})
    if reason is None and packages is not None:
        if site.project.publishes:
            message = "Poetry added classifiers for the license and each Python by itself; hatchling takes those listed"
            site.note("automatic-classifiers", message, poetry.path, poetry.at("classifiers").line)
        return Build(package=True, system=_HATCHLING, tables=(_wheel(packages),))
    site.note("poetry-core-kept", f"the wheel stays poetry-core's: {reason}", poetry.path, _line(poetry))
    versioned = _uses_versioning(poetry, backend)
    _note_raised(site, poetry, system if isinstance(system, dict) else {})
    kept = [*_KEPT, *(["version"] if versioned else []), *_kept_scripts(poetry), *_kept_readme(poetry)]
    return Build(
        package=True,
        system=_core_system(system if isinstance(system, dict) else {}, _VERSIONING if versioned else backend),
        kept=tuple(kept),
        keeps_poetry_core=True,
        dynamic_version=versioned,
    )


_HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def _line(poetry: Papers) -> int | None:
    return next((poetry.at(key).line for key in (*_KEPT, "scripts", "readme") if key in poetry.data), None)


def _wheel(packages: list[str]) -> str:
    row = Row("packages", value_text(packages))
    return table_text(("tool", "hatch", "build", "targets", "wheel"), [row])


def _packages(site: Site, poetry: Papers, name: str) -> list[str] | None:
    """The folders that go into the wheel, if that is all there is to say; ``None`` where it is more, or nothing."""
    declared = poetry.data.get("packages")
    if declared:
        return _declared_packages(site, declared)
    module = canonicalize_name(name).replace("-", "_")
    for folder in (module, f"src/{module}"):
        if site.exists(site.path(folder)) and site.path(folder) not in site.ground.facts.files:
            return [folder]
    return None


def _is_module(site: Site, name: str) -> bool:
    module = canonicalize_name(name).replace("-", "_")
    return any(site.path(f"{folder}{module}.py") in site.ground.facts.files for folder in ("", "src/"))


def _declared_packages(site: Site, declared: Any) -> list[str] | None:
    found = []
    for entry in declared if isinstance(declared, list) else [None]:
        if not isinstance(entry, dict) or not isinstance(entry.get("include"), str) or "to" in entry:
            return None
        include, base = entry["include"].strip("/"), entry.get("from", "")
        if entry.get("format") == "sdist":
            continue
        if "format" in entry or _GLOB.search(include) or not isinstance(base, str) or ".." in f"{base}/{include}":
            return None
        folder = posixpath.normpath(posixpath.join(base, include))
        nested = "/" in include
        if nested or not site.exists(site.path(folder)) or site.path(folder) in site.ground.facts.files:
            return None
        found.append(folder)
    return found or None


def _reason_to_stay(site: Site, poetry: Papers, packages: list[str] | None, system: dict[str, Any]) -> str | None:
    """Why poetry-core has to stay; ``None`` where hatchling picks the same files."""
    if "project" in poetry.document:
        return "it builds from [project] already"
    if system.get("build-backend") == _VERSIONING or _uses_versioning(poetry, system.get("build-backend")):
        return "its plug-in makes the version"
    if packages is None:
        return "`packages` says more than a list of folders, or the package is a single module"
    for key in ("include", "exclude", "build"):
        if poetry.data.get(key) and not (key == "include" and _only_in_sdist(poetry.data[key], system)):
            return f"`{key}` is used"
    others = [r for r in system.get("requires", ()) if isinstance(r, str) and _name(r) not in ("poetry", "poetry-core")]
    if others:
        return f"the build needs {', '.join(others)}"
    if _kept_scripts(poetry):
        return "a script is a file"
    if isinstance(poetry.data.get("readme"), list) and len(poetry.data["readme"]) > 1:
        return "there are several readmes"
    ignored = _ignored(site, packages)
    return f"{ignored} is committed, but ignored by .gitignore" if ignored else None


def _only_in_sdist(include: Any, system: dict[str, Any]) -> bool:
    formats = [entry.get("format") if isinstance(entry, dict) else None for entry in include]
    plain = _takes_core_2(system)
    return all(f in ("sdist", ["sdist"]) or (f is None and plain) for f in formats)


def _takes_core_2(system: dict[str, Any]) -> bool:
    """Whether today's build may take poetry-core 2, for which ``include`` means the source distribution alone."""
    for text in system.get("requires", ()):
        if isinstance(text, str) and _name(text) in ("poetry-core", "poetry"):
            try:
                return Requirement(text).specifier.contains("2.1.0")
            except InvalidRequirement:
                return False
    return True


def _name(text: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", text)
    return canonicalize_name(found[0]) if found else ""


def _uses_versioning(poetry: Papers, backend: object) -> bool:
    table = poetry.document.get("tool", {}).get("poetry-dynamic-versioning", {})
    return isinstance(table, dict) and bool(table) and table.get("enable", backend == _VERSIONING) is True


def _kept_scripts(poetry: Papers) -> list[str]:
    scripts = poetry.table("scripts").values()
    return ["scripts"] if any(isinstance(s, dict) and s.get("type") == "file" for s in scripts) else []


def _kept_readme(poetry: Papers) -> list[str]:
    readme = poetry.data.get("readme")
    return ["readme"] if isinstance(readme, list) and len(readme) > 1 and "project" not in poetry.document else []


def _kept_row(poetry: Papers, key: str) -> Row:
    place = poetry.at(key)
    value = poetry.data[key]
    if key == "scripts":
        value = {n: v for n, v in value.items() if isinstance(v, dict) and v.get("type") == "file"}
    for block in poetry.sheet.below("tool", "poetry"):
        for item in block.items():
            if (*block.keys[2:], *item.keys) == (key,) and key != "scripts":
                return Row(key, item.raw, place.comment, place.above)
    return Row(key, value_text(value), place.comment, place.above)


def _core_system(system: dict[str, Any], backend: object) -> str:
    """``[build-system]`` with a poetry-core that knows ``[project]``; empty where the old one will do."""
    requires = [text for text in system.get("requires", ()) if isinstance(text, str)]
    new = []
    for text in requires or ["poetry-core"]:
        if _name(text) in ("poetry", "poetry-core"):
            new.append(text if _needs_core_2(text) else _core_from_2(text))
        elif _name(text) == "poetry-dynamic-versioning":
            new.append(_versioning_from_1_6(text))
        else:
            new.append(text)
    chosen = backend if backend == _VERSIONING else _CORE
    if chosen == _VERSIONING and not any(_name(text) == "poetry-dynamic-versioning" for text in new):
        new.append("poetry-dynamic-versioning>=1.6.0")  # a plug-in of Poetry's until now
    if new == requires and chosen == system.get("build-backend"):
        return ""
    rows = [Row("requires", value_text(list(dict.fromkeys(new)))), Row("build-backend", value_text(str(chosen)))]
    return "[build-system]\n" + rows_text(rows)


def _note_raised(site: Site, poetry: Papers, system: dict[str, Any]) -> None:
    """Say which build requirements are raised, and why."""
    for text in system.get("requires", ()):
        if isinstance(text, str) and _name(text) == "poetry-dynamic-versioning":
            new = _versioning_from_1_6(text)
            if new != text:
                message = f"the build asks for {new} ({text} before): older ones do not write into [project]"
                site.note("poetry-core-kept", message, poetry.path)


def _versioning_from_1_6(text: str) -> str:
    """The plug-in in a version that writes into ``[project]``, within the bounds that are stated."""
    try:
        stated = Requirement(text).specifier
    except InvalidRequirement:
        return "poetry-dynamic-versioning>=1.6.0"
    if not any(stated.contains(old) for old in ("0.14.0", "1.0.0", "1.4.0", "1.5.2")):
        return text
    upper = [str(s) for s in stated if s.operator in ("<", "<=") and s.contains("1.6.0")]
    return ",".join(["poetry-dynamic-versioning>=1.6.0", *upper])


def _core_from_2(text: str) -> str:
    """poetry-core from 2 on, below the bound that is stated where that admits it."""
    try:
        stated = Requirement(text).specifier if _name(text) == "poetry-core" else ()
    except InvalidRequirement:
        stated = ()
    upper = [str(s) for s in stated if s.operator in ("<", "<=") and s.contains("2.0.0")]
    return ",".join(["poetry-core>=2.0.0", *upper])


def _needs_core_2(text: str) -> bool:
    try:
        stated = Requirement(text).specifier
    except InvalidRequirement:
        return False
    floors = [Version(s.version.rstrip(".*")) for s in stated if s.operator in (">=", "==", "~=", ">")]
    return _name(text) == "poetry-core" and any(floor.major >= 2 for floor in floors)


def _ignored(site: Site, packages: list[str]) -> str | None:
    """A committed file of the packages that the nearest ``.gitignore`` matches: hatchling would leave it out."""
    folder = site.folder
    text = site.ground.read(site.path(".gitignore"))
    while text is None and folder not in (".", ""):
        folder = posixpath.dirname(folder) or "."
        text = site.ground.read(posixpath.normpath(posixpath.join(folder, ".gitignore")))
    if text is None:
        return None
    spec = GitIgnoreSpec.from_lines(text.splitlines())
    prefix = "" if site.folder == "." else site.folder + "/"
    inside = tuple(f"{prefix}{p}/" for p in packages)
    for path in sorted(f for f in site.ground.facts.files if f.startswith(inside)):
        if spec.match_file(path.removeprefix(prefix)):
            return path
    return None
