"""What a project asks for: names, extras, ranges, markers, Pythons, scripts, sources; before a patch and after it.

Own readers; nothing of the scanner is used. Part of ``check_patches.py``.
"""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checked_locks import COMPILED, address, holds, logical_lines
from checked_ranges import Range, everything, pep440, poetry_python, poetry_range
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One requirement in one ``place``: ``""`` (the project itself), ``extra X``, ``group X``, or a file."""

    name: str
    place: str
    text: str
    admits: Range
    extras: frozenset[str] = frozenset()
    markers: tuple[str, ...] = ()
    origin: str = ""

    def holds(self, environment: Mapping[str, str]) -> bool:
        """Whether it is asked for there."""
        return all(holds(marker, environment) for marker in self.markers)


@dataclass(slots=True, kw_only=True)
class Declared:
    """What a manifest says; ``unread`` names what could not be told."""

    needs: list[Need] = field(default_factory=list)
    pythons: Range | None = None
    scripts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def need_of(text: str, place: str, origin: str = "") -> Need | None:
    """A requirement of PEP 508 as a need; ``None`` for what is none."""
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return None
    return Need(
        name=canonicalize_name(parsed.name),
        place=place,
        text=text,
        admits=pep440(str(parsed.specifier)) if not parsed.url else everything,
        extras=frozenset(canonicalize_name(extra) for extra in parsed.extras),
        markers=(str(parsed.marker),) if parsed.marker else (),
        origin=source_of_url(parsed.url) if parsed.url else origin,
    )


def source_of_url(url: str) -> str:
    """``git URL@REV`` or ``url URL``; a path for ``file:``."""
    if url.startswith("git+"):
        body, _, rev = url[4:].partition("#")[0].rpartition("@") if "@" in url.rpartition("/")[2] else (url[4:], "", "")
        return f"git {address(body)}@{rev}"
    return "path" if url.startswith(("file:", ".", "/")) else f"url {url}"


def table_source(entry: Mapping[str, Any]) -> str:
    """The origin that a table of Poetry, a Pipfile or ``tool.uv.sources`` names; an index only by being one."""
    if entry.get("git"):
        rev = entry.get("rev") or entry.get("ref") or entry.get("tag") or entry.get("branch") or ""
        return f"git {address(entry['git'])}@{rev}"
    if entry.get("path") or entry.get("workspace"):
        return "path"
    if entry.get("file") or entry.get("url"):
        target = str(entry.get("file") or entry.get("url"))
        return f"url {target}" if "://" in target else "path"
    return ""


def poetry_needs(table: Mapping[str, Any], place: str, extras: Mapping[str, list[str]]) -> Iterator[Need]:
    """``[tool.poetry.dependencies]`` and groups; an optional one lies in the extras that name it."""
    for name, value in table.items():
        if name.lower() == "python":
            continue
        for entry in value if isinstance(value, list) else [value]:
            fields = {"version": entry} if isinstance(entry, str) else entry
            markers = [fields["markers"]] if fields.get("markers") else []
            if python := fields.get("python"):
                markers.append(poetry_python(python))
            if platform := fields.get("platform"):
                markers.append(f"sys_platform == '{platform}'")
            plain = canonicalize_name(name)
            inside = [e for e, names in extras.items() if plain in names] if fields.get("optional") else []
            version = str(fields.get("version", "*"))
            for where in [f"extra {e}" for e in inside] or ["nowhere" if fields.get("optional") else place]:
                yield Need(
                    name=plain,
                    place=where,
                    text=f"{name} {version}",
                    admits=poetry_range(version),
                    extras=frozenset(canonicalize_name(extra) for extra in fields.get("extras", [])),
                    markers=tuple(markers),
                    origin=table_source(fields),
                )


def read_poetry(tool: Mapping[str, Any], declared: Declared) -> None:
    """``[tool.poetry]``."""
    extras: dict[str, list[str]] = {
        str(canonicalize_name(name)): [canonicalize_name(re.split(r"[\[<>=!~ ;(]", n)[0]) for n in names]
        for name, names in tool.get("extras", {}).items()
    }
    main = tool.get("dependencies", {})
    declared.needs.extend(poetry_needs(main, "", extras))
    groups = {"dev": tool.get("dev-dependencies", {})}
    for name, group in tool.get("group", {}).items():
        declared.needs.extend(poetry_needs(group.get("dependencies", {}), f"group {canonicalize_name(name)}", {}))
    declared.needs.extend(poetry_needs(groups["dev"], "group dev", {}))
    if isinstance(main.get("python"), str):
        declared.pythons = poetry_range(main["python"])
    for name, target in tool.get("scripts", {}).items():
        declared.scripts[name] = target if isinstance(target, str) else str(target.get("reference", target))
    for group, entries in tool.get("plugins", {}).items():
        declared.scripts.update({f"{group}:{name}": target for name, target in entries.items()})
    for key in ("name", "version", "description"):
        if isinstance(tool.get(key), str):
            declared.facts[key] = tool[key]
    links = [tool.get(key) for key in ("homepage", "repository", "documentation")] + list(tool.get("urls", {}).values())
    declared.facts.update(
        {f"url {link.rstrip('/')}": link.rstrip("/") for link in links if isinstance(link, str) and link}
    )


def read_project(project: Mapping[str, Any], declared: Declared) -> None:
    """``[project]``."""
    for text in project.get("dependencies", []):
        if need := need_of(text, ""):
            declared.needs.append(need)
    for extra, texts in project.get("optional-dependencies", {}).items():
        declared.needs.extend(n for t in texts if (n := need_of(t, f"extra {canonicalize_name(extra)}")))
    if "requires-python" in project:
        declared.pythons = pep440(project["requires-python"])
    declared.scripts.update(project.get("scripts", {}))
    declared.scripts.update(project.get("gui-scripts", {}))
    for group, entries in project.get("entry-points", {}).items():
        declared.scripts.update({f"{group}:{name}": target for name, target in entries.items()})
    for key in ("name", "version", "description"):
        if isinstance(project.get(key), str):
            declared.facts[key] = project[key]
    declared.facts.update({f"url {link.rstrip('/')}": link.rstrip("/") for link in project.get("urls", {}).values()})


def read_groups(groups: Mapping[str, list[Any]]) -> Iterator[Need]:
    """PEP 735, with what a group includes."""
    plain: dict[str, list[Any]] = {canonicalize_name(name): entries for name, entries in groups.items()}

    def texts(name: str, seen: frozenset[str]) -> Iterator[str]:
        for entry in plain.get(name, []):
            if isinstance(entry, str):
                yield entry
            elif "include-group" in entry and (other := canonicalize_name(entry["include-group"])) not in seen:
                yield from texts(other, seen | {other})

    for name in plain:
        yield from (n for t in texts(name, frozenset({name})) if (n := need_of(t, f"group {name}")))


def read_pipfile(folder: Path, declared: Declared) -> None:
    """A Pipfile."""
    pipfile = tomllib.loads((folder / "Pipfile").read_text(encoding="utf-8"))
    for category, packages in pipfile.items():
        if category in ("source", "requires", "scripts", "pipenv") or not isinstance(packages, dict):
            continue
        place = {"packages": "", "dev-packages": "group dev"}.get(category, f"group {canonicalize_name(category)}")
        for name, value in packages.items():
            fields = {"version": value} if isinstance(value, str) else value
            if not isinstance(fields, dict) or fields.get("path") in (".", "./"):
                continue
            markers = [fields["markers"]] if fields.get("markers") else []
            markers += [
                f"{key} {text}"
                for key, text in fields.items()
                if key in ("sys_platform", "os_name", "python_version", "platform_system", "platform_machine")
            ]
            version = str(fields.get("version", "*")).strip()
            declared.needs.append(
                Need(
                    name=canonicalize_name(name),
                    place=place,
                    text=f"{name} {version}",
                    admits=everything
                    if version in ("*", "")
                    else pep440(version if version[0] in "<>=!~" else f"=={version}"),
                    extras=frozenset(canonicalize_name(e) for e in fields.get("extras", [])),
                    markers=tuple(markers),
                    origin=table_source(fields),
                )
            )
    python = pipfile.get("requires", {})
    if text := python.get("python_full_version") or python.get("python_version"):
        declared.pythons = pep440(f"=={text}" if "python_full_version" in python else f"=={text}.*")


def read_lists(folder: Path, paths: Iterable[Path], declared: Declared) -> None:
    """Requirements files that people write: the inputs of compiled ones, else the lists themselves."""
    for path in paths:
        for _, line in logical_lines(path.read_bytes().decode("utf-8", "replace").lstrip("\ufeff")):
            body = re.split(r"\s--(?:hash|config-settings|global-option)[ =]", line)[0].strip()
            body = re.sub(r"^(-e|--editable)[ =]\s*", "", body)
            if body.startswith("git+"):
                egg = re.search(r"egg=([\w.-]+)", body)
                name = egg[1] if egg else re.split(r"[@#]", body.rstrip("/").split("/")[-1])[0].removesuffix(".git")
                body = f"{name} @ {body.split('#')[0]}"
            need = need_of(body, str(path.relative_to(folder)))
            if need:
                declared.needs.append(need)


def read_setup(folder: Path, declared: Declared) -> None:
    """``setup.cfg`` and the literal arguments of ``setup()``."""
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(folder / "setup.cfg", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        declared.unread.append("setup.cfg")
    lines = [line.strip() for line in config.get("options", "install_requires", fallback="").splitlines()]
    declared.needs.extend(n for line in lines if line and (n := need_of(line, "")))
    if config.has_section("options.extras_require"):
        for extra, text in config.items("options.extras_require"):
            found = [need_of(line.strip(), f"extra {canonicalize_name(extra)}") for line in text.splitlines()]
            declared.needs.extend(n for n in found if n)
    if text := config.get("options", "python_requires", fallback=""):
        declared.pythons = pep440(text)
    if config.has_section("options.entry_points"):
        for group, text in config.items("options.entry_points"):
            read_entry_points(group, text.splitlines(), declared)
    if (folder / "setup.py").is_file():
        read_setup_script(folder / "setup.py", declared)


def read_entry_points(group: str, lines: Iterable[str], declared: Declared) -> None:
    """``name = module:function`` lines of one group."""
    for line in lines:
        name, equals, target = line.partition("=")
        if equals:
            short = name.strip() if group in ("console_scripts", "gui_scripts") else f"{group}:{name.strip()}"
            declared.scripts[short] = target.strip()


def read_setup_script(path: Path, declared: Declared) -> None:
    """``setup()``'s arguments as far as they are literal, or names of literals at the top."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        declared.unread.append("setup.py")
        return
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def literal(node: ast.expr) -> Any:
        node = names.get(node.id, node) if isinstance(node, ast.Name) else node
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError):
            return None

    for call in ast.walk(tree):
        called = getattr(getattr(call, "func", None), "id", "") or getattr(getattr(call, "func", None), "attr", "")
        if not isinstance(call, ast.Call) or called != "setup":
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for key, node in given.items():
            value = literal(node)
            if value is None and key in ("install_requires", "extras_require", "python_requires", "entry_points"):
                declared.unread.append(f"setup.py: {key}")
                continue
            if key == "install_requires":
                listed = value.splitlines() if isinstance(value, str) else value
                declared.needs.extend(n for text in listed if (n := need_of(text, "")))
            elif key == "extras_require" and isinstance(value, dict):
                for extra, listed in value.items():
                    place = f"extra {canonicalize_name(extra)}"
                    declared.needs.extend(n for text in listed if (n := need_of(text, place)))
            elif key == "python_requires":
                declared.pythons = pep440(value)
            elif key == "entry_points" and isinstance(value, dict):
                for group, listed in value.items():
                    read_entry_points(group, listed.splitlines() if isinstance(listed, str) else listed, declared)
            elif key in ("name", "version", "description") and isinstance(value, str):
                declared.facts[key] = value


