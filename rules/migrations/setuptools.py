"""From ``setup.py`` and ``setup.cfg``: what uv has to know moves to ``[project]``, the rest stays theirs.

Names, versions, Pythons, dependencies and extras become static; whatever else the script or ``setup.cfg`` says is
listed as ``dynamic``, so that setuptools goes on to read it there: packages, data and metadata of the wheel stay as
they are. Nothing is run: what only running would tell is a reason to stop.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508

from rules.migration import Edit
from rules.migrations.base import Base
from rules.migrations.draft import Wish
from rules.migrations.ground import Site, Stop
from rules.migrations.pep import requirement_text
from rules.migrations.toml_text import Row, string, value_text
from scanner.facts import Manifest, Requirement
from scanner.formats.setup_cfg import scan

_LOGIC = frozenset({"install_requires", "extras_require", "python_requires", "name", "arguments", "setup_requires"})
_FIELDS = {
    "description": "description",
    "summary": "description",
    "long_description": "readme",
    "long-description": "readme",
    "description_file": "readme",
    "author": "authors",
    "author_email": "authors",
    "maintainer": "maintainers",
    "maintainer_email": "maintainers",
    "license": "license",
    "classifiers": "classifiers",
    "keywords": "keywords",
    "project_urls": "urls",
}
_POINTS = {"console_scripts": "scripts", "gui_scripts": "gui-scripts", "scripts": None}
_MOVED = ("install_requires", "extras_require", "python_requires", "tests_require", "setup_requires")


def adopt(base: Base) -> None:
    """Fill the draft of ``base`` from the project's setup files; raises :class:`Stop` for what only running tells."""
    site = base.site
    files = [m for name in ("setup.cfg", "setup.py") if (m := _manifest(site, name)) is not None]
    for manifest in files:
        _refuse(site, manifest)
    keywords = {key for manifest in files for key in _keywords(site, manifest)}
    _fields(base, files, keywords)
    _dependencies(base, files)
    _build_system(base, files)
    base.more += [edit for manifest in files if (edit := _edited(site, manifest)) is not None]
    base.package = base.declares = True


def has_setup(site: Site) -> bool:
    """Whether a setup file in the project's folder builds it."""
    return any(_manifest(site, name) is not None for name in ("setup.py", "setup.cfg"))


def _manifest(site: Site, name: str) -> Manifest | None:
    extract = site.ground.facts.extracts.get(site.path(name))
    if extract is not None and extract.unreadable:
        raise Stop("unread-file", f"{extract.path} could not be read", extract.path)
    return extract.manifest if extract is not None else None


def _refuse(site: Site, manifest: Manifest) -> None:
    for gap in manifest.gaps:
        if gap.field in _LOGIC:
            message = f"{gap.field}: {gap.reason}"
            raise Stop("setup-py-logic", message, gap.at.path, gap.at.line, "What is it, as a static list or value?")
    for include in manifest.includes:
        message = f"{manifest.path} reads {include.raw} while it builds"
        decision = (
            "Write the list into [project] and take the reading out of the script; or let setuptools read it "
            "([tool.setuptools.dynamic]), so that uv builds the project each time it locks."
        )
        raise Stop("setup-py-logic", message, include.at.path, include.at.line, decision)
    problem = next((p for p in site.ground.facts.problems if p.at.path == manifest.path), None)
    if problem is not None:
        raise Stop("unread-file", f"{manifest.path}: {problem.message}", manifest.path, problem.at.line)


def _keywords(site: Site, manifest: Manifest) -> Iterable[str]:
    """What the setup file sets, by setuptools' names."""
    text = site.ground.read(manifest.path) or ""
    if manifest.format == "setup.cfg":
        for name, section in scan(text).items():
            if name in ("metadata", "options"):
                yield from (key.replace("-", "_") for key in section.values)
        return
    call = _call(text)
    yield from (k.arg for k in call.keywords if k.arg and not _is_nothing(k.value)) if call else ()


def _is_nothing(value: ast.expr) -> bool:
    return (isinstance(value, ast.Constant) and value.value in (None, "")) or (
        isinstance(value, ast.List | ast.Tuple) and not value.elts
    )


