"""What an old lock held beside what ``uv.lock`` holds: versions, origins, digests, and what Linux installs.

Own readers of every format; nothing of the scanner is used. Part of ``check_patches.py``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

INSTALLERS = {"pip", "setuptools", "wheel", "distribute", "uv"}
COMPILED = re.compile(r"(?im)^#.*(pip-compile|uv pip compile)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package of a lock; ``origin`` is ``index``, ``index URL``, ``git URL@REV``, ``url URL`` or ``path PATH``.

    ``sure``: without a marker it comes everywhere (older locks leave markers to those who ask for a package).
    """

    name: str
    version: str | None
    origin: str
    digests: frozenset[str] = frozenset()
    marker: str | None = None
    path: str = ""
    sure: bool = True


def same(text: str) -> str:
    """A version as it compares; what is none stays as it is."""
    try:
        return str(Version(text))
    except InvalidVersion:
        return text


def address(url: str) -> str:
    """A repository's or an index's address without what may differ: user, ``git+``, ``.git``, a last slash."""
    url = re.sub(r"^(git|hg|svn|bzr)\+", "", url.strip())
    url = re.sub(r"^(ssh://)?git@([^:/]+)[:/]", r"https://\2/", url)
    url = re.sub(r"^(\w+)://[^/@]*@", r"\1://", url)
    url = re.sub(r"[#?].*$", "", url)
    return re.sub(r"(\.git)?/*$", "", url).lower()


def digests(values: Iterable[object]) -> frozenset[str]:
    """``sha256:…`` of what a lock lists, in whatever form."""
    found: set[str] = set()
    for value in values:
        text = value.get("hash", "") if isinstance(value, Mapping) else str(value)
        found.update(re.findall(r"sha256[:=]([0-9a-f]{64})", str(text)))
    return frozenset(found)


def read_poetry(path: Path) -> Iterator[Pin]:
    """``poetry.lock`` of any generation."""
    lock = tomllib.loads(path.read_text(encoding="utf-8"))
    files = lock.get("metadata", {}).get("files", {}) or lock.get("metadata", {}).get("hashes", {})
    for package in lock.get("package", []):
        source = package.get("source", {})
        kind = source.get("type")
        origin = "index"
        if kind == "git":
            origin = f"git {address(source['url'])}@{source.get('resolved_reference') or source.get('reference')}"
        elif kind == "url":
            origin = f"url {source['url']}"
        elif kind in ("directory", "file"):
            origin = f"path {source['url']}"
        elif kind == "legacy":
            origin = f"index {address(source['url'])}"
        marker = package.get("markers")
        listed = package.get("files") or files.get(package["name"], [])
        hashes = digests(f"sha256:{item}" if isinstance(item, str) else item for item in listed)
        yield Pin(
            name=canonicalize_name(package["name"]),
            version=same(package["version"]),
            origin=origin,
            digests=hashes,
            marker=marker if isinstance(marker, str) else None,
            path=path.name,
            sure="groups" in package and not isinstance(marker, dict) and not package.get("optional"),
        )


def read_pipenv(path: Path) -> Iterator[Pin]:
    """``Pipfile.lock``."""
    lock = json.loads(path.read_text(encoding="utf-8"))
    sources = lock.get("_meta", {}).get("sources", [])
    named = {source.get("name"): source.get("url", "") for source in sources}
    first = sources[0].get("name") if sources else None
    for category, packages in lock.items():
        if category == "_meta":
            continue
        for name, entry in packages.items():
            if not isinstance(entry, dict):
                entry = {"version": entry}
            origin = "index"
            if entry.get("git"):
                origin = f"git {address(entry['git'])}@{entry.get('ref')}"
            elif entry.get("path"):
                origin = f"path {entry['path']}"
            elif entry.get("file"):
                origin = f"url {entry['file']}" if "://" in entry["file"] else f"path {entry['file']}"
            elif entry.get("index") and entry["index"] != first:
                origin = f"index {address(named.get(entry['index'], entry['index']))}"
            version = str(entry.get("version", "")).removeprefix("===").removeprefix("==").strip()
            yield Pin(
                name=canonicalize_name(name),
                version=same(version) if version and version != "*" else None,
                origin=origin,
                digests=digests(entry.get("hashes", [])),
                marker=entry.get("markers"),
                path=f"{path.name} [{category}]",
            )


def read_pdm(path: Path) -> Iterator[Pin]:
    """``pdm.lock`` of any generation."""
    lock = tomllib.loads(path.read_text(encoding="utf-8"))
    outside = lock.get("metadata", {}).get("files", {})
    for package in lock.get("package", []):
        version = package.get("version")
        listed = package.get("files") or outside.get(f"{package['name']} {version}", [])
        origin = "index"
        if package.get("git"):
            origin = f"git {address(package['git'])}@{package.get('revision') or package.get('ref')}"
        elif package.get("path"):
            origin = f"path {package['path']}"
        elif package.get("url"):
            origin = f"url {package['url']}"
        yield Pin(
            name=canonicalize_name(package["name"]),
            version=same(version) if version else None,
            origin=origin,
            digests=digests(listed),
            marker=package.get("marker"),
            path=path.name,
            sure="inherit_metadata" in lock.get("metadata", {}).get("strategy", []),
        )


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a requirements file with their numbers, joined at backslashes, without comments."""
    number, held = 0, ""
    for index, raw in enumerate(text.splitlines(), 1):
        number = number or index
        line = raw.split(" #")[0].rstrip() if not raw.lstrip().startswith("#") else ""
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        whole = (held + line).strip()
        if whole:
            yield number, whole
        number, held = 0, ""
    if held.strip():
        yield number, held.strip()


def read_pinned(path: Path) -> Iterator[Pin]:
    """The ``==`` lines, addresses and paths of a requirements file (its ``-r`` lines are other files)."""
    text = path.read_bytes().decode("utf-8", "replace").lstrip("\ufeff")
    index = "index"
    for _, line in logical_lines(text):
        if match := re.match(r"(?:-i|--index-url)[ =](\S+)", line):
            index = f"index {address(match[1])}"
            continue
        body = re.split(r"\s--hash[ =]", line)[0].strip()
        editable = re.match(r"(?:-e|--editable)[ =]\s*(.+)", body)
        target = editable[1] if editable else body
        if target.startswith("-"):
            continue
        if match := re.match(r"(?:([\w.-]+)(?:\[[^]]*\])?\s*@\s*)?git\+([^;\s]+)", target):
            url, _, rev = match[2].partition("#")[0].rpartition("@") if "@" in match[2][8:] else (match[2], "", "")
            egg = re.search(r"egg=([\w.-]+)", target)
            name = match[1] or (egg[1] if egg else url.rstrip("/").split("/")[-1].removesuffix(".git"))
            yield Pin(name=canonicalize_name(name), version=None, origin=f"git {address(url)}@{rev}", path=path.name)
            continue
        if editable or target.startswith((".", "/", "file:")):
            continue
        try:
            need = Requirement(target)
        except InvalidRequirement:
            continue
        exact = [clause for clause in need.specifier if clause.operator in ("==", "===")]
        if need.url:
            yield Pin(name=canonicalize_name(need.name), version=None, origin=f"url {need.url}", path=path.name)
        elif exact and not exact[0].version.endswith(".*"):
            yield Pin(
                name=canonicalize_name(need.name),
                version=same(exact[0].version),
                origin=index,
                digests=digests([line]),
                marker=str(need.marker) if need.marker else None,
                path=path.name,
            )


READERS = {"poetry.lock": read_poetry, "Pipfile.lock": read_pipenv, "pdm.lock": read_pdm}


def old_locks(folder: Path, gone: Iterable[str]) -> list[Path]:
    """The files of a project's folder, as it was, that held versions: locks, else compiled and pinned lists.

    ``gone`` are the paths in it that the patch takes away.
    """
    locks = [folder / name for name in READERS if (folder / name).is_file()]
    rye = [folder / name for name in ("requirements.lock", "requirements-dev.lock") if (folder / name).is_file()]
    if locks or (rye and (folder / "pyproject.toml").is_file()):
        return locks or rye
    removed = {folder / path for path in gone}
    lists = sorted({*folder.glob("*.txt"), *folder.glob("req*/*.txt"), *folder.glob("req*/*/*.txt")} | removed)
    texts = {
        path: path.read_bytes().decode("utf-8", "replace") for path in lists if path.suffix == ".txt" and path.is_file()
    }
    compiled = [path for path, text in texts.items() if COMPILED.search(text)]
    return compiled or [path for path in texts if path in removed]


def read_old(path: Path) -> list[Pin]:
    """The pins of one old lock; an unreadable one holds none."""
    try:
        return list(READERS.get(path.name, read_pinned)(path))
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLock:
    """``uv.lock``, read."""

    packages: tuple[dict[str, Any], ...]
    requires_python: str
    conflicts: bool
    environments: tuple[str, ...]

    def pins(self) -> Iterator[Pin]:
        """Its packages as pins; those of the project itself have a path."""
        for package in self.packages:
            source = package.get("source", {})
            origin = "index"
            if "git" in source:
                url, _, rest = source["git"].partition("#")
                origin = f"git {address(url)}@{rest}"
            elif "url" in source:
                origin = f"url {source['url']}"
            elif "registry" in source:
                origin = f"index {address(source['registry'])}"
            else:
                origin = "path " + str(next(iter(source.values()), "."))
            version = package.get("version")
            yield Pin(
                name=package["name"],
                version=same(version) if version else None,
                origin=origin,
                digests=digests([package.get("sdist", {}), *package.get("wheels", [])]),
                path="uv.lock",
            )

    def pythons(self) -> list[str]:
        """One full version of each minor Python that it is for."""
        try:
            wanted = SpecifierSet(self.requires_python)
        except InvalidSpecifier:
            wanted = SpecifierSet()
        found = []
        for minor in range(6, 16):
            fits = [f"3.{minor}.{micro}" for micro in range(30) if wanted.contains(f"3.{minor}.{micro}")]
            found.extend(fits[-1:])
        return found

    def installed_on_linux(self, python: str) -> set[tuple[str, str]]:
        """Names and versions that all members with all extras and groups bring on Linux with CPython."""
        environment = linux(python)
        by_name: dict[str, list[dict[str, Any]]] = {}
        for package in self.packages:
            by_name.setdefault(package["name"], []).append(package)
        roots = [p for p in self.packages if {"editable", "virtual"} & set(p.get("source", {}))]
        todo: list[tuple[dict[str, Any], str]] = []
        for root in roots:
            todo.append((root, ""))
            todo.extend((root, extra) for extra in root.get("optional-dependencies", {}))
            todo.extend((root, f"group {name}") for name in root.get("dev-dependencies", {}))
        seen: set[tuple[int, str]] = set()
        while todo:
            package, part = todo.pop()
            if (id(package), part) in seen:
                continue
            seen.add((id(package), part))
            if part.startswith("group "):
                needs = package.get("dev-dependencies", {}).get(part[6:], [])
            elif part:
                needs = package.get("optional-dependencies", {}).get(part, [])
            else:
                needs = package.get("dependencies", [])
            for need in needs:
                if not holds(need.get("marker"), environment):
                    continue
                for candidate in by_name.get(need["name"], []):
                    if "version" in need and candidate.get("version") != need["version"]:
                        continue
                    if "source" in need and candidate.get("source") != need["source"]:
                        continue
                    todo.append((candidate, ""))
                    todo.extend((candidate, extra) for extra in need.get("extra", []))
        return {
            (package["name"], same(package["version"]))
            for package in self.packages
            if any(key == id(package) for key, _ in seen)
            and "version" in package
            and not {"editable", "virtual", "directory"} & set(package.get("source", {}))
        }


def read_new(path: Path) -> NewLock:
    """``uv.lock``."""
    lock = tomllib.loads(path.read_text(encoding="utf-8"))
    return NewLock(
        packages=tuple(lock.get("package", [])),
        requires_python=lock.get("requires-python", ""),
        conflicts=bool(lock.get("conflicts")),
        environments=tuple(lock.get("supported-markers", [])),
    )


def linux(python: str) -> dict[str, str]:
    """The marker environment of CPython on Linux."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "6.1.0",
        "platform_system": "Linux",
        "platform_version": "1",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
        "extra": "",
    }


