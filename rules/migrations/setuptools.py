"""From ``setup.py`` and ``setup.cfg``: what uv has to know moves to ``[project]``, the rest stays theirs.

Names, versions, Pythons, dependencies and extras become static; whatever else the script or ``setup.cfg`` says is
listed as ``dynamic``, so that setuptools goes on to read it there: packages, data and metadata of the wheel stay as
they are. Nothing is run: what only running would tell is a reason to stop.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508

from rules.migration import Edit
from rules.migrations.base import Base
from rules.migrations.draft import Wish
from rules.migrations.ground import Site, Stop
from rules.migrations.pep import requirement_text
from rules.migrations.read_files import lines_of, target_of
from rules.migrations.setup_script import (
    conditional_lines,
    literal_keys,
    setup_call,
    spread_keys,
)
from rules.migrations.stated_version import moved_version, without
from rules.migrations.toml_text import Row, string, value_text
from rules.pythons import admitted, dotted, minor
from scanner.facts import Include, Manifest, Requirement
from scanner.ini_reader import scan

_LOGIC = frozenset({"install_requires", "extras_require", "python_requires", "name", "arguments"})
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
_SPREAD = "Which fields are these? [project] names each one, as a value or in `dynamic`; one left out is lost."
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
    gone = {*_MOVED, *(["version"] if "version" in base.draft.fields else [])}
    gone -= {gap.field for manifest in files for gap in manifest.gaps}
    base.more += [edit for manifest in files if (edit := _edited(site, manifest, sorted(gone))) is not None]
    _keep_what_is_read(base, files)
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
        if gap.field == "setup_requires":
            message = f"setup_requires: {gap.reason}; it stays in {manifest.path}, which setuptools asks for it"
            site.note("setup-py-logic", message, gap.at.path, gap.at.line)
        elif gap.field in _LOGIC:
            message = f"{gap.field}: {gap.reason}"
            raise Stop("setup-py-logic", message, gap.at.path, gap.at.line, "What is it, as a static list or value?")
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
    call = setup_call(text)
    for keyword in call.keywords if call else ():
        if keyword.arg is not None:
            yield from () if _is_nothing(keyword.value) else (keyword.arg,)
            continue
        value = keyword.value
        keys = spread_keys(text, value.id) if isinstance(value, ast.Name) else literal_keys(value)
        if keys is None:
            message = f"setup(**{ast.unparse(value)[:60]}): which fields that sets only running it would tell"
            raise Stop("setup-py-logic", message, manifest.path, keyword.value.lineno, _SPREAD)
        yield from sorted(keys)


def _is_nothing(value: ast.expr) -> bool:
    return (isinstance(value, ast.Constant) and value.value in (None, "")) or (
        isinstance(value, ast.List | ast.Tuple) and not value.elts
    )


def _fields(base: Base, files: Sequence[Manifest], keywords: set[str]) -> None:
    site, fields = base.site, base.draft.fields
    name = next((m.name for m in files if m.name), None)
    base.name = site.name(name)
    base.draft.text_field("name", base.name)
    fields.pop("version", None)
    dynamic = dict.fromkeys(field for key, field in _FIELDS.items() if key in keywords)
    version = moved_version(site, files)
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
        for include in manifest.includes:
            _read_in(base, include)


def _read_in(base: Base, include: Include) -> None:
    """What a setup file reads from a requirements file while it builds; the file is the list, and goes with it."""
    wishes = lines_of(base.site, include)
    target = base.reads.setdefault(include.path or "", target_of(include))
    kind, _, name = target.partition(":")
    if kind == "group":
        base.draft.groups.setdefault(name, []).extend(wishes)
    else:
        known = base.draft.extras.setdefault(name, []) if kind == "extra" else base.draft.dependencies
        known += [wish for wish in wishes if wish.text not in {k.text for k in known}]


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
    _refuse_before_tables(base.site)
    build = (item for m in files for item in m.requirements if item.scope == "build" and item.name != "setuptools")
    needs = [_wish(item).text for item in build if not _only_sometimes(base.site, item)]
    rows = f"requires = {value_text(['setuptools>=61', *needs])}\nbuild-backend = {string(_backend(base.site))}\n"
    base.draft.tables.insert(0, "[build-system]\n" + rows)


def _refuse_before_tables(site: Site) -> None:
    """setuptools reads ``[project]`` since 61, which needs Python 3.7: nothing builds on an older one any more."""
    stated = [d for d in site.project.python_versions if d.kind == "requires-python"]
    claimed = {version for d in stated for version in admitted(d.version) or ()}
    if not stated:
        stated = [d for d in site.project.python_versions if d.kind == "classifier"]
        claimed = {version for d in stated if (version := minor(d.version)) is not None}
    if not claimed or min(claimed) >= _READS_TABLES:
        return
    for run in site.project.python_versions:
        told = minor(run.version)
        if told in claimed and told < _READS_TABLES and run.kind in ("ci-matrix", "ci-setup", "image"):
            message = f"runs on Python {dotted(told)}; setuptools 61, which reads [project], is for 3.7 and later"
            raise Stop("python-too-old", message, run.path, run.line)
    message = f"{stated[0].version}: on Python before 3.7 its sources do not build any more"
    decision = "Raise requires-python? Wheels still install there."
    site.note("python-too-old", message, stated[0].path, stated[0].line, decision)


_READS_TABLES = (3, 7)


def _only_sometimes(site: Site, item: Requirement) -> bool:
    """Whether the script asks for something to build with under a condition alone; that is named, and not taken."""
    lines = conditional_lines(site.ground.read(item.at.path) or "") if item.at.path.endswith(".py") else frozenset()
    if item.at.line not in lines:
        return False
    message = f"{item.raw} is asked for to build under a condition only; [build-system] does not name it"
    decision = "Does every build need it? Then name it in [build-system] requires."
    site.note("setup-py-logic", message, item.at.path, item.at.line, decision)
    return True


def _backend(site: Site) -> str:
    """Scripts that import modules beside them are run as pip runs them without a ``pyproject.toml``."""
    text = site.read("setup.py") or ""
    folder = "" if site.folder == "." else site.folder + "/"
    names = re.findall(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", text, re.MULTILINE)
    beside = any(f"{folder}{n}.py" in site.ground.facts.files or site.exists(f"{folder}{n}") for n in names)
    return "setuptools.build_meta:__legacy__" if beside else "setuptools.build_meta"


# --- what moved goes ---


def _edited(site: Site, manifest: Manifest, gone: Sequence[str]) -> Edit | None:
    """The setup file without what ``[project]`` says now."""
    before = site.ground.read(manifest.path)
    if before is None:
        return None
    after = without(manifest.format, before, gone)
    return Edit(path=manifest.path, before=before, after=after) if after != before else None


def _keep_what_is_read(base: Base, files: Sequence[Manifest]) -> None:
    """A file that the script still names stays: it would not run without."""
    after = {edit.path: edit.after for edit in base.more}
    for manifest in files:
        text = after.get(manifest.path) or base.site.ground.read(manifest.path) or ""
        for path in base.reads:
            if posixpath.basename(path) in text:
                base.kept.add(path)
                message = (
                    f"{manifest.path} still names {path}, which stays for that; [project] does not read it any more"
                )
                base.site.note("setup-py-logic", message, manifest.path)