def _call(text: str) -> ast.Call | None:
    """The last call of ``setup`` in a script; the tree is looked at, never run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _called(n.func) == "setup"]
    return calls[-1] if calls else None


def _called(function: ast.expr) -> str | None:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def _fields(base: Base, files: Sequence[Manifest], keywords: set[str]) -> None:
    site, fields = base.site, base.draft.fields
    name = next((m.name for m in files if m.name), None)
    base.name = site.name(name)
    base.draft.text_field("name", base.name)
    fields.pop("version", None)
    dynamic = dict.fromkeys(field for key, field in _FIELDS.items() if key in keywords)
    version = next((m.version for m in files if m.version), None)
    if version is not None:
        base.draft.text_field("version", version)
    else:
        dynamic = {"version": None, **dynamic}
    groups = {point.group for m in files for point in m.entry_points}
    dynamic.update(dict.fromkeys(field for g in groups if (field := _POINTS.get(g, "entry-points"))))
    python = next((m for m in files if m.requires_python), None)
    if python is not None and python.requires_python is not None:
        base.draft.text_field("requires-python", python.requires_python)
    if dynamic:
        fields["dynamic"] = Row("dynamic", value_text(sorted(dynamic, key=lambda f: (f != "version", f))))


def _dependencies(base: Base, files: Sequence[Manifest]) -> None:
    for manifest in files:
        for item in manifest.requirements:
            wish = _wish(item)
            if item.scope == "runtime":
                base.draft.dependencies.append(wish)
            elif item.scope == "optional":
                base.draft.extras.setdefault(item.group or "extra", []).append(wish)
            elif item.scope == "group":
                base.draft.groups.setdefault(item.group or "tests", []).append(wish)


def _wish(item: Requirement) -> Wish:
    at = (item.at.path, item.at.line)
    if item.specifier is None or not item.name or item.source == "path":
        raise Stop("setup-py-logic", f"{item.raw}: what is required is worked out while building", *at)
    try:
        parsed = Pep508(item.raw.strip())
        text = requirement_text(
            item.name, item.extras, f" @ {parsed.url}" if parsed.url else item.specifier, item.marker
        )
    except (InvalidRequirement, ValueError) as error:
        raise Stop("manifest-by-hand", f"{item.raw}: {error}", *at) from None
    return Wish(name=item.name, text=text, marker=item.marker, path=item.at.path, line=item.at.line)


def _build_system(base: Base, files: Sequence[Manifest]) -> None:
    """``[build-system]`` where there is none: setuptools, and what ``setup_requires`` asked for."""
    if "build-system" in base.document:
        return
    needs = [_wish(item).text for m in files for item in m.requirements if item.scope == "build"]
    rows = f"requires = {value_text(['setuptools>=61', *needs])}\nbuild-backend = {string(_backend(base.site))}\n"
    base.draft.tables.insert(0, "[build-system]\n" + rows)


def _backend(site: Site) -> str:
    """Scripts that import modules beside them are run as pip runs them without a ``pyproject.toml``."""
    text = site.read("setup.py") or ""
    folder = "" if site.folder == "." else site.folder + "/"
    names = re.findall(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", text, re.MULTILINE)
    beside = any(f"{folder}{n}.py" in site.ground.facts.files or site.exists(f"{folder}{n}") for n in names)
    return "setuptools.build_meta:__legacy__" if beside else "setuptools.build_meta"


# --- what moved goes ---


def _edited(site: Site, manifest: Manifest) -> Edit | None:
    """The setup file without what ``[project]`` says now."""
    before = site.ground.read(manifest.path)
    if before is None:
        return None
    after = without_keys(before, _MOVED) if manifest.format == "setup.cfg" else without_arguments(before, _MOVED)
    return Edit(path=manifest.path, before=before, after=after) if after != before else None


def without_arguments(text: str, names: Sequence[str]) -> str:
    """A script without these arguments of its call of ``setup``."""
    call = _call(text)
    if call is None:
        return text
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for keyword in sorted(call.keywords, key=lambda k: (-k.lineno, -k.col_offset)):
        value = keyword.value
        if keyword.arg in names and value.end_lineno is not None and value.end_col_offset is not None:
            begin = starts[keyword.lineno - 1] + keyword.col_offset
            end = _behind(data, starts[value.end_lineno - 1] + value.end_col_offset)
            if end is not None:
                data = _cut(data, begin, end)
    done = data.decode()
    try:
        ast.parse(done)
    except SyntaxError:
        return text
    return done


def _behind(data: bytes, end: int) -> int | None:
    """The position behind the comma that follows an argument, closing brackets around its value included."""
    found = re.match(rb"[\s)]*?(?:,|(?=\s*\)))", data[end : end + 500])
    return end + found.end() if found else None


def _cut(data: bytes, begin: int, end: int) -> bytes:
    line = data.rfind(b"\n", 0, begin) + 1
    rest = re.match(rb"[ \t]*(?:#[^\n]*)?\n", data[end:])
    if not data[line:begin].strip() and rest is not None:
        return data[:line] + data[end + rest.end() :]
    return data[:begin] + data[end:].lstrip(b" ")


def without_keys(text: str, names: Sequence[str]) -> str:
    """A ``setup.cfg`` without these keys of ``[options]``, and without their sections."""
    kept: list[str] = []
    section, dropping = "", False
    for line in text.splitlines(keepends=True):
        header = re.match(r"\[([^\]]{1,200})\]", line)
        key = re.match(r"([A-Za-z_][\w-]*)\s*[=:]", line)
        if header is not None:
            section = header[1].strip()
            dropping = section in {f"options.{name}" for name in names}
        elif key is not None and section == "options":
            dropping = key[1].replace("-", "_") in names
        elif key is not None and not section.startswith("options."):
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)
