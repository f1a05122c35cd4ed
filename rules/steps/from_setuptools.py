"""From ``setup.py`` or ``setup.cfg``: uv manages the project while setuptools goes on building it, unchanged."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from rules.reading import inside
from rules.step import Site, Step, StepWriter
from rules.uv import (
    add_commands,
    aside,
    check_lock,
    has_project_table,
    is_built_by_setuptools,
    manifest_path,
    restore,
    safe_name,
)
from scanner.inventory import Project

# setuptools refuses a `dynamic` field that setup.py does not set and drops a set one that is not listed: the list is
# read from the metadata of the wheel as it is built today.
_TABLE = """python3 - {before} {name} {build} <<'PY' >> {manifest}
import glob, sys
from email import message_from_bytes
from zipfile import ZipFile
fields = {{"Version": "version", "Summary": "description", "Requires-Python": "requires-python", "License": "license",
    "License-Expression": "license", "Author": "authors", "Author-email": "authors", "Maintainer": "maintainers",
    "Maintainer-email": "maintainers", "Keywords": "keywords", "Classifier": "classifiers", "Project-URL": "urls",
    "Requires-Dist": "dependencies", "Provides-Extra": "optional-dependencies"}}
wheel = ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])
read = {{n.rpartition("/")[2]: wheel.read(n) for n in wheel.namelist() if ".dist-info/" in n}}
metadata = message_from_bytes(read["METADATA"])
found = {{fields[key] for key in metadata.keys() if key in fields}}
if "dependencies" in found and all("extra ==" in r for r in metadata.get_all("Requires-Dist")):
    found.discard("dependencies")
if metadata.get_payload().strip():
    found.add("readme")
if b"[" in read.get("entry_points.txt", b""):
    groups = {{l.strip()[1:-1] for l in read["entry_points.txt"].decode().splitlines() if l.startswith("[")}}
    scripts = {{"console_scripts": "scripts", "gui_scripts": "gui-scripts"}}
    found |= {{"entry-points"}} | {{scripts[g] for g in groups if g in scripts}}
if sys.argv[3] == "yes":
    print('[build-system]\\nrequires = ["setuptools>=77"]\\nbuild-backend = "setuptools.build_meta"\\n')
print("[project]\\nname = " + repr(sys.argv[2]) + "\\ndynamic = " + repr(sorted(found)))
PY"""


def write(site: Site) -> Iterator[Step]:
    """The steps for each project that setuptools builds, also where ``setup.py`` reads what pip installs."""
    for project in site.projects:
        read = project.primary_manager in ("pip", "pip-tools") and is_built_by_setuptools(project)
        if project.primary_manager == "setuptools" or read:
            yield _adopt(site, project)


def _adopt(site: Site, project: Project) -> Step:
    name = safe_name(project, site.repository.name)
    before, after = aside(site, project, "before"), aside(site, project, "after")
    commands = [inside(project.path, f"uv build -q --wheel --out-dir {before}")]
    if not has_project_table(project):
        commands.append(_table(project, name, before))
    extra = [d for d in project.dependencies if d.path.endswith((".txt", ".in")) and d.scope == "group"]
    compiled = project.primary_manager == "pip-tools"  # whose groups are added with the versions of today
    commands += [inside(project.path, "uv lock")]
    commands += [] if compiled else add_commands(site, project, extra, pins=False)
    scripts = [n for n in ("setup.py", "setup.cfg") if any(posixpath.basename(m) == n for m in project.manifests)]
    declared = sorted({posixpath.basename(d.path) for d in project.dependencies if "setup." in d.path}) or scripts[:1]
    build = inside(project.path, f"uv build -q --wheel --out-dir {after}")
    return Step(
        title=f"Let uv manage the project that {', '.join(declared) or 'setuptools'} declares",
        why="A [project] table whose fields are `dynamic` leaves the declarations where they are: setuptools still "
        "reads them, the wheel stays the same (the check compares its files and metadata), and uv builds the metadata "
        "to lock, which runs setup.py. Moving the fields one by one into [project] can follow.",
        commands=tuple(commands),
        verify=(check_lock(project), build, *(_same(before, after, what) for what in ("-Z1", "-p"))),
        rollback=(
            *restore(project, [m for m in project.manifests if m == manifest_path(project)]),
            f"rm -rf {before} {after}",
        ),
    )


def _table(project: Project, name: str, before: str) -> str:
    build = "yes" if not project.build_backend or "(setup.py)" in project.build_backend else "no"
    return _TABLE.format(before=before, name=name, build=build, manifest=shlex.quote(manifest_path(project)))


def _same(before: str, after: str, what: str) -> str:
    """Compare the lists of files, or the metadata, of two wheels; comments on which setuptools wrote them aside."""
    member = " '*.dist-info/METADATA'" if what == "-p" else ""
    read = "unzip {what} {folder}/*.whl{member} | grep -viE '^(dynamic|metadata-version):' | sort"
    one, other = (read.format(what=what, folder=folder, member=member) for folder in (before, after))
    return f"diff <({one}) <({other})"


STEPS = StepWriter(name="from-setuptools", track="uv", write=write)
