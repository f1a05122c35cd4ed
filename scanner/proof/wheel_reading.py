"""What a package's wheel holds, by its manifest and by the wheel itself. Pure."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from rules.plan import Wheel
from scanner.format import Unreadable
from scanner.toml_reader import loads, table

PURE = frozenset({"poetry.core.masonry.api", "hatchling.build", "flit_core.buildapi", "pdm.backend", "uv_build"})
"""Backends that build a package from its manifest alone, as long as no hook is declared."""

_OLD_NAMES = {"poetry.masonry.api": "poetry.core.masonry.api"}
_HOOKS = (
    ("tool", "poetry", "build"),
    ("tool", "poetry-dynamic-versioning"),
    ("tool", "hatch", "build", "hooks"),
    ("tool", "hatch", "build", "targets", "wheel", "hooks"),
    ("tool", "hatch", "metadata", "hooks"),
    ("tool", "pdm", "build", "custom-hook"),
    ("tool", "pdm", "build", "run-setuptools"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A wheel: its files (``None``: not known), entry points, and what it requires (``None``: not known)."""

    files: frozenset[str] | None
    entry_points: frozenset[str]
    requires: frozenset[str] | None = None


def backend(manifest: str) -> str | None:
    """The backend of a manifest."""
    found = table(_parsed(manifest), "build-system").get("build-backend")
    return _OLD_NAMES.get(found, found) if isinstance(found, str) else None


def runs_code(manifest: str) -> bool:
    """Whether building would run code of the repository: hooks, scripts, versions worked out, a backend of its own."""
    parsed = _parsed(manifest)
    hooked = any(_at(parsed, *keys) is not None for keys in _HOOKS)
    hatch = table(parsed, "tool", "hatch", "version")
    dynamic = hatch.get("source", "regex") != "regex" or _at(parsed, "tool", "pdm", "version") is not None
    flit = backend(manifest) == "flit_core.buildapi" and bool(table(parsed, "project").get("dynamic"))
    own = _at(parsed, "build-system", "backend-path") is not None
    return hooked or dynamic or flit or own or backend(manifest) not in PURE or not _needs_backend_alone(parsed)


_DISTRIBUTIONS = frozenset({"poetry-core", "hatchling", "flit-core", "pdm-backend", "uv-build"})


def _needs_backend_alone(parsed: Mapping[str, Any]) -> bool:
    """Whether nothing but the backend is installed to build: no plug-ins, no addresses."""
    needs = table(parsed, "build-system").get("requires")
    try:
        found = [Requirement(text) for text in needs] if isinstance(needs, list) else []
    except (InvalidRequirement, TypeError):
        return False
    return bool(found) and all(r.url is None and canonicalize_name(r.name) in _DISTRIBUTIONS for r in found)


def by_manifest(manifest: str, files: Collection[str]) -> Contents:
    """What the manifest says: entry points, and for poetry-core and hatchling with plain folders the files."""
    parsed = _parsed(manifest)
    folders = _folders(parsed, files, backend(manifest))
    chosen = None
    if folders is not None:
        chosen = frozenset(
            posixpath.relpath(file, prefix or ".")
            for prefix, folder in folders
            for file in files
            if file.startswith(posixpath.normpath(posixpath.join(prefix, folder)) + "/")
            and not file.endswith((".pyc", ".pyo"))
        )
    return Contents(files=chosen, entry_points=frozenset(_entry_points(parsed)))


