"""Facts of a project that stand in the way of moving its toolchain, beyond what its dependencies and locks show."""

from __future__ import annotations

import re

from scanner.facts import Manifest
from scanner.folder import Folder, is_inside
from scanner.inventory import Blocker
from scanner.toml_reader import table

_COMPILING_BACKENDS = re.compile(
    r"^(?:maturin|scikit_build_core|skbuild|mesonpy|pybind11|py_build_cmake|enscons|sipbuild)\b"
)
_COMPILING_REQUIREMENTS = frozenset(
    {"cython", "pybind11", "setuptools-rust", "cffi", "nanobind", "scikit-build", "numpy"}
)
_POETRY_PLUGINS = re.compile(r"^poetry-(?!core\b).+")


def obstacles(folder: Folder, files: frozenset[str]) -> tuple[Blocker, ...]:
    """The project's obstacles, each with its place, sorted."""
    found: dict[Blocker, None] = {}
    for manifest in folder.manifests:
        for blocker in (*_dynamic(manifest), *_poetry(manifest), *_compiled(manifest, folder, files)):
            found[blocker] = None
    return tuple(sorted(found, key=lambda b: (b.code, b.path or "", b.line or 0, b.message)))


def _dynamic(manifest: Manifest) -> list[Blocker]:
    code = "setup-py-logic" if manifest.format == "setup.py" else "dynamic-metadata"
    return [
        Blocker(code=code, message=f"{gap.field}: {gap.reason}", path=gap.at.path, line=gap.at.line)
        for gap in manifest.gaps
    ]


def _poetry(manifest: Manifest) -> list[Blocker]:
    poetry = table(manifest.data, "tool", "poetry")
    found = [
        _at(manifest, "poetry-plugin", f"needs the Poetry plug-in {name}", "tool.poetry.requires-plugins")
        for name in sorted(table(poetry, "requires-plugins"))
    ]
    if "build" in poetry:
        found.append(_at(manifest, "poetry-build-script", "Poetry runs a build script", "tool.poetry"))
    for requirement in manifest.requirements:
        if requirement.scope == "build" and _POETRY_PLUGINS.match(requirement.key):
            message = f"is built with the Poetry plug-in {requirement.key}"
            place = requirement.at
            found.append(Blocker(code="poetry-plugin", message=message, path=place.path, line=place.line))
    return found


def _at(manifest: Manifest, code: str, message: str, name: str) -> Blocker:
    found = manifest.table(name)
    return Blocker(code=code, message=message, path=manifest.path, line=found.at.line if found is not None else None)


def _compiled(manifest: Manifest, folder: Folder, files: frozenset[str]) -> list[Blocker]:
    if manifest.build_backend and _COMPILING_BACKENDS.match(manifest.build_backend):
        message = f"is built by {manifest.build_backend}"
        return [_at(manifest, "compiled-extension", message, "build-system")]
    builds = {r.key: r for r in manifest.requirements if r.scope == "build"}
    needed = sorted(_COMPILING_REQUIREMENTS & builds.keys())
    sources = any(f.endswith((".pyx", ".pxd")) and is_inside(f, folder.path) for f in files) if needed else False
    if needed and (sources or needed != ["numpy"]):
        place = builds[needed[0]].at
        message = f"compiles an extension with {needed[0]}"
        return [Blocker(code="compiled-extension", message=message, path=place.path, line=place.line)]
    return []