def manifest(folder: Path) -> dict[str, Any]:
    """``pyproject.toml``, or nothing."""
    try:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def before(folder: Path, gone: Iterable[str]) -> Declared:
    """What the project said before the patch; ``gone`` are paths in it that the patch takes away."""
    declared = Declared()
    data = manifest(folder)
    tool = data.get("tool", {})
    if "project" in data:
        read_project(data["project"], declared)
    if "poetry" in tool:
        read_poetry(tool["poetry"], declared)
    declared.needs.extend(read_groups(data.get("dependency-groups", {})))
    for group, texts in tool.get("pdm", {}).get("dev-dependencies", {}).items():
        for text in texts:
            plain = re.sub(r"^-e\s+", "", text)
            declared.needs.extend(n for n in [need_of(plain, f"group {canonicalize_name(group)}")] if n)
    for key in ("rye", "uv"):
        texts = tool.get(key, {}).get("dev-dependencies", [])
        declared.needs.extend(n for text in texts if (n := need_of(text, "group dev")))
    if (folder / "Pipfile").is_file():
        read_pipfile(folder, declared)
    if (folder / "setup.py").is_file() or (folder / "setup.cfg").is_file():
        read_setup(folder, declared)
    paths = [folder / path for path in gone if path.endswith((".txt", ".in")) and (folder / path).is_file()]
    by_hand = [p for p in paths if not COMPILED.search(p.read_bytes().decode("utf-8", "replace"))]
    if not any((folder / name).is_file() for name in ("poetry.lock", "pdm.lock", "Pipfile")):
        read_lists(folder, by_hand, declared)
    return declared