def _folders(parsed: Mapping[str, Any], files: Collection[str], name: str | None) -> list[tuple[str, str]] | None:
    """The packages as (folder above, package); ``None`` where the manifest says more than that."""
    project = _at(parsed, "project", "name") or _at(parsed, "tool", "poetry", "name")
    module = re.sub(r"[-.]+", "_", str(project or ""))
    poetry, hatch = table(parsed, "tool", "poetry"), table(parsed, "tool", "hatch", "build", "targets", "wheel")
    if name == "poetry.core.masonry.api" and not {"include", "exclude"} & poetry.keys():
        declared = poetry.get("packages")
        if declared is None:
            return _found(module, files)
        plain = [p for p in declared if isinstance(p, dict)] if isinstance(declared, list) else []
        if all(set(p) <= {"include", "from"} and "*" not in str(p.get("include")) for p in plain):
            return [(_folder(str(p.get("from", ""))), str(p.get("include"))) for p in plain]
    if (
        name == "hatchling.build"
        and set(hatch) <= {"packages"}
        and not table(parsed, "tool", "hatch", "build").keys() - {"targets"}
    ):
        packages = hatch.get("packages")
        if isinstance(packages, list):
            return [posixpath.split(str(package)) for package in packages]
        return _found(module, files)
    return None


def _found(module: str, files: Iterable[str]) -> list[tuple[str, str]] | None:
    for prefix in ("", "src"):
        if any(file.startswith(posixpath.join(prefix, module) + "/") for file in files):
            return [(prefix, module)]
    return None


_SCRIPTS = (
    ("console_scripts", ("project", "scripts")),
    ("console_scripts", ("tool", "poetry", "scripts")),
    ("gui_scripts", ("project", "gui-scripts")),
)


def _entry_points(parsed: Mapping[str, Any]) -> Iterator[str]:
    for group, keys in _SCRIPTS:
        for name, target in table(parsed, *keys).items():
            told = target.get("callable", target.get("reference")) if isinstance(target, dict) else target
            yield f"{group}: {name} = {_plain(told)}"
    for keys in (("project", "entry-points"), ("tool", "poetry", "plugins")):
        for group, points in table(parsed, *keys).items():
            for name, target in points.items() if isinstance(points, dict) else ():
                yield f"{group}: {name} = {_plain(target)}"


def _plain(target: object) -> str:
    return re.sub(r"\s+", "", str(target))


def by_names(names: Iterable[str], metadata: str, entry_points: str) -> Contents:
    """What a built wheel holds: names of its files, its ``METADATA`` and ``entry_points.txt``."""
    files = {re.sub(r"^[^/]+\.dist-info/", "*.dist-info/", name) for name in names if not name.endswith("/")}
    kept = {f for f in files if not f.startswith("*.dist-info/")}
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(entry_points)
    except configparser.Error:
        return Contents(files=frozenset(kept), entry_points=frozenset({entry_points}))
    points = {f"{g}: {n} = {_plain(t)}" for g in parser.sections() for n, t in parser.items(g)}
    headers = HeaderParser().parsestr(metadata)
    told = [_requirement(text) for text in headers.get_all("Requires-Dist", [])]
    return Contents(files=frozenset(kept), entry_points=frozenset(points), requires=frozenset(told))


def _requirement(text: str) -> str:
    try:
        found = Requirement(text)
    except InvalidRequirement:  # Poetry writes `||`, which no PEP knows
        named = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", text)
        return str(canonicalize_name(named[0])) if named else text
    extras = f"[{','.join(sorted(found.extras))}]" if found.extras else ""
    return f"{canonicalize_name(found.name)}{extras}"


def compared(before: Contents, after: Contents, how: str) -> Wheel:
    """What the new wheel lost and what it has more."""
    old, new = _all(before, after), _all(after, before)
    known = after.files if before.files is not None else None
    return Wheel(
        how=how,
        files=len(known) if known is not None else None,
        lost=tuple(sorted(old - new)),
        added=tuple(sorted(new - old)),
        reason=None if known is not None else "the files are not known without building; entry points are compared",
    )


def _all(own: Contents, other: Contents) -> set[str]:
    found = set(own.entry_points)
    if own.files is not None and other.files is not None:
        found |= own.files
    if own.requires is not None and other.requires is not None:
        found |= {f"requires {text}" for text in own.requires}
    return found


def _at(parsed: Mapping[str, Any], *keys: str) -> Any:
    value: Any = parsed
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _parsed(manifest: str) -> dict[str, Any]:
    try:
        return loads(manifest)
    except Unreadable:
        return {}


def _folder(path: str) -> str:
    """A folder as the paths of files begin with it: ``""`` for the project's own."""
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal
