"""The wheel of a package before and after its move: built twice where that is safe and allowed, else read.

Safe are backends that build from the manifest alone, without hooks: nothing of the repository is executed. The files
of the commit lie in two scratch folders, each a git repository of its own, as backends ask git what is ignored.
"""

from __future__ import annotations

import posixpath
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from rules.migration import Edit, Move
from rules.plan import Wheel
from scanner import sandbox
from scanner.facts import Problem
from scanner.proof import scratch
from scanner.proof.ground import Opened
from scanner.proof.interpreter import interpreter
from scanner.proof.settings import Settings
from scanner.proof.wheel_reading import Contents, backend, by_manifest, by_names, compared, runs_code

_MOST_FILES = 5_000
_LARGEST = 16 * 1024 * 1024


def wheel_of(found: Opened, edits: Mapping[str, Edit], move: Move, settings: Settings) -> Wheel | None:
    """How the wheel changes; ``None`` where nothing is built, or where its backend and manifest go on as they were."""
    edit = edits.get(move.manifest)
    if not move.package or edit is None or edit.before is None or edit.after is None:
        return None
    if backend(edit.before) is None or backend(edit.before) == backend(edit.after):
        return None
    safe = not runs_code(edit.before) and not runs_code(edit.after)
    if safe and settings.allow_build:
        built = _built(found, edits, move, settings)
        if built is not None:
            return built
    folder = move.project.path
    files = [
        posixpath.relpath(f, folder) for f in found.ground.facts.files if folder == "." or f.startswith(folder + "/")
    ]
    return compared(by_manifest(edit.before, files), by_manifest(edit.after, files), "read")


def _built(found: Opened, edits: Mapping[str, Edit], move: Move, settings: Settings) -> Wheel | None:
    entries = [entry for entry in found.tree.entries() if entry.kind == "file"]
    if len(entries) > _MOST_FILES:
        return None
    read = found.tree.read({entry.path: _LARGEST for entry in entries})
    files = {path: data for path, data in read if not isinstance(data, Problem)}
    after = dict(files)
    for path, edit in edits.items():
        if edit.after is None:
            after.pop(path, None)
        else:
            after[path] = edit.after.encode()
    with tempfile.TemporaryDirectory(prefix="muster-wheel-") as place:
        root = Path(place)
        one = _wheel(root / "before", files, move, settings)
        two = _wheel(root / "after", after, move, settings)
    if one is None:
        return None  # it did not build before either
    if two is None:
        return Wheel(how="built", reason="the package does not build any more", lost=("the wheel",))
    return compared(one, two, "built")


def _wheel(root: Path, files: Mapping[str, bytes], move: Move, settings: Settings) -> Contents | None:
    """Build the project under ``root``; ``None`` where that fails."""
    tree = root / "tree"
    tree.mkdir(parents=True)
    scratch.write(tree, files)
    for arguments in (("init", "-q"), ("add", "-A")):
        sandbox.run(["git", "-c", "core.hooksPath=/dev/null", *arguments], cwd=str(tree), timeout=120)
    out = root / "out"
    python = interpreter([move.project.requires_python or ""], root, tree=tree, builds=True)
    env = dict(settings.env) | {"UV_CACHE_DIR": dict(settings.env).get("UV_CACHE_DIR", settings.cache)}
    env |= {"UV_PYTHON": python, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    try:
        done = sandbox.run(
            [settings.uv.path, "build", "--wheel", "--out-dir", str(out), *settings.options(own_default=False)],
            cwd=str(tree / move.project.path),
            env=env,
            timeout=settings.timeout,
            network=settings.network,
        )
    except sandbox.NotStarted:
        return None
    wheels = sorted(out.glob("*.whl")) if done.ok else []
    return _contents(wheels[0]) if len(wheels) == 1 else None


def _contents(path: Path) -> Contents | None:
    try:
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
            texts = {
                ending: next((wheel.read(n).decode("utf-8", "replace") for n in names if n.endswith(ending)), "")
                for ending in (".dist-info/METADATA", ".dist-info/entry_points.txt")
            }
    except (OSError, zipfile.BadZipFile):
        return None
    return by_names(names, texts[".dist-info/METADATA"], texts[".dist-info/entry_points.txt"])