def holds(marker: str | None, environment: Mapping[str, str]) -> bool:
    """Whether a marker is true there; one that cannot be read is taken to be."""
    if not marker:
        return True
    try:
        return Marker(marker).evaluate(dict(environment))
    except (InvalidMarker, UndefinedEnvironmentName, InvalidVersion):
        return True


def is_whole(path: Path) -> bool:
    """Whether a tool wrote the file, so that it holds what the packages need as well; else somebody pinned by hand."""
    return path.suffix == ".lock" or bool(COMPILED.search(path.read_bytes().decode("utf-8", "replace")))


def compare(old: list[Pin], new: NewLock, own: set[str], *, whole: bool = True) -> Iterator[tuple[str, str, str]]:
    """What differs, as (what, package, words): ``version``, ``origin``, ``digests``, ``added`` or ``other``.

    ``own`` are the names of the repository's own projects. What comes beside a list that is not ``whole`` came before.
    """
    held: dict[str, dict[str | None, Pin]] = {}
    for pin in new.pins():
        held.setdefault(pin.name, {})[pin.version] = pin
    usual = Counter(pin.origin for pins in held.values() for pin in pins.values() if pin.origin.startswith("index"))
    main = usual.most_common(1)[0][0] if usual else "index"
    supported = [linux(python) for python in new.pythons()]
    supported = [e for e in supported if not new.environments or any(holds(m, e) for m in new.environments)]
    for pin in old:
        if pin.name in own or pin.name in INSTALLERS:
            continue
        now = held.get(pin.name)
        there = any(holds(pin.marker, environment) for environment in supported)
        words = f"{pin.version or pin.origin} ({pin.path})"
        if not now:
            yield ("version" if there else "other"), pin.name, f"{words} is in no new lock"
            continue
        if pin.origin.startswith(("git ", "url ", "path ")):
            kinds = {p.origin.split()[0] for p in now.values()}
            if pin.origin.split()[0] not in kinds and not {"path", "url"} >= {pin.origin.split()[0], *kinds}:
                yield "origin", pin.name, f"{words} comes from {', '.join(sorted(p.origin for p in now.values()))}"
            elif pin.origin.startswith("git "):
                url, _, rev = pin.origin[4:].rpartition("@")
                if not any(p.origin[4:].rpartition("@")[0] == url for p in now.values()):
                    yield "origin", pin.name, f"{pin.origin} is {', '.join(p.origin for p in now.values())}"
                elif re.fullmatch("[0-9a-f]{40}", rev) and not any(p.origin.endswith(rev) for p in now.values()):
                    yield "version", pin.name, f"{pin.origin} is {', '.join(p.origin for p in now.values())}"
            continue
        match = now.get(pin.version)
        if match is None:
            what = "version" if there else "other"
            yield what, pin.name, f"{words} is {', '.join(sorted(str(v) for v in now))} now"
            continue
        if not match.origin.startswith("index"):
            yield "origin", pin.name, f"{words} came from an index, now {match.origin}"
        elif (main if pin.origin == "index" else pin.origin) != match.origin and not pin.digests & match.digests:
            yield "origin", pin.name, f"{words}: {pin.origin} is {match.origin} now"
        if pin.digests and match.digests and not pin.digests & match.digests:
            yield "digests", pin.name, f"{words}: no digest is the same"
    names = {pin.name for pin in old}
    versions = {(pin.name, pin.version) for pin in old}
    reached: dict[tuple[str, str], list[str]] = {}
    for environment in supported:
        for key in new.installed_on_linux(environment["python_full_version"]):
            reached.setdefault(key, []).append(environment["python_version"])
    for (name, version), pythons in sorted(reached.items()):
        if name in INSTALLERS or name in own:
            continue
        if name not in names and whole:
            yield "added", name, f"{version} comes to Linux (Python {pythons[0]}–{pythons[-1]}), no old lock held it"
        elif name in names and (name, version) not in versions and any(pin.version for pin in old if pin.name == name):
            yield (
                "version",
                name,
                f"{version} comes to Linux (Python {pythons[0]}–{pythons[-1]}), the old lock had another",
            )
    for name in sorted({pin.name for pin in old} - {key[0] for key in reached} - own - INSTALLERS):
        mates = [pin for pin in old if pin.name == name and pin.version and pin.sure]
        if name in held and any(holds(pin.marker, environment) for pin in mates for environment in supported):
            yield "other", name, "is in the new lock, but nothing on Linux reaches it"