def after(folder: Path) -> Declared:
    """What it says now; what stays in ``setup.py`` and ``setup.cfg`` as ``dynamic`` counts."""
    declared = Declared()
    data = manifest(folder)
    project = data.get("project", {})
    dynamic = {str(field).replace("-", "_") for field in project.get("dynamic", [])}
    read_project(project, declared)
    declared.needs.extend(read_groups(data.get("dependency-groups", {})))
    sources: dict[str, Any] = {
        canonicalize_name(name): entry for name, entry in data.get("tool", {}).get("uv", {}).get("sources", {}).items()
    }
    for at, need in enumerate(declared.needs):
        entries = sources.get(need.name, [])
        found = [table_source(entry) for entry in (entries if isinstance(entries, list) else [entries])]
        if not need.origin and any(found):
            declared.needs[at] = Need(
                name=need.name,
                place=need.place,
                text=need.text,
                admits=need.admits,
                extras=need.extras,
                markers=need.markers,
                origin=next(text for text in found if text),
            )
    if dynamic:
        stays = Declared()
        read_setup(folder, stays)
        if "poetry" in data.get("tool", {}):
            read_poetry(data["tool"]["poetry"], stays)
        if dynamic & {"dependencies", "optional_dependencies"}:
            declared.needs.extend(stays.needs)
        if dynamic & {"scripts", "entry_points", "gui_scripts"}:
            declared.scripts = {**stays.scripts, **declared.scripts}
        for key in ("version", "description"):
            if key in dynamic and key in stays.facts:
                declared.facts.setdefault(key, stays.facts[key])
        declared.unread.extend(stays.unread if dynamic & {"dependencies", "optional_dependencies"} else [])
        declared.unread.extend(f"dynamic {key}" for key in sorted(dynamic))
    return declared
