"""A scratch copy that holds what uv needs to lock, and nothing that could run.

Manifests alone are written: ``pyproject.toml`` and ``uv.toml`` of every folder, and archives that manifests name. No
script, no module, no ``setup.py``. Where a manifest leaves something to its build backend (a dynamic version), uv asks
that backend; here it finds one of ours, which answers from the manifest and runs nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from rules.migration import Recorded
from scanner import sandbox

_BACKEND = """
import os, re, tomllib

def _project():
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file).get("project")
    if project is None:
        raise SystemExit("muster: there is no [project], and the project's own backend is not run")
    return project

def prepare_metadata_for_build_wheel(folder, settings=None):
    project = _project()
    left = set(project.get("dynamic", ())) & {"dependencies", "optional-dependencies", "requires-python"}
    if left:
        raise SystemExit("muster: " + ", ".join(sorted(left)) + " would have to be built, and nothing is")
    lines = ["Metadata-Version: 2.4", "Name: " + project["name"], "Version: " + project.get("version", "0")]
    if "requires-python" in project:
        lines.append("Requires-Python: " + project["requires-python"])
    lines += ["Requires-Dist: " + text for text in project.get("dependencies", ())]
    for extra, texts in project.get("optional-dependencies", {}).items():
        lines.append("Provides-Extra: " + extra)
        for text in texts:
            head, semicolon, marker = text.partition(";")
            told = f"({marker.strip()}) and extra == '{extra}'" if semicolon else f"extra == '{extra}'"
            lines.append(f"Requires-Dist: {head.strip()} ; {told}")
    name = re.sub("[-_.]+", "_", project["name"]) + "-0.dist-info"
    os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as file:
        file.write("\\n".join(lines) + "\\n")
    return name

prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel

def build_wheel(*arguments, **options):
    raise SystemExit("muster: the project itself is not built")

build_editable = build_sdist = build_wheel
"""
BACKEND_NAME = "muster_inert_backend"


class NotApplied(Exception):
    """The patch does not apply to the files of the commit; says where."""


def is_needed(path: str) -> bool:
    """Whether uv reads a file of this name to lock."""
    return posixpath.basename(path) in ("pyproject.toml", "uv.toml")


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files under ``folder``, whose paths are known to stay inside."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def apply(folder: Path, patch: str, *, back: bool = False) -> None:
    """``git apply`` in ``folder``; raises :class:`NotApplied`."""
    options = ["-R"] if back else []
    done = sandbox.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", *options, "-"],
        cwd=str(folder),
        env={"GIT_CEILING_DIRECTORIES": str(folder.parent)},
        timeout=120,
        stdin=patch.encode(),
    )
    if not done.ok:
        raise NotApplied(done.stderr.strip()[:500] or f"git apply ended with status {done.status}")


def disarm(folder: Path, manifests: Iterable[str]) -> None:
    """Put the inert backend in the place of each manifest's own."""
    for path in manifests:
        manifest = folder / path
        try:
            document = tomlkit.parse(manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError, TOMLKitError):
            continue
        if "build-system" in document:
            document["build-system"] = {
                "requires": [],
                "build-backend": BACKEND_NAME,
                "backend-path": ["." + BACKEND_NAME],
            }
            manifest.write_text(tomlkit.dumps(document), encoding="utf-8", newline="")
            write(manifest.parent, {f".{BACKEND_NAME}/{BACKEND_NAME}.py": _BACKEND.encode()})


def with_settings(
    text: str,
    constraints: Iterable[str],
    environments: Iterable[str] = (),
    recorded: Sequence[Recorded] = (),
    built_with: Iterable[str] = (),
) -> str:
    """The manifest with more ``constraint-dependencies``, ``environments`` and static metadata in ``[tool.uv]``.

    ``built_with`` are ``build-constraint-dependencies``.
    """
    wanted = {
        "constraint-dependencies": tuple(constraints),
        "build-constraint-dependencies": tuple(built_with),
        "environments": tuple(environments),
    }
    if not any(wanted.values()) and not recorded:
        return text
    document = tomlkit.parse(text)
    tool: Any = document.setdefault("tool", tomlkit.table(is_super_table=True))
    uv: Any = tool.setdefault("uv", tomlkit.table())
    for key, entries in wanted.items():
        if entries:
            if key == "environments":  # narrower than what is stated
                uv.pop(key, None)
            array = uv.setdefault(key, tomlkit.array())
            array.extend(entries)
            array.multiline(True)
    if recorded:
        tables = uv.setdefault("dependency-metadata", tomlkit.aot())
        for known in recorded:
            tables.append(_static(known))
    return tomlkit.dumps(document)


def _static(known: Recorded) -> Table:
    entry = tomlkit.table()
    entry.update({"name": known.name, "version": known.version})
    for key, texts in (("requires-dist", known.requires), ("provides-extra", known.extras)):
        if texts or key == "requires-dist":
            entry[key] = array = tomlkit.array()
            array.extend(texts)
            array.multiline(len(texts) > 1)
    return entry
